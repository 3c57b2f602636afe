#include "libcontainer/kernel/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/spawn.h"

/* The kernel's UID_GID_MAP_MAX_EXTENTS. */
#define RANGES_AT_MOST 340
/* "4294967295 4294967295 4294967295\n" */
#define RANGE_TEXT_SIZE 33
#define NUMBER_TEXT_SIZE 11

int idmap_write(pid_t pid, const char *file, const struct idmap_range *ranges, size_t count)
{
	char path[64], text[RANGES_AT_MOST * RANGE_TEXT_SIZE + 1];
	size_t used = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	if (count == 0 || count > RANGES_AT_MOST)
		return refuse("'%s' takes 1 to %d ranges, not %zu", path, RANGES_AT_MOST, count);
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u %u %u\n",
			ranges[i].inside, ranges[i].outside, ranges[i].count);

	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open '%s'", path);
	/* The kernel takes a map as one write, and only once. */
	if (write(fd, text, used) < 0)
		return fail(errno, "write '%s'", path);
	return 0;
}

int idmap_setgroups(pid_t pid, const char *word)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
	return file_write_value(AT_FDCWD, path, word);
}

int idmap_write_by_program(
	const char *program, pid_t pid, const struct idmap_range *ranges, size_t count)
{
	char pid_text[NUMBER_TEXT_SIZE + 1], output[512];
	auto_free const char **args = calloc(count * 3 + 3, sizeof(*args));
	auto_free char(*numbers)[NUMBER_TEXT_SIZE] = calloc(count * 3 + 1, sizeof(*numbers));
	const struct spawn spawn = {
		.path = program,
		.args = args,
		.output = -1,
		.error_output = -1,
	};
	size_t used = 2;
	int status;

	if (!args || !numbers)
		return fail(ENOMEM, "run '%s'", program);
	(void)snprintf(pid_text, sizeof(pid_text), "%d", pid);
	args[0] = program;
	args[1] = pid_text;
	for (size_t i = 0; i < count; i++) {
		const uint32_t values[] = { ranges[i].inside, ranges[i].outside, ranges[i].count };

		for (size_t j = 0; j < COUNT_OF(values); j++, used++) {
			(void)snprintf(numbers[used - 2], NUMBER_TEXT_SIZE, "%u", values[j]);
			args[used] = numbers[used - 2];
		}
	}

	try(spawn_run(&spawn, &status, output, sizeof(output)));
	if (WIFSIGNALED(status))
		return refuse("'%s' was killed by signal %d", program, WTERMSIG(status));
	if (WEXITSTATUS(status) != 0) {
		output[strcspn(output, "\n")] = '\0';
		return refuse(
			"'%s' ended with status %d: %s", program, WEXITSTATUS(status), output);
	}
	return 0;
}

/*
 * Makes the namespace, says so (or with which errno it failed), and keeps it until the other end is
 * closed: a signal would be one thing more that can fail, with us left behind.
 */
static _Noreturn void child_hold_namespace(int channel)
{
	int code = prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || unshare(CLONE_NEWUSER) < 0 ? errno : 0;

	if (write(channel, &code, sizeof(code)) != sizeof(code) || code != 0)
		_exit(1);
	while (read(channel, &code, sizeof(code)) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* Gives the namespace of the process its maps, and opens it. */
static int open_mapped(pid_t pid, const struct idmap_range *uids, size_t uid_count,
	const struct idmap_range *gids, size_t gid_count)
{
	char path[64];

	try(idmap_write(pid, "uid_map", uids, uid_count));
	try(idmap_write(pid, "gid_map", gids, gid_count));
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail(errno, "open '%s'", path) : fd;
}

static int await_namespace(int report)
{
	int code;
	ssize_t got;

	do
		got = read(report, &code, sizeof(code));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail(errno, "make a user namespace");
	if (got != sizeof(code))
		return refuse_as(ECHILD, "make a user namespace: its process died");
	return code == 0 ? 0 : fail(code, "make a user namespace");
}

int idmap_make_namespace(const struct idmap_range *uids, size_t uid_count,
	const struct idmap_range *gids, size_t gid_count, int *ret_fd)
{
	auto_close int mine = -EBADF, childs = -EBADF;
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return fail(errno, "make a pair of sockets");
	mine = ends[0];
	childs = ends[1];
	pid_t pid = fork();
	if (pid < 0)
		return fail(errno, "make a process for a user namespace");
	if (pid == 0) {
		fd_close(&mine);
		child_hold_namespace(childs);
	}

	fd_close(&childs);
	r = await_namespace(mine);
	if (r == 0)
		r = open_mapped(pid, uids, uid_count, gids, gid_count);
	fd_close(&mine);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return r;
	*ret_fd = r;
	return 0;
}
