/*
 * model - does with one container what may happen to it, by chance, and compares with the model.
 *
 * usage: model [--seed N] [--steps N] [--deadline SECONDS] [--verbose] CAISSON
 *
 * First every verb in every state, one by one; then, by chance, verbs and two verbs at once.  After
 * each step the machine is looked at: processes, control groups, state directory.  The seed is
 * printed; the same one does the same, but for what the kernel's scheduler decides.
 */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/model/command.h"
#include "tests/model/model.h"
#include "tests/model/world.h"

#define HISTORY 16
#define LINE_SIZE 512
/* How long a state may take to come about, after a signal say: the deadline's part. */
#define SETTLE_INTERVAL 2000 /* microseconds */

struct test {
	struct world world;
	enum model_state state;
	uint64_t seed, random;
	long steps;
	bool verbose;
	unsigned long done, pairs, cells;
	char history[HISTORY][LINE_SIZE];
	size_t history_count;
};

/* ---- chance ----------------------------------------------------------------------------- */

/* Sebastiano Vigna's generator by a counter: any seed will do. */
static uint64_t draw(struct test *test, uint64_t below)
{
	uint64_t z = test->random += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (z ^ z >> 31) % below;
}

/* ---- telling ---------------------------------------------------------------------------- */

static void note(struct test *test, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(struct test *test, const char *format, ...)
{
	char *line = test->history[test->history_count++ % HISTORY];
	va_list values;

	va_start(values, format);
	(void)vsnprintf(line, LINE_SIZE, format, values);
	va_end(values);
	if (test->verbose)
		(void)fprintf(stderr, "%s\n", line);
}

static _Noreturn void failed(struct test *test, const char *wrong)
{
	size_t first = test->history_count > HISTORY ? test->history_count - HISTORY : 0;

	for (size_t i = first; i < test->history_count; i++)
		(void)printf("# %s\n", test->history[i % HISTORY]);
	(void)printf("# %s\n", wrong);
	(void)printf("not ok: step %lu of seed %llu, %s pid namespace\n", test->done,
		(unsigned long long)test->seed, test->world.own ? "own" : "shared");
	(void)fflush(stdout);
	world_remove(&test->world);
	exit(1);
}

/* Who ends the test is not to find a container left: it ends with the step. */
static volatile sig_atomic_t interrupted;
static volatile pid_t told; /* by the nurse */

static void interrupt(int signal)
{
	interrupted = signal;
	if (told > 0)
		(void)kill(told, signal);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_RESTART };

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
}

static void begin_step(struct test *test)
{
	test->done++;
	if (interrupted)
		failed(test, "interrupted");
}

/* ---- doing ------------------------------------------------------------------------------ */

static void fill_arguments(const struct world *world, enum model_verb verb, const char **words)
{
	const char *id = world->id, *bundle = world->bundle;
	/* clang-format off */
	const char *const all[MODEL_VERBS][12] = {
		[CREATE]       = { "create", "--bundle", bundle, id },
		[RUN]          = { "run", "-d", "--bundle", bundle, id },
		[START]        = { "start", id },
		[STATE]        = { "state", id },
		[LIST]         = { "list", "--format", "json" },
		[PS]           = { "ps", "--format", "json", id },
		[PROBE]        = { "kill", id, "0" },
		[TERM]         = { "kill", id },
		[KILL]         = { "kill", id, "KILL" },
		[KILL_ALL]     = { "kill", "--all", id, "KILL" },
		[PAUSE]        = { "pause", id },
		[RESUME]       = { "resume", id },
		[EXEC]         = { "exec", id, "sh", "-c", "exit 7" },
		[EXEC_AWAY]    = { "exec", "-d", id, "sleep", "100000" },
		[DELETE]       = { "delete", id },
		[DELETE_FORCE] = { "delete", "--force", id },
	};
	/* clang-format on */

	memcpy(words, all[verb], sizeof(all[verb]));
}

static bool is_event(enum model_verb verb)
{
	return verb == EXITS || verb == FORKS || verb == IS_KILLED;
}

/* One verb that is under way; an event is over when it has begun. */
static void verb_begin(
	struct test *test, enum model_verb verb, pid_t init, struct command *ret_command)
{
	const char *words[12];

	if (!is_event(verb)) {
		fill_arguments(&test->world, verb, words);
		command_begin(&test->world.runtime, words, ret_command);
		return;
	}
	if (verb == IS_KILLED && init > 0)
		(void)kill(init, SIGKILL);
	else if (verb != IS_KILLED)
		world_tell(&test->world, verb == EXITS ? "exit" : "fork");
	ret_command->result = (struct result){ .output = "", .error = "" };
}

