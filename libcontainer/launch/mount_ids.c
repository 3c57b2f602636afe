/*
 * Id-mapped mounts.  Init makes each in its turn, and the parent, which has the privileges for it,
 * maps its ids before init attaches it: as the messages of one step of each, since how many there
 * are is the plan's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/mount/ids.h"

int init_map_mount(void *context, const struct plan_mount *mount, int fd)
{
	const struct launch *launch = context;
	int32_t index = (int32_t)(mount - launch->plan->root.mounts);

	try(launch_send(launch, MSG_MOUNT_MADE, index, fd));
	return launch_expect(launch, MSG_MOUNT_MAPPED, NULL, NULL);
}

/* Made or joined, it is where init is.  The number is init's until we have waited for it. */
static int open_user_namespace(const struct launch *launch, int *ret_fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "%d/ns/user", launch->init_pid);
	int fd = openat(launch->procfs, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open the container's user namespace");
	*ret_fd = fd;
	return 0;
}

static int map_mount(const struct launch *launch, const struct plan_mount *mount, int fd)
{
	auto_close int user_namespace = -EBADF;

	if (mount->uids.count == 0)
		try(open_user_namespace(launch, &user_namespace));
	return mount_ids_map(mount, fd, user_namespace);
}

int parent_map_mounts(struct launch *launch)
{
	const struct plan_root *plan = &launch->plan->root;

	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct plan_mount *mount = &plan->mounts[i];
		auto_close int fd = -EBADF;
		int32_t index = -1;

		if (mount->idmap == PLAN_IDMAP_NONE)
			continue;
		try(launch_expect(launch, MSG_MOUNT_MADE, &index, &fd));
		if (fd < 0 || index != (int32_t)i)
			return refuse_as(EPROTO, "init sent another mount than %s", mount->place);
		try(map_mount(launch, mount, fd), "%s: mount '%s' to '%s'", mount->place,
			mount->source ? mount->source : mount->type, mount->target);
		fd_close(&fd);
		try(launch_send(launch, MSG_MOUNT_MAPPED, 0, -1));
	}
	return 0;
}
