/*
 * One direction of a relay between a pty(7) and our own stdin or stdout.  It is read only when what
 * was read before is written: a slow reader slows the writer, as without us.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define FLOW_SIZE 8192

/* Our own stdin or stdout, and how it is used without ever waiting for it. */
struct flow_end {
	int fd; /* -EBADF: it was never open */
	bool is_socket;
	size_t piece; /* how much of a write is sure not to wait, once poll(2) says that there is
			 room */
};

/*
 * A non-blocking open file of our own of fd, our stdin (O_RDONLY) or stdout (O_WRONLY), from the
 * host's side of things: it uses /proc/self/fd.  The one that we have is shared with others, as the
 * shell, who would be surprised by O_NONBLOCK.
 */
struct flow_end flow_end_open(int fd, int flags);

/* Closes it; -EBADF is allowed. */
void flow_end_close(struct flow_end *end);

struct flow {
	int from, to;               /* -EBADF: ended; without to, what comes is dropped */
	const struct flow_end *own; /* the one of the two that is no pty */
	bool closed; /* nobody has the pty's slave open: not to be touched for a while */
	size_t start, end;
	char data[FLOW_SIZE];
};

bool flow_is_empty(const struct flow *flow);

/* Fills two entries.  Who is not waited for is left out: POLLHUP can't be switched off. */
void flow_poll(const struct flow *flow, struct pollfd ret_items[2]);

/* Moves what can be moved, after poll(2); returns how many bytes went in or out. */
size_t flow_move(struct flow *flow, const struct pollfd items[2]);
