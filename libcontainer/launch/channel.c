#include "libcontainer/launch/channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/socket.h"

/* What the kernel has errors up to, and so has whoever passes them on. */
#define ERRNO_MAX 4095

const struct launch_message_facts launch_messages[MSG_COUNT] = {
#define LAUNCH_FACTS(name, from, to, fds, meaning) [MSG_##name] = { #name, from, to, fds, meaning },
	LAUNCH_MESSAGES(LAUNCH_FACTS)
};

/*
 * One for each process, which has one thread: a stack that deep would be touched anew by every
 * role.
 */
static struct packet {
	struct launch_header header;
	char payload[LAUNCH_PAYLOAD_MAX + 1];
} packet;

int channel_make(struct channel *channel, const char *peer)
{
	int fds[2];

	try(socket_pair(fds), "make the channel to %s", peer);
	*channel = (struct channel){ .fd = fds[0], .peer_fd = fds[1], .peer = peer };
	return 0;
}

void channel_turn(struct channel *channel, const char *peer)
{
	fd_close(&channel->fd);
	channel->fd = steal_fd(&channel->peer_fd);
	channel->peer = peer;
}

void channel_keep(struct channel *channel)
{
	fd_close(&channel->peer_fd);
}

void channel_close(struct channel *channel)
{
	fd_close(&channel->fd);
	fd_close(&channel->peer_fd);
}

int channel_watch(struct channel *channel, int (*silent)(void *context), void *context)
{
	const struct timeval interval = { .tv_usec = CHANNEL_SILENCE * 1000 };

	if (setsockopt(channel->fd, SOL_SOCKET, SO_RCVTIMEO, &interval, sizeof(interval)) < 0)
		return fail(errno, "limit the wait for %s", channel->peer);
	channel->silent = silent;
	channel->context = context;
	return 0;
}

static int send_packet(const struct channel *channel, int fd)
{
	size_t size = sizeof(packet.header) + packet.header.length;
	ssize_t sent;

	if (fd >= 0)
		return socket_send(channel->fd, &packet, size, &fd, 1);
	do
		sent = write(channel->fd, &packet, size);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)size ? 0 : -(sent < 0 ? errno : EMSGSIZE);
}

static int send_message(const struct channel *channel, int fd)
{
	const char *name = launch_messages[packet.header.type].name;
	int r = send_packet(channel, fd);

	if (r == -EPIPE || r == -ECONNRESET)
		return -EPIPE;
	return r < 0 ? fail(r, "send %s to %s", name, channel->peer) : 0;
}

int channel_send(const struct channel *channel, enum launch_message message, int32_t code, int fd)
{
	packet.header = (struct launch_header){ .type = message, .code = code };
	return send_message(channel, fd);
}

int channel_send_text(
	const struct channel *channel, enum launch_message message, int32_t code, const char *text)
{
	size_t length = strnlen(text, LAUNCH_PAYLOAD_MAX);

	packet.header = (struct launch_header){
		.type = message,
		.code = code,
		.length = (uint32_t)length,
	};
	memcpy(packet.payload, text, length);
	return send_message(channel, -1);
}

void channel_send_failure(const struct channel *channel, int code)
{
	/* A parent that is gone can't be told; we end anyway. */
	(void)channel_send_text(channel, MSG_FAILED, code, error_text());
}

/* -EAGAIN only from a channel that is watched, where nothing came for a while. */
static ssize_t receive_bytes(const struct channel *channel, int *ret_fd)
{
	size_t count = 1;
	ssize_t size;

	if (ret_fd) {
		size = socket_receive(channel->fd, &packet, sizeof(packet) - 1, ret_fd, &count);
		if (size < 0 || count == 0)
			*ret_fd = -EBADF;
		return size;
	}
	do
		size = read(channel->fd, &packet, sizeof(packet) - 1);
	while (size < 0 && errno == EINTR);
	return size < 0 ? -errno : size;
}

/*
 * A peer that ends and has not read all that was sent to it makes one read fail, before its own
 * last packets are read: its reason may be among them.  -ECONNRESET: it is not.
 */
static ssize_t receive_last_bytes(const struct channel *channel, int *ret_fd)
{
	ssize_t size = receive_bytes(channel, ret_fd);

	if (size != -ECONNRESET)
		return size;
	size = receive_bytes(channel, ret_fd);
	return size == 0 ? -ECONNRESET : size;
}

/* One packet, checked: 1; the peer's end: 0; its end before it has read all: -EPIPE, plain. */
static int receive_packet(const struct channel *channel, int *ret_fd)
{
	ssize_t size;

	while ((size = receive_last_bytes(channel, ret_fd)) == -EAGAIN && channel->silent) {
		error_clear();
		try(channel->silent(channel->context));
	}
	if (size == 0)
		return 0;
	if (size == -ECONNRESET)
		return -EPIPE;
	if (size < 0)
		return fail((int)size, "receive from %s", channel->peer);
	if ((size_t)size < sizeof(packet.header) || packet.header.type >= MSG_COUNT ||
		(size_t)size != sizeof(packet.header) + packet.header.length)
		return refuse_as(EPROTO, "%s sent what is no message", channel->peer);
	packet.payload[packet.header.length] = '\0';
	return 1;
}

/* -EPIPE is for the channel's end: a reason must not look like it, nor like none at all. */
static int take_failure(void)
{
	int32_t code = packet.header.code;

	if (code >= 0 || code < -ERRNO_MAX || code == -EPIPE)
		code = -EPROTO;
	return error_set(code, packet.payload[0] ? packet.payload : "no reason was given");
}

/* LOG and FAILED may come at any time: 0 go on; else what is to be returned. */
static int take_aside(void)
{
	switch (packet.header.type) {
	case MSG_LOG:
		/* The peer is in a container by now: its level becomes an index. */
		if (packet.header.code < LOG_LEVEL_DEBUG || packet.header.code > LOG_LEVEL_ERROR)
			return refuse_as(EPROTO, "line of an unknown level %d", packet.header.code);
		log_line((enum log_level)packet.header.code, "%s", packet.payload);
		return 0;
	case MSG_FAILED:
		return take_failure();
	default:
		return 1;
	}
}

int channel_expect(
	const struct channel *channel, enum launch_message message, int32_t *ret_code, int *ret_fd)
{
	for (;;) {
		int r = receive_packet(channel, ret_fd);

		if (r == 0)
			return -EPIPE;
		if (r < 0)
			return r;
		r = take_aside();
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		if (packet.header.type != (uint32_t)message)
			return refuse_as(EPROTO, "%s sent %s where %s was expected", channel->peer,
				launch_messages[packet.header.type].name,
				launch_messages[message].name);
		if (ret_code)
			*ret_code = packet.header.code;
		return 0;
	}
}

int channel_expect_end(const struct channel *channel)
{
	for (;;) {
		int r = receive_packet(channel, NULL);

		if (r <= 0)
			return r;
		r = take_aside();
		if (r < 0)
			return r;
		if (r > 0)
			return refuse_as(EPROTO, "%s sent %s where its end was expected",
				channel->peer, launch_messages[packet.header.type].name);
	}
}