static void verb_end(struct test *test, enum model_verb verb, struct command *command)
{
	bool ended = is_event(verb) || command_end(&test->world.runtime, command);
	const struct result *result = &command->result;
	const char *end = strchr(result->error, '\n');

	note(test, "%s: %d %.*s", model_verb_names[verb], result->status,
		(int)(end ? end - result->error : 0), result->error);
	if (!ended)
		failed(test, "the command hangs");
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the machine is in one of the states, which becomes the test's. */
static void settle(struct test *test, model_states states, int processes)
{
	char wrong[WRONG_SIZE], text[2 * WRONG_SIZE] = "";
	int64_t end = milliseconds() + test->world.runtime.deadline;

	do {
		for (enum model_state state = 0; state < MODEL_STATES; state++) {
			if (!(states & (1U << state)))
				continue;
			if (world_is(&test->world, state, wrong) &&
				world_processes(&test->world) >= processes) {
				test->state = state;
				return;
			}
			(void)snprintf(text, sizeof(text), "expected: %s; %s",
				model_state_names[state], wrong);
		}
		sleep_microseconds(SETTLE_INTERVAL);
	} while (milliseconds() < end);
	failed(test, text);
}

/* A container that was paused before it had children leaves none. */
static model_states settled_states(const struct test *test, enum model_state next)
{
	model_states states = 1U << next;

	if (next == ORPHANS && test->state != RUNNING)
		states |= 1U << STOPPED;
	return states;
}

static void do_one(struct test *test, enum model_verb verb)
{
	static struct command command;
	struct model_cell cell = model_cell(verb, test->state, test->world.own);
	int processes = -1;

	begin_step(test);
	note(test, "[%s] %s", model_state_names[test->state], model_verb_names[verb]);
	if (verb == FORKS)
		processes = world_processes(&test->world) + 1;
	verb_begin(test, verb, is_event(verb) ? world_init(&test->world) : 0, &command);
	verb_end(test, verb, &command);
	if (!model_expects(&cell, &command.result)) {
		char text[LINE_SIZE];

		(void)snprintf(text, sizeof(text), "expected: status %d, '%s'; got %d, '%.200s'",
			cell.status, cell.words ? cell.words : "", command.result.status,
			cell.status ? command.result.error : command.result.output);
		failed(test, text);
	}
	settle(test, settled_states(test, cell.next), processes);
}

static void do_two(struct test *test, const struct pair *pair, long delay)
{
	static struct command commands[2];
	struct result results[2];
	bool kills = pair->verbs[0] == IS_KILLED || pair->verbs[1] == IS_KILLED;
	pid_t init = kills ? world_init(&test->world) : 0;

	begin_step(test);
	test->pairs++;
	note(test, "[%s] %s and, after %ld us, %s", model_state_names[test->state],
		model_verb_names[pair->verbs[0]], delay, model_verb_names[pair->verbs[1]]);
	verb_begin(test, pair->verbs[0], init, &commands[0]);
	if (delay > 0)
		sleep_microseconds(delay);
	verb_begin(test, pair->verbs[1], init, &commands[1]);
	for (int i = 0; i < 2; i++) {
		verb_end(test, pair->verbs[i], &commands[i]);
		results[i] = commands[i].result;
	}
	model_states states = model_judge(pair, results);
	if (states == 0)
		failed(test, "no order of the two explains these answers");
	settle(test, states, -1);
}

/* ---- every verb in every state ---------------------------------------------------------- */

static void reach(struct test *test, enum model_state state)
{
	/* clang-format off */
	static const enum model_verb ways[MODEL_STATES][2] = {
		[GONE]    = { STATE, STATE },
		[CREATED] = { CREATE, STATE },
		[HELD]    = { CREATE, PAUSE },
		[RUNNING] = { RUN, STATE },
		[PAUSED]  = { RUN, PAUSE },
		[STOPPED] = { RUN, KILL },
		[ORPHANS] = { RUN, EXITS },
	};
	/* clang-format on */

	if (test->state == state)
		return;
	if (test->state != GONE)
		do_one(test, DELETE_FORCE);
	world_configure(&test->world, test->world.own);
	for (size_t i = 0; i < 2; i++) {
		if (ways[state][i] != STATE)
			do_one(test, ways[state][i]);
	}
}

static void do_all(struct test *test, bool own)
{
	world_configure(&test->world, own);
	for (enum model_state state = 0; state < MODEL_STATES; state++) {
		if (state == ORPHANS && own)
			continue;
		for (enum model_verb verb = 0; verb < MODEL_VERBS; verb++) {
			if (model_cell(verb, state, own).status == NOT_DRAWN)
				continue;
			reach(test, state);
			do_one(test, verb);
			test->cells++;
		}
	}
	reach(test, GONE);
}

/* ---- by chance -------------------------------------------------------------------------- */

static bool is_drawn(const struct test *test, enum model_verb verb)
{
	return model_cell(verb, test->state, test->world.own).status != NOT_DRAWN;
}

/*
 * Not at once: what the container's program does by itself, as it comes at no known moment; SIGTERM
 * to a program that has not come to ignore it; what is signalled from outside and made or paused;
 * what leaves a process in a container that is only created.
 */
static bool can_meet(const struct test *test, enum model_verb one, enum model_verb other)
{
	bool makes = other == CREATE || other == RUN;

	if (one == EXITS || one == FORKS)
		return false;
	if ((one == TERM || one == IS_KILLED) && (makes || other == START || other == PAUSE))
		return false;
	if (one == EXEC_AWAY && makes)
		return false;
	return is_drawn(test, one) && is_drawn(test, other);
}

/* Both answer now, and whatever the other does before. */
static bool pair_is_drawn(const struct test *test, enum model_verb one, enum model_verb other)
{
	return can_meet(test, one, other) && can_meet(test, other, one);
}

/* Draws the same number of numbers, whatever the state is. */
static void do_by_chance(struct test *test)
{
	enum model_verb one = (enum model_verb)draw(test, MODEL_VERBS);
	enum model_verb other = (enum model_verb)draw(test, MODEL_VERBS);
	bool two = draw(test, 4) != 0, own = draw(test, 2) != 0;
	bool together = draw(test, 3) == 0;
	long delay = (long)draw(test, 16000);
	uint64_t spare = draw(test, 4);

	/* Where there is nothing, nothing but making it is of interest. */
	if (test->state == GONE) {
		world_configure(&test->world, own);
		if (spare > 0)
			one = spare == 1 ? RUN : CREATE;
	} else if ((one == DELETE_FORCE || one == KILL) && spare > 1) {
		one = test->state == CREATED ? START : test->state == PAUSED ? RESUME : PAUSE;
	}
	if (two && pair_is_drawn(test, one, other)) {
		const struct pair pair = { { one, other }, test->state, test->world.own };

		do_two(test, &pair, together ? 0 : delay);
	} else if (is_drawn(test, one)) {
		do_one(test, one);
	}
}

/* ---- the command line --------------------------------------------------------------------- */

static long number_of(const char *text)
{
	char *end;
	long value = strtol(text, &end, 0);

	if (*text == '\0' || *end != '\0' || value < 0)
		die("'%s' is no number", text);
	return value;
}

static void read_options(struct test *test, struct runtime *runtime, int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "steps", required_argument, NULL, 'n' },
		{ "deadline", required_argument, NULL, 'd' },
		{ "verbose", no_argument, NULL, 'v' },
		{ 0 },
	};
	int option;

	test->seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			test->seed = strtoull(optarg, NULL, 0);
		else if (option == 'n')
			test->steps = number_of(optarg);
		else if (option == 'd')
			runtime->deadline = (int)number_of(optarg) * 1000;
		else if (option == 'v')
			test->verbose = true;
		else
			exit(2);
	}
	if (optind + 1 != argc)
		die("wants one program to test");
	runtime->path = argv[optind];
	test->random = test->seed;
}

