#include "libcontainer/kernel/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"

#define DESCRIPTORS_AT_MOST 4

/* Aligned as cmsg(3) wants it. */
union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(DESCRIPTORS_AT_MOST * sizeof(int))];
};

int socket_pair(int ret_fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fds) < 0)
		return fail(errno, "make a pair of sockets");
	return 0;
}

/* Returns how much of it went, or -errno with a chain. */
static ssize_t send_part(int fd, const void *data, size_t size, const int *fds, size_t count)
{
	struct iovec part = { .iov_base = (void *)(uintptr_t)data, .iov_len = size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control = { 0 };
	ssize_t sent;

	if (count > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	do
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? fail(errno, "send a message") : sent;
}

int socket_send(int fd, const void *data, size_t size, const int *fds, size_t count)
{
	/* An empty packet could not be told from the end of the stream. */
	if (size == 0 || count > DESCRIPTORS_AT_MOST)
		return fail(EINVAL, "send %zu bytes and %zu descriptors", size, count);

	ssize_t sent = send_part(fd, data, size, fds, count);
	if (sent < 0)
		return (int)sent;
	if ((size_t)sent != size)
		return refuse_as(EIO, "send a message: only %zd of %zu bytes went", sent, size);
	return 0;
}

int socket_send_all(int stream, const char *data, size_t size, int fd, int patience)
{
	const struct timeval limit = { .tv_sec = patience };

	/* It was connected without waiting. */
	if (fcntl(stream, F_SETFL, 0) < 0 ||
		setsockopt(stream, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return fail(errno, "send a message");
	for (size_t done = 0; done < size;) {
		ssize_t sent = send_part(stream, data + done, size - done, &fd, done == 0 ? 1 : 0);

		if (sent < 0)
			return (int)sent;
		done += (size_t)sent;
	}
	return 0;
}

/* Collects the descriptors that came; the control space bounds their number. */
static size_t take_descriptors(struct msghdr *message, int *fds)
{
	size_t count = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
		header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		size_t size = header->cmsg_len - CMSG_LEN(0);
		memcpy(fds + count, CMSG_DATA(header), size);
		count += size / sizeof(int);
	}
	return count;
}

ssize_t socket_receive(int fd, void *data, size_t size, int *ret_fds, size_t *count)
{
	struct iovec part = { .iov_base = data, .iov_len = size };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fds[sizeof(control) / sizeof(int)];
	ssize_t got;

	do
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail(errno, "receive a message");

	size_t came = take_descriptors(&message, fds);
	if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || came > *count) {
		for (size_t i = 0; i < came; i++)
			fd_close(&fds[i]);
		return refuse_as(EBADMSG, "receive a message: it is larger than expected");
	}
	if (came > 0)
		memcpy(ret_fds, fds, came * sizeof(int));
	*count = came;
	return got;
}

int socket_connect(const char *path, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int place = -EBADF;
	size_t length = strlen(path);

	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(errno, "make a socket");
	if (length < sizeof(address.sun_path)) {
		memcpy(address.sun_path, path, length + 1);
	} else {
		place = open(path, O_PATH | O_CLOEXEC);
		if (place < 0)
			return fail(errno, "open '%s'", path);
		(void)fd_path(place, address.sun_path);
	}
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno == EPROTOTYPE)
			return refuse_as(errno, "connect to '%s': not a stream socket", path);
		if (errno == EAGAIN)
			return refuse_as(errno, "connect to '%s': too many wait there", path);
		return fail(errno, "connect to '%s'", path);
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}
