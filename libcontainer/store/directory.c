#include "libcontainer/store/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/monotonic.h"
#include "libcontainer/store/files.h"

#define DIRECTORY_MODE 0711
#define PRIVATE_MODE 01700
#define LOCK_PATIENCE 10000 /* milliseconds */
#define LOCK_PATIENCE_SHORT 1000
#define LOCK_INTERVAL 5
/* Deeper than anything that is put into a state directory. */
#define REMOVE_DEPTH 16

/* What is wrong with an id, or NULL. */
static const char *id_fault(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+.-";
	size_t length = strlen(id);

	if (length == 0)
		return "is empty";
	if (length > NAME_MAX)
		return "is longer than a file name can be";
	if (id[0] == '.')
		return "starts with a dot";
	if (strspn(id, allowed) != length)
		return "may only have letters, digits, '_', '+', '.' and '-'";
	return NULL;
}

int store_check_id(const char *id)
{
	const char *fault = id_fault(id);

	return fault ? refuse("container id '%s' %s", id, fault) : 0;
}

/* ---- the root ----------------------------------------------------------------------- */

static int root_open(const char *root, int *ret_fd)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", root);
	*ret_fd = fd;
	return 0;
}

static int root_make(const char *root, int *ret_fd)
{
	uninitialized char path[PATH_MAX];
	size_t length = strlen(root);

	int r = root_open(root, ret_fd);
	if (r != -ENOENT)
		return r;
	if (length >= sizeof(path))
		return fail(ENAMETOOLONG, "make '%s'", root);

	memcpy(path, root, length + 1);
	for (char *end = path + 1; *end; end++) {
		if (*end != '/')
			continue;
		*end = '\0';
		if (mkdir(path, DIRECTORY_MODE) < 0 && errno != EEXIST)
			return fail(errno, "make '%s'", path);
		*end = '/';
	}
	if (mkdir(path, DIRECTORY_MODE) < 0 && errno != EEXIST)
		return fail(errno, "make '%s'", path);

	r = root_open(root, ret_fd);
	return r == -ENOENT ? fail(r, "open '%s'", root) : r;
}

int store_keep_private(const char *root)
{
	struct stat status;
	auto_close int path = -EBADF;
	auto_close int fd = -EBADF;

	try(root_make(root, &path));
	fd = openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* fchmod(2) refuses O_PATH */
	if (fd < 0 || fstat(fd, &status) < 0)
		return fail(errno, "open '%s'", root);
	if ((status.st_mode & ALLPERMS) != PRIVATE_MODE && fchmod(fd, PRIVATE_MODE) < 0)
		return fail(errno, "change the mode of '%s'", root);
	return 0;
}

/* ---- the lock ----------------------------------------------------------------------- */

/* -EAGAIN, plain, where another has it all the time (milliseconds). */
static int lock_take(int fd, int patience)
{
	const struct timespec interval = { .tv_nsec = LOCK_INTERVAL * 1000000L };
	int64_t end = patience > 0 ? monotonic_milliseconds() + patience : 0;

	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return fail(errno, "lock the state directory");
		if (patience == 0 || monotonic_milliseconds() >= end)
			return -EAGAIN;
		(void)nanosleep(&interval, NULL); /* flock(2) has no time limit of its own */
	}
}

int store_lock(int fd)
{
	int r = lock_take(fd, LOCK_PATIENCE);

	return r == -EAGAIN ? refuse_as(ETIMEDOUT, "another command holds the container") : r;
}

void store_unlock(int fd)
{
	(void)flock(fd, LOCK_UN); /* cannot fail on a descriptor that could be locked */
}

