#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/store/directory.h"
#include "libcontainer/store/files.h"

static int fifo_make(int dir, const char *name, int *ret_fd)
{
	/* 0600: init gets it as a descriptor, nobody else needs it. */
	if (mkfifoat(dir, name, 0600) < 0)
		return fail(errno, "make '%s'", name);
	int fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open '%s'", name);
	*ret_fd = fd;
	return 0;
}

static void fifos_remove(int fd)
{
	/* Missing ones are what is wanted; others would be noticed by store_remove(). */
	(void)unlinkat(fd, STORE_START, 0);
	(void)unlinkat(fd, STORE_REPORT, 0);
}

int store_make_fifos(int fd, int *ret_start, int *ret_report)
{
	auto_close int start = -EBADF;
	auto_close int report = -EBADF;

	int r = fifo_make(fd, STORE_START, &start);
	if (r == 0)
		r = fifo_make(fd, STORE_REPORT, &report);
	if (r < 0) {
		fifos_remove(fd);
		return r;
	}
	*ret_start = steal_fd(&start);
	*ret_report = steal_fd(&report);
	return 0;
}

/* -ENXIO, plain, where nobody has the other side open, or there is no fifo. */
static int fifo_open(int dir, const char *name, int access, int *ret_fd)
{
	int fd = openat(dir, name, access | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENXIO || errno == ENOENT ? -ENXIO : fail(errno, "open '%s'", name);
	*ret_fd = fd;
	return 0;
}

int store_has_fifo(int fd)
{
	auto_close int start = -EBADF;
	int r = fifo_open(fd, STORE_START, O_WRONLY, &start);

	return r == -ENXIO ? 0 : r < 0 ? r : 1;
}

bool store_is_unstarted(int fd)
{
	return faccessat(fd, STORE_START, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* 1 where there is nothing yet.  Init's words are one write of at most PIPE_BUF bytes: they come
 * whole. */
static int report_take(int report)
{
	struct {
		int32_t code;
		char text[PIPE_BUF - sizeof(int32_t) + 1];
	} message = { 0 };
	ssize_t size = read(report, &message, PIPE_BUF);

	if (size < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : fail(errno, "read init's report");
	if (size == 0)
		return 0;
	if ((size_t)size <= sizeof(message.code) || message.code >= 0 || message.code < -4095)
		return refuse_as(EBADMSG, "init's report is none: %zd bytes", size);

	/* Names of the container's files may be in it: no escape sequences for our terminal. */
	for (char *c = message.text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	/* -ENXIO has a meaning of its own here. */
	return error_set(message.code == -ENXIO ? -EIO : message.code, message.text);
}

int store_await(int report, int timeout)
{
	for (;;) {
		struct pollfd wait = { .fd = report, .events = POLLIN };
		int ready = poll(&wait, 1, timeout);

		if (ready == 0)
			return -ETIMEDOUT;
		if (ready < 0 && errno != EINTR)
			return fail(errno, "wait for init's report");
		int r = report_take(report);
		if (r <= 0)
			return r;
	}
}

int store_start(int fd, int *ret_report)
{
	auto_close int report = -EBADF;
	auto_close int start = -EBADF;
	auto_close int reader = -EBADF;

	/*
	 * The report comes first: a reader sees the end of a fifo only where a writer was there
	 * when it was opened or after, and whoever still reads the start fifo then did not let go
	 * of the report.
	 */
	int r = fifo_open(fd, STORE_REPORT, O_RDONLY, &report);
	if (r < 0)
		return r;
	r = fifo_open(fd, STORE_START, O_WRONLY, &start);
	if (r < 0)
		return r;

	/* A reader of our own, as init may die now and the write would raise SIGPIPE. */
	r = fifo_open(fd, STORE_START, O_RDONLY, &reader);
	if (r < 0)
		return r;
	if (write(start, "", 1) != 1)
		return fail(errno, "write '%s'", STORE_START);
	fifos_remove(fd);
	*ret_report = steal_fd(&report);
	return 0;
}
