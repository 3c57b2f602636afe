#include "libcontainer/kernel/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/inside_walk.h"
#include "libcontainer/kernel/syscall.h"

/* A busy host renames and mounts all the time, and each such event may cost an attempt. */
#define ATTEMPTS 128
#define PARENT_MODE 0755

static bool careful_always;
static bool openat2_missing;

void inside_set_careful(bool always)
{
	careful_always = always;
}

static int open_by_walk(int root, const char *path, int flags, bool strict)
{
	const struct inside_goal goal = { .flags = flags, .strict = strict };

	return inside_walk(root, path, &goal, NULL);
}

static int open_by_kernel(int root, const char *path, int flags, bool strict)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
			   (strict ? RESOLVE_NO_SYMLINKS : 0),
	};
	int fd = sys_openat2(root, path, &how);

	return fd < 0 ? -errno : fd;
}

static int open_once(int root, const char *path, int flags, bool strict)
{
	if (careful_always || openat2_missing)
		return open_by_walk(root, path, flags, strict);

	int fd = open_by_kernel(root, path, flags, strict);
	if (fd == -ENOSYS)
		openat2_missing = true;
	/* EPERM may come from a seccomp filter; where it is the file's, the walk gets it too. */
	if (fd == -ENOSYS || fd == -EPERM)
		return open_by_walk(root, path, flags, strict);
	return fd;
}

/* EXDEV: the kernel found itself outside the root at the end, so somebody moved what we were in. */
static bool was_raced(int code)
{
	return code == -EAGAIN || code == -EXDEV;
}

static int open_inside(int root, const char *path, int flags, bool strict)
{
	int fd = -EAGAIN;

	for (int i = 0; i < ATTEMPTS && was_raced(fd); i++)
		fd = open_once(root, path, flags, strict);
	return fd;
}

static int report(int code, const char *path)
{
	return code == -ENOENT ? -ENOENT : fail(code, "open '%s'", path);
}

static int open_reported(int root, const char *path, int flags, bool strict, int *ret_fd)
{
	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
		return refuse("open '%s': making a file needs inside_make_file()", path);
	int fd = open_inside(root, path, flags, strict);
	if (fd < 0)
		return report(fd, path);
	*ret_fd = fd;
	return 0;
}

int inside_open(int root, const char *path, int flags, int *ret_fd)
{
	return open_reported(root, path, flags, false, ret_fd);
}

int inside_open_strict(int root, const char *path, int flags, int *ret_fd)
{
	return open_reported(root, path, flags, true, ret_fd);
}

/* The directory that path's last component is in, as a path; -EINVAL where there is no such name.
 */
static int split_parent(const char *path, char parent[PATH_MAX], const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = (size_t)(name - path);

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	if (length + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(parent, path, length);
	memcpy(parent + length, ".", 2);
	*ret_name = name;
	return 0;
}

/*
 * The common case of making: the parent is there, and the name is not.  -EEXIST and other codes
 * leave it to the walk, which knows what to do about dangling symlinks and missing parents.
 */
static int make_last(int root, const char *path, const struct inside_goal *goal)
{
	uninitialized char parent[PATH_MAX];
	const char *name;
	int r = split_parent(path, parent, &name);

	if (r < 0 || careful_always || openat2_missing)
		return -EEXIST;
	auto_close int at = open_inside(root, parent, O_PATH | O_DIRECTORY, false);
	if (at < 0)
		return at;
	r = inside_make_component(at, name, goal->mode, goal->make_file);
	return r < 0 ? r : inside_open_component(at, name, goal->flags);
}

/* Takes what is there, which is the usual case, else makes it. */
static int make_inside(
	int root, const char *path, const struct inside_goal *goal, int *ret_fd, bool *ret_made)
{
	int fd = open_inside(root, path, goal->flags, false);
	bool made = false;

	if (fd == -ENOENT) {
		fd = make_last(root, path, goal);
		made = fd >= 0;
		for (int i = 0; i < ATTEMPTS && fd < 0 && (i == 0 || was_raced(fd)); i++)
			fd = inside_walk(root, path, goal, &made);
	}
	if (fd < 0)
		return fail(fd, "make '%s'", path);
	*ret_fd = fd;
	if (ret_made)
		*ret_made = made;
	return 0;
}

int inside_make_directory(int root, const char *path, mode_t mode, int *ret_fd, bool *ret_made)
{
	const struct inside_goal goal = {
		.flags = O_PATH | O_DIRECTORY, .make = true, .mode = mode
	};

	return make_inside(root, path, &goal, ret_fd, ret_made);
}

int inside_make_file(int root, const char *path, mode_t mode, int *ret_fd, bool *ret_made)
{
	const struct inside_goal goal = {
		.flags = O_PATH, .make = true, .make_file = true, .mode = mode
	};
	auto_close int fd = -EBADF;
	struct stat facts;
	bool made;

	if (path[0] && path[strlen(path) - 1] == '/')
		return fail(EISDIR, "make '%s'", path);
	try(make_inside(root, path, &goal, &fd, &made));
	if (fstat(fd, &facts) < 0)
		return fail(errno, "stat '%s'", path);
	if (S_ISDIR(facts.st_mode))
		return fail(EISDIR, "make '%s'", path);
	*ret_fd = steal_fd(&fd);
	if (ret_made)
		*ret_made = made;
	return 0;
}

int inside_open_parent(int root, const char *path, bool make, int *ret_fd, const char **ret_name)
{
	uninitialized char parent[PATH_MAX];
	int r = split_parent(path, parent, ret_name);

	if (r == -EINVAL)
		return refuse("open the parent of '%s': it has no last component", path);
	if (r < 0)
		return fail(r, "open the parent of '%s'", path);
	if (make)
		return inside_make_directory(root, parent, PARENT_MODE, ret_fd, NULL);
	return open_reported(root, parent, O_PATH | O_DIRECTORY, false, ret_fd);
}
