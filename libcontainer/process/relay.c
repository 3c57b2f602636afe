#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/process/signals.h"
#include "libcontainer/process/terminal.h"

#define FLOW_SIZE 8192

/*
 * More than a pty may hold (8 KiB in its buffer, 4 KiB in its line discipline): what is read behind
 * it was written after the end of the process, by one that it left behind.
 */
#define DRAIN_LIMIT (256 * 1024)
/* ms; the kernel moves a pty's data in a work queue, so "nothing there" is not yet "all read". */
#define DRAIN_QUIET 100
/* ms until a pty without a slave is looked at again.  systemd, as a container's init, closes its
 * terminal and opens it later: while the process lives, EIO is no end.  A slave of our own would
 * avoid that, but then nothing would mark the end of the output. */
#define CLOSED_INTERVAL 100

/* One direction.  It is read only when what was read before is written: a slow reader slows the
 * writer, as without us. */
struct flow {
	int from, to; /* -EBADF: ended; without to, what comes is dropped */
	bool to_socket;
	size_t start, end;
	char data[FLOW_SIZE];
};

struct terminal_relay {
	struct flow input, output;
	int master;
	int terminal;       /* for the window size; -EBADF where we have none */
	bool from_terminal; /* our stdin is one, to be restored */
	struct termios saved;
	int stdio[2]; /* our own open files of stdin and stdout */
};

/* ---- one direction ------------------------------------------------------------------ */

static bool flow_is_empty(const struct flow *flow)
{
	return flow->start == flow->end;
}

/* Fills two entries.  Who is not waited for is left out: POLLHUP can't be switched off. */
static void flow_poll(const struct flow *flow, struct pollfd items[2])
{
	bool empty = flow_is_empty(flow);

	items[0] = (struct pollfd){ .fd = empty ? flow->from : -1, .events = POLLIN };
	items[1] = (struct pollfd){ .fd = empty ? -1 : flow->to, .events = POLLOUT };
}

static bool is_transient(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* Returns how many bytes came. */
static size_t flow_read(struct flow *flow)
{
	ssize_t count = read(flow->from, flow->data, sizeof(flow->data));

	if (count < 0 && is_transient(errno))
		return 0;
	/* EIO: the last slave of a pty is closed.  Any other error ends the direction too. */
	if (count <= 0) {
		flow->from = -EBADF;
		return 0;
	}
	flow->start = 0;
	/* Nobody is there to take it, but whoever writes must not be stopped by that. */
	flow->end = flow->to >= 0 ? (size_t)count : 0;
	return (size_t)count;
}

static void flow_write(struct flow *flow)
{
	const char *data = flow->data + flow->start;
	size_t size = flow->end - flow->start;
	ssize_t count = flow->to_socket ? send(flow->to, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
					: write(flow->to, data, size);

	if (count < 0 && is_transient(errno))
		return;
	if (count < 0) {
		flow->to = -EBADF;
		flow->start = flow->end = 0;
		return;
	}
	flow->start += (size_t)count;
}

static size_t flow_move(struct flow *flow, const struct pollfd items[2])
{
	if (items[1].revents)
		flow_write(flow);
	return items[0].revents ? flow_read(flow) : 0;
}

/* ---- our terminal ------------------------------------------------------------------- */

/* Modes are not touched from the background: they are those of who is in front. */
static bool is_in_front(void)
{
	pid_t front = tcgetpgrp(STDIN_FILENO);

	return front < 0 || front == getpgrp();
}

static void relay_make_raw(struct terminal_relay *relay)
{
	struct termios raw = relay->saved;

	if (!relay->from_terminal || !is_in_front())
		return;
	cfmakeraw(&raw);
	/* Output stays cooked, and the container's is not: log lines of ours look right too. */
	raw.c_oflag |= OPOST;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		log_warning("our terminal is not made raw: errno %d", errno);
}

static void relay_restore(struct terminal_relay *relay)
{
	/* At once: TCSADRAIN waits for a terminal that may be stopped.  Failing, nothing is left to
	 * try. */
	if (relay->from_terminal && is_in_front())
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &relay->saved);
	relay->from_terminal = false;
}

static void size_copy(int from, int to)
{
	struct winsize size;

	if (from >= 0 && ioctl(from, TIOCGWINSZ, &size) == 0)
		(void)ioctl(to, TIOCSWINSZ, &size); /* a wrong size is no failure */
}

/* Whichever of our stdio is a terminal, else the controlling one. */
static int own_terminal(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd))
			return fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/*
 * A non-blocking open file of our own for stdin or stdout: O_NONBLOCK on the one we have would be
 * seen by all who share it (the shell).  What cannot be opened again, or never blocks, is
 * duplicated.
 */
