/* Masked paths, which read as empty, and read-only paths. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/mount/rootfs.h"

/*
 * The host's null device, never the container's: that is the image's to replace (CVE-2025-31133).
 */
static int open_null(int *ret_fd)
{
	auto_close int fd = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return fail(errno, "open the host's '/dev/null'");
	if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
		return refuse("the host's '/dev/null' is not the null device");
	*ret_fd = steal_fd(&fd);
	return 0;
}

/*
 * Read-only, since it is the host's own inode: with CAP_CHOWN or CAP_FOWNER the container's root
 * would change owner and mode of the host's null device by any file that it hides.  Writing to the
 * device is still allowed, as on any read-only file system.
 */
static int mask_file(int target, int *null)
{
	const uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	struct mountapi_mount bind = { .fd = -EBADF };

	if (*null < 0)
		try(open_null(null));
	int r = mountapi_clone(*null, false, &bind);
	if (r == 0)
		r = mountapi_change(&bind, attributes, 0, false);
	if (r == 0)
		r = mountapi_attach(&bind, target);
	mountapi_done(&bind);
	return r;
}

/*
 * All masked directories are one empty read-only tmpfs: a host with hundreds of processors has as
 * many paths to mask, and a superblock for each would stall it (runc issue 5262).
 */
static int mask_directory(struct rootfs *rootfs, int target)
{
	uninitialized char data[4096];
	const struct mountapi_fs empty = { "tmpfs", "tmpfs", data, 0,
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };
	struct mountapi_mount clone = { .fd = -EBADF };

	if (rootfs->mask.fd < 0) {
		mountapi_done(&rootfs->mask);
		(void)strcpy(data, "mode=755,size=0k");
		try(mount_add_label(&rootfs->plan->root, data, sizeof(data)));
		try(mountapi_create(&empty, &rootfs->mask));
		return mountapi_attach(&rootfs->mask, target);
	}
	int r = mountapi_clone(rootfs->mask.fd, false, &clone);
	if (r == 0)
		r = mountapi_attach(&clone, target);
	mountapi_done(&clone);
	return r;
}

/* What a hook mounts is not in the table. */
static bool is_known(const struct plan *plan)
{
	return plan->hooks[PLAN_HOOK_PRESTART].count == 0 &&
	       plan->hooks[PLAN_HOOK_CREATE_RUNTIME].count == 0 &&
	       plan->hooks[PLAN_HOOK_CREATE_CONTAINER].count == 0;
}

/* Whether a later mount lies over that one, or over a directory that it is in. */
static bool is_covered(const struct plan_root *plan, size_t index)
{
	for (size_t i = index + 1; i < plan->mount_count; i++) {
		if (plan->mounts[i].kind != PLAN_MOUNT_REMOUNT &&
			path_is_below(plan->mounts[index].target, plan->mounts[i].target))
			return true;
	}
	return false;
}

/*
 * Where path is looked up from, and its rest: a path of proc or sysfs, from that mount.  Who
 * changes the root's directories meanwhile could have /proc lead elsewhere for a moment, so that
 * what is to be hidden is not found, or something else is hidden.
 */
static int place_of(const struct rootfs *rootfs, const char **path)
{
	const struct plan_root *plan = &rootfs->plan->root;

	for (size_t i = plan->mount_count; i-- > 0 && is_known(rootfs->plan);) {
		const struct plan_mount *mount = &plan->mounts[i];
		size_t length = strlen(mount->target);

		if (!mount->strict_target || rootfs->sources[i] < 0 ||
			!path_is_below(*path, mount->target) || !(*path)[length] ||
			is_covered(plan, i))
			continue;
		*path += length;
		return rootfs->sources[i];
	}
	return rootfs->root;
}

/* Most paths are of hardware that this host may lack: *ret_target stays as it is, then. */
static int open_if_there(const struct rootfs *rootfs, const char *path, int *ret_target)
{
	int place = place_of(rootfs, &path);
	int r = inside_open(place, path, O_PATH, ret_target);

	if (r != -ENOENT && r != -ENOTDIR)
		return r;
	error_clear();
	return 0;
}

static int mask_path(struct rootfs *rootfs, const char *path, int *null)
{
	auto_close int target = -EBADF;
	struct stat status;

	try(open_if_there(rootfs, path, &target));
	if (target < 0)
		return 0;
	if (fstat(target, &status) < 0)
		return fail(errno, "stat");
	return S_ISDIR(status.st_mode) ? mask_directory(rootfs, target) : mask_file(target, null);
}

static int make_path_readonly(const struct rootfs *rootfs, const char *path)
{
	struct mountapi_mount bind = { .fd = -EBADF };
	auto_close int target = -EBADF;

	try(open_if_there(rootfs, path, &target));
	if (target < 0)
		return 0;
	int r = mountapi_clone(target, true, &bind);
	if (r == 0)
		r = mountapi_change(&bind, MOUNT_ATTR_RDONLY, 0, false);
	if (r == 0)
		r = mountapi_attach(&bind, target);
	mountapi_done(&bind);
	return r;
}

int mount_hide(struct rootfs *rootfs)
{
	const struct plan_root *plan = &rootfs->plan->root;
	auto_close int null = -EBADF;

	for (size_t i = 0; i < plan->readonly_paths.count; i++)
		try(make_path_readonly(rootfs, plan->readonly_paths.items[i]),
			"linux.readonlyPaths: '%s'", plan->readonly_paths.items[i]);
	for (size_t i = 0; i < plan->masked.count; i++)
		try(mask_path(rootfs, plan->masked.items[i], &null), "linux.maskedPaths: '%s'",
			plan->masked.items[i]);
	return 0;
}
