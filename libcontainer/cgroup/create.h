/* Private to cgroup/: what a new directory needs before a process may be in it. */
#pragma once

#include "libcontainer/cgroup/manager.h"

/*
 * enable.c: hands the controllers on from the mount point down to the directory: all that there are
 * where cgroup2 is the only hierarchy, else what the writes need, as the rest of the host lives in
 * v1.  -EINVAL, with a chain, where a write needs a controller that cannot be had.
 */
int create_enable(
	const struct plan_cgroup *plan, const struct plan_cgroup_directory *directory, int dir);

/* create.c: makes plan->directories[index] alone, as cgroup_create() does. */
int create_single(const struct plan_cgroup *plan, size_t index, struct cgroup *cgroup);

/* create.c: refuses a group that is frozen, or below one that is: init would stop for good. */
int create_check_thawed(const struct plan_cgroup_directory *directory);

/* create.c: before systemd makes a scope: refuses there what cgroup_create() refuses. */
int create_check_planned(const struct plan_cgroup *plan);

/* cpuset.c: v1 groups begin without any cpu and memory node: takes those of the parents. */
int create_inherit_cpuset(const struct plan_cgroup_directory *directory);
