/*
 * Private to plan/: the unit of a container that systemd makes the cgroup of: its name, the slice
 * that it is in, and its properties.  systemd.unit(5), systemd.slice(5),
 * systemd.resource-control(5) and org.freedesktop.systemd1(5).
 */
#pragma once

#include "libcontainer/plan/parts.h"

/* unit.c: what goes before plan_unit(), which is a part of its own.
 *
 * Reads linux.cgroupsPath ("slice:prefix:name", or "") and names the unit.  *ret_group is where its
 * group will be, as an absolute path below each mount point: systemd has the last word.
 */
int unit_place(struct planning *p, const char *cgroups_path, const char **ret_group);

/* "a-b.slice" as "/a.slice/a-b.slice", "-.slice" as "/". */
int unit_expand_slice(struct arena *arena, const char *slice, const char **ret_path);

/* Whether unit.subgroup can be a group's name. */
int unit_check_subgroup(const struct planning *p);

/* Adds a property of one word; replaces that of the same name. */
void unit_add(struct planning *p, const char *name, const char *signature, const char *word,
	bool optional);
/* The same of many words. */
void unit_add_words(struct planning *p, const struct plan_unit_property *property);

/*
 * unit_limits.c: what plan->cgroup.writes says to files, as properties, so that systemd does not
 * put back its defaults when it looks at the group again.  What it can't express is left out.
 */
void unit_add_limits(struct planning *p);

/* unit_annotations.c: org.systemd.property.NAME, with values as GVariant text. */
int unit_add_annotations(struct planning *p);

/*
 * variant.c: text such as "uint64 5", "['a', 'b']", "@as []" as a signature and words.  Types:
 * booleans, numbers, strings, object paths; arrays and tuples of them.  -EINVAL, with a chain.
 */
int variant_parse(
	struct arena *arena, const char *text, const char **ret_signature, const char ***ret_words);
