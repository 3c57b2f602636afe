/* Ending and signalling all processes of a container. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/pidfd.h"

/* Frozen processes can't go away, so that their pids are still theirs when the signal is sent. */
#define FREEZE_PATIENCE 50
/* How many processes a message names. */
#define NAMED_MAX 8

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Opens the v1 freezer; -ENOENT plain where there is none. */
static int open_freezer_v1(const struct cgroup_paths *paths, int *ret_fd)
{
	int index = directory_find(paths->items, paths->count, "freezer");

	if (index < 0 || paths->items[index].unified)
		return -ENOENT;
	return directory_open(&paths->items[index], ret_fd);
}

static void send_all(const pid_t *pids, size_t count, int signal)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] > 1 && pids[i] != getpid())
			(void)kill(pids[i], signal); /* it may be gone by now */
}

int cgroup_signal(const struct cgroup_paths *paths, int signal)
{
	auto_free pid_t *pids = NULL;
	auto_close int freezer = -EBADF;
	size_t count = 0;

	int frozen = cgroup_is_frozen(paths);
	try(frozen);
	int found = open_freezer_v1(paths, &freezer);
	if (found == 0 && !frozen)
		(void)freeze_v1(freezer, clock_now() + FREEZE_PATIENCE); /* as well as it goes */

	int code = cgroup_pids(paths, &pids, &count);
	send_all(pids, count, signal);
	if (found == 0 && !frozen)
		(void)file_write_value(freezer, "freezer.state", "THAWED"); /* gone: no matter */
	return code;
}

/* The kernel's own way, which no fork can escape.  -ENOENT plain where it has none. */
static int kill_unified(const struct cgroup_paths *paths, int *ret_dir)
{
	for (size_t i = 0; i < paths->count; i++) {
		auto_close int dir = -EBADF;

		if (!paths->items[i].unified)
			continue;
		try(directory_open(&paths->items[i], &dir));
		int code = file_write_value(dir, "cgroup.kill", "1");
		/* A threaded group can't, but its processes are still to be had one by one. */
		if (is_gone(code) || code == -EOPNOTSUPP)
			return -ENOENT;
		try(code, "'%s'", paths->items[i].path);
		*ret_dir = steal_fd(&dir);
		return 0;
	}
	return -ENOENT;
}

/* v1's way: a frozen process gets no signal before it is thawed, a thawed one may fork. */
static int kill_one_by_one(const struct cgroup_paths *paths)
{
	auto_close int freezer = -EBADF;

	try(cgroup_signal(paths, SIGKILL));
	if (open_freezer_v1(paths, &freezer) == 0)
		try(thaw_v1(freezer));
	return 0;
}

static int name_process(struct str *text, pid_t pid)
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

static int name_those_left(const pid_t *pids, size_t count)
{
	auto_str struct str text = { 0 };

	for (size_t i = 0; i < count && i < NAMED_MAX; i++)
		if (name_process(&text, pids[i]) < 0)
			break;
	return refuse_as(ETIMEDOUT, "%zu process(es) survive SIGKILL:%s%s", count,
		text.text ? text.text : "", count > NAMED_MAX ? " ..." : "");
}

int cgroup_kill(const struct cgroup_paths *paths, int timeout)
{
	int64_t end = clock_now() + timeout;

	for (int pause = 1;; pause = pause < 64 ? pause * 2 : pause) {
		auto_free pid_t *pids = NULL;
		auto_close int unified = -EBADF;
		size_t count = 0;

		try(cgroup_pids(paths, &pids, &count));
		if (count == 0)
			return 0;
		if (pause > 1 && clock_now() >= end)
			return name_those_left(pids, count);

		int code = kill_unified(paths, &unified);
		error_clear();
		/* Where a v1 freezer may hold them, too, or where only single signals work. */
		if (code < 0 || paths->count > 1)
			try(kill_one_by_one(paths));
		if (code == 0)
			(void)events_await(unified, "populated", 0, /* looks again anyway */
				earlier(end, clock_now() + (paths->count > 1 ? pause : 1000)));
		else
			clock_sleep(pause);
	}
}
