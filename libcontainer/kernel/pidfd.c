#include "libcontainer/kernel/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/monotonic.h"

#define PF_EXITING 0x4 /* of a task's flags, proc_pid_stat(5): the kernel's own number */

int pidfd_make(pid_t pid, int *ret_fd)
{
	int fd = pidfd_open(pid, 0); /* close-on-exec by itself */

	/*
	 * The number may live on as that of a process group or a session, or be that of a thread,
	 * but no process has it.  Linux says EINVAL up to 6.15 or so, then ENOENT for a thread.
	 */
	if (fd < 0 && (errno == ESRCH || errno == EINVAL || errno == ENOENT))
		return -ESRCH;
	if (fd < 0)
		return fail(errno, "open process %d", pid);
	*ret_fd = fd;
	return 0;
}

int pidfd_signal(int pidfd, int signal)
{
	if (pidfd_send_signal(pidfd, signal, NULL, 0) < 0)
		return errno == ESRCH ? -ESRCH : fail(errno, "send signal %d", signal);
	return 0;
}

int pidfd_await(int pidfd, int timeout)
{
	struct pollfd entry = { .fd = pidfd, .events = POLLIN };
	int64_t end = timeout > 0 ? monotonic_milliseconds() + timeout : 0;

	for (;;) {
		int ready = poll(&entry, 1, timeout);

		if (ready > 0 && (entry.revents & POLLNVAL))
			return fail(EBADF, "wait for a process");
		if (ready > 0)
			return 0;
		if (ready == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return fail(errno, "wait for a process");
		if (timeout > 0) {
			int64_t left = end - monotonic_milliseconds();
			timeout = left > 0 ? (int)left : 0;
		}
	}
}

int pidfd_take(int pidfd, int number, int *ret_fd)
{
	int fd = pidfd_getfd(pidfd, number, 0);

	if (fd < 0)
		return fail(errno, "pidfd_getfd of descriptor %d", number);
	*ret_fd = fd;
	return 0;
}

int pidfd_reap(int pidfd, int *ret_status)
{
	siginfo_t facts = { 0 };
	int r;

	do
		r = waitid(P_PIDFD, (id_t)pidfd, &facts, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail(errno, "reap a process");

	switch (facts.si_code) {
	case CLD_EXITED:
		*ret_status = W_EXITCODE(facts.si_status, 0);
		break;
	case CLD_DUMPED:
		*ret_status = W_EXITCODE(0, facts.si_status) | WCOREFLAG;
		break;
	default:
		*ret_status = W_EXITCODE(0, facts.si_status);
		break;
	}
	return 0;
}

/* The fields behind the command's name, which may hold ") R 1" itself: it ends at the last ')'. */
static int parse_stat(const char *text, struct process_facts *facts)
{
	enum { STATE_FIELD = 3, FLAGS_FIELD = 9, START_TIME_FIELD = 22 };
	const char *next = strrchr(text, ')');
	char *end;

	if (!next || next[1] != ' ' || next[2] == '\0')
		return -EBADMSG;
	next += 2;
	facts->state = *next;
	for (int field = STATE_FIELD; field < START_TIME_FIELD; field++) {
		next = strchr(next, ' ');
		if (!next)
			return -EBADMSG;
		next++;
		if (field + 1 == FLAGS_FIELD)
			facts->ending = strtoul(next, NULL, 10) & PF_EXITING;
	}
	errno = 0;
	facts->start_time = strtoull(next, &end, 10);
	return errno != 0 || end == next || *end != ' ' ? -EBADMSG : 0;
}

int process_read_facts(pid_t pid, struct process_facts *ret_facts)
{
	struct process_facts facts;
	uninitialized char path[32], text[2048];

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	ssize_t got = file_read_into(AT_FDCWD, path, text, sizeof(text));
	/* ESRCH: it ended between open and read. */
	if (got == -ENOENT || got == -ESRCH) {
		error_clear();
		return -ESRCH;
	}
	try((int)got);
	if (parse_stat(text, &facts) < 0)
		return refuse_as(EBADMSG, "'%s' is malformed", path);
	*ret_facts = facts;
	return 0;
}

uint64_t process_age(uint64_t start_time)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), born = start_time / ticks;
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail with this clock */
	return (uint64_t)now.tv_sec > born ? (uint64_t)now.tv_sec - born : 0;
}

bool process_has_pending(pid_t pid, int signal)
{
	static const char *const sets[] = { "\nSigPnd:\t", "\nShdPnd:\t" };
	uninitialized char path[32], text[4096];

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (file_read_into(AT_FDCWD, path, text, sizeof(text)) < 0) {
		error_clear();
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		const char *set = strstr(text, sets[i]);

		if (set &&
			strtoull(set + strlen(sets[i]), NULL, 16) & (UINT64_C(1) << (signal - 1)))
			return true;
	}
	return false;
}

int process_is_alive(pid_t pid, uint64_t start_time)
{
	struct process_facts facts;
	int r = process_read_facts(pid, &facts);

	if (r < 0)
		return r == -ESRCH ? 0 : r;
	return facts.start_time == start_time && facts.state != 'Z' && facts.state != 'X';
}
