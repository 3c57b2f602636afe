#include "tests/model/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS_MAX 24

void die(const char *format, ...)
{
	int code = errno;
	va_list values;

	va_start(values, format);
	(void)fputs("model: ", stderr);
	(void)vfprintf(stderr, format, values);
	(void)fprintf(stderr, " (errno: %s)\n", strerror(code));
	va_end(values);
	exit(2);
}

void sleep_microseconds(long microseconds)
{
	struct timespec time = {
		.tv_sec = microseconds / 1000000,
		.tv_nsec = microseconds % 1000000 * 1000,
	};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static int make_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		die("memfd_create");
	return fd;
}

static _Noreturn void execute(
	const struct runtime *runtime, const char *const *arguments, const struct command *command)
{
	const char *all[ARGUMENTS_MAX] = { runtime->path, "--root", runtime->root };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; arguments[i] && i + 4 < ARGUMENTS_MAX; i++)
		all[i + 3] = arguments[i];
	if (null < 0 || dup2(null, 0) < 0 || dup2(command->output, 1) < 0 ||
		dup2(command->error, 2) < 0)
		_exit(126);
	(void)execv(runtime->path, (char *const *)all);
	_exit(127);
}

void command_begin(
	const struct runtime *runtime, const char *const *arguments, struct command *ret_command)
{
	struct command *command = ret_command;

	command->output = make_file("output");
	command->error = make_file("error");
	command->pid = fork();
	if (command->pid < 0)
		die("fork");
	if (command->pid == 0)
		execute(runtime, arguments, command);
	command->pidfd = pidfd_open(command->pid, 0);
	if (command->pidfd < 0)
		die("pidfd_open");
}

static void take_text(int *fd, char *text)
{
	ssize_t size = pread(*fd, text, ANSWER_SIZE - 1, 0);

	if (size < 0)
		die("read what a command has said");
	text[size] = '\0';
	(void)close(*fd);
	*fd = -1;
}

bool command_end(const struct runtime *runtime, struct command *command)
{
	struct pollfd entry = { .fd = command->pidfd, .events = POLLIN };
	int ready, status;

	do
		ready = poll(&entry, 1, runtime->deadline);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		(void)kill(command->pid, SIGKILL);
	if (waitpid(command->pid, &status, 0) != command->pid)
		die("wait for a command");
	(void)close(command->pidfd);
	take_text(&command->output, command->texts[0]);
	take_text(&command->error, command->texts[1]);
	command->result = (struct result){
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
		.output = command->texts[0],
		.error = command->texts[1],
	};
	return ready > 0;
}
