/*
 * agent - one that is told of system calls by seccomp listeners, as engines' agents are.
 *
 * usage: agent SOCKET DIRECTORY [NUMBER ERRNO | die | leave]
 *
 * Listens at SOCKET.  The n-th connection's text goes to DIRECTORY/state.n, from its first message
 * and the descriptors that came with it to the end of the stream.  Each call that it is told of is
 * a line "n NUMBER PID" of DIRECTORY/calls; it returns ERRNO where its number is NUMBER, else it is
 * done.  With "die" it ends as soon as it has a listener, with "leave" before it takes one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENERS_MAX 64

static struct pollfd entries[1 + LISTENERS_MAX];
static nfds_t entry_count;
static FILE *calls;

static void die(const char *words)
{
	fprintf(stderr, "agent: %s: %s\n", words, strerror(errno));
	exit(1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* Whoever sees the name can connect. */
	if ((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path) >=
		sizeof(address.sun_path))
		die("the path is too long");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0 ||
		rename(address.sun_path, path) < 0)
		die(path);
	return fd;
}

/* The listener that came, the only descriptor of the first message. */
static int take(int stream, const char *directory, int number)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(4 * sizeof(int))];
	} control = { 0 };
	char text[65536], path[4096];
	struct iovec part = { text, sizeof(text) };
	struct msghdr message = { &(struct sockaddr_un){ 0 }, 0, &part, 1, &control,
		sizeof(control), 0 };
	ssize_t size = recvmsg(stream, &message, MSG_CMSG_CLOEXEC);
	int fd = -1;

	if (size < 0)
		die("receive");
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(header), sizeof(int));
	snprintf(path, sizeof(path), "%s/state.%d.new", directory, number);
	FILE *file = fopen(path, "w");
	if (!file)
		die(path);
	do
		fwrite(text, 1, (size_t)size, file);
	while ((size = read(stream, text, sizeof(text))) > 0);
	fclose(file);
	snprintf(text, sizeof(text), "%s/state.%d", directory, number);
	if (rename(path, text) < 0)
		die(text);
	close(stream);
	return fd;
}

static void answer(int number, int wanted, int error)
{
	int fd = entries[number].fd;
	struct seccomp_notif notice = { 0 };
	struct seccomp_notif_resp response = { 0 };

	/* The caller may have been killed meanwhile. */
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
		return;
	fprintf(calls, "%d %d %u\n", number, notice.data.nr, notice.pid);
	fflush(calls);
	response.id = notice.id;
	if (notice.data.nr == wanted)
		response.error = -error;
	else
		response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

int main(int argc, char **argv)
{
	char path[4096];

	if (argc < 3 || argc > 5)
		return 2;
	snprintf(path, sizeof(path), "%s/calls", argv[2]);
	calls = fopen(path, "we");
	if (!calls)
		die(path);
	entries[entry_count++] = (struct pollfd){ listen_at(argv[1]), POLLIN, 0 };
	while (poll(entries, entry_count, -1) >= 0 || errno == EINTR) {
		for (nfds_t i = 1; i < entry_count; i++) {
			if (entries[i].revents & POLLIN)
				answer((int)i, argc == 5 ? atoi(argv[3]) : -1,
					argc == 5 ? atoi(argv[4]) : 0);
			else if (entries[i].revents)
				entries[i].fd = -1; /* nobody is left who could call */
		}
		if (!(entries[0].revents & POLLIN) || entry_count > LISTENERS_MAX)
			continue;
		int stream = accept(entries[0].fd, NULL, NULL);
		if (argc == 4 && strcmp(argv[3], "leave") == 0)
			return 0;
		int fd = take(stream, argv[2], (int)entry_count);
		if (argc == 4)
			return 0;
		entries[entry_count++] = (struct pollfd){ fd, POLLIN, 0 };
	}
	return 1;
}
