/*
 * probe - the container's program: looks whether anything in here is the host's, and whether what
 * protects the host is in its place.  Says "probe: well", or what it has found.
 *
 * usage: probe [wait]       wait: until it is killed, saying nothing
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SECRET "secret-of-the-host"
#define DEPTH_MAX 12

static int found;

static void say(const char *what, const char *subject)
{
	(void)printf("probe: %s %s\n", what, subject);
	found = 1;
}

static int is_kernels(int fd)
{
	struct statfs facts;

	return fstatfs(fd, &facts) == 0 &&
	       (facts.f_type == PROC_SUPER_MAGIC || facts.f_type == SYSFS_MAGIC ||
		       facts.f_type == CGROUP_SUPER_MAGIC || facts.f_type == CGROUP2_SUPER_MAGIC);
}

static void look_into(int at, const char *name)
{
	char text[256] = "";
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (size > 0 && strstr(text, SECRET))
		say("sees a file of the host's:", name);
	(void)close(fd);
}

/* Not through links, which lead into this very root. */
static void walk(int at, const char *name, int depth)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		struct stat facts;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			is_kernels(fd) ||
			fstatat(fd, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(facts.st_mode))
			look_into(fd, entry->d_name);
		else if (S_ISDIR(facts.st_mode) && depth < DEPTH_MAX)
			walk(fd, entry->d_name, depth + 1);
	}
	if (directory)
		(void)closedir(directory);
}

/* The root's own name may be the attacker's by now: what is judged is a proc that is there. */
static void look_at_proc(const char *proc)
{
	char path[256], byte;
	struct statfs facts;
	struct statvfs flags;

	if (statfs(proc, &facts) < 0 || facts.f_type != PROC_SUPER_MAGIC)
		return;
	(void)snprintf(path, sizeof(path), "%s/keys", proc);
	int fd = open(path, O_RDONLY);
	if (fd >= 0 && read(fd, &byte, 1) > 0)
		say("can read", path);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s/sys", proc);
	if (statvfs(path, &flags) == 0 && !(flags.f_flag & ST_RDONLY))
		say("can write to", path);
}

/*
 * Its directory may be moved out of the root at any time, also after the runtime's last look at it;
 * but then no ".." leads on, to where the attacker's attic is.
 */
static void look_upwards(void)
{
	int fd = open(".", O_PATH | O_DIRECTORY);

	for (int level = 0; fd >= 0 && level < 64; level++) {
		int parent = openat(fd, "..", O_PATH | O_DIRECTORY);

		if (faccessat(fd, "attic", F_OK, 0) == 0)
			say("gets out of its root by", "its working directory");
		(void)close(fd);
		fd = parent;
	}
	(void)close(fd);
}

static void look_at_directory(void)
{
	char path[4096] = "";

	/* The C library's would make up for what the kernel says. */
	if (syscall(SYS_getcwd, path, sizeof(path)) < 0 && errno != ENOENT)
		say("has no working directory:", strerror(errno));
	if (strcmp(path, "(unreachable)/") != 0 && path[0] && path[0] != '/')
		say("is in", path);
	look_upwards();
}

static void look_at_descriptors(void)
{
	char number[16];

	for (int fd = 3; fd < 256; fd++) {
		(void)snprintf(number, sizeof(number), "%d", fd);
		if (fcntl(fd, F_GETFD) >= 0)
			say("has descriptor", number);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "wait") == 0) {
		for (;;)
			(void)pause();
	}
	look_at_descriptors();
	look_at_directory();
	look_at_proc("/proc");
	walk(AT_FDCWD, "/", 0);
	if (!found)
		(void)printf("probe: well\n");
	return found ? 99 : 0;
}
