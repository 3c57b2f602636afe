#pragma once
/* What bench/measure's parts share: a tool, and how it is started. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TOOLS_MAX 8
#define COMMANDS_MAX 4

enum figure { WALL, CPU, USER, SYSTEM, FAULTS, SWITCHES, CALLS, PEAK_RSS, FIGURES };

struct tool {
	const char *name;
	char **commands[COMMANDS_MAX]; /* each ends with NULL; done one after the other */
	size_t command_count;
	double *samples[FIGURES]; /* one of each round; sorted at the end */
	size_t counts[FIGURES];
	unsigned int runs;
	bool failed;
	char words[160]; /* what a failed one said */
};

/* measure.c */
_Noreturn void die(const char *what);
/* The child: executes a command, its error output going to words. */
_Noreturn void execute(char *const *argv, int words);

/* counted.c */
struct counts {
	double calls; /* system calls of the program and all that it starts; < 0: not countable */
	double peak_kib; /* the largest resident set of the process itself */
};

/*
 * Starts the command with a counter and waits for it; its exit status as wait gives it.  What is
 * counted costs time: such a run's time is worth nothing.
 */
int counted_run(char *const *argv, int words, struct counts *ret);