int store_is_locked(int fd)
{
	/* A lock of our own open file would only be converted: ask by another one. */
	auto_close int other = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (other < 0)
		/* A directory that was removed can still be open, and locked, but not opened. */
		return errno == ENOENT ? 0 : fail(errno, "open the state directory");
	if (flock(other, LOCK_SH | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? 1 : fail(errno, "ask for the state directory's lock");
}

/* Whether ROOT/ID still is the directory that fd is: one may have been removed before it was
 * locked. */
static int directory_is_linked(int root, const char *id, int fd)
{
	struct stat named, opened;

	if (fstat(fd, &opened) < 0)
		return fail(errno, "stat state directory '%s'", id);
	if (fstatat(root, id, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(errno, "stat state directory '%s'", id);
	return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

/* -ENOENT comes plain. */
static int directory_open(int root, const char *id, int *ret_fd)
{
	struct stat status;
	auto_close int fd = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open state directory '%s'", id);
	/*
	 * What is in it is believed: pids and cgroups to be killed, hooks to be run.  A state root
	 * may be below /tmp, and another user's container is not ours to work on.
	 */
	if (fstat(fd, &status) < 0)
		return fail(errno, "stat state directory '%s'", id);
	if (status.st_uid != geteuid())
		return refuse_as(
			EPERM, "state directory '%s' belongs to user id %u", id, status.st_uid);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int store_is_linked(const char *root, const char *id, int fd)
{
	auto_close int root_fd = -EBADF;
	int r = root_open(root, &root_fd);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return directory_is_linked(root_fd, id, fd);
}

int store_open(const char *root, const char *id, enum store_lock lock, int *ret_fd)
{
	auto_close int root_fd = -EBADF;
	int patience = lock == STORE_LOCKED_SOON ? LOCK_PATIENCE_SHORT : LOCK_PATIENCE;
	int r = root_open(root, &root_fd);

	while (r == 0) {
		auto_close int fd = -EBADF;

		r = directory_open(root_fd, id, &fd);
		if (r == 0 && lock != STORE_UNLOCKED)
			r = lock_take(fd, patience);
		if (r == -EAGAIN)
			return refuse_as(ETIMEDOUT,
				"another command has been working on the container for %d s",
				patience / 1000);
		/* 0: it was removed while we waited, and the name may be another's by now. */
		if (r == 0)
			r = lock == STORE_UNLOCKED ? 1 : directory_is_linked(root_fd, id, fd);
		if (r == 1) {
			*ret_fd = steal_fd(&fd);
			return 0;
		}
	}
	return r == -ENOENT ? refuse_as(ENOENT, "container does not exist") : r;
}

/* ---- listing ------------------------------------------------------------------------ */

struct ids {
	const char **items;
	size_t count, capacity;
};

static void ids_add(struct arena *arena, struct ids *ids, const char *name)
{
	if (ids->count == ids->capacity) {
		size_t capacity = ids->capacity ? 2 * ids->capacity : 64;
		const char **items = arena_new_array(arena, const char *, capacity);

		if (ids->count > 0)
			memcpy(items, ids->items, ids->count * sizeof(*items));
		ids->items = items;
		ids->capacity = capacity;
	}
	ids->items[ids->count++] = arena_strdup(arena, name);
}

static int ids_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int store_list(struct arena *arena, const char *root, const char ***ret_ids, size_t *ret_count)
{
	auto_closedir DIR *stream = opendir(root);
	struct ids ids = { 0 };
	const struct dirent *entry;

	if (!stream)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", root);
	for (errno = 0; (entry = readdir(stream)); errno = 0) {
		if (id_fault(entry->d_name))
			continue;
		if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)
			ids_add(arena, &ids, entry->d_name);
	}
	if (errno)
		return fail(errno, "read '%s'", root);

	if (ids.count > 0)
		qsort(ids.items, ids.count, sizeof(*ids.items), ids_compare);
	*ret_ids = ids.items;
	*ret_count = ids.count;
	return 0;
}

/* ---- removing ----------------------------------------------------------------------- */

static int remove_entry(int dir, const char *name, int depth);

/* Removes all in the directory, but an entry called keep. */
static int remove_content(int dir, const char *keep, int depth)
{
	auto_closedir DIR *stream = NULL;
	auto_close int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "open the state directory");
	stream = fdopendir(fd);
	if (!stream)
		return fail(errno, "read the state directory");
	(void)steal_fd(&fd);

	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(stream);
		if (!entry)
			return errno ? fail(errno, "read the state directory") : 0;
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (keep && strcmp(name, keep) == 0)
			continue;
		try(remove_entry(dir, name, depth));
	}
}

static int remove_entry(int dir, const char *name, int depth)
{
	auto_close int fd = -EBADF;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return fail(errno, "remove '%s'", name);
	if (depth == 0)
		return refuse_as(ELOOP, "remove '%s': too deep", name);

	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(errno, "open '%s'", name);
	try(remove_content(fd, NULL, depth - 1), "remove '%s'", name);
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail(errno, "remove '%s'", name);
	return 0;
}

/* What nearly every container has is removed by name; the rest is looked for only if there is any.
 */
static int remove_known(int fd)
{
	static const char *const names[] = { STORE_START, STORE_REPORT, STORE_CONFIG,
		STORE_RECORD };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		try(remove_entry(fd, names[i], 0));
	return 0;
}

int store_remove(const char *root, const char *id, int fd)
{
	auto_close int root_fd = -EBADF;

	/* What a killed `delete` leaves is a directory without a record, which can be deleted. */
	try(remove_known(fd), "container '%s'", id);

	int r = root_open(root, &root_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = directory_is_linked(root_fd, id, fd);
	if (r <= 0)
		return r;
	if (unlinkat(root_fd, id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return fail(errno, "remove state directory '%s'", id);
	try(remove_content(fd, NULL, REMOVE_DEPTH), "container '%s'", id);
	if (unlinkat(root_fd, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail(errno, "remove state directory '%s'", id);
	return 0;
}

/* ---- making ------------------------------------------------------------------------- */

/*
 * Locks what was made or found.  1: it is the caller's, and empty; 0: it was removed meanwhile, try
 * again; -EEXIST: it belongs to a container or to a creation that is under way.
 */
static int directory_claim(int root, const char *id, int fd, bool made)
{
	/* Ours may be locked by a `delete` that takes it for a leftover: that one ends soon. */
	int r = lock_take(fd, made ? LOCK_PATIENCE : 0);
	if (r == -EAGAIN)
		return -EEXIST;
	if (r == 0)
		r = directory_is_linked(root, id, fd);
	if (r <= 0)
		return r;
	if (faccessat(fd, STORE_RECORD, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	/* Not known is not missing: what is emptied here may be a running container's. */
	if (errno != ENOENT)
		return fail(errno, "look for the record of '%s'", id);
	if (!made)
		try(remove_content(fd, NULL, REMOVE_DEPTH), "remove what a killed create left");
	/* Whatever the umask has made of it. */
	if (fchmod(fd, DIRECTORY_MODE) < 0)
		return fail(errno, "set the mode of state directory '%s'", id);
	return 1;
}

int store_make(const char *root, const char *id, int *ret_fd)
{
	auto_close int root_fd = -EBADF;
	int r = 0;

	try(root_make(root, &root_fd));
	while (r == 0) {
		auto_close int fd = -EBADF;
		bool made = mkdirat(root_fd, id, DIRECTORY_MODE) == 0;

		if (!made && errno != EEXIST)
			return fail(errno, "make state directory '%s'", id);
		r = directory_open(root_fd, id, &fd);
		if (r == -ENOENT)
			r = 0; /* a `delete` was between us: once more */
		else if (r == 0)
			r = directory_claim(root_fd, id, fd, made);
		if (r == 1)
			*ret_fd = steal_fd(&fd);
		/* Another may have taken it over by now; then there is a record in it. */
		if (r < 0 && r != -EEXIST && made)
			(void)unlinkat(root_fd, id, AT_REMOVEDIR);
	}
	if (r == -EEXIST)
		return refuse_as(EEXIST, "container with given ID already exists");
	return r < 0 ? r : 0;
}
