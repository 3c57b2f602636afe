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
#define SHARED_MODE 0755
/* No user of the host does. */
#define OUTER_MODE 0700

/* -ENOENT comes plain. */
static int directory_at(int fd, const char *name, int *ret_fd)
{
	int dir = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", name);
	*ret_fd = dir;
	return 0;
}

static int make_at(int fd, const char *name, mode_t mode, int *ret_fd)
{
	auto_close int dir = -EBADF;

	if (mkdirat(fd, name, mode) < 0)
		return fail(errno, "make '%s'", name);
	try(directory_at(fd, name, &dir));
	/* Whatever the umask has made of it. */
	if (fchmod(dir, mode) < 0)
		return fail(errno, "set the mode of '%s'", name);
	*ret_fd = steal_fd(&dir);
	return 0;
}

int store_make_notify(int fd)
{
	auto_close int outer = -EBADF, shared = -EBADF;

	try(make_at(fd, PLAN_NOTIFY_OUTER, OUTER_MODE, &outer));
	return make_at(outer, PLAN_NOTIFY_SHARED, SHARED_MODE, &shared);
}

int store_bind_notify(int fd, int *ret_socket)
{
	auto_close int outer = -EBADF, shared = -EBADF;
	int r = directory_at(fd, PLAN_NOTIFY_OUTER, &outer);

	if (r == 0)
		r = directory_at(outer, PLAN_NOTIFY_SHARED, &shared);
	if (r < 0)
		return r;
	return datagram_bind(shared, PLAN_NOTIFY_NAME, ret_socket);
}
