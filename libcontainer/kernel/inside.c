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
#include "libcontainer/kernel/syscall.h"

/* A busy host renames and mounts all the time, and each such event may cost an attempt. */
#define ATTEMPTS 128
/* As the kernel's MAXSYMLINKS. */
#define LINKS_AT_MOST 40

#define PARENT_MODE 0755

static bool careful_always;
static bool openat2_missing;

void inside_set_careful(bool always)
{
	careful_always = always;
}

/*
 * The careful walk: one component at a time, each opened from the held descriptor of its directory
 * and never followed by the kernel.  A symlink's text is put in front of what is left to walk.
 * ".." goes down again from the root along the names that led here, because the kernel's own ".."
 * leads elsewhere once somebody moved the directory.
 */
struct walk {
	int root;
	int at;                  /* the directory we are in, or root itself */
	int held;                /* owns at where that is not root */
	char done[PATH_MAX];     /* names from root to at, each with a slash behind it */
	char rest[2 * PATH_MAX]; /* still to be walked */
	char *next;              /* in rest */
	int flags;               /* what the last component is opened with */
	unsigned int links;      /* followed so far */
	unsigned int makes;      /* made so far */
	bool strict;             /* refuse symlinks */
	bool make;               /* make what is missing */
	bool make_file;          /* the last component as a file */
	mode_t mode;             /* of the last component that is made */
	bool made;               /* the last component was made by us */
};

