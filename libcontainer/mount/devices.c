/* Device nodes, the links of /dev, and the console. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/mount/rootfs.h"

static bool is_node(const struct stat *status, const struct plan_device *device)
{
	return (status->st_mode & S_IFMT) == (device->mode & S_IFMT) &&
	       (S_ISFIFO(device->mode) || status->st_rdev == device->number);
}

/* An existing file that does not match is an error of the spec, config-linux.md, "Devices". */
static int check_existing(int parent, const char *name, const struct plan_device *device)
{
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(errno, "stat '%s'", device->path);
	if (!is_node(&status, device))
		return refuse_as(EEXIST, "'%s' exists and is another file", device->path);
	return 0;
}

/* By a descriptor that is known to be of the node: its name may be another file's meanwhile. */
static int give_node(int parent, const char *name, const struct plan_device *device)
{
	auto_close int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return fail(errno, "open '%s'", device->path);
	if (!is_node(&status, device) || status.st_nlink != 1)
		return refuse_as(EAGAIN, "'%s' was changed while it was made", device->path);
	if (fchownat(fd, "", device->uid, device->gid, AT_EMPTY_PATH) < 0)
		return fail(errno, "change the owner of '%s'", device->path);
	return 0;
}

/* The umask is 0 here, so that the mode is the planned one. */
static int make_node(int parent, const char *name, const struct plan_device *device)
{
	if (mknodat(parent, name, device->mode, device->number) < 0) {
		if (errno == EEXIST)
			return check_existing(parent, name, device);
		return fail(errno, "make '%s'", device->path);
	}
	return device->uid != 0 || device->gid != 0 ? give_node(parent, name, device) : 0;
}

/*
 * As check_existing(), where a node will be bound over what is there.  An empty file is what an
 * earlier container of this root had made for it.
 */
static int check_hidden(int target, const struct plan_device *device)
{
	struct stat status;

	if (fstat(target, &status) < 0)
		return fail(errno, "stat '%s'", device->path);
	if (!is_node(&status, device) && !(S_ISREG(status.st_mode) && status.st_size == 0))
		return refuse_as(EEXIST, "'%s' exists and is another file", device->path);
	return 0;
}

/*
 * The host's own node, once it is known to be it.  Read-only does not keep anybody from writing to
 * a device; it keeps owner and mode from a container whose ids are the host's.
 */
static int clone_hosts_node(const struct plan_device *device, struct mountapi_mount *bind)
{
	auto_close int source = open(device->path, O_PATH | O_CLOEXEC);
	struct stat status;

	if (source < 0 || fstat(source, &status) < 0)
		return fail(errno, "open the host's '%s'", device->path);
	if (!is_node(&status, device))
		return refuse("the host's '%s' is another device", device->path);
	try(mountapi_clone(source, false, bind));
	return mountapi_change(
		bind, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, false);
}

/* No mknod(2) in a user namespace: the parent's node is bound, or else the host's. */
static int bind_node(const struct rootfs *rootfs, const struct plan_device *device)
{
	int *own = &rootfs->sources[rootfs->plan->root.mount_count +
				    (size_t)(device - rootfs->plan->devices.items)];
	struct mountapi_mount bind = { .fd = steal_fd(own) };
	auto_close int target = -EBADF;
	bool made;

	int r = bind.fd < 0 ? clone_hosts_node(device, &bind) : 0;
	if (r == 0)
		r = inside_make_file(rootfs->root, device->path, 0644, &target, &made);
	if (r == 0 && !made && !device->is_default)
		r = check_hidden(target, device);
	if (r == 0)
		r = mountapi_attach(&bind, target);
	mountapi_done(&bind);
	return r;
}

/* The directory of the last node: nearly all are made in /dev, which is to be looked up once. */
struct place {
	const char *path; /* of a node in it */
	size_t length;    /* of the directory's part */
	int fd;
};

