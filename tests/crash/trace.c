/* Running a command and striking at one call of one of its processes, by ptrace(2). */
#include "tests/crash/crash.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h> /* after sys/ptrace.h, whose names it shares */

/* How long calls are waited for that come after the command's end: seconds. */
#define LINGER 0.3

struct process {
	pid_t pid;
	bool begun;  /* of the command: it has executed */
	bool gone;   /* ended, or another program by now */
	bool struck; /* at the entry of the call, which is to fail */
	unsigned long calls;
};

struct tracer {
	const struct aim *aim;
	struct traced *traced;
	struct process processes[PROCESSES_MAX];
	size_t count;
	double end;
	bool command_ended;
};

static struct process *process_find(struct tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->count; i++) {
		if (tracer->processes[i].pid == pid)
			return &tracer->processes[i];
	}
	return NULL;
}

static struct process *process_add(struct tracer *tracer, pid_t pid)
{
	if (tracer->count == PROCESSES_MAX)
		errx(2, "more than %d processes", PROCESSES_MAX);
	struct process *process = &tracer->processes[tracer->count++];
	*process = (struct process){ .pid = pid, .begun = tracer->count > 1 };
	return process;
}

static bool is_target(const struct tracer *tracer, const struct process *process)
{
	return tracer->aim->strike != STRIKE_NONE &&
	       process == &tracer->processes[tracer->aim->process];
}

/* Only calls that are counted stop a process: each stop costs a switch to us and back. */
static void go_on(const struct tracer *tracer, const struct process *process, int signal)
{
	bool calls = tracer->traced->calls ||
		     (is_target(tracer, process) && (!tracer->traced->hit || process->struck));

	/* It may have been killed meanwhile. */
	(void)ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, process->pid, NULL, signal);
}

/*
 * Seized, not attached: processes that it makes are not sent a SIGSTOP then.  EXITKILL: nothing
 * stays stopped when we are killed.
 */
static void seize(pid_t pid)
{
	int status;
	const long flags = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
			   PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

	if (ptrace(PTRACE_SEIZE, pid, NULL, flags) < 0 ||
		ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		err(2, "trace process %d", pid);
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		errx(2, "process %d does not stop", pid);
}

/* The gate keeps it from executing before it is traced. */
static pid_t start(const struct command *command, int *ret_gate)
{
	int gate[2];
	char byte;

	if (pipe2(gate, O_CLOEXEC) < 0)
		err(2, "pipe");
	pid_t pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (pid == 0) {
		(void)close(gate[1]);
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		(void)dup2(command->input < 0 ? null : command->input, STDIN_FILENO);
		(void)dup2(command->output, STDOUT_FILENO);
		(void)dup2(command->output, STDERR_FILENO);
		if (read(gate[0], &byte, 1) < 0)
			_exit(125);
		(void)execv(command->argv[0], command->argv);
		_exit(125);
	}
	(void)close(gate[0]);
	*ret_gate = gate[1];
	return pid;
}

static void calls_add(struct calls *calls, int number)
{
	if (calls->count == calls->room) {
		calls->room = calls->room ? 2 * calls->room : 512;
		calls->numbers = realloc(calls->numbers, calls->room * sizeof(int));
		if (!calls->numbers)
			err(2, "list calls");
	}
	calls->numbers[calls->count++] = number;
}

static void call_entered(struct tracer *tracer, struct process *process, int number)
{
	const struct aim *aim = tracer->aim;
	struct traced *traced = tracer->traced;

	process->calls++;
	if (traced->calls)
		calls_add(&traced->calls[process - tracer->processes], number);
	if (!is_target(tracer, process) || traced->hit || process->calls != aim->call)
		return;
	/* Another call than when they were counted: the families' turns may be others. */
	if (aim->strike == STRIKE_FAIL && call_cannot_fail(number))
		return;
	traced->hit = true;
	traced->number = number;
	if (aim->strike == STRIKE_KILL) {
		/* At the entry of a call a process that is killed does not make it. */
		(void)kill(process->pid, SIGKILL);
		return;
	}
	process->struck = true;
	if (!call_is_done_anyway(number))
		inject_skip(process->pid);
}

static void call_stopped(struct tracer *tracer, struct process *process)
{
	struct ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && process->begun)
		call_entered(tracer, process, (int)info.entry.nr);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT && process->struck) {
		inject_result(process->pid, -tracer->aim->error);
		process->struck = false;
	}
}

