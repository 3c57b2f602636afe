/*
 * The crash harness: caisson is run again and again, each time with one system call of one of its
 * processes turned into a death or an error, and what comes of it is judged.
 *
 * One file, one job: scenarios.c which commands; trace.c runs one and strikes; inject.c changes a
 * call; calls.c which calls are left out; command.c runs what is not traced; left.c what is left;
 * limits.c what has become of limits; ends.c is who gets terminals and is told of readiness;
 * judge.c is one case; cases.c all of them; workers.c does them; report.c counts and tells.
 * tests/attack uses some of it.
 *
 * Nothing here returns an error: the harness ends by err(3) where it can't go on itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/crash/trace.h"

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

#define ARGUMENTS_MAX 10
#define STEPS_MAX 2

/* Words of a command line behind "caisson --root ROOT"; ID, PIDFILE, CONSOLE and RESOURCES are
 * filled in. */
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
	bool typed;                      /* stdin is a terminal, whose modes are put back */
	bool console;                    /* success brings a terminal to CONSOLE */
	bool notify;                     /* there is a NOTIFY_SOCKET, which success tells */
	bool limits;                     /* success changes limits, and an error none */
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

/* ---- cases and what comes of them ----------------------------------------------------------- */

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

struct worker;
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
