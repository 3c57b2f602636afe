/*
 * tmpcopyup: a tmpfs that starts with what the image has at its place.  The image's tree may change
 * while it is read, so it is walked by descriptor, following no link.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/mount/rootfs.h"

/* Deeper trees are no image's: each level holds descriptors. */
#define DEPTH_MAX 64

static int copy_tree(int from, int to, int depth);

static int copy_owner_and_mode(int fd, const struct stat *status)
{
	if (fchown(fd, status->st_uid, status->st_gid) < 0)
		return fail(errno, "change owner");
	/* After the owner: chown clears set-user-ID.  And by fchmod, whatever the umask is. */
	if (fchmod(fd, status->st_mode & 07777) < 0)
		return fail(errno, "change mode");
	if (futimens(fd, (struct timespec[2]){ status->st_atim, status->st_mtim }) < 0)
		return fail(errno, "change times");
	return 0;
}

static int copy_attributes(int from, int to)
{
	uninitialized char names[4096], value[4096];
	ssize_t length = flistxattr(from, names, sizeof(names));

	/* File systems without any, and what this one cannot hold, are no reason to fail. */
	for (char *name = names; length > 0 && name < names + length; name += strlen(name) + 1) {
		ssize_t size = fgetxattr(from, name, value, sizeof(value));

		if (size >= 0)
			(void)fsetxattr(to, name, value, (size_t)size, 0);
	}
	return 0;
}

static int copy_data(int from, int to)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, 1 << 20);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(errno, "copy");
		if (n == 0)
			return 0;
	}
}

static int copy_file(int from, int to, const char *name)
{
	auto_close int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	auto_close int target = -EBADF;
	struct stat status;

	if (source < 0 || fstat(source, &status) < 0)
		return fail(errno, "open");
	if (!S_ISREG(status.st_mode))
		return refuse_as(EAGAIN, "changed while it was copied");
	target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (target < 0)
		return fail(errno, "make");
	try(copy_data(source, target));
	try(copy_attributes(source, target));
	return copy_owner_and_mode(target, &status);
}

static int copy_link(int from, int to, const char *name, const struct stat *status)
{
	uninitialized char text[PATH_MAX];
	ssize_t length = readlinkat(from, name, text, sizeof(text) - 1);

	if (length < 0)
		return fail(errno, "read link");
	text[length] = '\0';
	if (symlinkat(text, to, name) < 0 ||
		fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(errno, "make link");
	return 0;
}

static int copy_node(int to, const char *name, const struct stat *status)
{
	if (mknodat(to, name, status->st_mode & (S_IFMT | 0777), status->st_rdev) < 0 ||
		fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(errno, "make node");
	return 0;
}

static int copy_directory(int from, int to, const char *name, int depth)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	auto_close int source = openat(from, name, flags);
	auto_close int target = -EBADF;

	if (source < 0)
		return fail(errno, "open");
	if (mkdirat(to, name, 0700) < 0)
		return fail(errno, "make");
	target = openat(to, name, flags);
	if (target < 0)
		return fail(errno, "open");
	return copy_tree(source, target, depth + 1);
}

static int copy_entry(int from, int to, const char *name, int depth)
{
	struct stat status;

	if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(errno, "stat");
	switch (status.st_mode & S_IFMT) {
	case S_IFDIR:
		return copy_directory(from, to, name, depth);
	case S_IFREG:
		return copy_file(from, to, name);
	case S_IFLNK:
		return copy_link(from, to, name, &status);
	default:
		return copy_node(to, name, &status);
	}
}

/* from and to are open for reading; to gets owner, mode and times last, as they may forbid writing.
 */
static int copy_tree(int from, int to, int depth)
{
	auto_closedir DIR *directory = NULL;
	struct stat status;
	struct dirent *entry;

	if (depth > DEPTH_MAX)
		return fail(ELOOP, "more than %d directories deep", DEPTH_MAX);
	int list = fcntl(from, F_DUPFD_CLOEXEC, 3);
	if (list < 0 || !(directory = fdopendir(list))) {
		(void)fail(errno, "list");
		fd_close(&list);
		return -errno;
	}
	while ((errno = 0, entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		try(copy_entry(from, to, entry->d_name, depth), "copy '%s'", entry->d_name);
	}
	if (errno)
		return fail(errno, "list");
	if (fstat(from, &status) < 0)
		return fail(errno, "stat");
	try(copy_attributes(from, to));
	return copy_owner_and_mode(to, &status);
}

int mount_copy_up(int from, int to)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	auto_close int source = openat(from, ".", flags);
	auto_close int target = openat(to, ".", flags);

	if (source < 0 || target < 0)
		return fail(errno, "tmpcopyup: open the directory");
	try(copy_tree(source, target, 0), "tmpcopyup");
	return 0;
}
