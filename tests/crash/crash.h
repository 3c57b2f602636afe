/*
 * The crash harness: caisson is run again and again, each time with one system call of one of its
 * processes turned into a death or an error, and what comes of it is judged.
 *
 * One file, one job: scenarios.c which commands; trace.c runs one and strikes; inject.c changes a
 * call; calls.c which calls are left out; command.c runs what is not traced; left.c what is left;
 * judge.c is one case; cases.c all of them; report.c counts and tells.
 *
 * Nothing here returns an error: the harness ends by err(3) where it can't go on itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* ---- options --------------------------------------------------------------------------- */

struct options {
	const char *caisson;   /* the program under test, absolute */
	const char *directory; /* holds "bundle-N" for each worker; the rest is made in it */
	const char *verb;      /* one scenario alone, or NULL */
	const char *only;      /* one case alone, or NULL */
	int workers;
	unsigned long every, seed;
	double answer;   /* seconds for state, list and delete */
	double deadline; /* seconds for the command itself */
	bool kills, errors, verbose;
};

extern struct options options;

/* ---- scenarios.c ------------------------------------------------------------------------- */

#define PROCESSES_MAX 24
#define ARGUMENTS_MAX 8
#define STEPS_MAX 2

/* Words of a command line behind "caisson --root ROOT"; ID, PIDFILE, CONFIG are filled in. */
typedef const char *const command_words[ARGUMENTS_MAX];

enum after {
	AFTER_CONTAINER, /* success leaves a container */
	AFTER_NOTHING,   /* success leaves nothing */
};

struct scenario {
	const char *name, *config;
	command_words before[STEPS_MAX]; /* how the container comes into the state that is wanted */
	bool end_init;                   /* then init is killed */
	bool attach;                     /* init is traced as well */
	command_words command;
	enum after after;
	const char *reached;  /* the status after success, or NULL: any */
	const char *kept;     /* the status after an error, or NULL: any */
	const char *says;     /* what a success prints, or NULL: anything */
	bool refused;         /* it never succeeds */
	const char *roles[3]; /* names of the processes, in the order in which they are made */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* ---- trace.c ----------------------------------------------------------------------------- */

enum strike { STRIKE_NONE, STRIKE_KILL, STRIKE_FAIL };

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

/*
 * Runs argv with stdout and stderr in output, and returns when it has ended and the aim was hit, or
 * can't be hit any more.  Of other processes calls count until they execute a program.  attached: a
 * process that is traced as number 1, or 0.
 */
void trace(char **argv, int output, pid_t attached, const struct aim *aim, struct traced *traced);

/*
 * One that was born when its maker was killed is traced, and stopped, without our knowing of it.
 * Whoever waits for children calls this: true where that was it.
 */
bool trace_let_go(pid_t pid, int status);

/* ---- inject.c ---------------------------------------------------------------------------- */

/* At the entry of a call: it will not be made.  At its exit: what it returns. */
void inject_skip(pid_t pid);
void inject_result(pid_t pid, long value);

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
/* All that was written to output, which is emptied. */
const char *output_take(int output);

/* ---- worker: where cases are run --------------------------------------------------------- */

#define ROOM 4096
#define PATHS_MAX 16

struct worker {
	int number, output;
	char id[64], root[ROOM], bundle[ROOM], pid_file[ROOM];
	char cgroups[PATHS_MAX][ROOM]; /* of the container */
	size_t cgroup_count;
	char *mounts; /* the mount table before */
};

/* ---- left.c ------------------------------------------------------------------------------ */

#define LEFT_MAX 2048

void left_prepare(struct worker *worker);
/* Live processes below us but this one; what is dead is collected. */
size_t left_processes(pid_t but, pid_t *pids, size_t room);
/*
 * Describes what there is of the container, a line for each thing; "" is nothing.  Processes get a
 * moment to end.  A container that may live is its init and its state.
 */
void left_find(struct worker *worker, pid_t but, bool state_may_stay, char text[LEFT_MAX]);
/* Whatever caisson thinks of it: so that the next case begins as this one did. */
void left_remove(struct worker *worker);

/* ---- judge.c ----------------------------------------------------------------------------- */

enum verdict {
	VERDICT_SUCCESS, /* of the command, or it was killed and could be cleaned up */
	VERDICT_CLEAN,   /* an error, and nothing is left */
	VERDICT_REMOVED, /* what is left was named, and delete --force removed it */
	VERDICT_MISSED,  /* the call was not made this time */
	VERDICT_FAILURE,
	VERDICTS
};

struct test_case {
	size_t scenario;
	struct aim aim;
	int number; /* of the call, as it was when they were counted */
};

/* Sets the number to that of the call that was struck. */
enum verdict judge(struct worker *worker, struct test_case *test);
/* The calls of a scenario's processes, when nothing is struck. */
void judge_count(struct worker *worker, size_t scenario, struct calls calls[PROCESSES_MAX]);

/* ---- cases.c ------------------------------------------------------------------------------ */

struct test_cases {
	struct test_case *items;
	size_t count, room, left_out;
};

extern const struct error_choice {
	const char *name;
	int error;
} error_choices[];
extern const size_t error_choice_count;

void cases_make(struct worker *worker, struct test_cases *cases);
const char *role_name(const struct scenario *scenario, size_t process);

/* ---- report.c ----------------------------------------------------------------------------- */

/* "verb:kill:role:call" or "verb:error:role:call:ERRNO", see --case. */
void case_name(const struct test_case *test, char text[128]);
void report_failure(const struct test_case *test, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void report_details(const struct test_case *test, enum verdict verdict, const char *output);
void report_verdict(const struct test_case *test, enum verdict verdict);
void report_share(void); /* before workers are forked */
/* The table; 0 or 1, the exit status. */
int report_table(const struct test_cases *cases);
