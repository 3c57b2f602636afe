/* Running a command and striking at one call of one of its processes, by ptrace(2). */
#include "tests/crash/trace.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h> /* after sys/ptrace.h, whose names it shares */

/* How long calls are waited for that come after the command's end: seconds. */
#define LINGER 0.3

struct process {
	size_t role;         /* 0 the command, 1 the next one that was made, ... */
	unsigned long calls; /* of all its threads */
};

struct thread {
	pid_t pid, group;
	struct process *process;
	bool begun;  /* of the command: it has executed */
	bool gone;   /* ended, or another program by now */
	bool struck; /* at the entry of the call, which is to fail or was visited */
};

struct tracer {
	const struct aim *aim;
	const struct command *command;
	struct traced *traced;
	struct process processes[PROCESSES_MAX];
	size_t process_count;
	struct thread threads[THREADS_MAX];
	size_t thread_count;
	double end;
	bool command_ended;
};

static struct thread *thread_find(struct tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->thread_count; i++) {
		if (tracer->threads[i].pid == pid)
			return &tracer->threads[i];
	}
	return NULL;
}

/* The process that a thread is of; its own number where that can't be told. */
static pid_t thread_group(pid_t pid)
{
	char path[64], line[128];
	pid_t group = pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Tgid: %d", &group) == 1)
			break;
	}
	if (file)
		(void)fclose(file);
	return group;
}

static struct process *process_of(struct tracer *tracer, pid_t group)
{
	for (size_t i = 0; i < tracer->thread_count; i++) {
		if (tracer->threads[i].group == group)
			return tracer->threads[i].process;
	}
	if (tracer->process_count == PROCESSES_MAX)
		errx(2, "more than %d processes", PROCESSES_MAX);
	struct process *process = &tracer->processes[tracer->process_count];
	*process = (struct process){ .role = tracer->process_count++ };
	return process;
}

static struct thread *thread_add(struct tracer *tracer, pid_t pid)
{
	pid_t group = thread_group(pid);

	if (tracer->thread_count == THREADS_MAX)
		errx(2, "more than %d threads", THREADS_MAX);
	struct process *process = process_of(tracer, group);
	struct thread *thread = &tracer->threads[tracer->thread_count++];
	*thread = (struct thread){
		.pid = pid,
		.group = group,
		.process = process,
		.begun = tracer->thread_count > 1,
	};
	return thread;
}

static bool is_target(const struct tracer *tracer, const struct thread *thread)
{
	return tracer->aim->strike != STRIKE_NONE && thread->process->role == tracer->aim->process;
}

/* Only calls that are counted stop a process: each stop costs a switch to us and back. */
static void go_on(const struct tracer *tracer, const struct thread *thread, int signal)
{
	bool calls = tracer->traced->calls || tracer->command->visitor ||
		     (is_target(tracer, thread) && (!tracer->traced->hit || thread->struck));

	/* It may have been killed meanwhile. */
	(void)ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, thread->pid, NULL, signal);
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

static void strike(struct tracer *tracer, struct thread *thread, const struct call *call)
{
	const struct aim *aim = tracer->aim;
	const struct visitor *visitor = tracer->command->visitor;

	/* Another call than when they were counted: the families' turns may be others. */
	if (aim->strike == STRIKE_FAIL && call_cannot_fail(call->number))
		return;
	tracer->traced->hit = true;
	tracer->traced->number = call->number;
	if (aim->strike == STRIKE_KILL) {
		/* At the entry of a call a process that is killed does not make it. */
		(void)kill(thread->pid, SIGKILL);
		return;
	}
	thread->struck = true;
	if (aim->strike == STRIKE_VISIT)
		visitor->before(visitor->context, call);
	else if (!call_is_done_anyway(call->number))
		inject_skip(thread->pid);
}

static void call_entered(struct tracer *tracer, struct thread *thread, const struct call *call)
{
	const struct visitor *visitor = tracer->command->visitor;
	struct traced *traced = tracer->traced;

	if (visitor && !visitor->look(visitor->context, call))
		return;
	thread->process->calls++;
	if (traced->calls)
		calls_add(&traced->calls[thread->process->role], call->number);
	if (is_target(tracer, thread) && !traced->hit &&
		thread->process->calls == tracer->aim->call)
		strike(tracer, thread, call);
}

static void call_left(struct tracer *tracer, struct thread *thread)
{
	const struct visitor *visitor = tracer->command->visitor;

	if (tracer->aim->strike == STRIKE_VISIT)
		visitor->after(visitor->context);
	else
		inject_result(thread->pid, -tracer->aim->error);
	thread->struck = false;
}

