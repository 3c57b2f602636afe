#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/stats.h"
#include "libcontainer/cgroup/watch.h"
#include "libcontainer/kernel/monotonic.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/lifecycle/stats_json.h"

#define auto_watch __attribute__((cleanup(cgroup_watch_close)))

static int emit_stats(const struct container *container, const struct container_events_options *o)
{
	struct cgroup_paths paths = container_cgroups(container);
	auto_arena struct arena arena = { 0 };
	auto_str struct str text = { 0 };
	struct cgroup_stats stats;

	try(cgroup_stats_read(&arena, &paths, &stats));
	try(stats_json(o->id, &stats, &text));
	return o->emit(text.text, o->context);
}

/* What has come since the last call is one event. */
static int emit_oom(struct cgroup_watch *watch, const struct container_events_options *o)
{
	auto_str struct str text = { 0 };
	int oom = cgroup_watch_oom(watch);

	if (oom <= 0)
		return oom;
	try(stats_json_oom(o->id, &text));
	return o->emit(text.text, o->context);
}

/* Until the time has come, or something happened: 1 where the container has ended. */
static int wait_until(
	const struct container *container, const struct cgroup_watch *watch, int64_t end)
{
	struct pollfd fds[] = {
		{ .fd = container->pidfd, .events = POLLIN },
		{ .fd = watch->fd, .events = POLLIN },
	};
	int64_t left = end - monotonic_milliseconds();

	left = left < 0 ? 0 : left > INT_MAX ? INT_MAX : left;
	if (poll(fds, COUNT_OF(fds), (int)left) < 0 && errno != EINTR)
		return fail(errno, "wait for events");
	return fds[0].revents != 0;
}

static int watch_container(
	const struct container *container, const struct container_events_options *o)
{
	auto_watch struct cgroup_watch watch = { .fd = -EBADF, .dir = -EBADF };
	struct cgroup_paths paths = container_cgroups(container);
	int64_t next = monotonic_milliseconds() + o->interval;
	int ended = 0;

	try(cgroup_watch_open(&paths, &watch));
	while (!ended) {
		ended = wait_until(container, &watch, next);
		try(ended);
		/* Once more when it has ended: mostly that is why. */
		try(emit_oom(&watch, o));
		if (ended || monotonic_milliseconds() < next)
			continue;
		try(emit_stats(container, o));
		next = monotonic_milliseconds() + o->interval;
	}
	return 0;
}

static int events(const struct container_context *c, const struct container_events_options *o)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, o->id, STORE_UNLOCKED, &container));
	if (container.pidfd < 0 || container.status == STATUS_STOPPED)
		return refuse_as(ESRCH, "container with id %s is not running", o->id);
	if (container_cgroups(&container).count == 0)
		return refuse_as(ENOTSUP, "container has no control group that could be read");
	return o->stats ? emit_stats(&container, o) : watch_container(&container, o);
}

int container_events(const struct container_context *c, const struct container_events_options *o)
{
	try(events(c, o), "events of '%s'", o->id);
	return 0;
}
