#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/lifecycle/open.h"

static int processes_read(
	const struct container_context *c, const char *id, pid_t **ret_pids, size_t *ret_count)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, STORE_UNLOCKED, &container));
	struct cgroup_paths paths = container_cgroups(&container);
	if (paths.count > 0)
		return cgroup_pids(&paths, ret_pids, ret_count);

	/* Without a cgroup init is the only one that is known for sure. */
	pid_t *pids = calloc(1, sizeof(*pids));
	if (!pids)
		return fail(ENOMEM, "list processes");
	pids[0] = container.record.pid;
	*ret_pids = pids;
	*ret_count = container.pidfd >= 0 ? 1 : 0;
	return 0;
}

int container_processes(
	const struct container_context *c, const char *id, pid_t **ret_pids, size_t *ret_count)
{
	try(processes_read(c, id, ret_pids, ret_count), "processes of '%s'", id);
	return 0;
}
