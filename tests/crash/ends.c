/* Who is at the other end: of a console socket, of NOTIFY_SOCKET, and of the caller's terminal. */
#include "tests/crash/worker.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 8

static int told;

static int listen_at(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		err(2, "socket '%s'", path);
	(void)strcpy(address.sun_path, path);
	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		(type == SOCK_STREAM && listen(fd, BACKLOG) < 0))
		err(2, "bind '%s'", path);
	return fd;
}

/* One message, with one descriptor at most: its size, and the descriptor or -1. */
static ssize_t receive(int fd, char *text, size_t size, int *ret_fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { text, size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = received < 0 ? NULL : CMSG_FIRSTHDR(&message);

	*ret_fd = -1;
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
	return received;
}

/* ---- the service manager ------------------------------------------------------------------ */

/* What comes with a descriptor is a barrier: to close it is the answer. */
static void *manage(void *context)
{
	int fd = *(int *)context;
	char text[4096];

	for (;;) {
		int barrier;
		ssize_t size = receive(fd, text, sizeof(text) - 1, &barrier);

		if (size < 0 && errno != EINTR)
			err(2, "read of NOTIFY_SOCKET");
		if (barrier >= 0)
			(void)close(barrier);
		if (size <= 0)
			continue;
		text[size] = '\0';
		if (strstr(text, "READY=1"))
			__atomic_store_n(&told, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

void ends_prepare(struct worker *worker)
{
	static int manager;
	int master; /* stays open: nobody types, and nobody hangs up */
	sigset_t all, before;
	pthread_t thread;

	if (openpty(&master, &worker->terminal, NULL, NULL, NULL) < 0 ||
		fcntl(master, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(worker->terminal, F_SETFD, FD_CLOEXEC) < 0 ||
		tcgetattr(worker->terminal, &worker->modes) < 0)
		err(2, "make a terminal");
	(void)snprintf(worker->console, ROOM, "%s/console-%d", options.directory, worker->number);
	(void)snprintf(worker->notify, ROOM, "%s/notify-%d", options.directory, worker->number);
	worker->console_fd = listen_at(worker->console, SOCK_STREAM);
	manager = listen_at(worker->notify, SOCK_DGRAM);
	if (fcntl(manager, F_SETFL, 0) < 0)
		err(2, "let '%s' wait", worker->notify);
	/* Alarms are for who waits for commands. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	errno = pthread_create(&thread, NULL, manage, &manager);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (errno)
		err(2, "start a service manager");
}

void ends_offer(const struct worker *worker, bool notify)
{
	if (notify)
		__atomic_store_n(&told, 0, __ATOMIC_RELEASE);
	if ((notify ? setenv("NOTIFY_SOCKET", worker->notify, 1) : unsetenv("NOTIFY_SOCKET")) < 0)
		err(2, "NOTIFY_SOCKET");
}

bool ends_told(void)
{
	return __atomic_load_n(&told, __ATOMIC_ACQUIRE);
}

/* ---- terminals ---------------------------------------------------------------------------- */

size_t ends_terminals(struct worker *worker)
{
	int connection;

	while ((connection = accept4(worker->console_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		char text[4096];
		int fd;

		/* Who died in between has sent nothing: that is the end of the stream. */
		(void)receive(connection, text, sizeof(text), &fd);
		(void)close(connection);
		if (fd < 0)
			continue;
		if (worker->terminal_count == TERMINALS_MAX)
			errx(2, "more than %d terminals", TERMINALS_MAX);
		worker->terminals[worker->terminal_count++] = fd;
		if (!isatty(fd))
			errx(2, "what came by the console socket is no terminal");
	}
	return worker->terminal_count;
}

void ends_close(struct worker *worker)
{
	(void)ends_terminals(worker);
	while (worker->terminal_count > 0)
		(void)close(worker->terminals[--worker->terminal_count]);
}

bool ends_restore(const struct worker *worker)
{
	struct termios now = { 0 }; /* padding is compared as well */

	if (tcgetattr(worker->terminal, &now) < 0 ||
		tcsetattr(worker->terminal, TCSANOW, &worker->modes) < 0)
		err(2, "the modes of the terminal");
	return memcmp(&now, &worker->modes, sizeof(now)) == 0;
}
