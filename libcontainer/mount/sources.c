#include "libcontainer/mount/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/mountapi.h"

/* Of the state directory, for its owner alone: the nodes have names until init has them mounted. */
#define NODES "devices"

struct node {
	char name[sizeof(NODES "/") + 20];
};

static struct node node_of(size_t index)
{
	struct node node;

	(void)snprintf(node.name, sizeof(node.name), NODES "/%zu", index);
	return node;
}

size_t sources_count(const struct plan *plan)
{
	return plan->root.mount_count + plan->devices.count;
}

/*
 * A failure here is none yet: the source may only come to be by an earlier mount, and then init
 * opens it itself, or reports what is wrong.
 */
static void open_mount(const struct plan_mount *mount, int *ret_fd)
{
	*ret_fd = open_tree(AT_FDCWD, mount->source,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
			(mount->recursive ? (unsigned int)AT_RECURSIVE : 0U) |
			(mount->source_nofollow || mount->copy_symlink
					? (unsigned int)AT_SYMLINK_NOFOLLOW
					: 0U));
	if (*ret_fd < 0)
		log_debug("%s: the parent could not open '%s': %m", mount->place, mount->source);
}

/* The directory is ours alone, so its names are safe.  The label is that of a node in /dev. */
static int give_node(const struct plan *plan, const struct plan_device *device, int directory,
	const struct node *node)
{
	const char *label = plan->root.mount_label;
	char path[sizeof("/proc/self/fd/") + 11 + sizeof(node->name)];

	if (fchownat(directory, node->name, device->host_uid, device->host_gid,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (fchmodat(directory, node->name, device->mode & 07777, 0) < 0) /* whatever our umask */
		return -errno;
	if (!label)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", directory, node->name);
	return lsetxattr(path, XATTR_NAME_SELINUX, label, strlen(label) + 1, 0) < 0 ? -errno : 0;
}

/* The state directory's file system may be mounted with nodev, as /run is. */
static int clone_node(int directory, const struct node *node, int *ret_fd)
{
	auto_close int fd = open_tree(
		directory, node->name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);

	if (fd < 0)
		return -errno;
	int r = mountapi_set(fd, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NODEV, false);
	if (r < 0)
		error_clear();
	else
		*ret_fd = steal_fd(&fd);
	return r;
}

/*
 * Where it can't be made - the control groups that we run in may forbid it - the host's node is
 * still there to be bound.
 */
static void open_device(const struct plan *plan, size_t index, int directory, int *ret_fd)
{
	const struct plan_device *device = &plan->devices.items[index];
	struct node node = node_of(index);
	int r = 0;

	if (mkdirat(directory, NODES, 0700) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0 && mknodat(directory, node.name, device->mode, device->number) < 0)
		r = -errno;
	if (r == 0)
		r = give_node(plan, device, directory, &node);
	if (r == 0)
		r = clone_node(directory, &node, ret_fd);
	if (r < 0) {
		errno = -r;
		log_debug("%s: the parent could not make '%s': %m", device->place, device->path);
	}
}

int sources_open(const struct plan *plan, int directory, int *fds)
{
	int *nodes = fds + plan->root.mount_count;

	for (size_t i = 0; i < plan->root.mount_count; i++) {
		if (plan->root.mounts[i].source_by_parent)
			open_mount(&plan->root.mounts[i], &fds[i]);
	}
	for (size_t i = 0; i < plan->devices.count; i++) {
		if (plan->devices.items[i].by_parent)
			open_device(plan, i, directory, &nodes[i]);
	}
	return 0;
}

void sources_forget(const struct plan *plan, int directory)
{
	for (size_t i = 0; i < plan->devices.count; i++) {
		if (plan->devices.items[i].by_parent)
			(void)unlinkat(directory, node_of(i).name, 0);
	}
	(void)unlinkat(directory, NODES, AT_REMOVEDIR);
}

void sources_close(const struct plan *plan, int *fds)
{
	for (size_t i = 0; i < sources_count(plan); i++)
		fd_close(&fds[i]);
}
