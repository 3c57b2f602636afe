#include "libcontainer/kernel/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/monotonic.h"
#include "libcontainer/kernel/pidfd.h"

/* What the program starts with, all above stdio; and our end of its output. */
struct streams {
	int input, output, error;
	int captured;
};

static void streams_done(struct streams *streams)
{
	fd_close(&streams->input);
	fd_close(&streams->output);
	fd_close(&streams->error);
	fd_close(&streams->captured);
}

static int open_null(int flags, int *ret_fd)
{
	auto_close int fd = open("/dev/null", flags | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "open '/dev/null'");
	try(fd_above_stdio(&fd));
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int open_pipe(int flags, int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | flags) < 0)
		return fail(errno, "make a pipe");
	*ret_read = ends[0];
	*ret_write = ends[1];
	try(fd_above_stdio(ret_read));
	try(fd_above_stdio(ret_write));
	return 0;
}

/*
 * The text is all in the pipe before the program starts: nobody has to feed it while it runs, and
 * a program that doesn't read its input can neither block nor SIGPIPE us.
 */
static int fill_pipe(const struct spawn *spawn, int *ret_fd)
{
	auto_close int end = -EBADF, start = -EBADF;

	try(open_pipe(O_NONBLOCK, &end, &start));
	ssize_t written = write(start, spawn->input, spawn->input_size);
	if (written < 0 && errno != EAGAIN)
		return fail(errno, "write to a pipe");
	if (written < 0 || (size_t)written != spawn->input_size)
		return -ENOSPC;
	if (fcntl(end, F_SETFL, 0) < 0)
		return fail(errno, "make a pipe blocking");
	*ret_fd = steal_fd(&end);
	return 0;
}

