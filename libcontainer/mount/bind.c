/* Bind mounts: where they come from, and what they go on. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/mount/rootfs.h"

/* A mount namespace of a container may be joined, and then nobody has opened any. */
static bool parent_has(const struct rootfs *rootfs, size_t index)
{
	return rootfs->sources && rootfs->sources[index] >= 0;
}

static int open_source(const struct rootfs *rootfs, const struct plan_mount *mount, int *ret_fd)
{
	bool nofollow = mount->source_nofollow || mount->copy_symlink;
	int flags = O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0);
	int fd = open(mount->source, flags);
	size_t index = (size_t)(mount - rootfs->plan->root.mounts);

	/* Ours failed for want of permission in the user namespace: the parent has one for us. */
	if (fd < 0 && (errno == EACCES || errno == EPERM) && parent_has(rootfs, index))
		return 1;
	if (fd < 0)
		return fail(errno, "open '%s'", mount->source);
	*ret_fd = fd;
	return 0;
}

/*
 * A bind is how engines hand on the host's proc; anything else there could be made by the image to
 * look like one, and the container's programs would believe it (CVE-2019-16884).
 */
static int check_proc_source(const struct plan_mount *mount, int fd)
{
	struct statfs status;

	if (strcmp(mount->target, "/proc") != 0)
		return 0;
	if (fstatfs(fd, &status) < 0)
		return fail(errno, "find the file system of '%s'", mount->source);
	if (status.f_type != PROC_SUPER_MAGIC)
		return refuse("'%s' is not proc", mount->source);
	return 0;
}

static int clone_source(const struct rootfs *rootfs, const struct plan_mount *mount,
	struct mountapi_mount *ret_mount, struct stat *ret_status)
{
	auto_close int source = -EBADF;
	size_t index = (size_t)(mount - rootfs->plan->root.mounts);
	int r = open_source(rootfs, mount, &source);

	if (r < 0)
		return r;
	if (r == 0) {
		r = mountapi_clone(source, mount->recursive, ret_mount);
		/*
		 * Not without what is mounted below it, in a user namespace, where that could be
		 * there to hide something.  Who wrote the configuration may look, as may our
		 * parent.
		 */
		if (r == -EINVAL && !mount->recursive && parent_has(rootfs, index)) {
			error_clear();
			r = 1;
		}
		try(r, "clone '%s'", mount->source);
	}
	if (r == 1) {
		*ret_mount = (struct mountapi_mount){
			.fd = fcntl(rootfs->sources[index], F_DUPFD_CLOEXEC, 3),
		};
		if (ret_mount->fd < 0)
			return fail(errno, "duplicate the descriptor of '%s'", mount->source);
	}

	int fd = r == 1 ? ret_mount->fd : source;
	if (fstat(fd, ret_status) < 0)
		return fail(errno, "stat '%s'", mount->source);
	return check_proc_source(mount, fd);
}

static int open_bind_target(
	const struct rootfs *rootfs, const struct plan_mount *mount, mode_t type, int *ret_fd)
{
	if (mount->strict_target && S_ISDIR(type))
		return mount_open_strict_target(rootfs->root, mount, ret_fd);
	if (mount->target_nofollow) {
		int r = inside_open(rootfs->root, mount->target, O_PATH | O_NOFOLLOW, ret_fd);

		if (r != -ENOENT)
			return r;
	}
	if (S_ISDIR(type))
		return inside_make_directory(rootfs->root, mount->target, 0755, ret_fd, NULL);
	return inside_make_file(rootfs->root, mount->target, 0755, ret_fd, NULL);
}

/*
 * Attributes are set before the mount can be seen: there is no writable moment of a read-only one.
 * Recursive words come last and win over the plain ones that engines add of themselves ("rw",
 * "rro").
 */
static int attach_bind(const struct rootfs *rootfs, const struct plan_mount *mount,
	struct mountapi_mount *bind, mode_t type)
{
	auto_close int target = -EBADF;
	uint64_t set = mount->attr_set;

	if (mount->deferred_readonly)
		set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	if (set || mount->attr_clear)
		try(mountapi_change_all(bind, set, mount->attr_clear, mount->attr_unnamed),
			"change the attributes of '%s'", mount->source);
	if (mount->recursive_set || mount->recursive_clear)
		try(mountapi_change(bind, mount->recursive_set, mount->recursive_clear, true),
			"change the attributes of '%s' and below", mount->source);
	try(open_bind_target(rootfs, mount, type, &target));
	return mount_attach(rootfs, mount, bind, target);
}

/* A link of the host's becomes one of the image's, as if it had been in there. */
static int copy_symlink(const struct rootfs *rootfs, const struct plan_mount *mount, int source)
{
	uninitialized char text[PATH_MAX], present[PATH_MAX];
	auto_close int parent = -EBADF;
	ssize_t length = readlinkat(source, "", text, sizeof(text) - 1);
	const char *name;

	if (length < 0)
		return fail(errno, "read link '%s'", mount->source);
	text[length] = '\0';
	try(inside_open_parent(rootfs->root, mount->target, true, &parent, &name));
	if (symlinkat(text, parent, name) == 0)
		return 0;
	if (errno != EEXIST)
		return fail(errno, "make link '%s'", mount->target);
	/* That of an earlier start is as good. */
	if (readlinkat(parent, name, present, sizeof(present)) != length ||
		memcmp(present, text, (size_t)length) != 0)
		return fail(EEXIST, "make link '%s'", mount->target);
	return 0;
}

int mount_bind(const struct rootfs *rootfs, const struct plan_mount *mount)
{
	struct mountapi_mount bind = { .fd = -EBADF };
	struct stat status;
	int r = clone_source(rootfs, mount, &bind, &status);

	if (r == 0 && mount->copy_symlink && S_ISLNK(status.st_mode))
		r = copy_symlink(rootfs, mount, bind.fd >= 0 ? bind.fd : bind.source_fd);
	else if (r == 0 && (r = attach_bind(rootfs, mount, &bind, status.st_mode)) == 0)
		mount_keep(rootfs, mount, &bind);
	mountapi_done(&bind);
	return r;
}