/*
 * All that a container leaves becomes this process's child, so that it can be counted: it is a
 * subreaper, with the test as its child.  It is slow, so that caisson meets zombies; and it has to
 * be there, as init of a pid namespace does not end before those that joined it have been reaped.
 */
static int nurse(pid_t test)
{
	int status, result = 2;
	pid_t pid;

	told = test;
	while ((pid = waitpid(-1, &status, 0)) > 0) {
		if (pid == test) {
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
			break;
		}
		sleep_microseconds(5000);
	}
	return result;
}

static int run_test(struct test *test, const struct runtime *runtime)
{
	(void)printf("# seed %llu\n", (unsigned long long)test->seed);
	(void)fflush(stdout);
	world_make(runtime, &test->world);
	do_all(test, true);
	do_all(test, false);
	for (long i = 0; i < test->steps; i++)
		do_by_chance(test);
	reach(test, GONE);
	world_remove(&test->world);
	(void)printf(
		"ok: %lu steps, %lu of them two at once, all %lu cells of the table, seed %llu\n",
		test->done, test->pairs, test->cells, (unsigned long long)test->seed);
	return 0;
}

int main(int argc, char **argv)
{
	static struct test test = { .steps = 400 };
	struct runtime runtime = { .deadline = 30000 };

	read_options(&test, &runtime, argc, argv);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		die("become a subreaper");
	catch_signals();
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	return pid == 0 ? run_test(&test, &runtime) : nurse(pid);
}
