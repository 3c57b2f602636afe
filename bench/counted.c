/*
 * Runs a program with its system calls counted, by the kernel's tracepoint and so without a tracer
 * between, and looks at its memory as it ends.
 */
#include "bench/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The number of the tracepoint of all system calls; 0 where there is none. */
static uint64_t tracepoint(void)
{
	static const char *const files[] = { "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
		"/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id" };
	char text[32] = "";

	for (size_t i = 0; i < 2 && !*text; i++) {
		int fd = open(files[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
			*text = '\0';
		if (fd >= 0)
			close(fd);
	}
	return strtoull(text, NULL, 10);
}

/* A counter that starts when pid executes, for it and all its children; -1 where that can't be. */
static int counter_open(pid_t pid)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tracepoint(),
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = 1 };

	if (attr.config == 0)
		return -1;
	return (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static double peak_of(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return (double)kib;
}

/* Lets a seized process run to its end, and looks at its memory just before. */
static int follow(pid_t pid, double *peak)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, __WALL) != pid)
			die("wait for a counted run");
		if (!WIFSTOPPED(status))
			return status;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			*peak = peak_of(pid);
			ptrace(PTRACE_CONT, pid, 0, 0);
		} else if (status >> 16 == PTRACE_EVENT_STOP) {
			ptrace(PTRACE_CONT, pid, 0, 0);
		} else {
			ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status));
		}
	}
}

int counted_run(char *const *argv, int words, struct counts *ret)
{
	int gate[2], counter, status;
	uint64_t calls = 0;
	char go = 0;
	pid_t pid;

	if (pipe2(gate, O_CLOEXEC) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &go, 1) != 1)
			_exit(127);
		execute(argv, words);
	}
	close(gate[0]);
	counter = counter_open(pid);
	ret->peak_kib = 0;
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT) < 0)
		die("seize");
	if (write(gate[1], &go, 1) != 1)
		die("write");
	close(gate[1]);
	status = follow(pid, &ret->peak_kib);
	ret->calls = counter >= 0 && read(counter, &calls, sizeof(calls)) == sizeof(calls)
			     ? (double)calls
			     : -1;
	if (counter >= 0)
		close(counter);
	return status;
}
