/* Commands that are not traced, and their time. */
#include "tests/crash/trace.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void interrupt(int signal)
{
	(void)signal;
}

void alarm_after(double seconds)
{
	struct sigaction action = { .sa_handler = interrupt }; /* without SA_RESTART */
	struct itimerval timer = { 0 };

	/* Again and again: the first may come just before the call that it is meant for. */
	if (seconds > 0) {
		timer.it_value.tv_sec = (time_t)seconds;
		timer.it_value.tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6);
		timer.it_value.tv_usec += timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0;
		timer.it_interval.tv_usec = 20000;
	}
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static pid_t start(char **argv, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	errno = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	if (errno)
		err(2, "%s", argv[0]);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

struct answer command_run(char **argv, int output, double limit)
{
	struct answer answer = { 0 };
	double begin = seconds_now();
	pid_t pid = start(argv, output);

	alarm_after(limit);
	for (;;) {
		int status;
		pid_t ended = waitpid(-1, &status, __WALL);

		if (ended > 0 && trace_let_go(ended, status))
			continue;
		if (ended == pid) {
			answer.status = status;
			break;
		}
		if (ended < 0 && errno == EINTR && seconds_now() - begin >= limit) {
			answer.late = true;
			(void)kill(pid, SIGKILL);
		}
	}
	alarm_after(0);
	answer.seconds = seconds_now() - begin;
	return answer;
}

const char *output_read(int output)
{
	static char text[16384];
	ssize_t size = pread(output, text, sizeof(text) - 1, 0);

	if (size < 0)
		err(2, "read the output");
	text[size] = '\0';
	return text;
}

const char *output_take(int output)
{
	const char *text = output_read(output);

	if (ftruncate(output, 0) < 0)
		err(2, "empty the output");
	return text;
}