static int reopen_stdio(int fd, int flags)
{
	char path[FD_PATH_SIZE];
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return -EBADF;
	if (S_ISFIFO(stat.st_mode) || (S_ISCHR(stat.st_mode) && isatty(fd))) {
		int own = open(fd_path(fd, path), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (own >= 0)
			return own;
	}
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static bool is_socket(int fd)
{
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 && S_ISSOCK(stat.st_mode);
}

/* ---- start and end ------------------------------------------------------------------ */

int terminal_prepare(int master)
{
	auto_close int own = own_terminal();
	struct winsize size;
	struct termios modes;

	if (tcgetattr(master, &modes) < 0)
		return fail(errno, "read the modes of the container's terminal");
	/* Our own terminal, or nobody, makes "\r\n" of "\n": once is enough. */
	modes.c_oflag &= ~(tcflag_t)ONLCR;
	if (tcsetattr(master, TCSANOW, &modes) < 0)
		return fail(errno, "set the modes of the container's terminal");
	/* A size that the spec gave stays until our window changes. */
	if (ioctl(master, TIOCGWINSZ, &size) == 0 && size.ws_row == 0 && size.ws_col == 0)
		size_copy(own, master);
	return 0;
}

int terminal_relay_start(int master, struct terminal_relay **ret_relay)
{
	int flags = fcntl(master, F_GETFL);

	try(terminal_prepare(master));
	if (flags < 0 || fcntl(master, F_SETFL, flags | O_NONBLOCK) < 0)
		return fail(errno, "make the container's terminal non-blocking");
	struct terminal_relay *relay = calloc(1, sizeof(*relay));
	if (!relay)
		return fail(ENOMEM, "relay the terminal");
	relay->master = master;
	relay->terminal = own_terminal();
	relay->stdio[0] = reopen_stdio(STDIN_FILENO, O_RDONLY);
	relay->stdio[1] = reopen_stdio(STDOUT_FILENO, O_WRONLY);
	relay->input.from = relay->stdio[0];
	relay->input.to = master;
	relay->output.from = master;
	relay->output.to = relay->stdio[1];
	relay->output.to_socket = is_socket(relay->stdio[1]);
	relay->from_terminal = tcgetattr(STDIN_FILENO, &relay->saved) == 0;
	relay_make_raw(relay);
	*ret_relay = relay;
	return 0;
}

void terminal_relay_done(struct terminal_relay *relay)
{
	if (!relay)
		return;
	relay_restore(relay);
	fd_close(&relay->terminal);
	fd_close(&relay->stdio[0]);
	fd_close(&relay->stdio[1]);
	fd_close(&relay->master);
	free(relay);
}

/* ---- waiting ------------------------------------------------------------------------ */

struct waiting {
	struct terminal_relay *relay; /* or NULL */
	int pidfd, signals;
	bool ended; /* the process; its output may still be on the way */
	bool over;
	int status;
	size_t drained;
};

static int waiting_take_signals(struct waiting *waiting)
{
	for (;;) {
		int signal = signals_next(waiting->signals);

		if (signal <= 0)
			return signal;
		if (signal == SIGCHLD) {
			signals_reap_others(waiting->pidfd);
			continue;
		}
		if (waiting->relay && signal == SIGWINCH) {
			size_copy(waiting->relay->terminal, waiting->relay->master);
			continue;
		}
		/* The shell had our terminal meanwhile. */
		if (waiting->relay && signal == SIGCONT && !waiting->ended)
			relay_make_raw(waiting->relay);
		if (!waiting->ended)
			signals_forward(waiting->pidfd, signal);
		else if (signals_ask_to_stop(signal))
			waiting->over = true;
	}
}

static int waiting_end(struct waiting *waiting)
{
	struct terminal_relay *relay = waiting->relay;

	try(pidfd_reap(waiting->pidfd, &waiting->status));
	waiting->ended = true;
	if (!relay) {
		waiting->over = true;
		return 0;
	}
	/* Now ^C is for us, should nobody read what is still to be written. */
	relay_restore(relay);
	relay->input.from = relay->input.to = -EBADF;
	relay->input.start = relay->input.end = 0;
	/* Where it had closed its terminal, it may have opened it for a last word. */
	relay->output.from = relay->master;
	return 0;
}

static void waiting_move(struct waiting *waiting, const struct pollfd items[4])
{
	struct terminal_relay *relay = waiting->relay;

	(void)flow_move(&relay->input, items);
	size_t count = flow_move(&relay->output, items + 2);
	if (!waiting->ended)
		return;
	waiting->drained += count;
	if (flow_is_empty(&relay->output) &&
		(relay->output.from < 0 || waiting->drained > DRAIN_LIMIT))
		waiting->over = true;
}

static int waiting_timeout(const struct waiting *waiting)
{
	const struct flow *output = &waiting->relay->output;

	if (waiting->ended)
		return flow_is_empty(output) ? DRAIN_QUIET : -1;
	return output->from < 0 ? CLOSED_INTERVAL : -1;
}

static int waiting_step(struct waiting *waiting)
{
	struct terminal_relay *relay = waiting->relay;
	struct pollfd items[6] = {
		{ .fd = waiting->signals, .events = POLLIN },
		{ .fd = waiting->ended ? -1 : waiting->pidfd, .events = POLLIN },
	};
	nfds_t count = 2;
	int timeout = -1;

	if (relay) {
		flow_poll(&relay->input, items + 2);
		flow_poll(&relay->output, items + 4);
		count = 6;
		timeout = waiting_timeout(waiting);
	}
	int ready = poll(items, count, timeout);
	if (relay && !waiting->ended)
		relay->output.from = relay->master;
	if (ready < 0)
		return errno == EINTR ? 0 : fail(errno, "wait for the container");
	if (ready == 0) {
		waiting->over = waiting->ended;
		return 0;
	}
	if (items[0].revents)
		try(waiting_take_signals(waiting));
	if (items[1].revents)
		try(waiting_end(waiting));
	if (relay)
		waiting_move(waiting, items + 2);
	return 0;
}

int terminal_wait(struct terminal_relay *relay, int pidfd, int *ret_status)
{
	auto_close int signals = -EBADF;

	try(signals_open(&signals));
	struct waiting waiting = { .relay = relay, .pidfd = pidfd, .signals = signals };
	while (!waiting.over)
		try(waiting_step(&waiting));
	*ret_status = waiting.status;
	return 0;
}