static void call_stopped(struct tracer *tracer, struct thread *thread)
{
	struct ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && thread->begun) {
		struct call call = { .pid = thread->pid, .number = (int)info.entry.nr };

		for (size_t i = 0; i < 6; i++)
			call.arguments[i] = (unsigned long)info.entry.args[i];
		call_entered(tracer, thread, &call);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread->struck) {
		call_left(tracer, thread);
	}
}

/* Whether what a process has become by execve(2) is nobody that we have to do with. */
static bool is_foreign(const struct tracer *tracer, const struct thread *thread)
{
	const struct visitor *visitor = tracer->command->visitor;

	return visitor ? visitor->is_foreign(visitor->context, thread->pid)
		       : thread->process->role != 0;
}

static void thread_stopped(struct tracer *tracer, struct thread *thread, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		call_stopped(tracer, thread);
		signal = 0;
	} else if (event == PTRACE_EVENT_EXEC && is_foreign(tracer, thread)) {
		thread->gone = true;
		(void)ptrace(PTRACE_DETACH, thread->pid, NULL, 0);
		return;
	} else if (event == PTRACE_EVENT_EXEC) {
		thread->begun = true;
		signal = 0;
	} else if (event != 0) {
		signal = 0;
	}
	go_on(tracer, thread, signal);
}

/* Whether something is still to be waited for. */
static bool is_over(const struct tracer *tracer)
{
	const struct aim *aim = tracer->aim;
	bool all_gone = true;

	if (!tracer->command_ended)
		return false;
	if (tracer->command->visitor || seconds_now() >= tracer->end)
		return true;
	if (tracer->traced->calls)
		return false;
	if (aim->strike == STRIKE_NONE || aim->process >= tracer->process_count)
		return true;
	/* One that is to go on with an error is still at the entry of its call. */
	for (size_t i = 0; i < tracer->thread_count; i++) {
		const struct thread *thread = &tracer->threads[i];

		if (!is_target(tracer, thread) || thread->gone)
			continue;
		all_gone = false;
		if (thread->struck)
			return false;
	}
	return all_gone || tracer->traced->hit;
}

static void kill_all(struct tracer *tracer)
{
	tracer->traced->hung = true;
	for (size_t i = 0; i < tracer->thread_count; i++) {
		if (!tracer->threads[i].gone)
			(void)kill(tracer->threads[i].pid, SIGKILL);
	}
}

static void take_event(struct tracer *tracer)
{
	int status;
	pid_t pid = waitpid(-1, &status, __WALL);
	struct thread *thread = pid > 0 ? thread_find(tracer, pid) : NULL;

	if (pid < 0 && errno == EINTR && !tracer->command_ended && seconds_now() >= tracer->end)
		kill_all(tracer);
	if (pid < 0 && errno == ECHILD)
		tracer->end = 0;
	if (pid < 0)
		return;
	if (WIFSTOPPED(status)) {
		thread_stopped(tracer, thread ? thread : thread_add(tracer, pid), status);
		return;
	}
	/* An orphan that was collected is nobody's concern. */
	if (!thread)
		return;
	thread->gone = true;
	if (thread == tracer->threads) {
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
	double end = seconds_now() + tracer->command->deadline;
	size_t left = 0;

	for (size_t i = 0; i < tracer->thread_count; i++) {
		struct thread *thread = &tracer->threads[i];

		if (!thread->gone && ptrace(PTRACE_INTERRUPT, thread->pid, NULL, NULL) < 0)
			thread->gone = true;
		left += !thread->gone;
	}
	alarm_after(tracer->command->deadline);
	while (left > 0) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);
		struct thread *thread = pid > 0 ? thread_find(tracer, pid) : NULL;

		if (pid < 0 && errno != EINTR)
			break;
		if (pid < 0 && seconds_now() >= end)
			errx(2, "processes do not stop");
		if (pid > 0)
			(void)trace_let_go(pid, status);
		if (thread && !thread->gone) {
			thread->gone = true;
			left--;
		}
	}
	alarm_after(0);
}

void trace(const struct command *command, const struct aim *aim, struct traced *traced)
{
	struct tracer tracer = {
		.aim = aim,
		.command = command,
		.traced = traced,
		.end = seconds_now() + command->deadline,
	};
	int gate;
	pid_t pid = start(command, &gate);

	traced->hit = traced->hung = false;
	alarm_after(command->deadline);
	seize(pid);
	(void)thread_add(&tracer, pid);
	if (command->attached > 0) {
		seize(command->attached);
		go_on(&tracer, thread_add(&tracer, command->attached), 0);
	}
	go_on(&tracer, &tracer.threads[0], 0);
	(void)close(gate);
	while (!is_over(&tracer))
		take_event(&tracer);
	alarm_after(0);
	release(&tracer);
}
