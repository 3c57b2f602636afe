/*
 * Private to cgroup/: a container's directory in one hierarchy, its control files, and its tree.
 * Codes that mean "gone" (ENOENT, ENODEV) are returned plain.
 */
#pragma once

#include <errno.h>
#include <stdint.h>

#include "libcontainer/cgroup/manager.h"

/* Opens it as O_PATH.  -ENOENT plain. */
int directory_open(const struct plan_cgroup_directory *directory, int *ret_fd);

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

/* ---- freeze.c ----------------------------------------------------------------------- */

/* Asks for it, and waits for as long as the clock is before end; -ETIMEDOUT plain. */
int freeze_v1(int dir, int64_t end);
/* Thaws it and all below it: a frozen group below a thawed one stays frozen. */
int thaw_v1(int dir);

/* ---- devices_*.c -------------------------------------------------------------------- */

struct bpf_insn;

/* Most instructions for this many rules. */
#define DEVICES_PROGRAM_MAX(count) (8 + 8 * (count))

/*
 * Rules as a program for BPF_CGROUP_DEVICE: each of the accesses that are asked for is decided by
 * the last rule that speaks of it, and all must be allowed.  Returns the number of instructions.
 */
size_t devices_compile(const struct plan_device_rule *rules, size_t count, struct bpf_insn *ret);
int devices_apply_v2(const struct plan_cgroup *plan, int dir);

/*
 * Rules as the state that v1 can have: ret_default says what holds without an exception, and the
 * first *ret_count of ret_exceptions (room for count) are the exceptions.  -EINVAL, with a chain,
 * where a rule would punch a hole into a wider exception: v1 can't.
 */
int devices_reduce(const struct plan_device_rule *rules, size_t count, bool *ret_default,
	struct plan_device_rule *ret_exceptions, size_t *ret_count);
int devices_apply_v1(const struct plan_cgroup *plan, int dir);
