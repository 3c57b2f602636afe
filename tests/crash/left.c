/* What is left of a container: processes, groups, its state, mounts. */
#include "tests/crash/worker.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long what was killed may take to be gone: seconds. */
#define END_PATIENCE 2.0

/* Of filters: no container's. */
#define CACHE ".seccomp-cache"

static char *read_file(const char *path)
{
	size_t size = 1 << 20;
	char *text = malloc(size);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = -1;

	if (!text)
		err(2, "read '%s'", path);
	while (fd >= 0 && used < size - 1 && (n = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	(void)close(fd);
	return text;
}

/* Our own group in the hierarchy that is mounted with these options: caisson's, and "/" if none. */
static void find_own_group(char *groups, const char *super, bool unified, char path[ROOM])
{
	char *line, *next = groups;

	(void)snprintf(path, ROOM, "/");
	while ((line = strsep(&next, "\n")) && *line) {
		char *controllers = strchr(line, ':'), *group;

		if (!controllers || !(group = strchr(++controllers, ':')))
			continue;
		*group++ = '\0';
		if (unified ? !*controllers : *controllers && strstr(super, controllers))
			(void)snprintf(path, ROOM, "%.4000s", group);
	}
}

/* Where the container's group is in each hierarchy: below ours, and named by the id. */
static void find_cgroups(struct worker *worker)
{
	char *line, *next = worker->mounts;

	while ((line = strsep(&next, "\n")) && *line) {
		char point[ROOM], own[ROOM], *type = strstr(line, " - "), *groups;

		if (!type || strncmp(type, " - cgroup", 9) != 0 ||
			sscanf(line, "%*s %*s %*s %*s %4000s", point) != 1)
			continue;
		if (worker->cgroup_count == PATHS_MAX)
			errx(2, "more than %d hierarchies of cgroups", PATHS_MAX);
		groups = read_file("/proc/self/cgroup");
		find_own_group(groups, type, strncmp(type, " - cgroup2", 10) == 0, own);
		free(groups);
		(void)snprintf(worker->cgroups[worker->cgroup_count++], ROOM, "%.2000s%.2000s/%s",
			point, strcmp(own, "/") == 0 ? "" : own, worker->id);
	}
}

void left_prepare(struct worker *worker)
{
	worker->mounts = read_file("/proc/self/mountinfo");
	find_cgroups(worker);
	free(worker->mounts);
	worker->mounts = read_file("/proc/self/mountinfo");
}

/* The parent's pid and the name; false where it is gone, or dead and somebody's to collect. */
static bool read_process(const char *pid, pid_t *ret_parent, char name[32])
{
	char path[64];
	char state = 'X';

	(void)snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (size <= 0)
		return false;
	text[size] = '\0';
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	if (!open || !close || sscanf(close + 1, " %c %d", &state, ret_parent) != 2)
		return false;
	*close = '\0';
	(void)snprintf(name, 32, "%.31s", open + 1);
	return state != 'Z' && state != 'X';
}

size_t left_processes(pid_t but, pid_t *pids, size_t room)
{
	size_t count = 0;
	pid_t ended;
	int status;

	while ((ended = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		(void)trace_let_go(ended, status);
	if (ended < 0)
		return 0;
	DIR *proc = opendir("/proc");
	if (!proc)
		err(2, "/proc");
	for (struct dirent *entry; (entry = readdir(proc)) && count < room;) {
		pid_t parent, pid = atoi(entry->d_name);
		char name[32];

		if (pid > 0 && pid != but && read_process(entry->d_name, &parent, name) &&
			parent == getpid())
			pids[count++] = pid;
	}
	(void)closedir(proc);
	return count;
}

static void add(char text[LEFT_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char text[LEFT_MAX], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text + used, LEFT_MAX - used, format, arguments);
	va_end(arguments);
}

static void add_processes(pid_t but, char text[LEFT_MAX])
{
	double end = seconds_now() + END_PATIENCE;
	pid_t pids[16];
	size_t count;

	while ((count = left_processes(but, pids, 16)) > 0 && seconds_now() < end)
		(void)usleep(2000);
	for (size_t i = 0; i < count; i++) {
		char number[16], name[32] = "?";
		pid_t parent;

		(void)snprintf(number, sizeof(number), "%d", pids[i]);
		(void)read_process(number, &parent, name);
		add(text, "process %d (%s)\n", pids[i], name);
	}
}

static void add_state(const struct worker *worker, char text[LEFT_MAX])
{
	DIR *root = opendir(worker->root);

	for (struct dirent *entry; root && (entry = readdir(root));) {
		/* What can be made again is nobody's. */
		if (strcmp(entry->d_name, CACHE) == 0)
			continue;
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			add(text, "state %s/%s\n", worker->root, entry->d_name);
	}
	if (root)
		(void)closedir(root);
}

bool left_in_cache(const struct worker *worker)
{
	char path[ROOM + 32];
	bool found = false;

	(void)snprintf(path, sizeof(path), "%s/" CACHE, worker->root);
	DIR *cache = opendir(path);
	for (struct dirent *entry; cache && (entry = readdir(cache));) {
		/* "NAME.PID" is one that was not finished. */
		found = found || (entry->d_name[0] != '.' && strchr(entry->d_name, '.'));
		(void)unlinkat(dirfd(cache), entry->d_name, 0);
	}
	if (cache)
		(void)closedir(cache);
	return found;
}

void left_find(struct worker *worker, pid_t but, bool state_may_stay, char text[LEFT_MAX])
{
	text[0] = '\0';
	add_processes(but, text);
	for (size_t i = 0; i < worker->cgroup_count && !state_may_stay; i++) {
		if (access(worker->cgroups[i], F_OK) == 0)
			add(text, "cgroup %s\n", worker->cgroups[i]);
	}
	if (!state_may_stay)
		add_state(worker, text);

	char *mounts = read_file("/proc/self/mountinfo");
	if (strcmp(mounts, worker->mounts) != 0)
		add(text, "mount table changed\n");
	free(mounts);
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	(void)remove(path);
	return 0;
}

static void write_file(const char *directory, const char *name, const char *text)
{
	char path[ROOM + 64];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)!write(fd, text, strlen(text));
	(void)close(fd);
}

void left_remove(struct worker *worker)
{
	pid_t pids[64];

	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < worker->cgroup_count; i++) {
			write_file(worker->cgroups[i], "freezer.state", "THAWED");
			write_file(worker->cgroups[i], "cgroup.freeze", "0");
			write_file(worker->cgroups[i], "cgroup.kill", "1");
		}
		size_t count = left_processes(0, pids, 64);
		for (size_t i = 0; i < count; i++)
			(void)kill(pids[i], SIGKILL);
		if (count == 0)
			break;
		(void)usleep(10000);
	}
	for (size_t i = 0; i < worker->cgroup_count; i++)
		(void)rmdir(worker->cgroups[i]);
	(void)nftw(worker->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	(void)mkdir(worker->root, 0700);
	(void)unlink(worker->pid_file);
}