/* What a pipe does not hold (64 KiB, or less for a user with many pipes) a file in memory does. */
static int fill_memory(const struct spawn *spawn, int *ret_fd)
{
	auto_close int fd = -EBADF;

	try(fd_memfd("input", false, &fd));
	try(fd_above_stdio(&fd));
	try(fd_write_all(fd, spawn->input, spawn->input_size));
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail(errno, "rewind a file in memory");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int open_input(const struct spawn *spawn, int *ret_fd)
{
	if (!spawn->input)
		return open_null(O_RDONLY, ret_fd);
	int r = fill_pipe(spawn, ret_fd);
	return r == -ENOSPC ? fill_memory(spawn, ret_fd) : r;
}

/* A copy above stdio, since the program's own numbers are filled one after the other. */
static int copy_descriptor(int from, int *ret_fd)
{
	int fd = fcntl(from, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (fd < 0)
		return fail(errno, "copy descriptor %d", from);
	*ret_fd = fd;
	return 0;
}

static int open_streams(const struct spawn *spawn, bool capture, struct streams *streams)
{
	try(open_input(spawn, &streams->input));
	if (spawn->output >= 0)
		try(copy_descriptor(spawn->output, &streams->output));
	else if (capture)
		try(open_pipe(0, &streams->captured, &streams->output));
	else
		try(open_null(O_WRONLY, &streams->output));
	try(copy_descriptor(
		spawn->error_output >= 0 ? spawn->error_output : streams->output, &streams->error));
	if (streams->captured >= 0 && fcntl(streams->captured, F_SETFL, O_NONBLOCK) < 0)
		return fail(errno, "make a pipe non-blocking");
	return 0;
}

static int set_actions(const struct spawn *spawn, const struct streams *streams,
	posix_spawn_file_actions_t *actions)
{
	int error = posix_spawn_file_actions_adddup2(actions, streams->input, STDIN_FILENO);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, streams->output, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, streams->error, STDERR_FILENO);
	if (error == 0 && spawn->directory_fd > 0)
		error = posix_spawn_file_actions_addfchdir_np(actions, spawn->directory_fd);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	if (error == 0 && spawn->directory)
		error = posix_spawn_file_actions_addchdir_np(actions, spawn->directory);
	return error;
}

/* A group of its own, and nothing of our signal handling: what we ignore it would ignore too. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int error = posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (error == 0)
		error = posix_spawnattr_setpgroup(attributes, 0);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	return error;
}

static int start(const struct spawn *spawn, const struct streams *streams, pid_t *ret_pid)
{
	static const char *const no_environment[] = { NULL };
	const char *const *env = spawn->env ? spawn->env : no_environment;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;

	int error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return fail(error, "run '%s'", spawn->path);
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		error = set_actions(spawn, streams, &actions);
		if (error == 0)
			error = set_attributes(&attributes);
		if (error == 0)
			error = posix_spawn(ret_pid, spawn->path, &actions, &attributes,
				(char *const *)(uintptr_t)spawn->args,
				(char *const *)(uintptr_t)env);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return error != 0 ? fail(error, "run '%s'", spawn->path) : 0;
}

/* The end of what was printed: an error's last words. */
struct tail {
	char *text;
	size_t used, capacity;
};

static void tail_add(struct tail *tail, const char *data, size_t size)
{
	if (size > tail->capacity) {
		data += size - tail->capacity;
		size = tail->capacity;
	}
	if (size > tail->capacity - tail->used) {
		size_t drop = size - (tail->capacity - tail->used);

		memmove(tail->text, tail->text + drop, tail->used - drop);
		tail->used -= drop;
	}
	memcpy(tail->text + tail->used, data, size);
	tail->used += size;
	tail->text[tail->used] = '\0';
}

/* Takes what is there now; closes at the end.  Bounded, lest somebody who keeps printing keep us.
 */
static void drain(int *fd, struct tail *tail)
{
	uninitialized char data[4096];

	for (int i = 0; i < 64 && *fd >= 0; i++) {
		ssize_t got = read(*fd, data, sizeof(data));

		if (got > 0)
			tail_add(tail, data, (size_t)got);
		else if (got < 0 && errno == EINTR)
			continue;
		else if (got < 0 && errno == EAGAIN)
			return;
		else
			fd_close(fd);
	}
}

/*
 * Reads its output until it has ended.  What it left in the background may hold the pipe open: that
 * is not waited for.  -ETIMEDOUT, plain.
 */
static int await_end(int pidfd, int64_t timeout, int *captured, struct tail *tail)
{
	int64_t end = timeout > 0 ? monotonic_milliseconds() + timeout : 0;

	for (;;) {
		struct pollfd entries[] = {
			{ .fd = pidfd, .events = POLLIN },
			{ .fd = *captured, .events = POLLIN },
		};
		int64_t left = timeout > 0 ? end - monotonic_milliseconds() : -1;

		if (timeout > 0 && left < 0)
			left = 0;
		if (left > INT32_MAX)
			left = INT32_MAX;
		int ready = poll(entries, COUNT_OF(entries), (int)left);
		if (ready < 0 && errno != EINTR)
			return fail(errno, "wait for a program");
		if (ready > 0)
			drain(captured, tail);
		if (ready > 0 && entries[0].revents)
			return 0;
		if (timeout > 0 && monotonic_milliseconds() >= end)
			return -ETIMEDOUT;
	}
}

static int run_to_end(
	const struct spawn *spawn, struct streams *streams, struct tail *tail, int *ret_status)
{
	auto_close int pidfd = -EBADF;
	int status;
	pid_t pid;

	try(start(spawn, streams, &pid));
	fd_close(&streams->input);
	fd_close(&streams->output);
	fd_close(&streams->error);

	int r = pidfd_make(pid, &pidfd);
	if (r == 0)
		r = await_end(pidfd, spawn->timeout, &streams->captured, tail);
	/* It is not reaped yet, hence its pid and its group's number are nobody else's. */
	if (r < 0)
		(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(errno, "wait for '%s'", spawn->path);
	if (r == -ETIMEDOUT)
		return refuse_as(ETIMEDOUT, "'%s' did not end within %lld ms", spawn->path,
			(long long)spawn->timeout);
	try(r, "run '%s'", spawn->path);
	*ret_status = status;
	return 0;
}

int spawn_run(const struct spawn *spawn, int *ret_status, char *ret_output, size_t size)
{
	struct streams streams = { -EBADF, -EBADF, -EBADF, -EBADF };
	bool capture = ret_output && size > 0;
	struct tail tail = { .text = ret_output, .capacity = capture ? size - 1 : 0 };

	if (capture)
		ret_output[0] = '\0';
	int r = open_streams(spawn, capture, &streams);
	if (r == 0)
		r = run_to_end(spawn, &streams, &tail, ret_status);
	streams_done(&streams);
	return r;
}

int spawn_helper(const struct spawn *spawn)
{
	char output[512] = "";
	int status;

	try(spawn_run(spawn, &status, output, sizeof(output)));
	output[strcspn(output, "\n")] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return refuse("%s", output[0] ? output : "the helper program failed");
}

int spawn_find(const char *name, char *buffer, size_t size)
{
	const char *path = getenv("PATH");

	for (path = path ? path : "/usr/bin:/bin"; *path;) {
		size_t length = strcspn(path, ":");
		int used = snprintf(buffer, size, "%.*s/%s", (int)length, path, name);

		if (path[0] == '/' && used > 0 && (size_t)used < size &&
			faccessat(AT_FDCWD, buffer, X_OK, AT_EACCESS) == 0)
			return 0;
		path += length + (path[length] == ':');
	}
	return refuse_as(ENOENT, "'%s' is in no directory of PATH", name);
}
