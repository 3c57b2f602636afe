/* One planned mount becomes one of the kernel's. */
#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
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
int mount_open_strict_target(int root, const struct plan_mount *mount, int *ret_fd)
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

static bool lacks_mode(const struct plan_mount *mount)
{
	const char *data = mount->data ? mount->data : "";

	return strcmp(mount->type, "tmpfs") == 0 && strncmp(data, "mode=", 5) != 0 &&
	       !strstr(data, ",mode=");
}

/* An image's directory hands its mode on to the tmpfs that covers it; a new one is as /tmp. */
static int add_mode(int target, bool made, char *data, size_t size)
{
	struct stat status;
	size_t used = strlen(data);

	if (fstat(target, &status) < 0)
		return fail(errno, "stat the directory of a tmpfs");
	if (snprintf(data + used, size - used, "%smode=%o", used ? "," : "",
		    made ? 01777U : (unsigned int)status.st_mode & 07777U) >= (int)(size - used))
		return refuse("options are too long");
	return 0;
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

static int create_file_system(
	const struct plan_mount *mount, const char *data, struct mountapi_mount *ret_mount)
{
	struct mountapi_fs fs = {
		.type = mount->type,
		.source = mount->source ? mount->source : mount->type,
		.superblock = mount->superblock,
		.attributes = mount->attr_set,
		.data = data && data[0] ? data : NULL,
	};

	if (mount->deferred_readonly)
		fs.attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	else if ((fs.attributes & MOUNT_ATTR_RDONLY) && !is_virtual(mount->type))
		fs.superblock |= MS_RDONLY;
	return mountapi_create(&fs, ret_mount);
}

/* With options that the plan could not know. */
static int create_with_more(const struct rootfs *rootfs, const struct plan_mount *mount, int target,
	bool made, struct mountapi_mount *ret_mount)
{
	uninitialized char data[4096];

	if (strlen(mount->data ? mount->data : "") >= sizeof(data))
		return refuse("options are too long");
	(void)strcpy(data, mount->data ? mount->data : "");
	if (lacks_mode(mount))
		try(add_mode(target, made, data, sizeof(data)));
	if (takes_context(mount->type))
		try(mount_add_label(&rootfs->plan->root, data, sizeof(data)));
	return create_file_system(mount, data, ret_mount);
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

void mount_keep(
	const struct rootfs *rootfs, const struct plan_mount *mount, struct mountapi_mount *made)
{
	int *slot = &rootfs->sources[mount - rootfs->plan->root.mounts];

	if (!mount->strict_target || mount->deferred_readonly)
		return;
	fd_close(slot);
	*slot = steal_fd(&made->fd);
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

/* dest-nofollow: no directory that a link leads to.  What is missing is made, as without. */
static int open_real_target(int root, const struct plan_mount *mount, int *ret_fd)
{
	int r = inside_open(root, mount->target, O_PATH | O_NOFOLLOW | O_DIRECTORY, ret_fd);

	return r == -ENOENT ? 0 : r;
}

static int apply_file_system(struct rootfs *rootfs, const struct plan_mount *mount)
{
	struct mountapi_mount fs = { .fd = -EBADF };
	auto_close int target = -EBADF;
	bool made = false;

	if (mount->target_nofollow && !mount->strict_target)
		try(open_real_target(rootfs->root, mount, &target));
	if (target < 0 && mount->strict_target)
		try(mount_open_strict_target(rootfs->root, mount, &target));
	else if (target < 0)
		try(inside_make_directory(rootfs->root, mount->target, 0755, &target, &made));

	int r = lacks_mode(mount) || rootfs->plan->root.mount_label
			? create_with_more(rootfs, mount, target, made, &fs)
			: create_file_system(mount, mount->data, &fs);
	if (r == 0)
		r = mount->copy_up ? copy_up(rootfs, mount, &fs, target)
				   : mount_attach(rootfs, mount, &fs, target);
	if (r == 0)
		r = label_queues(&rootfs->plan->root, mount, fs.fd);
	if (r == 0)
		mount_keep(rootfs, mount, &fs);
	mountapi_done(&fs);
	return r;
}

static int reconfigure(const struct plan_mount *mount, int target)
{
	const struct mountapi_fs fs = {
		.type = mount->type ? mount->type : "",
		.data = mount->data,
		.superblock = mount->superblock,
	};

	return mountapi_reconfigure(target, &fs, mount->superblock_clear);
}

static int change_mount(const struct plan_mount *mount, int target)
{
	if (mount->reconfigure)
		try(reconfigure(mount, target));
	if (mount->attr_set || mount->attr_clear)
		try(mountapi_set(target, mount->attr_set, mount->attr_clear, false));
	if (mount->recursive_set || mount->recursive_clear)
		try(mountapi_set(target, mount->recursive_set, mount->recursive_clear, true));
	return propagate(mount, target);
}

/* To the kernel it is an invalid argument, as many things are. */
static int explain_change(int code, int target)
{
	struct statx facts;

	if (code != -EINVAL || statx(target, "", AT_EMPTY_PATH, STATX_TYPE, &facts) < 0 ||
		!(facts.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
		(facts.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return code;
	error_clear();
	return refuse("nothing is mounted there");
}

static int apply_remount(const struct rootfs *rootfs, const struct plan_mount *mount)
{
	auto_close int target = -EBADF;

	try(inside_open(rootfs->root, mount->target, O_PATH, &target));
	return explain_change(change_mount(mount, target), target);
}

static int apply_one(struct rootfs *rootfs, const struct plan_mount *mount)
{
	switch (mount->kind) {
	case PLAN_MOUNT_FS:
		return apply_file_system(rootfs, mount);
	case PLAN_MOUNT_BIND:
		return mount_bind(rootfs, mount);
	case PLAN_MOUNT_CGROUP:
		return mount_cgroup(rootfs, mount);
	case PLAN_MOUNT_REMOUNT:
		break; /* makes none */
	}
	return -EINVAL;
}

int mount_all(struct rootfs *rootfs)
{
	const struct plan_root *plan = &rootfs->plan->root;

	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct plan_mount *mount = &plan->mounts[i];
		const char *what = mount->kind == PLAN_MOUNT_BIND ? mount->source : mount->type;

		if (mount->kind == PLAN_MOUNT_REMOUNT)
			try(apply_remount(rootfs, mount), "%s: remount '%s'", mount->place,
				mount->target);
		else
			try(apply_one(rootfs, mount), "%s: mount '%s' to '%s'", mount->place,
				what ? what : "", mount->target);
	}
	return 0;
}
