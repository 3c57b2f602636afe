/*
 * The race stepper: a container is started again and again, each time with the tree of an attacker
 * changed before one of the calls that take a path; and then the host is looked at.
 *
 * One file, one job: scenarios.c which commands; paths.c which calls take paths; volume.c the tree
 * that is attacked; swap.c what is done to it; canary.c what is the host's; witness.c what is
 * looked at in each call; judge.c is one case; cases.c all of them; report.c counts and tells;
 * main.c is the command line.  Running commands under ptrace(2), and cleaning up behind them, is
 * tests/crash's.
 *
 * Nothing here returns an error: the harness ends by err(3) where it can't go on itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/attack/attacker.h"
#include "tests/crash/worker.h"

/* ---- options --------------------------------------------------------------------------- */

/* What the tracer does to the runtime, so that it is as careless as it must not be. */
enum fault {
	FAULT_NONE,
	FAULT_FOLLOW, /* openat2(2) looks paths up from the host's root */
	FAULT_WALK,   /* openat(2) follows symlinks, which the careful walk relies on not to be */
	FAULT_HANG,   /* opening a fifo waits for its other end */
};

struct attack_options {
	const char *runtime;   /* the program under test, absolute */
	const char *launcher;  /* executes it, with calls taken away; or NULL */
	const char *denied;    /* the launcher's option: which calls, and how */
	const char *directory; /* holds "bundle-N" for each worker */
	const char *scenario;  /* one alone, or NULL */
	const char *swap;      /* one way alone, or NULL */
	const char *only;      /* one case alone, or NULL */
	int workers;
	unsigned long every, seed;
	double deadline; /* seconds for the command */
	enum fault fault;
	bool foreign; /* not caisson: what it does is told, not judged */
	bool verbose;
};

extern struct attack_options attack;

/* ---- scenarios.c ------------------------------------------------------------------------- */

struct attack_scenario {
	const char *name;
	const char *bundle;    /* its directory in that of the worker */
	command_words before;  /* how the container comes to be, or nothing */
	command_words command; /* ID is filled in */
	command_words after;   /* what makes the program run, where that does not */
	bool terminal;         /* stdin is one */
	bool attach;           /* init is traced as well */
	bool own;              /* with words that only caisson knows */
	bool mapped;           /* in a user namespace, who owns the volume */
	const char *roles[3];
};

extern const struct attack_scenario attack_scenarios[];
extern const size_t attack_scenario_count;

/* ---- paths.c ------------------------------------------------------------------------------ */

/* The first path that the call looks up, or "": it takes none, or only an empty one. */
const char *path_of_call(const struct call *call, char path[ROOM]);

/* ---- cases and what comes of them ----------------------------------------------------------- */

enum outcome {
	OUTCOME_STARTED, /* and the program has found all as it must be */
	OUTCOME_REFUSED, /* with an error */
	OUTCOME_MISSED,  /* the call was not made this time */
	OUTCOME_TOUCHED, /* the host has changed, or is seen or mounted on */
	OUTCOME_HUNG,
	OUTCOME_WRONG, /* anything else: a signal, a failure without words, something left */
	OUTCOMES
};

struct attack_case {
	size_t scenario;
	size_t process;
	unsigned long call;
	int number; /* as it was when they were counted */
	enum swap swap;
	enum group group;
};

struct attack_cases {
	struct attack_case *items;
	size_t count, room;
};

/* cases.c */
void attack_cases_make(struct attacker *attacker, struct attack_cases *cases);
/* judge.c */
/* The paths of a scenario's processes, when nothing is attacked; false where others can't do it. */
bool attack_count(struct attacker *attacker, size_t scenario, struct calls calls[PROCESSES_MAX]);
enum outcome attack_judge(struct attacker *attacker, const struct attack_case *test);
/* report.c */
void attack_case_name(const struct attack_case *test, char text[128]);
const char *attack_role(const struct attack_scenario *scenario, size_t process);
void attack_share(void);
void attack_tell(const struct attack_case *test, enum outcome outcome,
	const struct witness *witness, const char *words);
int attack_table(const struct attack_cases *cases);
