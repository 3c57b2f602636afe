#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/lifecycle/assertion.h"
#include "libcontainer/lifecycle/notify.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/plan/annotations.h"
#include "libcontainer/store/directory.h"

/* ms, after which a container is looked at that has not executed its program. */
#define PATIENCE 100

/*
 * startContainer hooks take as long as they take, but who was frozen meanwhile does nothing more:
 * that container has been started and paused, and what comes after is not ours to wait for.
 */
static int await_program(
	const struct container *container, const struct assertion *assertion, int report)
{
	struct cgroup_paths paths = container_cgroups(container);
	int r = assertion_await(assertion, container);

	if (r != 0)
		return r < 0 ? r : 0;
	while ((r = store_await(report, PATIENCE)) == -ETIMEDOUT) {
		int frozen = paths.count > 0 ? cgroup_is_frozen(&paths) : 0;

		if (frozen != 0)
			return frozen < 0 ? frozen : 0;
	}
	return r;
}

/* As runc, and why, where it stopped of itself: nobody came in time. */
static int refuse_stopped(const struct container *container)
{
	const struct record *record = &container->record;
	int r = status_allow(STATUS_VERB_START, STATUS_STOPPED);
	char words[128];
	uint32_t limit;

	(void)snprintf(words, sizeof(words), "%s", error_text());
	if (annotations_created_timeout(&record->annotations, &limit) < 0 || limit == 0 ||
		process_age(record->start_time) < limit ||
		!store_is_unstarted(container->directory))
		return error_set(r, words);
	return refuse_as(r, "%s: it was not started within %u s of its creation", words, limit);
}

static int start_program(struct container *container, const struct assertion *assertion)
{
	auto_close int report = -EBADF;

	if (container->status == STATUS_STOPPED)
		return refuse_stopped(container);
	try(status_allow(STATUS_VERB_START, container->status));
	int r = store_start(container->directory, &report);
	if (r == -ENXIO)
		return refuse_stopped(container);
	try(r);
	return await_program(container, assertion, report);
}

/* Before the program can look for it.  Leaves -EBADF where nobody is to be told. */
static int make_notify(const struct container *container, int *ret_socket)
{
	if (!notify_address() || container->status != STATUS_CREATED)
		return 0;
	int r = store_bind_notify(container->directory, ret_socket);
	if (r == -ENOENT) {
		log_warning("NOTIFY_SOCKET: nobody is told when the container is ready, as it was "
			    "created without");
		return 0;
	}
	return r;
}

/* runc's way: a container whose poststart hooks fail does not stay. */
static int start_undo(const struct container_context *c, const char *id, int code)
{
	auto_free char *words = strdup(error_text());

	if (container_delete(c, id, true) < 0)
		log_warning("after the failure: %s", error_text());
	return error_set(code, words ? words : "error running poststart hook");
}

static int start_container(const struct container_context *c, const char *id)
{
	auto_container struct container container = CONTAINER_NONE;
	auto_close int notify = -EBADF;

	try(container_open(c, id, STORE_LOCKED, &container));
	try(make_notify(&container, &notify));
	struct assertion assertion = ASSERTION_NONE;
	try(assertion_begin(c, &container, &assertion));
	try(start_program(&container, &assertion));

	/* Hooks may call us, and they may take their time. */
	store_unlock(container.directory);
	int r = container_run_hooks(&container, PLAN_HOOK_POSTSTART, STATUS_RUNNING);
	if (r < 0)
		return start_undo(c, id, r);
	notify_await(&notify, notify_address(), container.record.pid, container.pidfd);
	return 0;
}

int container_start(const struct container_context *c, const char *id)
{
	try(start_container(c, id), "start '%s'", id);
	return 0;
}
