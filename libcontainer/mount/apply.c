/* One planned mount becomes one of the kernel's. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/mount/rootfs.h"

/* File systems that have no device that could be read-only: there "ro" is the mount's alone, since
 * a superblock may be shared with others (sysfs, cgroup2). */
static const char *const virtual_types[] = {
	"tmpfs",
	"proc",
	"sysfs",
	"mqueue",
	"devpts",
	"cgroup",
	"cgroup2",
	"ramfs",
	"bpf",
	"securityfs",
	"debugfs",
	"tracefs",
	"hugetlbfs",
	"configfs",
	"devtmpfs",
	"binfmt_misc",
};

static bool is_virtual(const char *type)
{
	for (size_t i = 0; i < COUNT_OF(virtual_types); i++) {
		if (strcmp(type, virtual_types[i]) == 0)
			return true;
	}
	return false;
}

/*
 * proc and sysfs, new or the host's, go on real directories only: a symlink in the image would put
 * them elsewhere, and what else is mounted below would no longer be where it is thought to be
 * (CVE-2019-19921, CVE-2023-27561, CVE-2025-54867).
 */
static int open_strict_target(int root, const struct plan_mount *mount, int *ret_fd)
{
	int r = inside_open_strict(root, mount->target, O_PATH | O_DIRECTORY | O_NOFOLLOW, ret_fd);

	if (r == -ENOENT) {
		auto_close int made = -EBADF;

		try(inside_make_directory(root, mount->target, 0755, &made, NULL));
		r = inside_open_strict(
			root, mount->target, O_PATH | O_DIRECTORY | O_NOFOLLOW, ret_fd);
	}
	if (r == -ELOOP || r == -ENOTDIR)
		return refuse_as(r, "filesystem \"%s\" must be mounted on ordinary directory",
			mount->type ? mount->type : mount->source);
	return r;
}

/* An image's directory hands its mode on to the tmpfs that covers it; a new one is as /tmp. */
static int plan_tmpfs_mode(
	const struct plan_mount *mount, int target, bool made, char *buffer, size_t size)
{
	struct stat status;
	const char *data = mount->data ? mount->data : "";

	if (strncmp(data, "mode=", 5) == 0 || strstr(data, ",mode=")) {
		(void)snprintf(buffer, size, "%s", data);
		return 0;
	}
	if (fstat(target, &status) < 0)
		return fail(errno, "stat '%s'", mount->target);

	int length = snprintf(buffer, size, "%s%smode=%o", data, data[0] ? "," : "",
		made ? 01777U : (unsigned int)status.st_mode & 07777U);
	return length >= (int)size ? refuse("options are too long") : 0;
}

int mount_add_label(const struct plan_root *plan, char *data, size_t size)
{
	size_t used = strlen(data);

	if (!plan->mount_label)
		return 0;
	if (snprintf(data + used, size - used, "%s%s=\"%s\"", used ? "," : "", plan->mount_context,
		    plan->mount_label) >= (int)(size - used))
		return refuse("options are too long");
	return 0;
}

/* proc and sysfs have the policy's own labels, and mqueue takes no context as an option. */
static bool takes_context(const char *type)
{
	return strcmp(type, "proc") != 0 && strcmp(type, "sysfs") != 0 &&
	       strcmp(type, "mqueue") != 0;
}

/* The queues that programs make get theirs from the directory's. */
static int label_queues(const struct plan_root *plan, const struct plan_mount *mount, int fd)
{
	auto_close int directory = -EBADF;

	if (!plan->mount_label || strcmp(mount->type, "mqueue") != 0)
		return 0;
	directory = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail(errno, "open '%s'", mount->target);
	if (fsetxattr(directory, XATTR_NAME_SELINUX, plan->mount_label,
		    strlen(plan->mount_label) + 1, 0) < 0)
		return fail(errno, "label '%s'", mount->target);
	return 0;
}

static int create_file_system(struct rootfs *rootfs, const struct plan_mount *mount, int target,
	bool made, struct mountapi_mount *ret_mount)
{
	uninitialized char data[4096];
	struct mountapi_fs fs = {
		.type = mount->type,
		.source = mount->source ? mount->source : mount->type,
		.superblock = mount->superblock,
		.attributes = mount->attr_set,
	};

	if (strcmp(mount->type, "tmpfs") == 0)
		try(plan_tmpfs_mode(mount, target, made, data, sizeof(data)));
	else if (snprintf(data, sizeof(data), "%s", mount->data ? mount->data : "") >=
		 (int)sizeof(data))
		return refuse("options are too long");
	if (takes_context(mount->type))
		try(mount_add_label(&rootfs->plan->root, data, sizeof(data)));
	fs.data = data[0] ? data : NULL;

	if (mount->deferred_readonly)
		fs.attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	else if ((fs.attributes & MOUNT_ATTR_RDONLY) && !is_virtual(mount->type))
		fs.superblock |= MS_RDONLY;
	return mountapi_create(&fs, ret_mount);
}

/* At last, since what is made by a mount has to have ids that its map knows. */
static int map_ids(const struct rootfs *rootfs, const struct plan_mount *mount,
	const struct mountapi_mount *made)
{
	if (mount->idmap == PLAN_IDMAP_NONE)
		return 0;
	if (made->fd < 0)
		return refuse_as(ENOSYS,
			"id-mapped mounts need fsopen(2), open_tree(2) and mount_setattr(2), "
			"Linux 5.12");
	return rootfs->map_ids(rootfs->context, mount, made->fd);
}

