/*
 * Control groups by file: making them, joining, limits, freezing, killing, removing.  One
 * mechanism for cgroup2 and v1: a container has one directory in each hierarchy
 * (struct plan_cgroup_directory), and cgroup2 is the case of one.  All work is by descriptors
 * of the directories where it can be.  A directory or file that is gone (ENOENT, ENODEV) means that
 * the group is gone: no error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "libcontainer/plan/plan.h"

#define CGROUP_DIRECTORIES_MAX 32

/* The container's directories while it is being made, in the order of plan->directories. */
struct cgroup {
	int fds[CGROUP_DIRECTORIES_MAX];   /* -EBADF where optional and refused */
	bool made[CGROUP_DIRECTORIES_MAX]; /* by us: the ones that cgroup_destroy() may remove */
};

/*
 * Makes the directories, with their missing parents below the mount points, and enables on cgroup2
 * all available controllers (on a host that also has v1, only those that the writes need).
 * Refuses a group that has processes ("container's cgroup is not empty: N process(es) found") or is
 * frozen ("container's cgroup unexpectedly frozen").  v1 cpusets inherit their parents' cpus
 * and mems.  On failure what was made is removed again.
 */
int cgroup_create(const struct plan_cgroup *plan, struct cgroup *ret_cgroup);

/* The descriptor for CLONE_INTO_CGROUP; -EBADF where there is no cgroup2 directory. */
int cgroup_clone_fd(const struct plan_cgroup *plan, const struct cgroup *cgroup);

/* Writes pid to cgroup.procs; all: also on cgroup2, where init was not born in it. */
int cgroup_add(const struct plan_cgroup *plan, const struct cgroup *cgroup, pid_t pid, bool all);

/* Device rules: v1 files, or a BPF program attached to the cgroup2 directory. */
int cgroup_apply_devices(const struct plan_cgroup *plan, const struct cgroup *cgroup);

/* All writes of the plan, in order; an error names place, file, value and what the kernel said. */
int cgroup_apply(const struct plan_cgroup *plan, const struct cgroup *cgroup);

void cgroup_close(struct cgroup *cgroup);

/* ---- for verbs that come later: by the directories alone ----------------------------- */

struct cgroup_paths { const struct plan_cgroup_directory *items; size_t count; };

/* Kills every process in and below: cgroup.kill, or freeze, signal, thaw, until none is left or the
 * time (milliseconds) is over: -ETIMEDOUT with a chain that names pids and states. */
int cgroup_kill(const struct cgroup_paths *paths, int timeout);
/* Sends signal to every process in and below. */
int cgroup_signal(const struct cgroup_paths *paths, int signal);
int cgroup_freeze(const struct cgroup_paths *paths, bool frozen);
/* 1 frozen, 0 not. */
int cgroup_is_frozen(const struct cgroup_paths *paths);
/* Removes the directories and all below, waiting for dying processes up to the time (ms). */
int cgroup_destroy(const struct cgroup_paths *paths, int timeout);
/* Ascending pids of all processes in and below, malloc'ed. */
int cgroup_pids(const struct cgroup_paths *paths, pid_t **ret_pids, size_t *ret_count);
/* Joins for exec: opens the directory that a process of the container is to be born in. */
int cgroup_open_for_exec(const struct cgroup_paths *paths, pid_t init, struct cgroup *ret_cgroup);
/* Whether an OOM kill was counted in it; ret_limit and ret_usage in bytes, 0 where unknown. */
int cgroup_oom_killed(const struct cgroup_paths *paths, uint64_t *ret_limit, uint64_t *ret_usage);

/*
 * Writes limits of a container that runs, frozen or not: the plan's directories are those of its
 * record, and its writes what changes.  In such an order that no state in between is one that the
 * kernel forbids: what becomes larger goes first, from the last to the first, then the others.
 * All or nothing, as far as the kernel lets: where one of them or commit, which is called when all
 * are written, fails, what was written before is written back.  The error names place, file, value
 * and what the kernel said.
 */
int cgroup_update(const struct plan_cgroup *plan, int (*commit)(void *context), void *context);
