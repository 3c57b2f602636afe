/*
 * unseal PID - kills a process and tries to write the program that it executed, by every way that
 * leads from /proc/PID/exe to the file, with all the rights that there are.
 *
 * Prints a line for each way: "changed WAY" where a byte could be written, "refused WAY: errno"
 * where not.  Killed first, as what is executed can't be written by anybody (ETXTBSY).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static char magic[64]; /* /proc/self/fd/N of the program */

static void tell(const char *way, bool changed)
{
	if (changed)
		printf("changed %s\n", way);
	else
		printf("refused %s: %s\n", way, strerror(errno));
}

/* One byte at the end, whatever that makes of it. */
static bool write_to(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND);
	bool changed = fd >= 0 && write(fd, "x", 1) == 1;
	int error = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return changed;
}

static const char *path_of(int fd)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* The mount it came by, or a copy of that which is ours, without its read-only flag. */
static void by_mount(const char *way, unsigned int flags)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_RDONLY };
	int tree = open_tree(AT_FDCWD, magic, flags);

	tell(way, tree >= 0 &&
			  mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) ==
				  0 &&
			  write_to(path_of(tree)));
}

/* The file system itself made writable.  It is picked by the top of a mount: a copy of the file's.
 */
static void by_file_system(void)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_RDONLY };
	int tree = open_tree(AT_FDCWD, magic, OPEN_TREE_CLONE);
	int system = tree < 0 ? -1 : fspick(tree, "", FSPICK_EMPTY_PATH);

	tell("by the file system",
		system >= 0 && fsconfig(system, FSCONFIG_SET_FLAG, "rw", NULL, 0) == 0 &&
			fsconfig(system, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) == 0 &&
			mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) ==
				0 &&
			write_to(path_of(tree)));
}

int main(int argc, char **argv)
{
	char path[64];

	if (argc != 2) {
		(void)fprintf(stderr, "usage: unseal PID\n");
		return 2;
	}
	pid_t pid = (pid_t)atoi(argv[1]);
	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	int file = open(path, O_RDONLY);
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	if (file < 0 || end.fd < 0 || kill(pid, SIGKILL) < 0 || poll(&end, 1, 10000) != 1) {
		perror(path);
		return 1;
	}
	/* Its memory has gone when it is a zombie. */
	(void)snprintf(magic, sizeof(magic), "/proc/self/fd/%d", file);
	tell("by the descriptor", write_to(magic));
	tell("by truncate", truncate(magic, 0) == 0);
	by_mount("by its mount", 0);
	by_mount("by a mount of our own", OPEN_TREE_CLONE);
	by_file_system();
	return 0;
}
