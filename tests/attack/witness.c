/* What is looked at, and done, in the calls of the runtime. */
#include "tests/attack/attack.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- mounts of the runtime's process ----------------------------------------------------------
 */

/* Its paths are the host's as long as its root is. */
static bool has_host_root(pid_t pid)
{
	char path[64];
	struct stat its, ours;

	(void)snprintf(path, sizeof(path), "/proc/%d/root", pid);
	return stat(path, &its) == 0 && stat("/", &ours) == 0 && its.st_dev == ours.st_dev &&
	       its.st_ino == ours.st_ino;
}

struct mount_line {
	int id, parent;
	char point[256];
};

struct mount_table {
	struct mount_line *lines;
	size_t count, room;
};

static void table_add(struct mount_table *table, const char *text)
{
	if (table->count == table->room) {
		table->room = table->room ? 2 * table->room : 128;
		table->lines = realloc(table->lines, table->room * sizeof(*table->lines));
		if (!table->lines)
			err(2, "list mounts");
	}
	struct mount_line *line = &table->lines[table->count];
	if (sscanf(text, "%d %d %*s %*s %255s", &line->id, &line->parent, line->point) == 3)
		table->count++;
}

static void table_read(struct mount_table *table, const char *path)
{
	FILE *file = fopen(path, "re");
	char text[4096];

	table->count = 0;
	while (file && fgets(text, sizeof(text), file))
		table_add(table, text);
	if (file)
		(void)fclose(file);
}

/*
 * Whether it is on the volume or on a mount that is.  The name alone does not tell: that of a
 * directory that was moved out of the container's root begins where the moved one does.
 */
static bool is_inside(const struct mount_table *table, const struct mount_line *line,
	const char *volume, int depth)
{
	if (strncmp(line->point, volume, strlen(volume)) == 0)
		return true;
	for (size_t i = 0; i < table->count && depth < 64; i++) {
		if (table->lines[i].id == line->parent && &table->lines[i] != line)
			return is_inside(table, &table->lines[i], volume, depth + 1);
	}
	return false;
}

/* Nothing is mounted but in the volume, where the container's root is. */
static void look_at_mounts(struct witness *witness, pid_t pid)
{
	static struct mount_table theirs, ours;
	const char *volume = witness->attacker->volume;
	size_t allowed = 0, found = 0;
	char path[64];

	if (witness->violation[0] || !has_host_root(pid))
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	table_read(&theirs, path);
	table_read(&ours, "/proc/self/mountinfo");
	for (size_t i = 0; i < ours.count; i++)
		allowed += !is_inside(&ours, &ours.lines[i], volume, 0);
	for (size_t i = 0; i < theirs.count; i++) {
		if (is_inside(&theirs, &theirs.lines[i], volume, 0) || ++found <= allowed)
			continue;
		(void)snprintf(witness->violation, ROOM, "mounted on the host's '%s'",
			theirs.lines[i].point);
		break;
	}
}

/* ---- faults ------------------------------------------------------------------------------------
 */

/* The runtime's memory, at the entry of a call of its. */
static void poke(pid_t pid, unsigned long address, long value)
{
	(void)ptrace(PTRACE_POKEDATA, pid, address, value);
}

static long peek(pid_t pid, unsigned long address)
{
	errno = 0;
	return ptrace(PTRACE_PEEKDATA, pid, address, NULL);
}

static void follow(const struct call *call)
{
	char path[ROOM];
	size_t slashes = strspn(path_of_call(call, path), "/");

	poke(call->pid, call->arguments[2] + offsetof(struct open_how, resolve), 0);
	/* As who puts the root's path in front of the image's: relative to it. */
	if (path[slashes])
		inject_argument(call->pid, 1, call->arguments[1] + slashes);
}

static void open_wholly(const struct call *call)
{
	const unsigned long but = O_NONBLOCK | O_PATH;
	unsigned long at = call->arguments[2] + offsetof(struct open_how, flags);

	if (call->number == SYS_openat)
		inject_argument(call->pid, 2, call->arguments[2] & ~but);
	else if (call->number == SYS_openat2)
		poke(call->pid, at, peek(call->pid, at) & ~(long)but);
}

static void seed_fault(const struct witness *witness, const struct call *call)
{
	switch (attack.fault) {
	case FAULT_FOLLOW:
		if (call->number == SYS_openat2)
			follow(call);
		break;
	case FAULT_WALK:
		if (call->number == SYS_openat)
			inject_argument(
				call->pid, 2, call->arguments[2] & ~(unsigned long)O_NOFOLLOW);
		break;
	case FAULT_HANG:
		if (witness->swap == SWAP_FIFO)
			open_wholly(call);
		break;
	case FAULT_NONE:
		break;
	}
}

/* ---- the visitor -------------------------------------------------------------------------------
 */

/* Only who mounts is looked at: the table of others may be changing meanwhile. */
static bool is_mounter(struct witness *witness, const struct call *call)
{
	for (size_t i = 0; i < witness->mounter_count; i++) {
		if (witness->mounters[i] == call->pid)
			return true;
	}
	if ((call->number == SYS_mount || call->number == SYS_move_mount) &&
		witness->mounter_count < MOUNTERS_MAX)
		witness->mounters[witness->mounter_count++] = call->pid;
	return false;
}

/* Where a process has done what it does with the host's paths. */
static bool is_turning_point(int number)
{
	return number == SYS_pivot_root || number == SYS_chroot || number == SYS_exit_group;
}

static bool look(void *context, const struct call *call)
{
	struct witness *witness = context;
	char path[ROOM];

	if (is_mounter(witness, call) && witness->swapped && is_turning_point(call->number))
		look_at_mounts(witness, call->pid);
	bool counts = path_of_call(call, path)[0];
	if (witness->swapped)
		seed_fault(witness, call);
	return counts;
}

static void before(void *context, const struct call *call)
{
	struct witness *witness = context;

	(void)path_of_call(call, witness->path);
	swap_do(witness->attacker, witness->swap, witness->group);
	witness->swapped = true;
}

static void after(void *context)
{
	struct witness *witness = context;

	if (!witness->back)
		swap_undo(witness->attacker, witness->swap, witness->group);
	witness->back = true;
}

/* Re-executions of the runtime are still it. */
static bool is_foreign(void *context, pid_t pid)
{
	const struct witness *witness = context;
	char path[64];
	struct stat facts;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return stat(path, &facts) == 0 && facts.st_dev == witness->device &&
	       facts.st_ino == witness->inode;
}

struct visitor witness_visitor(struct witness *witness)
{
	return (struct visitor){
		.context = witness,
		.look = look,
		.before = before,
		.after = after,
		.is_foreign = is_foreign,
	};
}
