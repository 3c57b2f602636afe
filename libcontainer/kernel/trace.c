#include "libcontainer/kernel/trace.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "libcontainer/base/error.h"

int trace_seize(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(uintptr_t)PTRACE_O_TRACEEXEC) == 0)
		return 0;
	return fail(errno,
		"trace process %d (it may have a tracer already; else Yama's ptrace_scope, a "
		"seccomp "
		"filter around us, or a missing CAP_SYS_PTRACE forbid it)",
		pid);
}

/* What it stopped for, as wait(2) has it: __WALL, as it need not be a child of ours. */
static int resume(pid_t pid, int status, bool *ret_executed)
{
	int event = status >> 16, signal = WSTOPSIG(status);
	intptr_t data = event == 0 ? signal : 0;

	*ret_executed = event == PTRACE_EVENT_EXEC;
	if (*ret_executed)
		return 0;
	/* Stopped for good until a SIGCONT: as if nobody looked. */
	bool stopped = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
	if (ptrace(stopped ? PTRACE_LISTEN : PTRACE_CONT, pid, NULL, (void *)data) < 0 &&
		errno != ESRCH)
		return fail(errno, "let process %d go on", pid);
	return 0;
}

int trace_look(pid_t pid, bool *ret_executed, bool *ret_ended)
{
	siginfo_t facts = { 0 };
	int status;

	*ret_executed = *ret_ended = false;
	/* Its end is left for whoever reaps it. */
	if (waitid(P_PID, (id_t)pid, &facts, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) < 0)
		return fail(errno, "wait for process %d", pid);
	if (facts.si_pid == 0)
		return 0;
	if (facts.si_code != CLD_TRAPPED && facts.si_code != CLD_STOPPED) {
		*ret_ended = true;
		return 0;
	}
	if (waitpid(pid, &status, WNOHANG | __WALL) != pid || !WIFSTOPPED(status))
		return 0;
	return resume(pid, status, ret_executed);
}

int trace_release(pid_t pid)
{
	if (ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0 && errno != ESRCH)
		return fail(errno, "let process %d run", pid);
	return 0;
}
