#include "libcontainer/lifecycle/open.h"

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/hook/run.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/plan/parts.h"
#include "libcontainer/store/directory.h"

struct cgroup_paths container_cgroups(const struct container *container)
{
	const struct record *record = &container->record;
	struct cgroup_paths paths = { record->cgroups, record->cgroup_count };

	/* A creation that is refused because the group is another's has recorded it all the same.
	 */
	if (record->phase == RECORD_CREATING && !record->cgroups_made)
		paths.count = 0;
	return paths;
}

bool cgroups_are_populated(const struct cgroup_paths *paths)
{
	auto_free pid_t *pids = NULL;
	size_t count = 0;

	if (paths->count == 0)
		return false;
	if (cgroup_pids(paths, &pids, &count) == 0)
		return count > 0;
	error_clear();
	return true;
}

/* Leaves -EBADF where init is gone.  By pid, then by start time: what both name is init, or
 * nothing. */
static int init_open(const struct record *record, int *ret_pidfd)
{
	auto_close int pidfd = -EBADF;

	*ret_pidfd = -EBADF;
	if (record->pid <= 0)
		return 0;
	int r = pidfd_make(record->pid, &pidfd);
	if (r == -ESRCH)
		return 0;
	try(r);
	r = process_is_alive(record->pid, record->start_time);
	if (r > 0)
		*ret_pidfd = steal_fd(&pidfd);
	return r < 0 ? r : 0;
}

static int status_find(struct container *container, bool locked)
{
	const struct record *record = &container->record;
	struct cgroup_paths paths = container_cgroups(container);
	struct status_facts facts = { .alive = container->pidfd >= 0 };

	/* Nobody else is creating it when we have its lock. */
	if (locked && record->phase == RECORD_CREATING) {
		container->status = STATUS_STOPPED;
		return 0;
	}
	if (facts.alive && paths.count > 0) {
		int r = cgroup_is_frozen(&paths);
		try(r);
		facts.frozen = r > 0;
	}
	int status = status_of(container->directory, record, &facts);
	try(status);
	container->status = (enum status)status;
	return 0;
}

static int container_read(struct container *container, bool locked)
{
	int r = record_load(&container->arena, container->directory, &container->record);

	if (r == -ENOENT)
		return refuse_as(ENOENT, "container does not exist");
	try(r);
	try(init_open(&container->record, &container->pidfd));
	return status_find(container, locked);
}

int container_open_directory(const struct container_context *c, const char *id, int directory,
	bool locked, struct container *ret_container)
{
	struct container container = {
		.root = c->root,
		.id = id,
		.directory = directory,
		.pidfd = -EBADF,
	};

	int r = container_read(&container, locked);
	/* The creation that has let go of its lock since the record was read may be complete. */
	if (r == 0 && !locked && container.record.phase == RECORD_CREATING &&
		container.status == STATUS_STOPPED) {
		fd_close(&container.pidfd);
		r = container_read(&container, locked);
	}
	if (r < 0) {
		container.directory = -EBADF; /* the caller's */
		container_close(&container);
		return r;
	}
	*ret_container = container;
	return 0;
}

int container_open(const struct container_context *c, const char *id, enum store_lock lock,
	struct container *ret_container)
{
	auto_close int directory = -EBADF;

	try(store_check_id(id));
	try(store_open(c->root, id, lock, &directory));
	try(container_open_directory(c, id, directory, lock != STORE_UNLOCKED, ret_container));
	(void)steal_fd(&directory);
	return 0;
}

int container_load_config(struct container *container, const struct spec_config **ret_spec)
{
	const struct spec_config *kept;
	struct spec_config *spec = arena_new(&container->arena, struct spec_config);

	try(record_load_config(&container->arena, container->directory, &kept));
	*spec = *kept;
	spec->annotations = container->record.annotations;
	*ret_spec = spec;
	return 0;
}

void container_close(struct container *container)
{
	fd_close(&container->pidfd);
	fd_close(&container->directory);
	arena_done(&container->arena);
}

/* ---- hooks -------------------------------------------------------------------------- */

static bool has_hooks(const struct record *record, enum plan_hook_point point)
{
	return point == PLAN_HOOK_POSTSTART  ? record->has_poststart
	       : point == PLAN_HOOK_POSTSTOP ? record->has_poststop
					     : true;
}

int container_run_hooks(struct container *container, enum plan_hook_point point, enum status status)
{
	const struct record *record = &container->record;
	const struct plan_options options = { .id = container->id, .bundle = record->bundle };
	struct plan plan = { .bundle = record->bundle };
	auto_close int output = -EBADF, error_output = -EBADF;
	auto_free char *state = NULL;
	struct planning planning = {
		.arena = &container->arena,
		.options = &options,
		.plan = &plan,
	};

	if (!has_hooks(record, point))
		return 0;
	try(container_load_config(container, &planning.spec));
	planning.process = planning.spec->process;
	try(plan_annotations(&planning));
	try(plan_hooks(&planning));
	int r = hooks_open_outputs(&plan, &output, &error_output);
	if (r < 0 && point != PLAN_HOOK_POSTSTOP)
		return r;
	/* They clean up, whether or not somebody can read about it. */
	if (r < 0) {
		log_warning("%s", error_text());
		error_clear();
	}
	try(status_document(record, status, false, &state));

	const struct hooks_setting setting = {
		.state = state,
		.directory = record->bundle,
		.output = output,
		.error_output = error_output,
	};
	if (point == PLAN_HOOK_POSTSTOP) {
		hooks_run_all(&plan.hooks[point], point, &setting);
		return 0;
	}
	return hooks_run(&plan.hooks[point], point, &setting);
}
