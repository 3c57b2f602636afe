#include <signal.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/lifecycle/open.h"

/* SIGKILL waits for the end of v1's frost: who was killed before it came is to die, and not to
 * wait. */
static int spare_the_doomed(const struct container *container, const struct cgroup_paths *paths)
{
	if (!process_has_pending(container->record.pid, SIGKILL))
		return 0;
	try(cgroup_freeze(paths, false));
	return status_allow(STATUS_VERB_PAUSE, STATUS_STOPPED);
}

static int set_frozen(
	const struct container_context *c, const char *id, enum status_verb verb, bool frozen)
{
	/* Hooks may call us while `create` has the lock: what can't be is said without waiting. */
	for (enum store_lock lock = STORE_UNLOCKED; lock <= STORE_LOCKED; lock++) {
		auto_container struct container container = CONTAINER_NONE;

		try(container_open(c, id, lock, &container));
		try(status_allow(verb, container.status));
		if (lock == STORE_UNLOCKED)
			continue;
		struct cgroup_paths paths = container_cgroups(&container);
		if (paths.count == 0)
			return refuse_as(ENOTSUP, "container has no cgroup that could be frozen");
		try(cgroup_freeze(&paths, frozen));
		return frozen ? spare_the_doomed(&container, &paths) : 0;
	}
	return 0;
}

int container_pause(const struct container_context *c, const char *id)
{
	try(set_frozen(c, id, STATUS_VERB_PAUSE, true), "pause '%s'", id);
	return 0;
}

int container_resume(const struct container_context *c, const char *id)
{
	try(set_frozen(c, id, STATUS_VERB_RESUME, false), "resume '%s'", id);
	return 0;
}
