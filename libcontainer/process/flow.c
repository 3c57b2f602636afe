#include "libcontainer/process/flow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/kernel/fd.h"

/* ---- our own stdio ------------------------------------------------------------------ */

/*
 * Under su(1) the terminal is another user's and can't be opened by its own name.  By this one it
 * can, if it is the one that controls us.
 */
static int open_controlling(int fd, int flags)
{
	unsigned int wanted, number;

	if (ioctl(fd, TIOCGDEV, &wanted) < 0)
		return -EBADF;
	auto_close int tty = open("/dev/tty", flags);
	if (tty < 0 || ioctl(tty, TIOCGDEV, &number) < 0 || number != wanted)
		return -EBADF;
	return steal_fd(&tty);
}

struct flow_end flow_end_open(int fd, int flags)
{
	const int how = flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct flow_end end = { .fd = -EBADF, .piece = SIZE_MAX };
	char path[FD_PATH_SIZE];
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return end;
	end.is_socket = S_ISSOCK(stat.st_mode);
	bool is_pipe = S_ISFIFO(stat.st_mode);
	bool is_terminal = S_ISCHR(stat.st_mode) && isatty(fd);
	if (is_pipe || is_terminal)
		end.fd = open(fd_path(fd, path), how);
	if (end.fd < 0 && is_terminal)
		end.fd = open_controlling(fd, how);
	if (end.fd >= 0)
		return end;
	/* A socket is asked not to wait with each call, files and other devices never do.  For the
	 * rest: what poll(2) promises is one buffer of a pipe, and one place of a terminal. */
	if (is_pipe)
		end.piece = PIPE_BUF;
	if (is_terminal)
		end.piece = 1;
	end.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return end;
}

void flow_end_close(struct flow_end *end)
{
	fd_close(&end->fd);
}

/* ---- the flow ----------------------------------------------------------------------- */

bool flow_is_empty(const struct flow *flow)
{
	return flow->start == flow->end;
}

void flow_poll(const struct flow *flow, struct pollfd ret_items[2])
{
	bool empty = flow_is_empty(flow);

	ret_items[0] =
		(struct pollfd){ .fd = empty && !flow->closed ? flow->from : -1, .events = POLLIN };
	ret_items[1] =
		(struct pollfd){ .fd = empty || flow->closed ? -1 : flow->to, .events = POLLOUT };
}

static bool is_transient(int error)
{
	return error == EAGAIN || error == EINTR;
}

static size_t flow_read(struct flow *flow)
{
	ssize_t count = flow->own->is_socket && flow->from == flow->own->fd
				? recv(flow->from, flow->data, sizeof(flow->data), MSG_DONTWAIT)
				: read(flow->from, flow->data, sizeof(flow->data));

	if (count < 0 && is_transient(errno))
		return 0;
	/* The last slave of the pty is closed, but it may be opened again. */
	if (count < 0 && errno == EIO && flow->from != flow->own->fd) {
		flow->closed = true;
		return 0;
	}
	/* Any other error ends the direction, as the end of the file does. */
	if (count <= 0) {
		flow->from = -EBADF;
		return 0;
	}
	flow->start = 0;
	/* Nobody is there to take it, but whoever writes must not be stopped by that. */
	flow->end = flow->to >= 0 ? (size_t)count : 0;
	return (size_t)count;
}

static size_t flow_write(struct flow *flow)
{
	bool to_own = flow->to == flow->own->fd;
	const char *data = flow->data + flow->start;
	size_t size = flow->end - flow->start;

	if (to_own && size > flow->own->piece)
		size = flow->own->piece;
	ssize_t count = to_own && flow->own->is_socket
				? send(flow->to, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
				: write(flow->to, data, size);
	if (count < 0 && is_transient(errno))
		return 0;
	if (count < 0) {
		flow->to = -EBADF;
		flow->start = flow->end = 0;
		return 0;
	}
	flow->start += (size_t)count;
	return (size_t)count;
}

size_t flow_move(struct flow *flow, const struct pollfd items[2])
{
	size_t moved = items[1].revents ? flow_write(flow) : 0;

	/* A pty without a slave takes input until it is full, and poll(2) returns all the time. */
	if (moved == 0 && items[1].revents & POLLHUP && flow->to != flow->own->fd)
		flow->closed = true;
	return moved + (items[0].revents ? flow_read(flow) : 0);
}
