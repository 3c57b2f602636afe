#include "libcontainer/kernel/datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"

static int make_socket(int *ret_fd)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail(errno, "make a socket");
	*ret_fd = fd;
	return 0;
}

/* An abstract name begins with a NUL, and ends where the address does. */
static int fill_abstract(const char *name, struct sockaddr_un *address, socklen_t *ret_size)
{
	size_t length = strlen(name);

	if (length > sizeof(address->sun_path))
		return fail(ENAMETOOLONG, "connect to '%s'", name);
	memcpy(address->sun_path + 1, name + 1, length - 1);
	*ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return 0;
}

/* *place keeps a path open that is too long for an address. */
static int fill_path(const char *path, struct sockaddr_un *address, int *place)
{
	size_t length = strlen(path);

	if (path[0] != '/')
		return refuse_as(EAFNOSUPPORT, "'%s' is neither a path nor an abstract name", path);
	if (length < sizeof(address->sun_path)) {
		memcpy(address->sun_path, path, length + 1);
		return 0;
	}
	*place = open(path, O_PATH | O_CLOEXEC);
	if (*place < 0)
		return fail(errno, "open '%s'", path);
	(void)fd_path(*place, address->sun_path);
	return 0;
}

int datagram_connect(const char *address, int *ret_fd)
{
	struct sockaddr_un there = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(there);
	auto_close int fd = -EBADF, place = -EBADF;

	if (address[0] == '@')
		try(fill_abstract(address, &there, &size));
	else
		try(fill_path(address, &there, &place));
	try(make_socket(&fd));
	if (connect(fd, (const struct sockaddr *)&there, size) < 0)
		return fail(errno, "connect to '%s'", address);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int datagram_bind(int dir, const char *name, int *ret_fd)
{
	struct sockaddr_un here = { .sun_family = AF_UNIX };
	char directory[FD_PATH_SIZE];
	auto_close int fd = -EBADF;

	try(make_socket(&fd));
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return fail(errno, "remove '%s'", name);
	if (snprintf(here.sun_path, sizeof(here.sun_path), "%s/%s", fd_path(dir, directory),
		    name) >= (int)sizeof(here.sun_path))
		return fail(ENAMETOOLONG, "make '%s'", name);
	/* The mode by the umask alone: a chmod(2) by name might meet what somebody has put there.
	 */
	mode_t saved = umask(0);
	int r = bind(fd, (const struct sockaddr *)&here, sizeof(here));
	int error = errno;
	(void)umask(saved);
	if (r < 0)
		return fail(error, "make '%s'", name);
	*ret_fd = steal_fd(&fd);
	return 0;
}
