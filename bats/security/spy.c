/*
 * Runs in a container as its first process: looks at every other process that comes, and prints what
 * it gets of it.  ROOT: the file named by the argument through its root; FD: its descriptors beyond
 * stdio; TRACED: it can be traced.  Ends by SIGTERM, with how many it has looked at.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void end(int number)
{
	(void)number;
	over = 1;
}

static void look_at_root(int pid, const char *file)
{
	char path[4096], text[256];

	(void)snprintf(path, sizeof(path), "/proc/%d/root%s", pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t size = read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	printf("ROOT %s\n", text);
	close(fd);
}

static void look_at_descriptors(int pid)
{
	char path[64], text[4096];
	struct dirent *entry;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	DIR *directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		ssize_t size = readlinkat(dirfd(directory), entry->d_name, text, sizeof(text) - 1);

		if (size <= 0 || atoi(entry->d_name) <= 2)
			continue;
		text[size] = '\0';
		printf("FD %s %s\n", entry->d_name, text);
	}
	closedir(directory);
}

/* Only attaches, without a stop: what could be traced would be ours. */
static void look_at_tracing(int pid, const char *trace)
{
	if (!trace || ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return;
	printf("TRACED\n");
	(void)ptrace(PTRACE_DETACH, pid, 0, 0);
}

int main(int argc, char **argv)
{
	unsigned long looks = 0;

	if (argc < 2)
		return 2;
	(void)signal(SIGTERM, end);
	while (!over) {
		DIR *proc = opendir("/proc");
		struct dirent *entry;

		while (proc && (entry = readdir(proc))) {
			int pid = atoi(entry->d_name);

			if (pid <= 1 || pid == getpid())
				continue;
			looks++;
			look_at_root(pid, argv[1]);
			look_at_descriptors(pid);
			look_at_tracing(pid, argc > 2 ? argv[2] : NULL);
		}
		if (proc)
			closedir(proc);
		(void)fflush(stdout);
	}
	if (looks > 0)
		printf("looked at %lu\n", looks);
	return 0;
}