static int propagate(const struct plan_mount *mount, int fd)
{
	return mount->propagation ? mountapi_propagate(fd, mount->propagation) : 0;
}

/*
 * What is to become read-only at last is held until then: looked up again, its name may by then be
 * that of another mount (CVE-2026-115521).
 */
int mount_attach(const struct rootfs *rootfs, const struct plan_mount *mount,
	struct mountapi_mount *made, int target)
{
	try(map_ids(rootfs, mount, made));
	try(mountapi_attach(made, target));
	try(propagate(mount, made->fd));
	if (!mount->deferred_readonly)
		return 0;

	int *slot = &rootfs->sources[mount - rootfs->plan->root.mounts];
	fd_close(slot);
	*slot = fcntl(made->fd, F_DUPFD_CLOEXEC, 3);
	return *slot < 0 ? fail(errno, "duplicate the descriptor of a mount") : 0;
}

static int copy_up(const struct rootfs *rootfs, const struct plan_mount *mount,
	struct mountapi_mount *made, int target)
{
	if (made->fd >= 0) {
		try(mount_copy_up(target, made->fd));
		return mount_attach(rootfs, mount, made, target);
	}
	/* The legacy calls have a mount only where it is attached; target is what lies below. */
	try(mount_attach(rootfs, mount, made, target));
	return mount_copy_up(target, made->fd);
}

static int apply_file_system(struct rootfs *rootfs, const struct plan_mount *mount)
{
	struct mountapi_mount fs = { .fd = -EBADF };
	auto_close int target = -EBADF;
	bool made = false;

	if (mount->strict_target)
		try(open_strict_target(rootfs->root, mount, &target));
	else
		try(inside_make_directory(rootfs->root, mount->target, 0755, &target, &made));
	try(create_file_system(rootfs, mount, target, made, &fs));

	int r = mount->copy_up ? copy_up(rootfs, mount, &fs, target)
			       : mount_attach(rootfs, mount, &fs, target);
	if (r == 0)
		r = label_queues(&rootfs->plan->root, mount, fs.fd);
	mountapi_done(&fs);
	return r;
}

static int open_source(const struct rootfs *rootfs, const struct plan_mount *mount, int *ret_fd)
{
	int flags = O_PATH | O_CLOEXEC | (mount->source_nofollow ? O_NOFOLLOW : 0);
	int fd = open(mount->source, flags);
	size_t index = (size_t)(mount - rootfs->plan->root.mounts);

	/* Ours failed for want of permission in the user namespace: the parent has one for us. */
	if (fd < 0 && (errno == EACCES || errno == EPERM) && rootfs->sources &&
		rootfs->sources[index] >= 0)
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
	if (r == 1) {
		*ret_mount = (struct mountapi_mount){
			.fd = fcntl(rootfs->sources[index], F_DUPFD_CLOEXEC, 3),
		};
		if (ret_mount->fd < 0)
			return fail(errno, "duplicate the descriptor of '%s'", mount->source);
	} else {
		try(mountapi_clone(source, mount->recursive, ret_mount), "clone '%s'",
			mount->source);
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
		return open_strict_target(rootfs->root, mount, ret_fd);
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
		try(mountapi_change(bind, set, mount->attr_clear, false),
			"change the attributes of '%s'", mount->source);
	if (mount->recursive_set || mount->recursive_clear)
		try(mountapi_change(bind, mount->recursive_set, mount->recursive_clear, true),
			"change the attributes of '%s' and below", mount->source);
	try(open_bind_target(rootfs, mount, type, &target));
	return mount_attach(rootfs, mount, bind, target);
}

static int apply_bind(struct rootfs *rootfs, const struct plan_mount *mount)
{
	struct mountapi_mount bind = { .fd = -EBADF };
	struct stat status;
	int r = clone_source(rootfs, mount, &bind, &status);

	if (r == 0)
		r = attach_bind(rootfs, mount, &bind, status.st_mode);
	mountapi_done(&bind);
	return r;
}

static int apply_remount(const struct rootfs *rootfs, const struct plan_mount *mount)
{
	auto_close int target = -EBADF;

	try(inside_open(rootfs->root, mount->target, O_PATH, &target));
	try(mountapi_set(target, mount->attr_set, mount->attr_clear, false));
	return propagate(mount, target);
}

static int apply_one(struct rootfs *rootfs, const struct plan_mount *mount)
{
	switch (mount->kind) {
	case PLAN_MOUNT_FS:
		return apply_file_system(rootfs, mount);
	case PLAN_MOUNT_BIND:
		return apply_bind(rootfs, mount);
	case PLAN_MOUNT_CGROUP:
		return mount_cgroup(rootfs, mount);
	case PLAN_MOUNT_REMOUNT:
		return apply_remount(rootfs, mount);
	}
	return -EINVAL;
}

int mount_all(struct rootfs *rootfs)
{
	const struct plan_root *plan = &rootfs->plan->root;

	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct plan_mount *mount = &plan->mounts[i];
		const char *what = mount->kind == PLAN_MOUNT_BIND ? mount->source : mount->type;

		try(apply_one(rootfs, mount), "%s: mount '%s' to '%s'", mount->place,
			what ? what : "", mount->target);
	}
	return 0;
}
