/*
 * ready - a program for a container that tells its NOTIFY_SOCKET of being ready, and then does
 * nothing until it is killed; with an argument it ends.  Built by `run`, as it has to be static.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int count, char **words)
{
	static const char text[] = "READY=1";
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (path && strlen(path) < sizeof(to.sun_path)) {
		(void)strcpy(to.sun_path, path);
		if (sendto(fd, text, sizeof(text) - 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			perror("ready");
	}
	(void)words;
	while (count == 1)
		(void)pause();
	return 0;
}