static void process_stopped(struct tracer *tracer, struct process *process, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		call_stopped(tracer, process);
		signal = 0;
	} else if (event == PTRACE_EVENT_EXEC && process != tracer->processes) {
		process->gone = true;
		(void)ptrace(PTRACE_DETACH, process->pid, NULL, 0);
		return;
	} else if (event == PTRACE_EVENT_EXEC) {
		process->begun = true;
		signal = 0;
	} else if (event != 0) {
		signal = 0;
	}
	go_on(tracer, process, signal);
}

/* Whether something is still to be waited for. */
static bool is_over(const struct tracer *tracer)
{
	const struct aim *aim = tracer->aim;

	if (!tracer->command_ended)
		return false;
	if (seconds_now() >= tracer->end)
		return true;
	if (tracer->traced->calls)
		return false;
	if (aim->strike == STRIKE_NONE || aim->process >= tracer->count)
		return true;
	/* One that is to go on with an error is still at the entry of its call. */
	const struct process *target = &tracer->processes[aim->process];
	return target->gone || (tracer->traced->hit && !target->struck);
}

static void take_event(struct tracer *tracer)
{
	int status;
	pid_t pid = waitpid(-1, &status, __WALL);
	struct process *process = pid > 0 ? process_find(tracer, pid) : NULL;

	if (pid < 0 && errno == EINTR && !tracer->command_ended && seconds_now() >= tracer->end) {
		tracer->traced->hung = true;
		for (size_t i = 0; i < tracer->count; i++) {
			if (!tracer->processes[i].gone)
				(void)kill(tracer->processes[i].pid, SIGKILL);
		}
	}
	if (pid < 0 && errno == ECHILD)
		tracer->end = 0;
	if (pid < 0)
		return;
	if (WIFSTOPPED(status)) {
		process_stopped(tracer, process ? process : process_add(tracer, pid), status);
		return;
	}
	/* An orphan that was collected is nobody's concern. */
	if (!process)
		return;
	process->gone = true;
	if (process == tracer->processes) {
		tracer->traced->status = status;
		tracer->command_ended = true;
		tracer->end = seconds_now() + LINGER;
		alarm_after(LINGER);
	}
}

bool trace_let_go(pid_t pid, int status)
{
	if (!WIFSTOPPED(status))
		return false;
	(void)ptrace(PTRACE_DETACH, pid, NULL,
		status >> 16 || WSTOPSIG(status) & 0x80 ? 0 : WSTOPSIG(status));
	return true;
}

/*
 * Whoever stops, as one that waits for its vfork(2) stops only when the child goes on, of which we
 * may not know yet.
 */
static void release(struct tracer *tracer)
{
	double end = seconds_now() + options.deadline;
	size_t left = 0;

	for (size_t i = 0; i < tracer->count; i++) {
		struct process *process = &tracer->processes[i];

		if (!process->gone && ptrace(PTRACE_INTERRUPT, process->pid, NULL, NULL) < 0)
			process->gone = true;
		left += !process->gone;
	}
	alarm_after(options.deadline);
	while (left > 0) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);
		struct process *process = pid > 0 ? process_find(tracer, pid) : NULL;

		if (pid < 0 && errno != EINTR)
			break;
		if (pid < 0 && seconds_now() >= end)
			errx(2, "processes do not stop");
		if (pid > 0)
			(void)trace_let_go(pid, status);
		if (process && !process->gone) {
			process->gone = true;
			left--;
		}
	}
	alarm_after(0);
}

void trace(const struct command *command, const struct aim *aim, struct traced *traced)
{
	struct tracer tracer = {
		.aim = aim,
		.traced = traced,
		.end = seconds_now() + options.deadline,
	};
	int gate;
	pid_t pid = start(command, &gate);

	traced->hit = traced->hung = false;
	alarm_after(options.deadline);
	seize(pid);
	(void)process_add(&tracer, pid);
	if (command->attached > 0) {
		seize(command->attached);
		(void)process_add(&tracer, command->attached);
		go_on(&tracer, &tracer.processes[1], 0);
	}
	go_on(&tracer, &tracer.processes[0], 0);
	(void)close(gate);
	while (!is_over(&tracer))
		take_event(&tracer);
	alarm_after(0);
	release(&tracer);
}
