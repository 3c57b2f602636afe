/*
 * A mount of type cgroup: what the container sees of its control groups.  On cgroup2 one mount; on
 * v1 a tmpfs with one mount per hierarchy, and links for controllers that share one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/mount/rootfs.h"

#define V2_MOUNTPOINT "/sys/fs/cgroup"

/* The inode of the initial cgroup namespace, fixed by the kernel (its PROC_CGROUP_INIT_INO). */
#define HOST_NAMESPACE 0xEFFFFFFBU

/* A copy of a directory of the host's cgroup file system. */
static int bind_directory(const char *path, uint64_t attributes, struct mountapi_mount *ret_mount)
{
	auto_close int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "open '%s'", path);
	try(mountapi_clone(fd, false, ret_mount), "clone '%s'", path);
	return mountapi_change(ret_mount, attributes, 0, false);
}

/* Whether we are in the host's cgroup namespace; it may have been joined by its path, too. */
static bool in_host_namespace(const struct plan *plan)
{
	struct stat status;

	if (plan->namespaces.create & CLONE_NEWCGROUP)
		return false;
	if (!(plan->namespaces.have & CLONE_NEWCGROUP))
		return true;
	return stat("/proc/self/ns/cgroup", &status) == 0 && status.st_ino == HOST_NAMESPACE;
}

/* "" where the container has none of its own, or no view that begins with it. */
static void own_group(const struct plan *plan, char path[PATH_MAX])
{
	path[0] = '\0';
	if (in_host_namespace(plan))
		return;
	for (size_t i = 0; i < plan->cgroup.directory_count; i++) {
		const struct plan_cgroup_directory *directory = &plan->cgroup.directories[i];

		if (directory->unified)
			(void)snprintf(path, PATH_MAX, "%s/%s", directory->path,
				directory->subgroup ? directory->subgroup : "");
	}
}

/*
 * The container's own group where it has a view of its own, else the whole, and that writable at
 * most for root: rootless containers could leave their group (CVE-2023-25809).
 */
static int bind_v2(const struct plan *plan, uint64_t attributes, struct mountapi_mount *ret_mount)
{
	uninitialized char own[PATH_MAX];

	own_group(plan, own);
	/* Nodes are bound for the same reason: we are in a user namespace. */
	if (!own[0] && plan->devices.by_bind)
		attributes |= MOUNT_ATTR_RDONLY;
	return bind_directory(own[0] ? own : V2_MOUNTPOINT, attributes, ret_mount);
}

/*
 * There is one cgroup2, and who mounts it from the host's cgroup namespace sets its options for
 * all: "nsdelegate" would be lost, which keeps containers in their groups.  So from there it is
 * bound; also in a user namespace that doesn't own its cgroup namespace, where it can't be
 * mounted.
 */
static int make_v2(
	const struct plan *plan, const struct plan_mount *mount, struct mountapi_mount *ret_mount)
{
	struct mountapi_fs fs = { "cgroup2", "cgroup", mount->data, 0, mount->attr_set };

	if (in_host_namespace(plan))
		return bind_v2(plan, mount->attr_set, ret_mount);
	int r = mountapi_create(&fs, ret_mount);
	if (r != -EPERM && r != -EBUSY)
		return r;
	log_debug("%s: cgroup2 is bound, as it can't be mounted: %s", mount->place, error_text());
	error_clear();
	return bind_v2(plan, mount->attr_set, ret_mount);
}

static int mount_v2(struct rootfs *rootfs, const struct plan_mount *mount, int target)
{
	struct mountapi_mount made = { .fd = -EBADF };
	int r = make_v2(rootfs->plan, mount, &made);

	if (r == 0)
		r = mount_attach(rootfs, mount, &made, target);
	mountapi_done(&made);
	return r;
}

/* "name=systemd" is shown as "systemd". */
static const char *directory_name(const struct plan_cgroup_directory *directory)
{
	const char *equals = strchr(directory->controllers, '=');

	return equals ? equals + 1 : directory->controllers;
}

static int make_v1_mount(const struct plan *plan, const struct plan_mount *mount,
	const struct plan_cgroup_directory *directory, struct mountapi_mount *ret_mount)
{
	char data[256];
	bool named = strchr(directory->controllers, '=');

	if (!(plan->namespaces.have & CLONE_NEWCGROUP))
		return bind_directory(directory->path, mount->attr_set, ret_mount);
	(void)snprintf(data, sizeof(data), "%s%s", named ? "none," : "", directory->controllers);

	struct mountapi_fs fs = { "cgroup", "cgroup", data, 0, mount->attr_set };
	int r = mountapi_create(&fs, ret_mount);
	if (r != -EPERM)
		return r;
	/* In a user namespace that did not make this cgroup namespace. */
	error_clear();
	return bind_directory(directory->path, mount->attr_set, ret_mount);
}

/* /sys/fs/cgroup/cpu leads to cpu,cpuacct where these share a hierarchy. */
static int link_controllers(int tmpfs, const char *name)
{
	char controllers[256], *rest = controllers;

	if (!strchr(name, ','))
		return 0;
	(void)snprintf(controllers, sizeof(controllers), "%s", name);
	for (char *word; (word = strsep(&rest, ","));) {
		if (symlinkat(name, tmpfs, word) < 0 && errno != EEXIST)
			return fail(errno, "link '%s' to '%s'", word, name);
	}
	return 0;
}

static int mount_hierarchy(const struct plan *plan, const struct plan_mount *mount,
	const struct plan_cgroup_directory *directory, int tmpfs)
{
	struct mountapi_mount made = { .fd = -EBADF };
	const char *name = directory_name(directory);
	auto_close int target = -EBADF;

	if (mkdirat(tmpfs, name, 0755) < 0 && errno != EEXIST)
		return fail(errno, "make '%s'", name);
	target = openat(tmpfs, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return fail(errno, "open '%s'", name);

	int r = make_v1_mount(plan, mount, directory, &made);
	if (r == 0)
		r = mountapi_attach(&made, target);
	mountapi_done(&made);
	try(r, "hierarchy '%s'", directory->controllers);
	return link_controllers(tmpfs, name);
}

static int fill_v1(const struct plan *plan, const struct plan_mount *mount, int tmpfs)
{
	for (size_t i = 0; i < plan->cgroup.directory_count; i++) {
		if (!plan->cgroup.directories[i].unified)
			try(mount_hierarchy(plan, mount, &plan->cgroup.directories[i], tmpfs));
	}
	/* Only now: the directories and links had to be made in it. */
	if (mount->attr_set & MOUNT_ATTR_RDONLY)
		try(mountapi_set(tmpfs, MOUNT_ATTR_RDONLY, 0, false));
	return 0;
}

static int mount_v1(struct rootfs *rootfs, const struct plan_mount *mount, int target)
{
	struct mountapi_mount made = { .fd = -EBADF };
	struct mountapi_fs fs = { "tmpfs", "tmpfs", "mode=755", 0,
		mount->attr_set & ~(uint64_t)MOUNT_ATTR_RDONLY };
	int r = mountapi_create(&fs, &made);

	if (r == 0)
		r = mount_attach(rootfs, mount, &made, target);
	if (r == 0)
		r = fill_v1(rootfs->plan, mount, made.fd);
	mountapi_done(&made);
	return r;
}

int mount_cgroup(struct rootfs *rootfs, const struct plan_mount *mount)
{
	auto_close int target = -EBADF;

	try(inside_make_directory(rootfs->root, mount->target, 0755, &target, NULL));
	return rootfs->plan->root.cgroup_v2 ? mount_v2(rootfs, mount, target)
					    : mount_v1(rootfs, mount, target);
}