static int go_to_parent(
	const struct rootfs *rootfs, const char *path, struct place *place, const char **ret_name)
{
	size_t length = (size_t)(path_name(path) - path);

	*ret_name = path + length;
	if (place->fd >= 0 && length == place->length && strncmp(path, place->path, length) == 0)
		return 0;
	fd_close(&place->fd);
	*place = (struct place){ .path = path, .length = length, .fd = -EBADF };
	return inside_open_parent(rootfs->root, path, true, &place->fd, ret_name);
}

static int make_device(
	const struct rootfs *rootfs, const struct plan_device *device, struct place *place)
{
	const char *name;

	if (rootfs->plan->devices.by_bind && !S_ISFIFO(device->mode))
		return bind_node(rootfs, device);
	try(go_to_parent(rootfs, device->path, place, &name));
	return make_node(place->fd, name, device);
}

static const struct {
	const char *path, *target;
	const char *needs; /* on the host: else the link would dangle */
} links[] = {
	{ "/dev/fd", "/proc/self/fd", NULL },
	{ "/dev/stdin", "/proc/self/fd/0", NULL },
	{ "/dev/stdout", "/proc/self/fd/1", NULL },
	{ "/dev/stderr", "/proc/self/fd/2", NULL },
	{ "/dev/core", "/proc/kcore", "/proc/kcore" },
};

/* The image's own would be the host's multiplexer, not that of our devpts. */
static int make_ptmx(int dev)
{
	if (symlinkat("pts/ptmx", dev, "ptmx") == 0)
		return 0;
	if (errno == EEXIST && unlinkat(dev, "ptmx", 0) == 0 &&
		symlinkat("pts/ptmx", dev, "ptmx") == 0)
		return 0;
	return fail(errno, "link '/dev/ptmx' to 'pts/ptmx'");
}

/* Relative to a descriptor of /dev inside the root: an image's /dev may be a symlink
 * (CVE-2026-41579). */
static int make_links(const struct rootfs *rootfs, struct place *place)
{
	const char *name;

	try(go_to_parent(rootfs, "/dev/fd", place, &name));
	int dev = place->fd;
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		if (links[i].needs && access(links[i].needs, F_OK) < 0)
			continue;
		if (symlinkat(links[i].target, dev, links[i].path + sizeof("/dev/") - 1) < 0 &&
			errno != EEXIST)
			return fail(errno, "link '%s' to '%s'", links[i].path, links[i].target);
	}
	if (!rootfs->plan->devices.ptmx)
		return 0;
	return make_ptmx(dev);
}

int devices_make(struct rootfs *rootfs)
{
	const struct plan_devices *plan = &rootfs->plan->devices;

	struct place place = { .fd = -EBADF };
	int r = 0;

	for (size_t i = 0; i < plan->count && r == 0; i++) {
		r = make_device(rootfs, &plan->items[i], &place);
		if (r < 0)
			r = error_context(r, "%s", plan->items[i].place);
	}
	if (r == 0 && plan->make)
		r = make_links(rootfs, &place);
	fd_close(&place.fd);
	return r;
}

/*
 * The mount's source is the slave's descriptor, and its target a file that is no symlink
 * (CVE-2025-52565, CVE-2026-88264).
 */
int console_mount(struct rootfs *rootfs, int slave)
{
	struct mountapi_mount bind = { .fd = -EBADF };
	auto_close int made = -EBADF, target = -EBADF;
	auto_close int dev = -EBADF;
	const char *name;

	try(inside_open_parent(rootfs->root, "/dev/console", true, &dev, &name));
	made = openat(dev, name, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (made < 0 && errno != EEXIST)
		return fail(errno, "make '/dev/console'");
	target = openat(dev, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return fail(errno, "open '/dev/console'");

	struct stat status;
	if (fstat(target, &status) < 0)
		return fail(errno, "stat '/dev/console'");
	if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
		return refuse_as(EEXIST, "'/dev/console' exists and is another file");

	int r = mountapi_clone(slave, false, &bind);
	if (r == 0)
		r = mountapi_attach(&bind, target);
	mountapi_done(&bind);
	return r;
}
