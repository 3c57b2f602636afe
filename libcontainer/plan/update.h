/*
 * An update: what of a container's limits changes, planned through the same table as at create.
 * Pure, as all of plan/.
 */
#pragma once

#include <stddef.h>

#include "libcontainer/plan/plan.h"

struct spec_resources;

struct plan_update_input {
	const struct spec_resources *saved;              /* as they are; NULL: none */
	const struct spec_resources *changes;            /* what the caller wants else */
	const struct plan_cgroup_directory *directories; /* of the record */
	size_t directory_count;
	const char *unit; /* of systemd, whose properties change along; or NULL */
	bool unit_user;
};

struct plan_update {
	struct plan_cgroup cgroup;              /* writes for what changes; no rules for devices */
	const struct spec_resources *resources; /* to be saved when the writes are done */
};

/*
 * Decides.  Device rules are not touched, whatever changes says, as a plugin may have added some of
 * its own since create.  -EINVAL, with a chain, where the result is against the rules of the spec,
 * or cannot be had from these directories.
 */
int plan_update(
	struct arena *arena, const struct plan_update_input *input, struct plan_update *ret_update);

/*
 * merge.c: changes laid over saved.  Items of lists are matched by what they are for (device, page
 * size, interface) and appended where there is none such.  The number 0, which Go's engines write
 * for "not set", leaves what was, but for the limits of which it is a value.
 */
const struct spec_resources *update_merge(struct arena *arena, const struct spec_resources *saved,
	const struct spec_resources *changes);
