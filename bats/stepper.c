/*
 * stepper - run a command and kill one of its processes at one of its system calls.
 *
 * usage: stepper PROCESS CALL REPORT COMMAND [ARGUMENT...]
 *
 * PROCESS is 1 for the command itself, 2 for the process that was made first, and so on; CALL is
 * the number of the call, from 1 on, that is not made any more.  Only calls before a process's
 * first execve after its birth count, as what follows is another program; of the command, all
 * count. REPORT is a file that gets "killed" or "not reached".  The exit status is the command's,
 * or 128 and the number of the signal that ended it; it is not waited for others.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h> /* after sys/ptrace.h, whose names it shares */

#define PROCESSES 64
#define FAILED 125

static struct process {
	pid_t pid;
	bool executed; /* another program by now */
	unsigned long calls;
} processes[PROCESSES];

static size_t process_count;

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "stepper: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

static struct process *process_find(pid_t pid)
{
	for (size_t i = 0; i < process_count; i++) {
		if (processes[i].pid == pid)
			return &processes[i];
	}
	if (process_count == PROCESSES) {
		errno = E2BIG;
		die("processes");
	}
	processes[process_count] = (struct process){ .pid = pid };
	return &processes[process_count++];
}

#define TRACED \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
		PTRACE_O_TRACEEXEC)

/*
 * Seized, not attached: processes that it makes are not sent a SIGSTOP then, which would stop for
 * good whom it reaches when we have gone.
 */
static void command_start(char **command)
{
	int gate[2], status;
	char byte;

	if (pipe(gate) < 0)
		die("pipe");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)close(gate[1]);
		if (read(gate[0], &byte, 1) < 0)
			die("wait to be traced");
		(void)close(gate[0]);
		(void)execvp(command[0], command);
		die(command[0]);
	}
	(void)close(gate[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, TRACED) < 0 ||
		ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		die("trace");
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		die("wait for the command");
	(void)process_find(pid);
	if (ptrace(PTRACE_SYSCALL, pid, NULL, 0) < 0)
		die("go on");
	(void)close(gate[1]);
}

static bool is_entry(pid_t pid)
{
	struct ptrace_syscall_info info;

	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* What a stop was for; returns the signal to be passed on. */
static int process_stopped(struct process *process, int status)
{
	int stop = WSTOPSIG(status);

	if (stop == (SIGTRAP | 0x80)) {
		if (is_entry(process->pid))
			process->calls++;
		return 0;
	}
	if (status >> 16 == PTRACE_EVENT_EXEC && process != processes)
		process->executed = true;
	if (status >> 16 != 0)
		return 0;
	return stop;
}

/* Returns when the command has ended. */
static int step(size_t victim, unsigned long call, bool *ret_killed)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);
		struct process *process;

		if (pid < 0)
			die("wait");
		process = process_find(pid);
		if (!WIFSTOPPED(status)) {
			if (process == processes)
				return status;
			continue;
		}
		int number = process_stopped(process, status);
		bool is_victim = (size_t)(process - processes) + 1 == victim;
		if (is_victim && !process->executed && process->calls == call && !*ret_killed) {
			*ret_killed = true;
			if (kill(pid, SIGKILL) < 0)
				die("kill");
			continue;
		}
		/* It may have been killed meanwhile. */
		(void)ptrace(PTRACE_SYSCALL, pid, NULL, number);
	}
}

int main(int argc, char **argv)
{
	bool killed = false;

	if (argc < 5) {
		(void)fprintf(stderr, "usage: stepper PROCESS CALL REPORT COMMAND [ARGUMENT...]\n");
		return FAILED;
	}
	command_start(argv + 4);
	int status = step(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), &killed);
	FILE *report = fopen(argv[3], "w");
	if (!report || fputs(killed ? "killed\n" : "not reached\n", report) < 0 ||
		fclose(report) != 0)
		die(argv[3]);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
