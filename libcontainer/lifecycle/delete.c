#include <signal.h>
#include <time.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/rdt/resctrl.h"
#include "libcontainer/store/directory.h"

#define PATIENCE 10000 /* milliseconds: what runc waits too */

/* Init first: it is known even where there is no cgroup, and without it nothing new is started. */
static int kill_all(const struct container *container)
{
	struct cgroup_paths paths = container_cgroups(container);

	if (container->pidfd >= 0) {
		int r = pidfd_signal(container->pidfd, SIGKILL);
		if (r != -ESRCH)
			try(r);
	}
	if (paths.count > 0) {
		/* This reaches what is frozen too. */
		try(cgroup_kill(&paths, PATIENCE));
	}
	if (container->pidfd >= 0) {
		int r = pidfd_await(container->pidfd, PATIENCE);
		if (r == -ETIMEDOUT)
			return refuse_as(ETIMEDOUT, "container init still running: process %d",
				container->record.pid);
		try(r);
	}
	return 0;
}

/*
 * What is left of the unit is its name, which a failed one keeps.  A bus that is gone, with a
 * user's session, has taken its units along.
 */
static void stop_unit(const struct container *container)
{
	const struct plan_unit unit = {
		.name = container->record.unit,
		.user = container->record.unit_user,
	};

	/* Where the creation was refused it may be another's. */
	if (!unit.name || container_cgroups(container).count == 0)
		return;
	if (cgroup_unit_stop(&unit) < 0)
		log_warning("%s", error_text());
	error_clear();
}

static int remove_cgroups(const struct container *container)
{
	const struct record *record = &container->record;
	struct cgroup_paths own = container_cgroups(container);
	struct cgroup_paths named = { record->cgroups, record->cgroup_count };

	if (own.count > 0)
		return cgroup_destroy(&own, PATIENCE);
	/* A killed create may have made them; another's that are in use are none of our business.
	 */
	if (named.count == 0 || cgroups_are_populated(&named))
		return 0;
	return cgroup_destroy(&named, 0);
}

static int remove_all(struct container *container, bool with_hooks)
{
	try(kill_all(container));
	stop_unit(container);
	try(remove_cgroups(container));
	try(resctrl_remove(&container->record.rdt));
	if (with_hooks && container_run_hooks(container, PLAN_HOOK_POSTSTOP, STATUS_STOPPED) < 0)
		log_warning("poststop hooks of '%s': %s", container->id, error_text());
	return store_remove(container->root, container->id, container->directory);
}

int container_remove(struct container *container)
{
	return remove_all(container, true);
}

/*
 * Another command does not let go of the container: it may wait for a hook or for init itself.
 * Without init it mostly fails at once and cleans up; if it does not, go on without its leave.
 */
static int interrupt(
	const struct container_context *c, const char *id, int *ret_directory, bool *ret_locked)
{
	const struct timespec interval = { .tv_nsec = 10 * 1000 * 1000 };
	auto_container struct container container = CONTAINER_NONE;
	auto_close int directory = -EBADF;

	try(store_open(c->root, id, STORE_UNLOCKED, &directory));
	if (container_open(c, id, STORE_UNLOCKED, &container) == 0 && kill_all(&container) < 0)
		log_warning("'%s': %s", id, error_text());
	error_clear();
	for (int i = 0; i < 100 && store_is_locked(directory); i++)
		(void)nanosleep(&interval, NULL);
	if (!store_is_locked(directory))
		return store_open(c->root, id, STORE_LOCKED, ret_directory);
	*ret_locked = false;
	*ret_directory = steal_fd(&directory);
	return 0;
}

/* What has no record that could be read, hence no processes that could be found. */
static int remove_leftover(
	const struct container_context *c, const char *id, int directory, int code, bool force)
{
	if (code == -EBADMSG && force)
		log_warning("'%s' is removed all the same: %s", id, error_text());
	else if (code != -ENOENT)
		return code;
	try(store_remove(c->root, id, directory));
	return force ? 0 : refuse_as(ENOENT, "container does not exist");
}

static int delete_container(const struct container_context *c, const char *id, bool force)
{
	auto_container struct container container = CONTAINER_NONE;
	auto_close int directory = -EBADF;
	bool locked = true;

	try(store_check_id(id));
	int r = store_open(c->root, id, force ? STORE_LOCKED_SOON : STORE_LOCKED, &directory);
	if (r == -ETIMEDOUT && force)
		r = interrupt(c, id, &directory, &locked);
	if (r == -ENOENT && force) {
		error_clear();
		return 0;
	}
	try(r);

	r = container_open_directory(c, id, directory, locked, &container);
	if (r < 0)
		return remove_leftover(c, id, directory, r, force);
	(void)steal_fd(&directory);
	if (!force && status_allow(STATUS_VERB_DELETE, container.status) < 0)
		return refuse_as(EBUSY, "cannot delete container %s that is not stopped: %s", id,
			status_name(container.status));
	/* Who has the lock of a container without processes runs these hooks, and is stuck there.
	 */
	return remove_all(&container, locked || container.record.phase == RECORD_CREATING);
}

int container_delete(const struct container_context *c, const char *id, bool force)
{
	try(delete_container(c, id, force), "delete '%s'", id);
	return 0;
}
