/* The processes in a container's groups. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/pidfd.h"

/* How many processes a message names. */
#define NAMED_MAX 8

void pids_done(struct pids *pids)
{
	free(pids->items);
}

static int pids_add(struct pids *pids, pid_t pid)
{
	if (pids->count == pids->capacity) {
		size_t room = pids->capacity ? pids->capacity * 2 : 64;
		pid_t *items = reallocarray(pids->items, room, sizeof(*items));

		if (!items)
			return fail(ENOMEM, "list processes");
		pids->items = items;
		pids->capacity = room;
	}
	pids->items[pids->count++] = pid;
	return 0;
}

/* Reads ids from a file in pieces, as there may be millions: one per line. */
static int read_ids(int fd, struct pids *pids)
{
	uninitialized char text[4096];
	long id = 0;

	for (;;) {
		ssize_t size = read(fd, text, sizeof(text));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (size == 0)
			return 0;
		for (ssize_t i = 0; i < size; i++) {
			if (text[i] >= '0' && text[i] <= '9' && id < INT_MAX / 10) {
				id = id * 10 + (text[i] - '0');
				continue;
			}
			/* 0 is a process of a pid namespace that is not below ours. */
			if (id > 0)
				try(pids_add(pids, (pid_t)id));
			id = 0;
		}
	}
}

static int collect(int fd, size_t depth, void *context)
{
	struct pids *pids = context;
	auto_close int file = openat(fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return is_gone(-errno) ? 0 : fail(errno, "open 'cgroup.procs'");

	int code = read_ids(file, pids);
	/* A threaded group does not tell its processes; its domain above does, if that is ours. */
	if (code == -EOPNOTSUPP && depth == 0) {
		auto_close int threads = openat(fd, "cgroup.threads", O_RDONLY | O_CLOEXEC);

		code = threads < 0 ? -errno : read_ids(threads, pids);
	} else if (code == -EOPNOTSUPP) {
		code = 0;
	}
	if (code < 0 && !is_gone(code))
		return fail(code, "read 'cgroup.procs'");
	return 0;
}

int pids_collect(int dir, struct pids *pids)
{
	const struct walk walk = { .enter = collect, .context = pids };

	return walk_tree(dir, &walk);
}

static int compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int cgroup_pids(const struct cgroup_paths *paths, pid_t **ret_pids, size_t *ret_count)
{
	auto_pids struct pids pids = { 0 };
	size_t count = 0;

	/* All hierarchies: a process may have left the group in one of them. */
	for (size_t i = 0; i < paths->count; i++) {
		auto_close int dir = -EBADF;
		int code = directory_open(&paths->items[i], &dir);

		if (code == -ENOENT)
			continue;
		try(code);
		try(pids_collect(dir, &pids), "'%s'", paths->items[i].path);
	}
	if (pids.count > 0)
		qsort(pids.items, pids.count, sizeof(*pids.items), compare);
	for (size_t i = 0; i < pids.count; i++)
		if (count == 0 || pids.items[i] != pids.items[count - 1])
			pids.items[count++] = pids.items[i];
	*ret_pids = steal_ptr(pids.items);
	*ret_count = count;
	return 0;
}

/* ---- in words ------------------------------------------------------------------------- */

static int describe(pid_t pid, struct str *text)
{
	struct process_facts facts;
	char path[64], wait[64] = "";

	if (process_read_facts(pid, &facts) < 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	if (file_read_into(AT_FDCWD, path, wait, sizeof(wait)) <= 0 || strcmp(wait, "0") == 0)
		return str_printf(text, " %d (%c)", pid, facts.state);
	return str_printf(text, " %d (%c, waits in %s)", pid, facts.state, wait);
}

void pids_describe(const pid_t *pids, size_t count, struct str *text)
{
	for (size_t i = 0; i < count && i < NAMED_MAX; i++)
		if (describe(pids[i], text) < 0)
			return; /* out of memory: fewer words */
	if (count > NAMED_MAX)
		(void)str_append(text, " ...");
}
