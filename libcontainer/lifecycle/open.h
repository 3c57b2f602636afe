/*
 * Opening a container that exists: what every verb but create and run begins with.  The process of
 * init is held by a descriptor that was checked to be that of the record, so a pid that has become
 * another process' is never touched.
 */
#pragma once

#include <stdbool.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/cgroup/manager.h"
#include "libcontainer/container.h"
#include "libcontainer/plan/plan.h"
#include "libcontainer/store/directory.h"
#include "libcontainer/store/record.h"
#include "libcontainer/store/status.h"

struct container {
	struct arena arena;    /* of the record and what is read later */
	const char *root, *id; /* the caller's */
	int directory;
	int pidfd; /* of init; -EBADF where that is gone */
	struct record record;
	enum status status;
};

/*
 * lock: for verbs that change what is in the directory.  -ENOENT: "container does not exist", also
 * where there is a directory without a record.  On failure there is nothing to close.
 */
int container_open(const struct container_context *c, const char *id, enum store_lock lock,
	struct container *ret_container);

/* As container_open(), of a directory that is open (and is the container's then, on success only).
 */
int container_open_directory(const struct container_context *c, const char *id, int directory,
	bool locked, struct container *ret_container);

/* What is kept of its configuration (plan_kept()), with the annotations; the container's memory. */
int container_load_config(struct container *container, const struct spec_config **ret_spec);

/* Frees, closes, and unlocks. */
void container_close(struct container *container);

#define auto_arena __attribute__((cleanup(arena_done)))
#define auto_container __attribute__((cleanup(container_close)))
#define CONTAINER_NONE \
	{ \
		.directory = -EBADF, .pidfd = -EBADF \
	}

/* The groups that are the container's own; none while it is not known that they are. */
struct cgroup_paths container_cgroups(const struct container *container);

/* Whether there is any process in them; true where that cannot be told. */
bool cgroups_are_populated(const struct cgroup_paths *paths);

/*
 * delete.c: kills what is left of it, removes its groups, runs its poststop hooks and removes its
 * directory, which the caller has locked.
 */
int container_remove(struct container *container);

/*
 * Runs the hooks of the configuration as it was at create, with the state's status; where the
 * record says that there are none, nothing is read.
 */
int container_run_hooks(
	struct container *container, enum plan_hook_point point, enum status status);
