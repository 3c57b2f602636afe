/* Running a command: traced and struck (trace.c, inject.c, calls.c), or left alone (command.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESSES_MAX 24
#define THREADS_MAX 256 /* of all processes */

/* ---- trace.c ----------------------------------------------------------------------------- */

enum strike { STRIKE_NONE, STRIKE_KILL, STRIKE_FAIL, STRIKE_VISIT };

struct aim {
	enum strike strike;
	size_t process;     /* 0 the command, 1 the next one that was made, ... */
	unsigned long call; /* of that process, from 1 on */
	int error;
};

/* The numbers of the calls that a process made. */
struct calls {
	int *numbers;
	size_t count, room;
};

struct traced {
	int status; /* of the command, see wait(2) */
	bool hung, hit;
	int number;          /* of the call that was hit */
	struct calls *calls; /* PROCESSES_MAX of them, or NULL: not wanted */
};

struct call {
	pid_t pid;
	int number;
	unsigned long arguments[6];
};

/* Who looks at calls, and does something of his own when one is struck (STRIKE_VISIT). */
struct visitor {
	void *context;
	/* At the entry of each call: whether it counts. */
	bool (*look)(void *context, const struct call *call);
	/* At the entry of the call that was aimed at, and when it has been made. */
	void (*before)(void *context, const struct call *call);
	void (*after)(void *context);
	/* It has executed a program, which is none that is to be looked at. */
	bool (*is_foreign)(void *context, pid_t pid);
};

struct command {
	char **argv;
	int input;                     /* its stdin, or -1: /dev/null */
	int output;                    /* its stdout and stderr */
	pid_t attached;                /* a process that is traced as number 1, or 0 */
	double deadline;               /* seconds, until it is killed */
	const struct visitor *visitor; /* or NULL */
};

/*
 * Runs the command, and returns when it has ended and the aim was hit, or can't be hit any more. Of
 * other processes calls count until they execute a program; with a visitor, of all until he says
 * that it is a foreign one, and nothing is waited for after the command's end.
 */
void trace(const struct command *command, const struct aim *aim, struct traced *traced);

/*
 * One that was born when its maker was killed is traced, and stopped, without our knowing of it.
 * Whoever waits for children calls this: true where that was it.
 */
bool trace_let_go(pid_t pid, int status);

/* ---- inject.c ---------------------------------------------------------------------------- */

/* At the entry of a call: it will not be made.  At its exit: what it returns. */
void inject_skip(pid_t pid);
void inject_result(pid_t pid, long value);
/* At the entry of a call: its argument, from 0 on. */
void inject_argument(pid_t pid, int index, unsigned long value);

/* ---- calls.c ----------------------------------------------------------------------------- */

const char *call_name(int number);
/* An error of it means nothing: it has no result, or the C library ends the process. */
bool call_cannot_fail(int number);
/* The kernel does it whatever it returns. */
bool call_is_done_anyway(int number);

/* ---- command.c --------------------------------------------------------------------------- */

struct answer {
	int status; /* see wait(2) */
	bool late;
	double seconds;
};

/* Collects orphans that end meanwhile; kills the command when it takes longer than limit. */
struct answer command_run(char **argv, int output, double limit);
double seconds_now(void);
/* Has SIGALRM interrupt calls from then on, again and again; 0: not any more. */
void alarm_after(double seconds);
/* All that was written to output. */
const char *output_read(int output);
/* And empties it: what somebody writes at this very moment is lost. */
const char *output_take(int output);
