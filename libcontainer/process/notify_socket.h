/*
 * sd_notify(3) of a container: READY=1 is passed on to the service manager that waits for it, with
 * the pid that is to stand for the service, and with a barrier of our own.  As in runc, that is all
 * that is passed on, and once.
 *
 * The container may send what it likes.  A process of its own, the receiver, reads it: a message
 * may carry descriptors, and to drop one may take as long as its sender wants (a socket with
 * SO_LINGER), which must keep nobody from signals or from the end of the container.  It asks for no
 * descriptors, so none comes into a table of ours.  While a message of ours is on its way to the
 * service manager it reads no further: who sent a BARRIER=1 behind READY=1 waits for as long.
 */
#pragma once

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct notify_relay {
	int host;     /* the service manager's socket; -EBADF: there is nobody to be told */
	int receiver; /* it writes a byte for READY=1, and reads one when it may go on */
	int pidfd;    /* the receiver's */
	int barrier;  /* closed at its other end when the service manager has read our messages */
	int64_t barrier_end; /* ms of the monotonic clock */
	pid_t main_pid;
	bool over; /* told and acknowledged, or never to be told */
};

#define NOTIFY_RELAY_NONE \
	{ \
		.host = -EBADF, .receiver = -EBADF, .pidfd = -EBADF, .barrier = -EBADF, \
		.over = true \
	}

/* Whether a datagram has the line READY=1. */
bool notify_is_ready(const char *text, size_t size);

/*
 * Starts the receiver of what comes to *socket, which is closed here.  address is the service
 * manager's, as NOTIFY_SOCKET has it; that it can't be reached is warned of, and the relay is over,
 * as the container runs all the same.
 */
int notify_begin(int *socket, const char *address, pid_t main_pid, struct notify_relay *ret_relay);

/* What to wait for (its fd is -1 where there is nothing), and for how long: ms, -1 for ever. */
struct pollfd notify_poll(const struct notify_relay *relay);
int notify_timeout(const struct notify_relay *relay);
/* Takes what has come, or has not come in time. */
void notify_step(struct notify_relay *relay, short events);

/*
 * Waits until READY=1 is passed on, or the process has ended, for as long as that takes.  Then
 * notify_end().
 */
int notify_wait(struct notify_relay *relay, int pidfd);

/*
 * Passes on what the container had said, if it has ended, and waits until that is read; ends the
 * receiver.  At most a second or two.
 */
void notify_end(struct notify_relay *relay);
