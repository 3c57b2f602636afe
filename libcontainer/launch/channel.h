/* Sending and expecting the messages of protocol.h. */
#pragma once

#include <stddef.h>

#include "libcontainer/launch/protocol.h"

#define CHANNEL_SILENCE 100 /* ms between two questions of channel_watch() */

struct channel {
	int fd;           /* our end */
	int peer_fd;      /* the other end, until the fork is done; then -EBADF */
	const char *peer; /* "init", for messages */
	int (*silent)(void *context); /* see channel_watch() */
	void *context;
};

int channel_make(struct channel *channel, const char *peer);
/* In the new process: takes the other end. */
void channel_turn(struct channel *channel, const char *peer);
/* In the old one. */
void channel_keep(struct channel *channel);
void channel_close(struct channel *channel);
/*
 * While a message is waited for, asks from time to time whether to go on: what is negative ends the
 * wait with it.  For a parent whose peer may be frozen.
 */
int channel_watch(struct channel *channel, int (*silent)(void *context), void *context);

/*
 * One write(2) where there is no descriptor to send (fd -1): after its seccomp filter is in place
 * init can only use what its profile is sure to allow.
 */
int channel_send(const struct channel *channel, enum launch_message message, int32_t code, int fd);
int channel_send_text(
	const struct channel *channel, enum launch_message message, int32_t code, const char *text);

/*
 * Waits for this message.  LOG is logged on the way, FAILED becomes our own error chain and code.
 * Another message: -EPROTO, naming both.  The peer's end: -EPIPE, plain.  ret_code, ret_fd may be
 * NULL; where ret_fd is, the wait is one read(2).
 */
int channel_expect(
	const struct channel *channel, enum launch_message message, int32_t *ret_code, int *ret_fd);

/*
 * Waits for the peer to execute its program: end-of-file is success here, FAILED its failure;
 * -EPIPE, plain, where it ended before it had read all that was sent to it.
 */
int channel_expect_end(const struct channel *channel);

/* Tells the parent of our failure: code and the error chain. */
void channel_send_failure(const struct channel *channel, int code);
