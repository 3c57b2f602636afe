/*
 * linux.intelRdt: the container's processes in a group of resctrl, the file system by which the
 * kernel shares out caches and memory bandwidth (filesystems/resctrl.rst).  What is made for a
 * container is removed with it, and nothing else is.
 */
#pragma once

#include <sys/types.h>

#include "libcontainer/plan/plan.h"

struct arena;

/* Where resctrl is mounted; -ENOTSUP, with words, where it is not. */
int resctrl_find(struct arena *arena, const char **ret_mountpoint);

/* The groups' paths below mountpoint. */
void resctrl_name(struct arena *arena, const struct plan_rdt *plan, const char *mountpoint,
	struct plan_rdt_groups *ret_groups);

/*
 * Before anything is made: those of the groups that are not there are the container's, also when
 * the one who makes them is killed.
 */
void resctrl_look(struct plan_rdt_groups *groups);

/* Makes what is missing and may be made.  On failure nothing is left. */
int resctrl_make(const struct plan_rdt *plan, struct plan_rdt_groups *groups);
/* Writes the schemata to a group that was made; one that was there must have them. */
int resctrl_set(const struct plan_rdt *plan, const struct plan_rdt_groups *groups);
/* Replaces these lines of a group's schemata. */
int resctrl_write(const struct plan_rdt_groups *groups, const char *schemata);

/* -ENOENT, plain, where the group is gone. */
int resctrl_join(const struct plan_rdt_groups *groups, pid_t pid);

/*
 * Removes what was made.  A group with processes that live is left to them, with a warning: others
 * may use a closID.
 */
int resctrl_remove(const struct plan_rdt_groups *groups);
