/* Ending and signalling all processes of a container. */
#include <signal.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/pidfd.h"

/* ms */
#define FREEZE_PATIENCE 2000
/* Rounds after those who forked away from a signal, before they are frozen. */
#define ROUNDS_MAX 16
/* Descriptors that are open at once. */
#define BATCH 64

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

/* ---- signals --------------------------------------------------------------------------- */

static bool has_pid(const pid_t *pids, size_t count, pid_t pid)
{
	for (size_t low = 0, high = count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (pids[middle] == pid)
			return true;
		if (pids[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * A number may have become another process' since the groups were read: a descriptor is of who had
 * it, and who is alive and in the groups after that is still the one.
 */
static int send_batch(const struct cgroup_paths *paths, const pid_t *pids, size_t count, int signal)
{
	auto_pids struct pids again = { 0 };
	int pidfds[BATCH], code = 0;

	for (size_t i = 0; i < count; i++) {
		pidfds[i] = -EBADF;
		int r = code < 0 ? code : pidfd_make(pids[i], &pidfds[i]);
		if (r != -ESRCH) /* gone, or one thread of many */
			code = r;
	}
	if (code == 0)
		code = cgroup_pids(paths, &again.items, &again.count);
	for (size_t i = 0; i < count; i++) {
		if (code == 0 && pidfds[i] >= 0 && has_pid(again.items, again.count, pids[i])) {
			int r = pidfd_signal(pidfds[i], signal);
			if (r != -ESRCH)
				code = r;
		}
		fd_close(&pidfds[i]);
	}
	return code;
}

/* Sends to all in the groups but those who were sent to before; says how many these are. */
static int send_round(
	const struct cgroup_paths *paths, int signal, struct pids *sent, size_t *ret_count)
{
	auto_pids struct pids now = { 0 };
	pid_t batch[BATCH];
	size_t waiting = 0;

	try(cgroup_pids(paths, &now.items, &now.count));
	*ret_count = 0;
	for (size_t i = 0; i < now.count; i++) {
		pid_t pid = now.items[i];

		if (pid <= 1 || pid == getpid() || has_pid(sent->items, sent->count, pid))
			continue;
		batch[waiting++] = pid;
		(*ret_count)++;
		if (waiting == BATCH) {
			try(send_batch(paths, batch, waiting, signal));
			waiting = 0;
		}
	}
	if (waiting > 0)
		try(send_batch(paths, batch, waiting, signal));
	pids_done(sent);
	*sent = now;
	now = (struct pids){ 0 };
	return 0;
}

/* Frozen processes neither fork nor end while they are counted.  Not with us among them. */
static int hold(const struct cgroup_paths *paths, int *ret_dir)
{
	int index = directory_find(paths->items, paths->count, "freezer");
	struct pids now = { 0 };

	if (index < 0 || cgroup_is_frozen(paths) != 0)
		return -ENOENT;
	int code = cgroup_pids(paths, &now.items, &now.count);
	bool among = code < 0 || has_pid(now.items, now.count, getpid());
	pids_done(&now);
	if (among)
		return -ENOENT;

	const struct plan_cgroup_directory *directory = &paths->items[index];
	int64_t end = clock_now() + FREEZE_PATIENCE;
	try(directory_open(directory, ret_dir));
	return directory->unified ? freeze_v2(*ret_dir, end) : freeze_v1(*ret_dir, end);
}

static void release(const struct cgroup_paths *paths, int dir)
{
	int index = directory_find(paths->items, paths->count, "freezer");

	if (dir >= 0)
		(void)freezer_thaw(paths->items[index].unified, dir); /* gone: no matter */
}

/*
 * Once a round finds nobody new, everybody has had the signal: who was forked before its parent had
 * it was there to be found.  Only those who fork on and on are frozen, since for that moment the
 * container would seem paused to others.
 */
int cgroup_signal(const struct cgroup_paths *paths, int signal)
{
	auto_pids struct pids sent = { 0 };
	auto_close int unified = -EBADF, freezer = -EBADF;
	size_t count = 1;
	int code = 0;

	if (signal == SIGKILL && kill_unified(paths, &unified) == 0 && paths->count == 1)
		return 0;
	for (int round = 0; code == 0 && count > 0 && round < ROUNDS_MAX; round++)
		code = send_round(paths, signal, &sent, &count);
	if (code < 0 || count == 0 || signal == 0)
		return code;
	(void)hold(paths, &freezer); /* as well as it goes */
	error_clear();
	code = send_round(paths, signal, &sent, &count);
	release(paths, freezer);
	return code;
}

/* ---- SIGKILL until all are gone --------------------------------------------------------- */

/* v1's way: a frozen process gets no signal before it is thawed, a thawed one may fork. */
static int kill_one_by_one(const struct cgroup_paths *paths)
{
	auto_close int freezer = -EBADF;

	try(cgroup_signal(paths, SIGKILL));
	if (open_freezer_v1(paths, &freezer) == 0)
		try(thaw_v1(freezer));
	return 0;
}

/* By cgroup.kill; one by one where a v1 freezer may hold them, too, or nothing else works. */
int kill_present(const struct cgroup_paths *paths, int *ret_unified)
{
	*ret_unified = -EBADF;
	int code = kill_unified(paths, ret_unified);

	error_clear();
	return code < 0 || paths->count > 1 ? kill_one_by_one(paths) : 0;
}

static int name_those_left(const struct cgroup_paths *paths, const pid_t *pids, size_t count)
{
	int freezer = directory_find(paths->items, paths->count, "freezer");
	uninitialized char above[PATH_MAX];
	auto_str struct str text = { 0 };

	pids_describe(pids, count, &text);
	/* v1's freezer holds back even SIGKILL. */
	bool held = freezer >= 0 && freezer_find_above(&paths->items[freezer], above);
	return refuse_as(ETIMEDOUT, "%zu process(es) survive SIGKILL:%s%s%s%s", count,
		text.text ? text.text : "", held ? "; frozen by '" : "", held ? above : "",
		held ? "'" : "");
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
			return name_those_left(paths, pids, count);

		try(kill_present(paths, &unified));
		if (unified >= 0)
			(void)events_await(unified, "populated", 0, /* looks again anyway */
				earlier(end, clock_now() + (paths->count > 1 ? pause : 1000)));
		else
			clock_sleep(pause);
	}
}
