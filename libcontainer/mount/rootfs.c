#include "libcontainer/mount/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"

/* Asking each directory on the way costs less than reading mountinfo of a host with thousands. */
int rootfs_make_private(const char *path)
{
	uninitialized char directory[PATH_MAX];

	if (strlen(path) >= sizeof(directory))
		return fail(ENAMETOOLONG, "'%s'", path);
	strcpy(directory, path);
	for (;;) {
		if (mount(NULL, directory, NULL, MS_PRIVATE, NULL) == 0)
			return 0;
		if (errno != EINVAL)
			return fail(errno, "make the mount of '%s' private", directory);

		char *slash = strrchr(directory, '/');
		if (!slash || directory[1] == '\0')
			return 0;
		slash[slash == directory ? 1 : 0] = '\0';
	}
}

static int set_host_propagation(const struct plan_root *plan)
{
	if (mount(NULL, "/", NULL, plan->host_propagation, NULL) < 0)
		return fail(errno, "change the propagation of the host's mounts");
	/* pivot_root(2) refuses a root whose parent mount is shared, and a mount on a shared one
	 * would appear on the host. */
	if (plan->host_propagation & MS_SHARED)
		return rootfs_make_private(plan->path);
	return 0;
}

static int open_root(const struct plan_root *plan, int *ret_fd)
{
	int fd = open(plan->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "root.path: open '%s'", plan->path);
	*ret_fd = fd;
	return 0;
}

/*
 * The tree's own descriptor serves where there is one.  With the legacy calls, a mount comes to lie
 * over the directory that was opened, and only a new look-up finds it; nobody else is in this mount
 * namespace, and the path is the caller's.
 */
static int open_mounted_root(const struct plan_root *plan, struct rootfs *rootfs)
{
	if (rootfs->tree.fd >= 0) {
		rootfs->root = fcntl(rootfs->tree.fd, F_DUPFD_CLOEXEC, 3);
		return rootfs->root < 0 ? fail(errno, "duplicate the root's descriptor") : 0;
	}
	return open_root(plan, &rootfs->root);
}

int rootfs_begin(const struct plan *plan, int *sources, struct rootfs *ret_rootfs)
{
	auto_close int directory = -EBADF;

	*ret_rootfs = (struct rootfs){
		.plan = plan,
		.root = -EBADF,
		.tree = { .fd = -EBADF },
		.mask = { .fd = -EBADF },
		.sources = sources,
	};
	try(open_root(&plan->root, &directory));
	if (plan->root.enter == PLAN_ENTER_CHROOT) {
		ret_rootfs->root = steal_fd(&directory);
		return 0;
	}
	try(set_host_propagation(&plan->root));
	try(mountapi_clone(directory, true, &ret_rootfs->tree), "root.path: clone '%s'",
		plan->root.path);
	try(mountapi_attach(&ret_rootfs->tree, directory), "root.path: mount '%s' on itself",
		plan->root.path);
	return open_mounted_root(&plan->root, ret_rootfs);
}

/* A missing working directory is made: users rely on it, see spec.md, process.cwd. */
static int make_working_directory(const struct rootfs *rootfs)
{
	auto_close int fd = -EBADF;
	const char *cwd = rootfs->plan->process.cwd;
	int r = inside_open(rootfs->root, cwd, O_PATH, &fd);

	if (r != -ENOENT || rootfs->plan->root.enter == PLAN_ENTER_CHROOT) {
		/* Init enters it by itself and then says what is wrong with it. */
		error_clear();
		return 0;
	}
	/* Likewise: a root that is read-only already is a matter of chdir. */
	if (inside_make_directory(rootfs->root, cwd, 0755, &fd, NULL) < 0)
		error_clear();
	return 0;
}

/* All that had to be filled first. */
static int make_deferred_readonly(const struct rootfs *rootfs)
{
	const struct plan_root *plan = &rootfs->plan->root;

	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct plan_mount *mount = &plan->mounts[i];

		if (!mount->deferred_readonly)
			continue;
		try(mountapi_set(rootfs->sources[i], MOUNT_ATTR_RDONLY, 0, false),
			"%s: make '%s' read-only", mount->place, mount->target);
	}
	return 0;
}

int rootfs_finish(struct rootfs *rootfs)
{
	const struct plan_root *plan = &rootfs->plan->root;

	try(make_working_directory(rootfs));
	if (plan->enter == PLAN_ENTER_CHROOT)
		return 0;
	try(make_deferred_readonly(rootfs));
	try(mount_hide(rootfs));
	if (plan->readonly)
		try(mountapi_set(rootfs->root, MOUNT_ATTR_RDONLY, 0, false),
			"root.readonly: make the root read-only");
	return 0;
}

void rootfs_done(struct rootfs *rootfs)
{
	mountapi_done(&rootfs->tree);
	mountapi_done(&rootfs->mask);
	fd_close(&rootfs->root);
}
