#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/monotonic.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/process/flow.h"
#include "libcontainer/process/notify_socket.h"
#include "libcontainer/process/signals.h"
#include "libcontainer/process/terminal.h"

/*
 * More than a pty may hold (8 KiB in its buffer, 4 KiB in its line discipline), counted when it
 * comes and when it goes: what is read behind it was written after the end of the process, by one
 * that it left behind.
 */
#define DRAIN_LIMIT (256 * 1024)
/* ms; the kernel moves a pty's data in a work queue, so "nothing there" is not yet "all read". */
#define DRAIN_QUIET 100
/*
 * ms that a reader may take nothing, once the process was killed: its output was cut short anyway.
 * Of one that ended by itself nothing is lost to a reader that is slow: more(1) waits for a key.
 */
#define CUT_PATIENCE 2000
/* ms until a pty without a slave is looked at again.  systemd, as a container's init, closes its
 * terminal and opens it later: while the process lives, EIO is no end.  A slave of our own would
 * avoid that, but then nothing would mark the end of the output. */
#define CLOSED_INTERVAL 100

struct terminal_relay {
	struct flow input, output;
	int master;
	int terminal;          /* for the window size; -EBADF where we have none */
	struct winsize window; /* as it was when it was looked at last */
	bool from_terminal;    /* our stdin is one, to be restored */
	struct termios saved;
	struct flow_end stdio[2]; /* stdin and stdout */
};

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
	/* Output stays as it was, and the container's is made so: our log lines look right too. */
	raw.c_oflag = relay->saved.c_oflag;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		log_warning("our terminal is not made raw: errno %d", errno);
}

static void relay_restore(struct terminal_relay *relay)
{
	struct termios now;
	int r = 0;

	/* At once: TCSADRAIN waits for a terminal that may be stopped. */
	if (relay->from_terminal && is_in_front())
		do
			r = tcsetattr(STDIN_FILENO, TCSANOW, &relay->saved);
		while (r < 0 && errno == EINTR);
	/* One that was hung up is nobody's any more. */
	int error = errno;
	if (r < 0 && tcgetattr(STDIN_FILENO, &now) == 0)
		log_warning("our terminal stays raw, see reset(1): errno %d", error);
	relay->from_terminal = false;
}

/* Whichever of our stdio is a terminal, else the controlling one. */
static int own_terminal(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd))
			return fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
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
	if (ioctl(master, TIOCGWINSZ, &size) == 0 && size.ws_row == 0 && size.ws_col == 0 &&
		own >= 0 && ioctl(own, TIOCGWINSZ, &size) == 0)
		(void)ioctl(master, TIOCSWINSZ, &size); /* a wrong size is no failure */
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
	if (relay->terminal >= 0)
		(void)ioctl(relay->terminal, TIOCGWINSZ, &relay->window);
	relay->stdio[0] = flow_end_open(STDIN_FILENO, O_RDONLY);
	relay->stdio[1] = flow_end_open(STDOUT_FILENO, O_WRONLY);
	relay->input.own = &relay->stdio[0];
	relay->input.from = relay->stdio[0].fd;
	relay->input.to = master;
	relay->output.own = &relay->stdio[1];
	relay->output.from = master;
	relay->output.to = relay->stdio[1].fd;
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
	flow_end_close(&relay->stdio[0]);
	flow_end_close(&relay->stdio[1]);
	fd_close(&relay->master);
	free(relay);
}

/* The size of our window, if it has changed. */
static void relay_follow_window(struct terminal_relay *relay)
{
	struct winsize window;

	if (relay->terminal < 0 || ioctl(relay->terminal, TIOCGWINSZ, &window) < 0 ||
		memcmp(&window, &relay->window, sizeof(window)) == 0)
		return;
	relay->window = window;
	(void)ioctl(relay->master, TIOCSWINSZ, &window); /* a wrong size is no failure */
}

/* ---- waiting ------------------------------------------------------------------------ */

struct waiting {
	struct terminal_relay *relay; /* or NULL */
	struct notify_relay *notify;  /* or NULL */
	int pidfd, signals;
	bool asked; /* to stop, by a signal that was forwarded */
	bool ended; /* the process; its output may still be on the way */
	bool over;
	int status;
	size_t drained;
	int64_t moved_at; /* ms; when output moved last, or the process ended */
};

