/*
 * The careful walk: one component at a time, each opened from the held descriptor of its directory
 * and never followed by the kernel.  A symlink's text is put in front of what is left to walk.
 * ".." goes down again from the root along the names that led here, because the kernel's own ".."
 * leads elsewhere once somebody moved the directory.
 */
#include "libcontainer/kernel/inside_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"

/* As the kernel's MAXSYMLINKS. */
#define LINKS_AT_MOST 40

#define PARENT_MODE 0755

struct walk {
	int root;
	int at;                  /* the directory we are in, or root itself */
	int held;                /* owns at where that is not root */
	char done[PATH_MAX];     /* names from root to at, each with a slash behind it */
	char rest[2 * PATH_MAX]; /* still to be walked */
	char *next;              /* in rest */
	unsigned int links;      /* followed so far */
	unsigned int makes;      /* made so far */
	bool made;               /* the last component was made by us */
	const struct inside_goal *goal;
};

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
	uninitialized char way[PATH_MAX];
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
		int fd = inside_open_component(walk->at, name, O_PATH | O_DIRECTORY);

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
	uninitialized char text[PATH_MAX];
	size_t left = strlen(walk->next) + 1;

	if (walk->goal->strict || ++walk->links > LINKS_AT_MOST)
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

static int walk_make(struct walk *walk, const char *name, bool last)
{
	mode_t mode = last ? walk->goal->mode : PARENT_MODE;
	bool file = walk->goal->make_file && last;

	/* Somebody who deletes as fast as we make is not waited for. */
	if (walk->makes++ > PATH_MAX)
		return -EAGAIN;
	int r = inside_make_component(walk->at, name, mode, file);
	if (r < 0 && r != -EEXIST)
		return r;
	walk->made = r == 0;
	return 0;
}

/* Opens what the walk ended at, when that is a directory we are in. */
static int walk_end(struct walk *walk)
{
	if (walk->goal->make_file)
		return -EISDIR;
	if ((walk->goal->flags & O_PATH) && walk->held >= 0)
		return steal_fd(&walk->held);
	return inside_open_component(walk->at, ".", walk->goal->flags & ~O_NOFOLLOW);
}

/* The last component, which *fd is an O_PATH descriptor of. */
static int walk_open_last(const struct walk *walk, int *fd, const char *name, mode_t type)
{
	if (S_ISLNK(type) && !(walk->goal->flags & O_PATH))
		return -ELOOP;
	if ((walk->goal->flags & O_DIRECTORY) && !S_ISDIR(type))
		return -ENOTDIR;
	if (walk->goal->make_file && S_ISDIR(type))
		return -EISDIR;
	if (walk->goal->flags & O_PATH)
		return steal_fd(fd);
	int opened = inside_open_component(walk->at, name, walk->goal->flags);
	return opened == -ELOOP ? -EAGAIN : opened; /* became a symlink since */
}

/* Opens name, making it where that is wanted. */
static int walk_look(struct walk *walk, const char *name, bool last)
{
	walk->made = false;
	for (;;) {
		int fd = inside_open_component(walk->at, name, O_PATH);

		if (fd != -ENOENT || !walk->goal->make)
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
	if (S_ISLNK(facts.st_mode) && (more || !(walk->goal->flags & O_NOFOLLOW))) {
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
	walk->links = walk->makes = 0;
	walk->held = -EBADF;
	walk->at = walk->root;
	walk->made = false;
	while (r == -EINPROGRESS)
		r = walk_step(walk);
	fd_close(&walk->held);
	return r;
}

int inside_walk(int root, const char *path, const struct inside_goal *goal, bool *ret_made)
{
	/* Twelve KiB that are written before they are read. */
	uninitialized struct walk walk;

	walk.root = root;
	walk.goal = goal;
	int r = walk_path(&walk, path);
	if (ret_made)
		*ret_made = walk.made;
	return r;
}

int inside_make_component(int at, const char *name, mode_t mode, bool file)
{
	mode_t umask_before = umask(0);
	int r = file ? mknodat(at, name, S_IFREG | mode, 0) : mkdirat(at, name, mode);
	int error = errno;

	(void)umask(umask_before);
	return r < 0 ? -error : 0;
}

int inside_open_component(int at, const char *name, int flags)
{
	int fd = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}
