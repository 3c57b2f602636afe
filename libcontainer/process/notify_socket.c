#include "libcontainer/process/notify_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/datagram.h"
#include "libcontainer/kernel/monotonic.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/kernel/socket.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/process/execute.h"

/* systemd drops longer ones, too. */
#define MESSAGE_MAX 4096

/* ms: how long a service manager may take to read our messages, as in runc ... */
#define BARRIER_TIMEOUT 30000
/* ... how long we wait for room in its queue ... */
#define SEND_TIMEOUT 5
/* ... and how long the receiver may take for what a container left behind. */
#define END_TIMEOUT 1000

/* ---- the receiver ----------------------------------------------------------------------- */

bool notify_is_ready(const char *text, size_t size)
{
	static const char wanted[] = "READY=1";

	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;

		if (length == sizeof(wanted) - 1 && memcmp(text, wanted, length) == 0)
			return true;
		if (!end)
			return false;
		text += length + 1;
		size -= length + 1;
	}
	return false;
}

/* Reads all that is there: 1 where READY=1 was in it, 0, or -errno.  What is behind that stays for
 * later. */
static int receive_ready(int socket)
{
	uninitialized char text[MESSAGE_MAX];

	for (;;) {
		/* No room for control messages: the kernel drops what they would have brought. */
		ssize_t size = recv(socket, text, sizeof(text), MSG_DONTWAIT | MSG_TRUNC);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (size <= (ssize_t)sizeof(text) && notify_is_ready(text, (size_t)size))
			return 1;
	}
}

/* False where there is nobody to tell or to wait for. */
static bool tell_parent(int parent)
{
	char byte;

	return write(parent, "", 1) == 1 && read(parent, &byte, 1) == 1;
}

/*
 * Until our parent closes its side: what the container has sent by then still counts.  After the
 * first READY=1 messages are only taken off, lest those who send them be kept waiting.
 */
static _Noreturn void receive(int socket, int parent)
{
	bool told = false, last = false;

	(void)prctl(PR_SET_NAME, "caisson:notify");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!last) {
		struct pollfd items[] = {
			{ .fd = parent, .events = POLLIN },
			{ .fd = socket, .events = POLLIN },
		};

		if (poll(items, COUNT_OF(items), -1) < 0 && errno != EINTR)
			_exit(1);
		last = items[0].revents;
		int r = receive_ready(socket);
		/* Before that it may be well the next time. */
		if (r < 0 && last && !told)
			_exit(1);
		if (r <= 0 || told)
			continue;
		told = true;
		if (!tell_parent(parent))
			_exit(1);
	}
	_exit(0);
}

static int start_receiver(int *socket, struct notify_relay *relay)
{
	struct clone_args arguments = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&relay->pidfd,
		.exit_signal = SIGCHLD,
	};
	int pair[2];

	try(socket_pair(pair));
	relay->receiver = pair[0];
	pid_t pid = sys_clone3(&arguments);
	if (pid == 0) {
		int *keep[] = { socket, &pair[1] };

		/* The container's terminal and the lock of its state are not for it to hold. */
		if (descriptors_keep(0, keep, COUNT_OF(keep)) < 0)
			_exit(1);
		receive(*socket, pair[1]);
	}
	int error = errno;
	fd_close(&pair[1]);
	fd_close(socket);
	return pid < 0 ? fail(error, "start the receiver of notifications") : 0;
}

/* ---- our side ----------------------------------------------------------------------------- */

