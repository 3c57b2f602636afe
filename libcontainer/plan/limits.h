/*
 * What the parts of plan_resources() share: where a limit goes, and the list of writes.  A limit
 * has a file in v1, in cgroup2 or in both; which of them a host has is decided per controller, as
 * a hybrid host has some controllers here and some there.
 */
#pragma once

#include "libcontainer/plan/parts.h"

struct limit_file {
	const char *controller; /* NULL: this version has no such limit */
	const char *file;
	const char *other_file; /* of the same controller, where the first is missing; or NULL */
};

enum limit_home { LIMIT_NOWHERE, LIMIT_V1, LIMIT_V2 };

/* Where the host keeps this limit.  -EINVAL, with a chain, where it
 * has no such controller.  LIMIT_V2 where neither version has such a limit. */
int limits_home(const struct planning *p, const char *place, const struct limit_file *v1,
	const struct limit_file *v2, enum limit_home *ret_home);

/* Appends to p->plan->cgroup.writes. */
void limits_add(struct planning *p, const struct plan_cgroup_write *write);

/* Refuses text that would be more than one word of one line in a control file. */
int limits_check_word(const char *place, const char *word);

/* resources_lists.c: blockIO, hugepageLimits, network, rdma, unified: limits that are lists. */
int plan_resource_lists(struct planning *p, const struct spec_resources *resources);
int plan_unified(struct planning *p, const struct spec_resources *resources);
