/*
 * A process that is about to execute a program, stopped when it has: ptrace(2).  It is seized, not
 * attached to, so that nothing stops it before, no signal is made for it, and it can't tell.  The
 * end of the tracer lets it go.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* From here on its next execve(2) stops it.  A failure names what may have forbidden it. */
int trace_seize(pid_t pid);

/*
 * Looks what has become of it, without waiting: signals that came for it meanwhile are passed on.
 * *ret_executed: it has executed a program, and stands before the first instruction.  *ret_ended:
 * it is a zombie, which nobody has reaped.
 */
int trace_look(pid_t pid, bool *ret_executed, bool *ret_ended);

/* Lets it run, untraced, where it is stopped as above; or was, and has been killed since. */
int trace_release(pid_t pid);
