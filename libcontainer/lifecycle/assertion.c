#include "libcontainer/lifecycle/assertion.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "libcontainer/audit/audit.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/kernel/trace.h"
#include "libcontainer/store/files.h"

#define EXPECTED_MAX (1U << 20)
#define LOOK_AGAIN 2 /* ms */
#define END_TIMEOUT 10000

int assertion_begin(const struct container_context *c, struct container *container,
	struct assertion *ret_assertion)
{
	struct file_text file;

	if (!c->assert_start || container->status != STATUS_CREATED)
		return 0;
	int r = file_read_own(
		&container->arena, container->directory, STORE_EXPECTED, EXPECTED_MAX, &file);
	if (r == -ENOENT)
		return 0;
	try(r);
	try(trace_seize(container->record.pid), "assertion");
	ret_assertion->expected = file.text;
	return 0;
}

/* 0: it has not executed its program yet; 1: it has; 2: it has ended or is frozen. */
static int look(const struct container *container, bool *ret_frozen)
{
	struct cgroup_paths paths = container_cgroups(container);
	bool executed, ended;

	try(trace_look(container->record.pid, &executed, &ended), "assertion");
	if (executed)
		return 1;
	if (ended)
		return 2;
	int frozen = paths.count > 0 ? cgroup_is_frozen(&paths) : 0;
	*ret_frozen = frozen > 0;
	return frozen > 0 ? 2 : frozen;
}

static int check(const struct assertion *assertion, const struct container *container)
{
	auto_close int procfs = -EBADF;
	pid_t pid = container->record.pid;

	try(procfs_open(&procfs));
	try(audit_program(procfs, pid, assertion->expected));
	return trace_release(pid);
}

/* It must not run; what is left can be looked at, and deleted. */
static int end_program(const struct container *container, int code)
{
	char words[ERROR_TEXT_SIZE];

	(void)snprintf(words, sizeof(words), "%s", error_text());
	if (pidfd_signal(container->pidfd, SIGKILL) == 0)
		(void)pidfd_await(container->pidfd, END_TIMEOUT);
	return error_set(code, words);
}

int assertion_await(const struct assertion *assertion, const struct container *container)
{
	bool frozen = false;
	int r;

	if (!assertion->expected)
		return 0;
	while ((r = look(container, &frozen)) == 0)
		(void)poll(NULL, 0, LOOK_AGAIN);
	if (r == 2)
		return frozen ? 1 : 0;
	if (r == 1)
		r = check(assertion, container);
	return r < 0 ? end_program(container, r) : 0;
}
