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
/* Its path; NULL likewise. */
const char *cgroup_clone_path(const struct plan_cgroup *plan);
/* Whether a process that got this code on its way into a group does without: rootless. */
bool cgroup_may_be_left(const struct plan_cgroup *plan, int code);

/* Writes pid to cgroup.procs; all: also on cgroup2, where init was not born in it. */
int cgroup_add(const struct plan_cgroup *plan, const struct cgroup *cgroup, pid_t pid, bool all);

/* Writes pid to the cgroup.procs of one directory. */
int cgroup_enter(int dir, pid_t pid);

/* Device rules: v1 files, or a BPF program attached to the cgroup2 directory. */
int cgroup_apply_devices(const struct plan_cgroup *plan, const struct cgroup *cgroup);

/* Whether it is written before init is born: memory of cgroup2, in a group that we make. */
bool cgroup_write_is_first(const struct plan_cgroup *plan, const struct plan_cgroup_write *write);

/*
 * The first of the plan's writes, all but the first and the last ones, and those, each in order. An
 * error names place, file, value and what the kernel said.
 */
int cgroup_apply_first(const struct plan_cgroup *plan, const struct cgroup *cgroup);
int cgroup_apply(const struct plan_cgroup *plan, const struct cgroup *cgroup);
int cgroup_apply_last(const struct plan_cgroup *plan, const struct cgroup *cgroup);

/* Gives the container's group of cgroup2, and its files that may be handed on, to plan's owner. */
int cgroup_delegate(const struct plan_cgroup *plan, const struct cgroup *cgroup);

void cgroup_close(struct cgroup *cgroup);

/* ---- a group that systemd makes: unit.c, adopt.c ---------------------------------------- */

/*
 * Has systemd make plan->unit, with the process pid in it, and waits for it; the device rules go
 * along where systemd can express them.  One call and one signal on the bus, by a helper program;
 * within 40 seconds.  -EINVAL, with a chain that says what to do, where systemd can't be had.  On
 * failure there is no unit.
 */
int cgroup_unit_start(const struct plan_cgroup *plan, pid_t pid);


/* Ends the unit, whatever is in it, and takes it off the list of those that failed.  One that is
 * gone is no error. */
int cgroup_unit_stop(const struct plan_unit *unit);

/*
 * As cgroup_create(), of groups that systemd has made: opens those that pid is in, and on v1 makes
 * those that systemd leaves to others.  Limits of the plan that are there already and that would
 * bind the start are lifted until cgroup_apply().  *ret_path, malloc'ed, is where the cgroup2 group
 * really is; NULL: where it was planned.
 */
int cgroup_adopt(
	const struct plan_cgroup *plan, pid_t pid, struct cgroup *ret_cgroup, char **ret_path);

/*
 * Where init is to be born, when that is another group than the one of the process that was given
 * to cgroup_unit_start(): the subgroup, which is made, or a slice.  -EBADF where it is not.
 */
int cgroup_open_birthplace(
	const struct plan_cgroup *plan, const struct cgroup *cgroup, int *ret_fd);

/* Hands all controllers on to the subgroup; the group itself must have no process any more. */
int cgroup_enable_subgroup(const struct plan_cgroup *plan, const struct cgroup *cgroup);

/* ---- for verbs that come later: by the directories alone ----------------------------- */

struct cgroup_paths {
	const struct plan_cgroup_directory *items;
	size_t count;
};

/* Kills every process in and below: cgroup.kill, or signals, and a thaw, until none is left or the
 * time (milliseconds) is over: -ETIMEDOUT with a chain that names pids and states. */
int cgroup_kill(const struct cgroup_paths *paths, int timeout);
/* Sends signal to every process in and below.  Only who forks on and on is frozen for it. */
int cgroup_signal(const struct cgroup_paths *paths, int signal);
int cgroup_freeze(const struct cgroup_paths *paths, bool frozen);
/* 1 frozen, 0 not. */
int cgroup_is_frozen(const struct cgroup_paths *paths);
/* Removes the directories and all below.  For up to the time (ms) it waits for processes in them to
 * die, and kills those who come meanwhile. */
int cgroup_destroy(const struct cgroup_paths *paths, int timeout);
/* Ascending pids of all processes in and below, malloc'ed. */
int cgroup_pids(const struct cgroup_paths *paths, pid_t **ret_pids, size_t *ret_count);
/*
 * Joins for exec: opens the directories that a process of the container is to be born in; groups is
 * plan_cgroup's exec_groups, of these directories.
 */
int cgroup_open_for_exec(const struct cgroup_paths *paths, const char *const *groups, pid_t init,
	struct cgroup *ret_cgroup);
/* Whether an OOM kill was counted in it; ret_limit and ret_usage in bytes, 0 where unknown. */
int cgroup_oom_killed(const struct cgroup_paths *paths, uint64_t *ret_limit, uint64_t *ret_usage);

/*
 * Writes limits of a container that runs, frozen or not: the plan's directories are those of its
 * record, and its writes what changes.  In such an order that no state in between is one that the
 * kernel forbids: what becomes larger goes first, from the last to the first, then the others.
 * A unit is told once all are written.  All or nothing, as far as the kernel lets: where one of
 * them or commit, which comes last, fails, what was written before is written back.  The error
 * names place, file, value and what the kernel said.
 */
int cgroup_update(const struct plan_cgroup *plan, int (*commit)(void *context), void *context);
