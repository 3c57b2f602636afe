#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/process/execute.h"

#define KEEP_MAX 16

/*
 * What our caller passed on came through execve(2), so it is not close-on-exec; all that we open
 * is.  A number of ours in the range means that the caller's was never open.
 */
int descriptors_check(unsigned int inherited)
{
	for (unsigned int i = 0; i < inherited; i++) {
		int fd = (int)(3 + i);
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0 || (flags & FD_CLOEXEC))
			return refuse_as(EBADF,
				"unable to stat preserved-fd %d (of %u): it is not open", fd,
				inherited);
	}
	return 0;
}

static int keep_move(int *fd, int first)
{
	if (*fd >= first)
		return fd_set_cloexec(*fd, true);
	int moved = fcntl(*fd, F_DUPFD_CLOEXEC, first);
	if (moved < 0)
		return fail(errno, "move descriptor %d above those of the container", *fd);
	/* The old number is closed with the rest, unless it is one of stdio. */
	*fd = moved;
	return 0;
}

/* Insertion sort: they are few. */
static void keep_sort(int *values, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && values[j - 1] > values[j]; j--) {
			int swapped = values[j];

			values[j] = values[j - 1];
			values[j - 1] = swapped;
		}
}

/* Both included.  One by one where the call is missing or a filter around us hides it. */
static void close_between(int first, int last)
{
	if (first > last || close_range((unsigned int)first, (unsigned int)last, 0) == 0)
		return;
	for (int fd = first; fd <= last; fd++)
		(void)close(fd); /* most are not open */
}

int descriptors_keep(unsigned int inherited, int **keep, size_t count)
{
	int values[KEEP_MAX];
	int next = (int)(3 + inherited);

	if (count > KEEP_MAX || inherited > INT_MAX - 3)
		return refuse("too many descriptors to keep");
	/* First: moving ours makes holes, and closes none of the caller's. */
	try(descriptors_check(inherited));
	for (size_t i = 0; i < count; i++) {
		try(keep_move(keep[i], next));
		values[i] = *keep[i];
	}
	keep_sort(values, count);
	for (size_t i = 0; i < count; i++) {
		close_between(next, values[i] - 1);
		next = values[i] + 1;
	}
	try(fd_close_from((unsigned int)next), "close what the container does not get");
	return 0;
}

/* EROFS and an id that is not mapped here: not ours to give, and the program may still run. */
static bool may_stay(int error)
{
	return error == EPERM || error == EROFS || error == EINVAL;
}

int descriptors_own_stdio(uid_t uid)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat stat;

		if (fstat(fd, &stat) < 0)
			return fail(errno, "stat descriptor %d", fd);
		/* "/dev/stdout" opens the file anew, as uid.  A device is others' too: /dev/null.
		 */
		if ((!S_ISREG(stat.st_mode) && !S_ISFIFO(stat.st_mode)) || stat.st_uid == uid)
			continue;
		if (fchown(fd, uid, (gid_t)-1) < 0 && !may_stay(errno))
			return fail(errno, "give descriptor %d to user id %u", fd, uid);
	}
	return 0;
}
