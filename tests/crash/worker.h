/* Where cases are run one by one (judge.c), and what is left there (left.c). */
#pragma once

#include "tests/crash/crash.h"

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

/* Sets the number to that of the call that was struck. */
enum verdict judge(struct worker *worker, struct test_case *test);
/* The calls of a scenario's processes, when nothing is struck. */
void judge_count(struct worker *worker, size_t scenario, struct calls calls[PROCESSES_MAX]);
