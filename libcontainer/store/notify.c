/* The directory of the socket on which a container tells that it is ready. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/datagram.h"
#include "libcontainer/plan/plan.h"
#include "libcontainer/store/directory.h"

/* Any user of the container passes through it, but writes only to the socket. */
#define NOTIFY_MODE 0755

static int notify_open(int fd, int *ret_fd)
{
	int dir =
		openat(fd, PLAN_NOTIFY_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", PLAN_NOTIFY_DIRECTORY);
	*ret_fd = dir;
	return 0;
}

int store_make_notify(int fd)
{
	auto_close int dir = -EBADF;

	if (mkdirat(fd, PLAN_NOTIFY_DIRECTORY, NOTIFY_MODE) < 0)
		return fail(errno, "make '%s'", PLAN_NOTIFY_DIRECTORY);
	try(notify_open(fd, &dir));
	/* Whatever the umask has made of it. */
	if (fchmod(dir, NOTIFY_MODE) < 0)
		return fail(errno, "set the mode of '%s'", PLAN_NOTIFY_DIRECTORY);
	return 0;
}

int store_bind_notify(int fd, int *ret_socket)
{
	auto_close int dir = -EBADF;
	int r = notify_open(fd, &dir);

	if (r < 0)
		return r;
	return datagram_bind(dir, PLAN_NOTIFY_NAME, ret_socket);
}
