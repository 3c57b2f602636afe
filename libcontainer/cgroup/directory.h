/*
 * Private to cgroup/: a container's directory in one hierarchy, its control files, and its tree.
 * Codes that mean "gone" (ENOENT, ENODEV) are returned plain.
 */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdint.h>

#include "libcontainer/cgroup/manager.h"

/* Opens it as O_PATH.  -ENOENT plain. */
int directory_open(const struct plan_cgroup_directory *directory, int *ret_fd);

/*
 * The directory that the process is in, in the same hierarchy, as an absolute path: the arena's.
 * -ENOENT plain where there is no such process, or no path to its group from here.
 */
struct arena;
int directory_of_process(struct arena *arena, const struct plan_cgroup_directory *directory,
	pid_t pid, const char **ret_path);

/* Index of the one that has this v1 controller; else of cgroup2; -ENOENT plain. */
int directory_find(const struct plan_cgroup_directory *items, size_t count, const char *controller);

/* Whether "a b c", or "a,b,c", has this word. */
bool list_has(const char *list, const char *word);

static inline bool is_gone(int code)
{
	return code == -ENOENT || code == -ENODEV;
}

/* The number behind "key " in a file of such lines; -ENOENT plain where there is no such line. */
int control_read_key(int dir, const char *file, const char *key, uint64_t *ret_value);

/* Milliseconds of the monotonic clock, and sleeping some. */
int64_t clock_now(void);
void clock_sleep(int milliseconds);

/*
 * Waits until "key" of cgroup.events has this value.  -ETIMEDOUT plain when the clock is at end;
 * -ENOENT plain where the group is gone.
 */
int events_await(int dir, const char *key, uint64_t value, int64_t end);

/* ---- apply.c ------------------------------------------------------------------------ */

/* One write, to the file that there is; the chain names place, file, value and directory. */
int limit_write(const struct plan_cgroup *plan, const struct cgroup *cgroup,
	const struct plan_cgroup_write *write);

/* Whether an older or inherited value may forbid the new one until another is written: a period
 * longer than its parent's quota allows, shares while the group is idle. */
bool limit_may_wait(int code);

/* ---- former.c ----------------------------------------------------------------------- */

struct arena;

/*
 * What to write to the file so that it says again what it says now, where value is about to be
 * written: of a file with a line for each device, this one's line.  NULL where that is not known.
 * -ENOENT plain where there is no such file.  The text is the arena's.
 */
int former_value(struct arena *arena, int dir, const char *file, const char *value,
	const char **ret_former);

/* ---- walk.c ------------------------------------------------------------------------- */

/*
 * Walks the tree below (and with) the directory top, which a container may have made as deep and
 * as broad as it liked: no recursion, and two descriptors at a time.  A callback may be NULL; one
 * that returns non-zero ends the walk with that.  What vanishes on the way is left out.
 */
struct walk {
	int (*enter)(int fd, size_t depth, void *context);         /* before what is below */
	int (*leave)(int parent, const char *name, void *context); /* after it; not for top */
	void *context;
};

int walk_tree(int top, const struct walk *walk);

/* ---- pids.c ------------------------------------------------------------------------- */

/* A growing list; ids of processes that are not in our pid namespace are left out. */
struct pids {
	pid_t *items;
	size_t count, capacity;
};

#define auto_pids __attribute__((cleanup(pids_done)))

void pids_done(struct pids *pids);
/* Appends those in and below the directory. */
int pids_collect(int dir, struct pids *pids);

struct str;

/* Appends " PID (STATE, waits in FUNCTION)" for the first of them, and " ..." for others. */
void pids_describe(const pid_t *pids, size_t count, struct str *text);

/* ---- freeze.c ----------------------------------------------------------------------- */

/* Asks for it, and waits for as long as the clock is before end; -ETIMEDOUT plain. */
int freeze_v1(int dir, int64_t end);
int freeze_v2(int dir, int64_t end);
/* Asks for the end of it. */
int freezer_thaw(bool unified, int dir);
/* The next group above that is itself frozen, and holds this one too; false where there is none. */
bool freezer_find_above(const struct plan_cgroup_directory *directory, char ret_path[PATH_MAX]);
/* Thaws it and all below it: a frozen group below a thawed one stays frozen. */
int thaw_v1(int dir);

/* ---- kill.c ------------------------------------------------------------------------- */

/* Sends SIGKILL to those who are in the groups now, and thaws them.  *ret_unified: the group of
 * cgroup2 whose events tell their end, or -EBADF. */
int kill_present(const struct cgroup_paths *paths, int *ret_unified);

/* ---- unit.c ------------------------------------------------------------------------- */

/* For update: sets the properties, which unit_add_limits() has made, until the unit ends. */
int cgroup_unit_set(const struct plan_unit *unit);

/* ---- devices_*.c -------------------------------------------------------------------- */

struct bpf_insn;

/* Most instructions for this many rules. */
#define DEVICES_PROGRAM_MAX(count) (8 + 8 * (count))

/*
 * Rules as a program for BPF_CGROUP_DEVICE: each of the accesses that are asked for is decided by
 * the last rule that speaks of it, and all must be allowed.  Returns the number of instructions.
 */
size_t devices_compile(const struct plan_device_rule *rules, size_t count, struct bpf_insn *ret);
/* reused: the directory was there before, perhaps with the program of a container of before. */
int devices_apply_v2(const struct plan_cgroup *plan, int dir, bool reused);

/*
 * Rules as the state that v1 can have: ret_default says what holds without an exception, and the
 * first *ret_count of ret_exceptions (room for count) are the exceptions.  -EINVAL, with a chain,
 * where a rule would punch a hole into a wider exception: v1 can't.
 */
int devices_reduce(const struct plan_device_rule *rules, size_t count, bool *ret_default,
	struct plan_device_rule *ret_exceptions, size_t *ret_count);
int devices_apply_v1(const struct plan_cgroup *plan, int dir);
