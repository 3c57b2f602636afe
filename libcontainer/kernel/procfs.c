#include "libcontainer/kernel/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/kernel/syscall.h"

/* The kernel's PROC_ROOT_INO: a directory of procfs that is bound over /proc has another. */
#define ROOT_INODE 1
#define ATTEMPTS 128

int procfs_open(int *ret_fd)
{
	auto_close int fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs system;
	struct stat facts;

	if (fd < 0)
		return fail(errno, "open '/proc'");
	if (fstatfs(fd, &system) < 0 || fstat(fd, &facts) < 0)
		return fail(errno, "stat '/proc'");
	if (system.f_type != PROC_SUPER_MAGIC || facts.st_ino != ROOT_INODE)
		return refuse("'/proc' is not the root of procfs");
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* An instance that nobody else sees and nothing is mounted in. */
static int open_fresh(int *ret_fd)
{
	auto_close int fs = fsopen("proc", FSOPEN_CLOEXEC);

	if (fs < 0)
		return fail(errno, "open a procfs of our own");
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail(errno, "make a procfs of our own");
	int fd = fsmount(
		fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fd < 0)
		return fail(errno, "mount a procfs of our own");
	*ret_fd = fd;
	return 0;
}

/* Opens one component; -EXDEV where something is mounted over it. */
static int open_component(int at, uint64_t number, const char *name, int flags)
{
	auto_close int fd = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC);
	uint64_t found;

	if (fd < 0)
		return -errno;
	int r = mountapi_number(fd, &found);
	if (r < 0)
		return r;
	return found == number ? steal_fd(&fd) : -EXDEV;
}

/* Replaces "self" and "thread-self" by what the link says; they are the only links we follow. */
static int resolve_self(int procfs, uint64_t number, const char *path, char way[PATH_MAX])
{
	size_t first = strcspn(path, "/"), length = strlen(path);

	if (length >= PATH_MAX || first > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(way, path, length + 1);
	way[first] = '\0';
	auto_close int link = open_component(procfs, number, way, O_PATH);
	if (link < 0)
		return link;
	bool own = strcmp(way, "self") == 0 || strcmp(way, "thread-self") == 0;
	ssize_t got = own ? readlinkat(link, "", way, PATH_MAX) : (ssize_t)first;
	if (got < 0)
		return -errno;
	if ((size_t)got + length - first >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(way + got, path + first, length - first + 1);
	return 0;
}

/* As openat2(2) with our flags would do it, for kernels and filters that refuse that. */
static int open_by_walk(int procfs, const char *path, int flags)
{
	uninitialized char way[PATH_MAX];
	char *next = way;
	auto_close int held = -EBADF;
	uint64_t number;
	int at = procfs;

	int r = mountapi_number(procfs, &number);
	if (r == 0)
		r = resolve_self(procfs, number, path, way);
	if (r < 0)
		return r;
	for (;;) {
		char *name = strsep(&next, "/");

		if (!*name || strcmp(name, "..") == 0)
			return -EXDEV; /* RESOLVE_BENEATH's answer to what we never ask */
		int fd = open_component(at, number, name, next ? O_PATH | O_DIRECTORY : flags);
		if (fd < 0 || !next)
			return fd;
		fd_close(&held);
		at = held = fd;
	}
}

static int open_by_kernel(int procfs, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;

	for (int i = 0; i < ATTEMPTS && fd < 0; i++) {
		fd = sys_openat2(procfs, path, &how);
		if (fd < 0 && errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : fd;
}

static int open_checked(int procfs, const char *path, int flags)
{
	int fd = open_by_kernel(procfs, path, flags);

	return fd == -ENOSYS || fd == -EPERM ? open_by_walk(procfs, path, flags) : fd;
}

/* Nobody can mount over what is fresh, so that a plain walk does where openat2(2) is missing. */
static int open_in_fresh(int fresh, const char *path, int flags)
{
	int fd = open_by_kernel(fresh, path, flags);

	if (fd != -ENOSYS && fd != -EPERM)
		return fd;
	if (strstr(path, ".."))
		return -EXDEV;
	fd = openat(fresh, path, flags | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int procfs_open_file(int procfs, const char *path, int flags, int *ret_fd)
{
	auto_close int fresh = -EBADF;
	int fd = open_checked(procfs, path, flags);

	/*
	 * EXDEV: something is mounted over it, as lxcfs does, or as an attacker would.  ENOSYS:
	 * this kernel can't tell.
	 */
	if (fd == -EXDEV || fd == -ENOSYS) {
		try(open_fresh(&fresh), "open '/proc/%s': it may be mounted over", path);
		fd = open_in_fresh(fresh, path, flags);
	}
	if (fd == -ENOENT)
		return -ENOENT;
	if (fd < 0)
		return fail(fd, "open '/proc/%s'", path);
	*ret_fd = fd;
	return 0;
}

int procfs_write(int procfs, const char *path, const char *value)
{
	auto_close int fd = -EBADF;
	size_t size = strlen(value);
	ssize_t written;

	try(procfs_open_file(procfs, path, O_WRONLY, &fd));
	do
		written = write(fd, value, size);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return fail(errno, "write '%s' to '/proc/%s'", value, path);
	if ((size_t)written != size)
		return refuse_as(EIO, "write '%s' to '/proc/%s': only %zd bytes were taken", value,
			path, written);
	return 0;
}

ssize_t procfs_read(int procfs, const char *path, char *buffer, size_t size)
{
	auto_close int fd = -EBADF;
	size_t used = 0;

	try(procfs_open_file(procfs, path, O_RDONLY, &fd));
	while (used < size) {
		ssize_t got = read(fd, buffer + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(errno, "read '/proc/%s'", path);
		if (got == 0)
			break;
		used += (size_t)got;
	}
	if (used == size)
		return refuse_as(EFBIG, "'/proc/%s' is larger than %zu bytes", path, size - 1);
	buffer[used] = '\0';
	return (ssize_t)used;
}