static void waiting_take_signal(struct waiting *waiting, int signal)
{
	struct terminal_relay *relay = waiting->relay;

	switch (signal) {
	case SIGCHLD:
		signals_reap_others(waiting->pidfd);
		return;
	case SIGWINCH:
		/* Of our window, which is none of a container's without a terminal: httpd(8) would
		 * take it as a request to stop. */
		if (relay)
			relay_follow_window(relay);
		return;
	case SIGCONT:
		/* The shell had our terminal meanwhile, and all that came to who is in front. */
		if (relay && !waiting->ended) {
			relay_make_raw(relay);
			relay_follow_window(relay);
		}
		break;
	default:
		break;
	}
	if (!waiting->ended)
		signals_forward(waiting->pidfd, signal);
	if (!signals_ask_to_stop(signal))
		return;
	waiting->over = waiting->ended;
	waiting->asked = true;
}

static int waiting_take_signals(struct waiting *waiting)
{
	for (;;) {
		int signal = signals_next(waiting->signals);

		if (signal <= 0)
			return signal;
		waiting_take_signal(waiting, signal);
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
	waiting->moved_at = monotonic_milliseconds();
	return 0;
}

/* How long the rest of the output is waited for; ms, -1: as long as it takes. */
static int waiting_patience(const struct waiting *waiting)
{
	if (flow_is_empty(&waiting->relay->output))
		return DRAIN_QUIET;
	return waiting->asked || WIFSIGNALED(waiting->status) ? CUT_PATIENCE : -1;
}

/* Behind the end of the process, as signals may come all the time: by the clock. */
static int waiting_timeout(const struct waiting *waiting)
{
	const struct terminal_relay *relay = waiting->relay;

	if (!relay)
		return -1;
	if (!waiting->ended)
		return relay->input.closed || relay->output.closed ? CLOSED_INTERVAL : -1;
	int patience = waiting_patience(waiting);
	if (patience < 0)
		return -1;
	int64_t left = waiting->moved_at + patience - monotonic_milliseconds();
	return left > 0 ? (int)left : 0;
}

static void waiting_move(struct waiting *waiting, const struct pollfd items[4])
{
	struct terminal_relay *relay = waiting->relay;

	(void)flow_move(&relay->input, items);
	size_t moved = flow_move(&relay->output, items + 2);
	if (!waiting->ended)
		return;
	if (moved > 0)
		waiting->moved_at = monotonic_milliseconds();
	waiting->drained += moved;
	if (flow_is_empty(&relay->output) &&
		(relay->output.closed || relay->output.from < 0 || waiting->drained > DRAIN_LIMIT))
		waiting->over = true;
}

/* Words for those who don't read would make us wait for them after all. */
static bool stderr_is_stdout(void)
{
	struct stat out, error;

	return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &error) == 0 &&
	       out.st_dev == error.st_dev && out.st_ino == error.st_ino;
}

static void waiting_give_up(struct waiting *waiting)
{
	const struct flow *output = &waiting->relay->output;

	if (!flow_is_empty(output) && !stderr_is_stdout())
		log_warning("%zu bytes of the terminal's output are lost: nobody reads them",
			output->end - output->start);
	waiting->over = true;
}

/* -1 is no limit. */
static int earlier(int one, int other)
{
	return one < 0 || (other >= 0 && other < one) ? other : one;
}

static int waiting_step(struct waiting *waiting)
{
	struct terminal_relay *relay = waiting->relay;
	struct notify_relay *notify = waiting->ended ? NULL : waiting->notify;
	struct pollfd items[7] = {
		{ .fd = waiting->signals, .events = POLLIN },
		{ .fd = waiting->ended ? -1 : waiting->pidfd, .events = POLLIN },
		{ .fd = -1 },
	};
	int timeout = waiting_timeout(waiting);

	if (notify) {
		items[2] = notify_poll(notify);
		timeout = earlier(timeout, notify_timeout(notify));
	}
	if (relay) {
		flow_poll(&relay->input, items + 3);
		flow_poll(&relay->output, items + 5);
	}
	int ready = poll(items, relay ? 7 : 3, timeout);
	if (ready < 0)
		return errno == EINTR ? 0 : fail(errno, "wait for the container");
	if (notify)
		notify_step(notify, items[2].revents);
	if (ready == 0 && waiting->ended)
		waiting_give_up(waiting);
	/* Where the terminal was closed, it may be open again, if for a last word only. */
	if (relay)
		relay->input.closed = relay->output.closed = false;
	if (items[0].revents)
		try(waiting_take_signals(waiting));
	if (items[1].revents)
		try(waiting_end(waiting));
	if (relay)
		waiting_move(waiting, items + 3);
	return 0;
}

int terminal_wait(
	struct terminal_relay *relay, struct notify_relay *notify, int pidfd, int *ret_status)
{
	auto_close int signals = -EBADF;

	try(signals_open(&signals));
	struct waiting waiting = {
		.relay = relay,
		.notify = notify,
		.pidfd = pidfd,
		.signals = signals,
	};
	while (!waiting.over)
		try(waiting_step(&waiting));
	*ret_status = waiting.status;
	return 0;
}
