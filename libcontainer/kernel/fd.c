#include "libcontainer/kernel/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/syscall.h"

/* The kernel's default of fs.nr_open: no process has higher numbers unless that was raised. */
#define NUMBERS_AT_MOST 1048576U
#define NUMBERS_AT_ONCE 256U

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int fd_above_stdio(int *fd)
{
	if (*fd < 0 || *fd > STDERR_FILENO)
		return 0;

	int moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return fail(errno, "move descriptor %d above the stdio numbers", *fd);
	fd_close(fd);
	*fd = moved;
	return 0;
}

int fd_set_cloexec(int fd, bool on)
{
	if (fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0)
		return fail(errno, "set close-on-exec of descriptor %d", fd);
	return 0;
}

/* One above the highest number that may be open, as far as the limits tell. */
static unsigned int numbers_end(void)
{
	struct rlimit limit;

	/* The soft limit may have been lowered after descriptors were opened, hence the hard one.
	 */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > NUMBERS_AT_MOST)
		return NUMBERS_AT_MOST;
	return (unsigned int)limit.rlim_max;
}

/*
 * For kernels without close_range(2).  /proc/self/fd would list what is open, but an image can
 * forge /proc (crun#110); poll(2) tells it for many numbers at once.
 */
static int each_open_from(unsigned int first, int (*visit)(int fd))
{
	struct pollfd numbers[NUMBERS_AT_ONCE];
	unsigned int end = numbers_end();

	while (first < end) {
		unsigned int count = end - first < NUMBERS_AT_ONCE ? end - first : NUMBERS_AT_ONCE;

		for (unsigned int i = 0; i < count; i++)
			numbers[i] = (struct pollfd){ .fd = (int)(first + i) };
		/* More entries than the soft limit are refused (EINVAL): then try each. */
		bool known = poll(numbers, count, 0) >= 0;
		for (unsigned int i = 0; i < count; i++) {
			if (known && (numbers[i].revents & POLLNVAL))
				continue;
			int r = visit(numbers[i].fd);
			if (r < 0 && r != -EBADF)
				return r;
		}
		first += count;
	}
	return 0;
}

static int mark_cloexec(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

static int close_number(int fd)
{
	/* An error of a device's or file system's flush: the number is free all the same. */
	(void)close(fd);
	return 0;
}

int fd_cloexec_from(unsigned int first)
{
	/* EINVAL: the flag is younger (5.11) than the call (5.9); EPERM: a seccomp filter. */
	if (close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL && errno != EPERM)
		return fail(errno, "mark descriptors from %u close-on-exec", first);
	try(each_open_from(first, mark_cloexec), "mark descriptors from %u close-on-exec", first);
	return 0;
}

int fd_close_from(unsigned int first)
{
	if (close_range(first, ~0U, 0) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return fail(errno, "close descriptors from %u", first);
	try(each_open_from(first, close_number), "close descriptors from %u", first);
	return 0;
}

int fd_memfd(const char *name, bool executable, int *ret_fd)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | (executable ? MFD_EXEC : MFD_NOEXEC_SEAL));

	/* Before Linux 6.3 the two flags are unknown. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, flags);
	if (fd < 0)
		return fail(errno, "make %s file in memory '%s'",
			executable ? "an executable" : "a", name);
	*ret_fd = fd;
	return 0;
}

int fd_seal(int fd)
{
	if (fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_EXEC) == 0)
		return 0;
	if (errno == EINVAL && fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return 0;
	return fail(errno, "seal descriptor %d", fd);
}

bool fd_is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

const char *fd_path(int fd, char buffer[FD_PATH_SIZE])
{
	(void)snprintf(buffer, FD_PATH_SIZE, "/proc/self/fd/%d", fd);
	return buffer;
}

int fd_write_all(int fd, const void *data, size_t size)
{
	const char *next = data;

	while (size > 0) {
		ssize_t written = write(fd, next, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(errno, "write to descriptor %d", fd);
		next += written;
		size -= (size_t)written;
	}
	return 0;
}
