/* Where cases are run one by one (judge.c), and what is there before and after. */
#pragma once

#include <termios.h>

#include "tests/crash/crash.h"

/* ---- worker: where cases are run --------------------------------------------------------- */

#define ROOM 4096
#define PATHS_MAX 16
#define TERMINALS_MAX 8

struct worker {
	int number, output;
	char id[64], root[ROOM], bundle[ROOM], pid_file[ROOM];
	char console[ROOM], notify[ROOM], resources[ROOM];
	int console_fd, terminals[TERMINALS_MAX];
	size_t terminal_count;
	int terminal; /* the caller's */
	struct termios modes;
	char cgroups[PATHS_MAX][ROOM]; /* of the container */
	size_t cgroup_count;
	char *mounts; /* the mount table before */
};

/* ---- workers.c --------------------------------------------------------------------------- */

#define WORKERS_MAX 16

/* Its names, all below directory, and its output. */
void worker_prepare(struct worker *worker, const char *directory, const char *name, int number);

/* What each of them does, in a process of its own. */
struct work {
	void (*begin)(int number);
	void (*on)(size_t index); /* of the case */
	void (*end)(void);
};

/* Whether all of them have ended well. */
bool workers_run(int count, size_t cases, const struct work *work);

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
/* Whether the cache of filters has unfinished files, as only who is killed may leave them; empties
 * it, so that the next start fills it again. */
bool left_in_cache(const struct worker *worker);
/* Whatever caisson thinks of it: so that the next case begins as this one did. */
void left_remove(struct worker *worker);

/* ---- ends.c ------------------------------------------------------------------------------ */

/* Listens on both sockets, and makes a terminal; a thread answers as a service manager does. */
void ends_prepare(struct worker *worker);
/* Puts NOTIFY_SOCKET into the environment of what is run, or takes it out. */
void ends_offer(const struct worker *worker, bool notify);
bool ends_told(void); /* since it was offered */
/* How many terminals have come; they stay open until ends_close(), as who has one is hung up then.
 */
size_t ends_terminals(struct worker *worker);
void ends_close(struct worker *worker);

/* Puts the modes of the caller's terminal back; true where they were so already. */
bool ends_restore(const struct worker *worker);

/* ---- limits.c ---------------------------------------------------------------------------- */

/* Keeps what limits are now. */
void limits_take(const struct worker *worker);
/* Those that are not what was taken, or what is in RESOURCES, and are not named in said either, a
 * line each; said may be NULL. */
void limits_compare(
	const struct worker *worker, bool changed, const char *said, char text[LEFT_MAX]);

/* ---- judge.c ----------------------------------------------------------------------------- */

/* Sets the number to that of the call that was struck. */
enum verdict judge(struct worker *worker, struct test_case *test);
/* The calls of a scenario's processes, when nothing is struck. */
void judge_count(struct worker *worker, size_t scenario, struct calls calls[PROCESSES_MAX]);
