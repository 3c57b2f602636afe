#include <signal.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/lifecycle/open.h"

int container_signal(const char *word, int *ret_signal)
{
	/* It reaches nobody, and tells whether it would: kill(2). */
	if (strcmp(word, "0") == 0) {
		*ret_signal = 0;
		return 0;
	}
	return signal_parse(word, ret_signal);
}

/*
 * Whether the signal is for all processes.  Init's end takes its pid namespace with it, but where
 * init is in the host's or another container's, SIGKILL has to reach the others too, even when init
 * has gone.
 */
static bool wants_all(const struct container *container, int signal, bool all)
{
	return all || (signal == SIGKILL && !container->record.own_pid_namespace);
}

static int kill_processes(struct container *container, int signal, bool all)
{
	struct cgroup_paths paths = container_cgroups(container);

	/* What is in its groups by now is its creator's to end. */
	if (container->status == STATUS_CREATING)
		return status_allow(STATUS_VERB_KILL, container->status);
	if (wants_all(container, signal, all) && cgroups_are_populated(&paths))
		return cgroup_signal(&paths, signal);
	if (container->status == STATUS_STOPPED && all)
		return 0; /* what is asked for is so already */
	try(status_allow(STATUS_VERB_KILL, container->status));

	int r = pidfd_signal(container->pidfd, signal);
	if (r == -ESRCH) /* it has ended since we looked */
		return all ? 0 : status_allow(STATUS_VERB_KILL, STATUS_STOPPED);
	return r;
}

static bool has_v1_freezer(const struct cgroup_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++) {
		if (!paths->items[i].unified && strstr(paths->items[i].controllers, "freezer"))
			return true;
	}
	return false;
}

/*
 * The freezer of v1 holds back even SIGKILL; that of cgroup2 does not, and a `pause` that waits for
 * it must not be crossed.  It is looked at only now: a `pause` may have come between, and one that
 * comes later finds the signal.
 */
static int thaw(const struct container *container)
{
	struct cgroup_paths paths = container_cgroups(container);

	if (!has_v1_freezer(&paths))
		return 0;
	int frozen = cgroup_is_frozen(&paths);
	return frozen > 0 ? cgroup_freeze(&paths, false) : frozen;
}

static int kill_container(const struct container_context *c, const char *id, int signal, bool all)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, STORE_UNLOCKED, &container));
	try(kill_processes(&container, signal, all));

	return signal == SIGKILL ? thaw(&container) : 0;
}

int container_kill(const struct container_context *c, const char *id, int signal, bool all)
{
	try(kill_container(c, id, signal, all), "kill '%s'", id);
	return 0;
}
