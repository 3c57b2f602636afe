#include "libcontainer/kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"

/* First guess for files that don't tell their size: those of /proc, and pipes. */
#define GUESSED_SIZE 4096U

/* Reads until the buffer is full or the file ends; returns the number of bytes. */
static ssize_t read_full(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = read(fd, buffer + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

int file_read_fd(
	struct arena *arena, int fd, const char *name, size_t limit, struct file_text *ret_file)
{
	struct stat facts;
	size_t capacity = GUESSED_SIZE, used = 0;

	if (fstat(fd, &facts) < 0)
		return fail(errno, "stat '%s'", name);
	/* Opened so by us: a FIFO that nobody writes to reads as empty, a pipe is waited for. */
	if (!S_ISREG(facts.st_mode))
		(void)fcntl(fd, F_SETFL, 0);
	if (S_ISREG(facts.st_mode) && facts.st_size > 0) {
		if ((uintmax_t)facts.st_size > limit)
			return refuse_as(EFBIG, "'%s' is larger than %zu bytes", name, limit);
		/* One more, so that the end of the file is seen before the buffer is full. */
		capacity = (size_t)facts.st_size + 1;
	}

	char *text = arena_alloc(arena, capacity + 1);
	for (;;) {
		ssize_t got = read_full(fd, text + used, capacity - used);

		if (got < 0)
			return fail((int)got, "read '%s'", name);
		used += (size_t)got;
		if (used > limit)
			return refuse_as(EFBIG, "'%s' is larger than %zu bytes", name, limit);
		if (used < capacity)
			break;
		char *larger = arena_alloc(arena, capacity * 2 + 1);
		text = memcpy(larger, text, used);
		capacity *= 2;
	}
	text[used] = '\0';
	/* Files of proc don't tell their size, and most are small. */
	arena_trim(arena, text, used + 1);
	*ret_file = (struct file_text){ text, used };
	return 0;
}

static int read_opened(
	struct arena *arena, int fd, const char *path, size_t limit, struct file_text *ret_file)
{
	auto_close int file = fd;

	if (file < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", path);
	return file_read_fd(arena, file, path, limit, ret_file);
}

int file_read(
	struct arena *arena, int dir, const char *path, size_t limit, struct file_text *ret_file)
{
	int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return read_opened(arena, fd, path, limit, ret_file);
}

int file_read_own(
	struct arena *arena, int dir, const char *name, size_t limit, struct file_text *ret_file)
{
	int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);

	return read_opened(arena, fd, name, limit, ret_file);
}

ssize_t file_read_into(int dir, const char *path, char *buffer, size_t size)
{
	auto_close int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", path);
	ssize_t got = read_full(fd, buffer, size);
	if (got < 0)
		return fail((int)got, "read '%s'", path);
	if ((size_t)got == size)
		return refuse_as(EFBIG, "'%s' is larger than %zu bytes", path, size - 1);
	buffer[got] = '\0';
	return got;
}

int file_write_value(int dir, const char *path, const char *value)
{
	auto_close int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t size = strlen(value);
	ssize_t written;

	if (fd < 0)
		return fail(errno, "open '%s'", path);
	/* The kernel takes a value as one write; the rest of a short one would be another value. */
	do
		written = write(fd, value, size);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return fail(errno, "write '%s' to '%s'", value, path);
	if ((size_t)written != size)
		return refuse_as(
			EIO, "write '%s' to '%s': only %zd bytes were taken", value, path, written);
	return 0;
}

static int open_temporary(int dir, const char *name, mode_t mode, int *ret_fd)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags, mode);

	if (fd < 0 && errno == EEXIST && unlinkat(dir, name, 0) == 0)
		fd = openat(dir, name, flags, mode);
	if (fd < 0)
		return fail(errno, "make '%s'", name);
	*ret_fd = fd;
	return 0;
}

/*
 * A rename over an existing file makes ext4 write its data out first, which takes a hundred times
 * as long as all the rest; an exchange does not, and is as atomic.
 */
static int put_in_place(int dir, const char *temporary, const char *name)
{
	if (renameat2(dir, temporary, dir, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EEXIST && renameat2(dir, temporary, dir, name, RENAME_EXCHANGE) == 0) {
		/* A leftover is replaced by the next of us. */
		if (unlinkat(dir, temporary, 0) == 0 || errno != EISDIR)
			return 0;
		/* What a rename would have refused; it is given its name back. */
		(void)renameat2(dir, temporary, dir, name, RENAME_EXCHANGE);
		return fail(EISDIR, "rename '%s'", temporary);
	}
	return renameat(dir, temporary, dir, name) < 0 ? fail(errno, "rename '%s'", temporary) : 0;
}

int file_replace(int dir, const char *name, const void *data, size_t size, mode_t mode)
{
	char temporary[NAME_MAX + 1];
	auto_close int fd = -EBADF;

	if (snprintf(temporary, sizeof(temporary), ".%s.tmp", name) >= (int)sizeof(temporary))
		return fail(ENAMETOOLONG, "replace '%s'", name);
	try(open_temporary(dir, temporary, mode, &fd), "replace '%s'", name);

	int r = fd_write_all(fd, data, size);
	if (r == 0)
		r = put_in_place(dir, temporary, name);
	if (r < 0) {
		(void)unlinkat(dir, temporary, 0); /* The first failure is the one to report. */
		return error_context(r, "replace '%s'", name);
	}
	return 0;
}
