/* The unit that systemd makes for a container: its name, where its group is, what it always has. */
#include "libcontainer/plan/unit.h"

#include <string.h>

#include "libcontainer/base/path.h"
#include "libcontainer/base/str.h"

/* systemd.unit(5) */
#define NAME_LENGTH_MAX 255
#define NAME_CHARACTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@"

/* ---- names ---------------------------------------------------------------------------- */

int unit_expand_slice(struct arena *arena, const char *slice, const char **ret_path)
{
	size_t length = strlen(slice);
	const char *path = "";

	if (strcmp(slice, "-.slice") == 0) {
		*ret_path = "/";
		return 0;
	}
	if (!str_ends(slice, ".slice") || length == strlen(".slice") || strchr(slice, '/') ||
		slice[0] == '-' || strstr(slice, "--") || strstr(slice, "-.slice"))
		return refuse("linux.cgroupsPath: invalid slice name: %s", slice);
	for (const char *dash = strchr(slice, '-'); dash; dash = strchr(dash + 1, '-'))
		path = arena_printf(arena, "%s/%.*s.slice", path, (int)(dash - slice), slice);
	*ret_path = arena_printf(arena, "%s/%s", path, slice);
	return 0;
}

static int check_name(const char *name)
{
	size_t good = strspn(name, NAME_CHARACTERS);

	if (name[good])
		return refuse("linux.cgroupsPath: '%c' may not be in a unit's name: '%s'",
			name[good], name);
	if (good > NAME_LENGTH_MAX)
		return refuse("linux.cgroupsPath: a unit's name has at most %d characters: '%s'",
			NAME_LENGTH_MAX, name);
	return 0;
}

/* A slice's place in the tree is what its name says. */
static int check_parent(struct arena *arena, const char *name, const char *slice)
{
	const char *dash = strrchr(name, '-');
	const char *parent =
		dash ? arena_printf(arena, "%.*s.slice", (int)(dash - name), name) : "-.slice";

	if (*slice && strcmp(slice, parent) != 0)
		return refuse(
			"linux.cgroupsPath: '%s' is in '%s', not in '%s'", name, parent, slice);
	return 0;
}

/* The parts of "slice:prefix:name". */
struct parts {
	const char *slice, *prefix, *name;
};

static int split(const struct planning *p, const char *path, struct parts *ret_parts)
{
	const char *first = strchr(path, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;

	if (!*path) {
		*ret_parts = (struct parts){ "", "caisson", p->options->id };
		return 0;
	}
	if (!second || strchr(second + 1, ':'))
		return refuse("linux.cgroupsPath: expected cgroupsPath to be of format "
			      "\"slice:prefix:name\" for systemd cgroups, got \"%s\" instead",
			path);
	if (!second[1])
		return refuse("linux.cgroupsPath: '%s' has no name behind the second colon", path);
	*ret_parts = (struct parts){
		.slice = arena_strndup(p->arena, path, (size_t)(first - path)),
		.prefix = arena_strndup(p->arena, first + 1, (size_t)(second - first - 1)),
		.name = second + 1,
	};
	return 0;
}

/* ---- where it is ------------------------------------------------------------------------ */

/*
 * The group of the user's own systemd.  A process that was started by it is below it, and shows the
 * name; else it is where logind has it.
 */
static const char *manager_group(const struct planning *p)
{
	unsigned int uid = p->host->uid;

	for (size_t i = 0; i < p->host->hierarchy_count; i++) {
		const char *own = p->host->hierarchies[i].own;
		const char *user = strstr(own, "/user@");
		const char *end = user ? strstr(user, ".service") : NULL;

		if (end)
			return arena_strndup(
				p->arena, own, (size_t)(end - own) + strlen(".service"));
	}
	return arena_printf(p->arena, "/user.slice/user-%u.slice/user@%u.service", uid, uid);
}

int unit_place(struct planning *p, const char *cgroups_path, const char **ret_group)
{
	struct plan_unit *unit = &p->plan->cgroup.unit;
	const char *group;
	struct parts parts = { 0 };

	try(split(p, cgroups_path, &parts));
	unit->user = p->options->user_systemd;
	unit->is_slice = str_ends(parts.name, ".slice");
	if (unit->is_slice) {
		unit->name = parts.name;
		try(unit_expand_slice(p->arena, unit->name, &group));
		try(check_parent(p->arena, unit->name, parts.slice));
	} else {
		const char *slice = *parts.slice ? parts.slice
				    : unit->user ? "user.slice"
						 : "system.slice";

		unit->name = arena_printf(p->arena, "%s-%s.scope", parts.prefix, parts.name);
		try(unit_expand_slice(p->arena, slice, &group));
		group = path_join(p->arena, group, unit->name);
		unit_add(p, "Slice", "s", slice, false);
	}
	try(check_name(unit->name));
	if (unit->user)
		group = path_join(p->arena, manager_group(p), group);
	*ret_group = group;
	return 0;
}

int unit_check_subgroup(const struct planning *p)
{
	const char *name = p->plan->cgroup.unit.subgroup;

	/* One step down: what stands higher is not the container's. */
	if (name && (*name == '.' || strchr(name, '/') || strlen(name) > NAME_LENGTH_MAX))
		return refuse(
			"annotations.run.oci.systemd.subgroup: '%s' must be one plain name", name);
	return 0;
}

/* ---- properties ------------------------------------------------------------------------- */

void unit_add_words(struct planning *p, const struct plan_unit_property *property)
{
	struct plan_unit *unit = &p->plan->cgroup.unit;
	size_t count = unit->property_count;

	for (size_t i = 0; i < count; i++)
		if (strcmp(unit->properties[i].name, property->name) == 0) {
			unit->properties[i] = *property;
			return;
		}
	/* Room is for 16, 32, ...: full where the count is one of these. */
	if (count == 0 || (count >= 16 && (count & (count - 1)) == 0)) {
		struct plan_unit_property *more = arena_new_array(
			p->arena, struct plan_unit_property, count ? count * 2 : 16);

		if (count)
			memcpy(more, unit->properties, count * sizeof(*more));
		unit->properties = more;
	}
	unit->properties[unit->property_count++] = *property;
}

void unit_add(struct planning *p, const char *name, const char *signature, const char *word,
	bool optional)
{
	const char **words = arena_new_array(p->arena, const char *, 2);

	words[0] = word;
	unit_add_words(p, &(struct plan_unit_property){ name, signature, words, optional });
}

/*
 * systemd hands on only those controllers that somebody accounts for or that are delegated; without
 * Delegate it would take back what the container makes of its own group.
 */
int plan_unit(struct planning *p)
{
	const struct plan_unit *unit = &p->plan->cgroup.unit;
	bool v1 = p->host->cgroup_layout == HOST_CGROUP_V1;

	if (!unit->name)
		return 0;
	unit_add(p, "Description", "s",
		arena_printf(p->arena, "caisson container %s", p->options->id), false);
	if (!unit->is_slice)
		unit_add(p, "Delegate", "b", "true", false);
	unit_add(p, "DefaultDependencies", "b", "false", false);
	unit_add(p, "CPUAccounting", "b", "true", true);
	unit_add(p, "MemoryAccounting", "b", "true", true);
	unit_add(p, "TasksAccounting", "b", "true", true);
	unit_add(p, v1 ? "BlockIOAccounting" : "IOAccounting", "b", "true", true);
	unit_add_limits(p);
	/* The last ones, as they go before the others. */
	return unit_add_annotations(p);
}