static int connect_host(const char *address, int *ret_fd)
{
	const struct timeval timeout = { .tv_sec = SEND_TIMEOUT };
	auto_close int fd = -EBADF;

	try(datagram_connect(address, &fd));
	/* Its queue may be full, and stay so. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
		return fail(errno, "set the time limit of a socket");
	*ret_fd = steal_fd(&fd);
	return 0;
}

int notify_begin(int *socket, const char *address, pid_t main_pid, struct notify_relay *ret_relay)
{
	struct notify_relay relay = NOTIFY_RELAY_NONE;

	relay.main_pid = main_pid;
	if (connect_host(address, &relay.host) < 0) {
		log_warning("NOTIFY_SOCKET: nobody is told when the container is ready: %s",
			error_text());
		error_clear();
		fd_close(socket);
	} else {
		int r = start_receiver(socket, &relay);
		if (r < 0) {
			notify_end(&relay);
			return r;
		}
		relay.over = false;
	}
	*ret_relay = relay;
	return 0;
}

/* The other end of the pipe goes with the message; it is closed when that has been dealt with. */
static int send_barrier(struct notify_relay *relay)
{
	static const char text[] = "BARRIER=1";
	auto_close int there = -EBADF;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(errno, "make a pipe");
	relay->barrier = ends[0];
	relay->barrier_end = monotonic_milliseconds() + BARRIER_TIMEOUT;
	there = ends[1];
	return socket_send(relay->host, text, sizeof(text) - 1, &there, 1);
}

/* One message, so that the service is never ready with the wrong main process. */
static int tell_host(struct notify_relay *relay)
{
	char text[64] = "READY=1\n";

	if (relay->main_pid > 0)
		(void)snprintf(text, sizeof(text), "READY=1\nMAINPID=%d\n", relay->main_pid);
	try(socket_send(relay->host, text, strlen(text), NULL, 0));
	return send_barrier(relay);
}

/* The receiver may go on, to take off what comes. */
static void finish(struct notify_relay *relay)
{
	fd_close(&relay->barrier);
	fd_close(&relay->host);
	relay->over = true;
	if (relay->receiver >= 0)
		(void)send(relay->receiver, "", 1, MSG_NOSIGNAL);
}

struct pollfd notify_poll(const struct notify_relay *relay)
{
	int fd = relay->barrier >= 0 ? relay->barrier : relay->receiver;

	return (struct pollfd){ .fd = relay->over ? -1 : fd, .events = POLLIN };
}

int notify_timeout(const struct notify_relay *relay)
{
	if (relay->barrier < 0)
		return -1;
	int64_t left = relay->barrier_end - monotonic_milliseconds();
	return left > 0 ? (int)left : 0;
}

static void warn_of_receiver(void)
{
	log_warning("NOTIFY_SOCKET: nobody is told when the container is ready: the receiver of "
		    "its notifications has ended");
}

/* False where the receiver has ended. */
static bool take_ready(struct notify_relay *relay)
{
	char byte;

	if (read(relay->receiver, &byte, 1) != 1) {
		finish(relay);
		return false;
	}
	if (tell_host(relay) == 0)
		return true;
	log_warning("NOTIFY_SOCKET: tell that the container is ready: %s", error_text());
	error_clear();
	finish(relay);
	return true;
}

void notify_step(struct notify_relay *relay, short events)
{
	if (relay->over)
		return;
	if (relay->barrier < 0) {
		/* It was not told to end. */
		if (events && !take_ready(relay))
			warn_of_receiver();
		return;
	}
	if (!events && notify_timeout(relay) > 0)
		return;
	if (!events)
		log_warning(
			"NOTIFY_SOCKET: the service manager has not acknowledged READY=1 in %d s",
			BARRIER_TIMEOUT / 1000);
	finish(relay);
}

int notify_wait(struct notify_relay *relay, int pidfd)
{
	while (!relay->over) {
		struct pollfd items[] = {
			notify_poll(relay),
			{ .fd = pidfd, .events = POLLIN },
		};

		if (poll(items, COUNT_OF(items), notify_timeout(relay)) < 0) {
			if (errno != EINTR)
				return fail(errno, "wait for the container to be ready");
			continue;
		}
		notify_step(relay, items[0].revents);
		if (!items[1].revents)
			continue;
		/* Nobody is left that could stand for the service. */
		if (relay->barrier < 0)
			relay->main_pid = 0;
		return 0;
	}
	return 0;
}

/*
 * What it finds in the socket now is all that there is.  With our end the service manager may no
 * longer know whose messages it has not read yet: they are waited for also where they went before.
 * True where the receiver has ended without a READY=1.
 */
static bool take_last(struct notify_relay *relay)
{
	struct pollfd item = { .fd = relay->receiver, .events = POLLIN };
	bool ended = false;

	if (relay->over)
		return false;
	if (relay->barrier < 0 && shutdown(relay->receiver, SHUT_WR) == 0 &&
		poll(&item, 1, END_TIMEOUT) > 0)
		ended = !take_ready(relay);
	item.fd = relay->barrier;
	if (item.fd >= 0)
		(void)poll(&item, 1, END_TIMEOUT);
	return ended;
}

void notify_end(struct notify_relay *relay)
{
	siginfo_t facts = { 0 };

	bool ended = take_last(relay);
	fd_close(&relay->receiver);
	if (relay->pidfd >= 0) {
		/* By now it has ended, or hangs at what it was sent: neither is of interest. */
		(void)pidfd_send_signal(relay->pidfd, SIGKILL, NULL, 0);
		(void)waitid(P_PIDFD, (id_t)relay->pidfd, &facts, WEXITED);
		/* Who was on the way out when it was killed has the status that it chose. */
		if (ended && (facts.si_code != CLD_EXITED || facts.si_status != 0))
			warn_of_receiver();
	}
	fd_close(&relay->pidfd);
	fd_close(&relay->host);
	fd_close(&relay->barrier);
	relay->over = true;
}
