/*
 * Any bytes as packets from a peer that is in a container by now.  The first byte is the message
 * that is waited for, where 255 is the peer's end; then come packets, each behind its length.  A
 * wait ends with success or with an error and its words, and no packet is read beyond its end.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/launch/channel.h"

#define END 255
#define PACKETS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* As many as the socket takes: nobody reads while they are sent. */
static void send_packets(int fd, const uint8_t *data, size_t size)
{
	for (int i = 0; i < PACKETS_MAX && size >= 2; i++) {
		size_t length = data[0] | (size_t)data[1] << 8;

		data += 2;
		size -= 2;
		if (length > size)
			length = size;
		if (send(fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
		data += length;
		size -= length;
	}
}

static void expect(const struct channel *channel, uint8_t message)
{
	int32_t code = 0;
	int fd = -EBADF, r;

	error_clear();
	if (message == END)
		r = channel_expect_end(channel);
	else
		r = channel_expect(channel, (enum launch_message)(message % MSG_COUNT), &code,
			message & 0x20 ? &fd : NULL);
	demand(r <= 0);
	/* The peer's end comes plain, and is nothing that a message can say. */
	if (r < 0 && r != -EPIPE)
		demand(error_text()[0]);
	demand(fd < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel channel;

	if (size < 1)
		return 0;
	demand(channel_make(&channel, "peer") == 0);
	send_packets(channel.peer_fd, data + 1, size - 1);
	channel_keep(&channel);
	expect(&channel, data[0]);
	channel_close(&channel);
	return 0;
}