static int open_component(int at, const char *name, int flags)
{
	int fd = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void walk_move(struct walk *walk, int fd)
{
	fd_close(&walk->held);
	walk->held = fd;
	walk->at = fd >= 0 ? fd : walk->root;
}

/* Goes into the directory fd, which is name below the present one. */
static int walk_down(struct walk *walk, int fd, const char *name)
{
	size_t used = strlen(walk->done), length = strlen(name);

	walk_move(walk, fd);
	if (used + length + 2 > sizeof(walk->done))
		return -ENAMETOOLONG;
	memcpy(walk->done + used, name, length);
	memcpy(walk->done + used + length, "/", 2);
	return 0;
}

static int walk_up(struct walk *walk)
{
	char way[PATH_MAX];
	size_t length = strlen(walk->done);
	char *next = way;

	walk->made = false;
	walk_move(walk, -EBADF);
	if (length == 0)
		return 0; /* ".." of the root is the root */
	walk->done[length - 1] = '\0';
	char *slash = strrchr(walk->done, '/');
	*(slash ? slash + 1 : walk->done) = '\0';

	memcpy(way, walk->done, sizeof(way));
	while (*next) {
		char *name = strsep(&next, "/");
		int fd = open_component(walk->at, name, O_PATH | O_DIRECTORY);

		if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
			return -EAGAIN; /* was a directory a moment ago */
		if (fd < 0)
			return fd;
		walk_move(walk, fd);
	}
	return 0;
}

/*
 * The texts of procfs' plain links ("self", "thread-self", "mounts", "net") begin so; all others
 * are magic ones, whose text says nothing about where they lead.
 */
static bool is_magic_link(int fd, const char *text)
{
	struct statfs facts;

	if (fstatfs(fd, &facts) < 0)
		return true;
	if (facts.f_type != PROC_SUPER_MAGIC)
		return false;
	return !(text[0] >= '0' && text[0] <= '9') && strncmp(text, "self", 4) != 0;
}

/* Puts the text of the symlink fd in front of what is left; more says that a slash follows. */
static int walk_follow(struct walk *walk, int fd, bool more)
{
	char text[PATH_MAX];
	size_t left = strlen(walk->next) + 1;

	if (walk->strict || ++walk->links > LINKS_AT_MOST)
		return -ELOOP;
	ssize_t got = readlinkat(fd, "", text, sizeof(text));
	if (got < 0)
		return -errno;
	if (got == 0)
		return -ENOENT;
	size_t length = (size_t)got;
	if (length == sizeof(text) || length + 1 + left > sizeof(walk->rest))
		return -ENAMETOOLONG;
	text[length] = '\0';
	if (is_magic_link(fd, text))
		return -ELOOP;
	if (text[0] == '/') {
		walk_move(walk, -EBADF);
		walk->done[0] = '\0';
	}
	if (more)
		text[length++] = '/';
	memmove(walk->rest + length, walk->next, left);
	memcpy(walk->rest, text, length);
	walk->next = walk->rest;
	return 0;
}

/* Makes name, with exactly this mode: the umask is the process's, which has one thread. */
static int walk_make(struct walk *walk, const char *name, bool last)
{
	mode_t mode = last ? walk->mode : PARENT_MODE;
	bool file = walk->make_file && last;

	/* Somebody who deletes as fast as we make is not waited for. */
	if (walk->makes++ > PATH_MAX)
		return -EAGAIN;
	mode_t umask_before = umask(0);
	int r = file ? mknodat(walk->at, name, S_IFREG | mode, 0) : mkdirat(walk->at, name, mode);
	int error = errno;
	(void)umask(umask_before);
	if (r < 0 && error != EEXIST)
		return -error;
	walk->made = r == 0;
	return 0;
}

/* Opens what the walk ended at, when that is a directory we are in. */
static int walk_end(struct walk *walk)
{
	if (walk->make_file)
		return -EISDIR;
	if ((walk->flags & O_PATH) && walk->held >= 0)
		return steal_fd(&walk->held);
	return open_component(walk->at, ".", walk->flags & ~O_NOFOLLOW);
}

/* The last component, which *fd is an O_PATH descriptor of. */
static int walk_open_last(const struct walk *walk, int *fd, const char *name, mode_t type)
{
	if (S_ISLNK(type) && !(walk->flags & O_PATH))
		return -ELOOP;
	if ((walk->flags & O_DIRECTORY) && !S_ISDIR(type))
		return -ENOTDIR;
	if (walk->make_file && S_ISDIR(type))
		return -EISDIR;
	if (walk->flags & O_PATH)
		return steal_fd(fd);
	int opened = open_component(walk->at, name, walk->flags);
	return opened == -ELOOP ? -EAGAIN : opened; /* became a symlink since */
}

/* Opens name, making it where that is wanted. */
static int walk_look(struct walk *walk, const char *name, bool last)
{
	walk->made = false;
	for (;;) {
		int fd = open_component(walk->at, name, O_PATH);

		if (fd != -ENOENT || !walk->make)
			return fd;
		int r = walk_make(walk, name, last);
		if (r < 0)
			return r;
	}
}

/* One component; returns the descriptor that was asked for at the end, else -EINPROGRESS. */
static int walk_step(struct walk *walk)
{
	walk->next += strspn(walk->next, "/");
	if (!*walk->next)
		return walk_end(walk);

	char *name = walk->next, *end = name + strcspn(name, "/");
	bool more = *end == '/';
	bool last = end[strspn(end, "/")] == '\0';
	*end = '\0';
	walk->next = more ? end + 1 : end;

	if (strcmp(name, ".") == 0)
		return -EINPROGRESS;
	if (strcmp(name, "..") == 0) {
		int r = walk_up(walk);
		return r < 0 ? r : -EINPROGRESS;
	}

	struct stat facts;
	auto_close int fd = walk_look(walk, name, last);
	if (fd < 0)
		return fd;
	if (fstat(fd, &facts) < 0)
		return -errno;
	if (S_ISLNK(facts.st_mode) && (more || !(walk->flags & O_NOFOLLOW))) {
		int r = walk_follow(walk, fd, more);
		return r < 0 ? r : -EINPROGRESS;
	}
	if (!more)
		return walk_open_last(walk, &fd, name, facts.st_mode);
	if (!S_ISDIR(facts.st_mode))
		return -ENOTDIR;
	int r = walk_down(walk, steal_fd(&fd), name);
	return r < 0 ? r : -EINPROGRESS;
}

/* Walks path from the root; like openat2(2) it returns a descriptor or -errno, -EAGAIN included. */
static int walk_path(struct walk *walk, const char *path)
{
	size_t length = strlen(path);
	int r = -EINPROGRESS;

	if (length == 0)
		return -ENOENT;
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(walk->rest, path, length + 1);
	walk->next = walk->rest;
	walk->done[0] = '\0';
	walk->links = 0;
	walk->held = -EBADF;
	walk->at = walk->root;
	walk->made = false;
	while (r == -EINPROGRESS)
		r = walk_step(walk);
	fd_close(&walk->held);
	return r;
}

static int open_by_walk(int root, const char *path, int flags, bool strict)
{
	struct walk walk = { .root = root, .flags = flags, .strict = strict };

	return walk_path(&walk, path);
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

/* Takes what is there, which is the usual case, else walks and makes. */
static int make_inside(
	int root, const char *path, const struct walk *wanted, int *ret_fd, bool *ret_made)
{
	int fd = open_inside(root, path, wanted->flags, false);
	bool made = false;

	if (fd == -ENOENT) {
		struct walk walk = *wanted;

		walk.root = root;
		walk.make = true;
		for (int i = 0; i < ATTEMPTS; i++) {
			fd = walk_path(&walk, path);
			made = walk.made;
			if (!was_raced(fd))
				break;
		}
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
	struct walk wanted = { .flags = O_PATH | O_DIRECTORY, .mode = mode };

	return make_inside(root, path, &wanted, ret_fd, ret_made);
}

int inside_make_file(int root, const char *path, mode_t mode, int *ret_fd, bool *ret_made)
{
	struct walk wanted = { .flags = O_PATH, .mode = mode, .make_file = true };
	auto_close int fd = -EBADF;
	struct stat facts;
	bool made;

	if (path[0] && path[strlen(path) - 1] == '/')
		return fail(EISDIR, "make '%s'", path);
	try(make_inside(root, path, &wanted, &fd, &made));
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
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = (size_t)(name - path);
	char parent[PATH_MAX];

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return refuse("open the parent of '%s': it has no last component", path);
	if (length >= sizeof(parent))
		return fail(ENAMETOOLONG, "open the parent of '%s'", path);
	memcpy(parent, path, length);
	memcpy(parent + length, ".", 2);
	if (make)
		try(inside_make_directory(root, parent, PARENT_MODE, ret_fd, NULL));
	else
		try(open_reported(root, parent, O_PATH | O_DIRECTORY, false, ret_fd));
	*ret_name = name;
	return 0;
}
