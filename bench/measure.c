/*
 * Runs programs in turns and compares what they cost: wall time, processor time, page faults and
 * context switches of each and of all that it started; then, in runs of their own, how many system
 * calls they make and how large the process itself gets.  Made for bench/bench, which says what to
 * run and reads the figures.
 *
 * usage: measure [-l] [-n ROUNDS] [-c ROUNDS] [-s MILLISECONDS] [-p AT-ONCE] [-t TIMES] [-u ID]
 *
 *   -n  rounds that are timed (100), -c rounds that are counted (3)
 *   -s  rest after each run (10), as the kernel takes namespaces down after the exit
 *   -p  processes at once, -t how many in all in each round of a tool (both 1); all figures are of
 *       one process, the time being that of the round divided by TIMES
 *   -l  processes that a tool leaves behind go on, and are not part of its cost
 *   -u  run the tools as that user and group
 *
 * The tools come on standard input, a word a line: "@NAME" begins one, "=WORD" is an argument of
 * it, and "+" ends a command that is followed by another of the same tool, when all processes of
 * the one before have ended.  In arguments "%" becomes the number of the tool's run.  Before the
 * rounds each is run once; one that fails then has an error for figures.  Figures are written as
 * JSON.
 */
#include "bench/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXPANDED_MAX 8

static const char *const figure_names[FIGURES] = { "wall_ms", "cpu_ms", "user_ms", "system_ms",
	"page_faults", "context_switches", "system_calls", "peak_rss_kib" };

static struct tool tools[TOOLS_MAX];
static size_t tool_count;
static size_t rounds = 100, counted_rounds = 3;
static long rest_ms = 10;
static unsigned int at_once = 1, times = 1;
static uid_t user;
static bool leave;

_Noreturn void die(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double milliseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void rest(void)
{
	struct timespec t = { rest_ms / 1000, rest_ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- starting one ------------------------------------------------------------------------ */

_Noreturn void execute(char *const *argv, int words)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(words, 2) < 0)
		_exit(127);
	/* The calls themselves: the library's would look for threads. */
	if (user != 0 && (syscall(SYS_setgroups, 0, NULL) < 0 ||
				 syscall(SYS_setresgid, user, user, user) < 0 ||
				 syscall(SYS_setresuid, user, user, user) < 0))
		_exit(127);
	execv(argv[0], argv);
	_exit(127);
}

/* Puts the number of the run for "%", in arguments that live until the next but EXPANDED_MAX. */
static char **expand(char **command, unsigned int number)
{
	static char *argv[1024], words[EXPANDED_MAX][512];
	size_t n = 0, expanded = 0;

	for (; command[n] && n + 1 < sizeof(argv) / sizeof(argv[0]); n++) {
		char *percent = strchr(command[n], '%');

		argv[n] = command[n];
		if (!percent || expanded == EXPANDED_MAX)
			continue;
		snprintf(words[expanded], sizeof(words[0]), "%.*s%u%s", (int)(percent - command[n]),
			command[n], number, percent + 1);
		argv[n] = words[expanded++];
	}
	argv[n] = NULL;
	return argv;
}

/* In our memory until it executes, so that our size is no part of what it costs. */
static pid_t start(char *const *argv, int words)
{
	pid_t pid = vfork();

	if (pid < 0)
		die("vfork");
	if (pid == 0)
		execute(argv, words);
	return pid;
}

static int words_open(void)
{
	int words = memfd_create("words", MFD_CLOEXEC);

	if (words < 0)
		die("memfd_create");
	return words;
}

/* Keeps the first line that the tool wrote to its error output. */
static void words_close(struct tool *tool, int words)
{
	ssize_t length = pread(words, tool->words, sizeof(tool->words) - 1, 0);

	tool->words[length > 0 ? length : 0] = '\0';
	tool->words[strcspn(tool->words, "\n")] = '\0';
	close(words);
}

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- one round of a tool ------------------------------------------------------------------ */

/* What the tool left behind has come to us: its cost is the tool's. */
static void reap(void)
{
	while (!leave && wait4(-1, NULL, 0, NULL) > 0)
		;
}

/* All commands of one run, one after the other. */
static int run_one(struct tool *tool, int words)
{
	unsigned int number = tool->runs++;
	int status = 0;

	for (size_t i = 0; i < tool->command_count && status == 0; i++) {
		pid_t pid = start(expand(tool->commands[i], number), words);

		if (waitpid(pid, &status, 0) != pid)
			die("wait");
		/* The first makes a process that the next needs. */
		if (i > 0)
			reap();
	}
	return exit_code(status);
}

/* `times` runs of a tool that is one command, at_once of them at any time. */
static int run_many(struct tool *tool, int words)
{
	pid_t running[64] = { 0 };
	unsigned int started = 0, ended = 0;
	int status, worst = 0;

	while (ended < times) {
		pid_t pid;

		for (unsigned int i = 0; i < at_once && started < times; i++) {
			if (running[i] != 0)
				continue;
			running[i] = start(expand(tool->commands[0], tool->runs++), words);
			started++;
		}
		pid = waitpid(-1, &status, 0);
		if (pid < 0)
			die("wait");
		for (unsigned int i = 0; i < at_once; i++) {
			if (running[i] != pid)
				continue;
			running[i] = 0;
			ended++;
			if (exit_code(status) > worst)
				worst = exit_code(status);
		}
	}
	return worst;
}

/* Returns the exit status, or 128 + signal; the cost of one run goes to figures. */
static int run(struct tool *tool, double figures[FIGURES])
{
	struct rusage before, after;
	int words = words_open(), result;
	double start_ms;

	if (getrusage(RUSAGE_CHILDREN, &before) < 0)
		die("getrusage");
	start_ms = now_ms();
	result = times > 1 ? run_many(tool, words) : run_one(tool, words);
	figures[WALL] = now_ms() - start_ms;
	reap();
	if (getrusage(RUSAGE_CHILDREN, &after) < 0)
		die("getrusage");
	figures[USER] = milliseconds(after.ru_utime) - milliseconds(before.ru_utime);
	figures[SYSTEM] = milliseconds(after.ru_stime) - milliseconds(before.ru_stime);
	figures[CPU] = figures[USER] + figures[SYSTEM];
	figures[FAULTS] =
		(double)(after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt);
	figures[SWITCHES] =
		(double)(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw);
	for (size_t f = 0; f < CALLS; f++)
		figures[f] /= times;
	words_close(tool, words);
	return result;
}

static void keep(struct tool *tool, enum figure figure, double value)
{
	tool->samples[figure][tool->counts[figure]++] = value;
}

/* One run with its system calls counted: those of all its commands, and the largest of them. */
static int count(struct tool *tool)
{
	unsigned int number = tool->runs++;
	int words = words_open(), status = 0;
	double calls = 0, peak = 0;

	for (size_t i = 0; i < tool->command_count && status == 0; i++) {
		struct counts counts;

		status = counted_run(expand(tool->commands[i], number), words, &counts);
		calls = counts.calls < 0 || calls < 0 ? -1 : calls + counts.calls;
		peak = counts.peak_kib > peak ? counts.peak_kib : peak;
		if (i > 0)
			reap();
	}
	reap();
	if (calls >= 0)
		keep(tool, CALLS, calls);
	keep(tool, PEAK_RSS, peak);
	words_close(tool, words);
	return exit_code(status);
}

static void must_succeed(const struct tool *tool, size_t round, int result)
{
	if (result == 0)
		return;
	fprintf(stderr, "measure: round %zu: %s: %d: %s\n", round, tool->name, result, tool->words);
	exit(1);
}

/* Tries every tool, then runs all in turns; each round begins with another one. */
static void run_all(void)
{
	double figures[FIGURES];

	for (size_t i = 0; i < tool_count; i++) {
		tools[i].failed = run(&tools[i], figures) != 0;
		rest();
	}
	for (size_t round = 0; round < rounds + counted_rounds; round++) {
		for (size_t turn = 0; turn < tool_count; turn++) {
			struct tool *tool = &tools[(round + turn) % tool_count];

			if (tool->failed)
				continue;
			if (round >= rounds) {
				must_succeed(tool, round, count(tool));
			} else {
				must_succeed(tool, round, run(tool, figures));
				for (enum figure f = 0; f < CALLS; f++)
					keep(tool, f, figures[f]);
			}
			rest();
		}
	}
}

/* ---- the report --------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile(const struct tool *tool, enum figure figure, size_t percent)
{
	return tool->samples[figure][(tool->counts[figure] - 1) * percent / 100];
}

static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f)
			putchar(*text);
	}
	putchar('"');
}

static void json_tool(const struct tool *t)
{
	printf("{\"name\": ");
	json_string(t->name);
	if (t->failed) {
		printf(", \"error\": ");
		json_string(*t->words ? t->words : "failed, and said nothing");
	}
	for (enum figure f = 0; f < FIGURES && !t->failed; f++) {
		if (t->counts[f] == 0)
			continue;
		qsort(t->samples[f], t->counts[f], sizeof(double), compare);
		printf(",\n \"%s\": {\"median\": %.3f, \"p10\": %.3f, \"p90\": %.3f}",
			figure_names[f], percentile(t, f, 50), percentile(t, f, 10),
			percentile(t, f, 90));
	}
	printf("}");
}

static void write_json(void)
{
	printf("{\"rounds\": %zu, \"at_once\": %u, \"tools\": [\n", rounds, at_once);
	for (size_t i = 0; i < tool_count; i++) {
		json_tool(&tools[i]);
		printf("%s\n", i + 1 < tool_count ? "," : "");
	}
	printf("]}\n");
	if (fflush(stdout) != 0)
		die("write");
}

/* ---- what to run -------------------------------------------------------------------------- */

static _Noreturn void usage(void)
{
	fprintf(stderr,
		"usage: measure [-l] [-n ROUNDS] [-c ROUNDS] [-s MILLISECONDS] [-p AT-ONCE] "
		"[-t TIMES] [-u ID] <TOOLS\n");
	exit(2);
}

static void *must_allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		die("calloc");
	return memory;
}

static struct tool *tool_begin(const char *name)
{
	struct tool *tool = &tools[tool_count];

	if (tool_count++ == TOOLS_MAX)
		usage();
	tool->name = name;
	tool->command_count = 1;
	for (size_t f = 0; f < FIGURES; f++)
		tool->samples[f] = must_allocate(rounds + counted_rounds, sizeof(double));
	return tool;
}

static void read_tools(void)
{
	struct tool *tool = NULL;
	size_t size = 0, words = 0;
	char *line = NULL;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 0) {
		line[length - 1] = '\0';
		if (*line == '@') {
			tool = tool_begin(strdup(line + 1));
			words = 0;
		} else if (*line == '+' && tool && tool->command_count < COMMANDS_MAX) {
			tool->command_count++;
			words = 0;
		} else if (*line == '=' && tool && words < 1023) {
			char ***command = &tool->commands[tool->command_count - 1];

			if (!*command)
				*command = must_allocate(1024, sizeof(char *));
			(*command)[words++] = strdup(line + 1);
		} else {
			usage();
		}
	}
	free(line);
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+ln:c:s:p:t:u:")) != -1) {
		if (option == 'l')
			leave = true;
		else if (option == 'n')
			rounds = strtoul(optarg, NULL, 10);
		else if (option == 'c')
			counted_rounds = strtoul(optarg, NULL, 10);
		else if (option == 's')
			rest_ms = strtol(optarg, NULL, 10);
		else if (option == 'p')
			at_once = (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 't')
			times = (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 'u')
			user = (uid_t)strtoul(optarg, NULL, 10);
		else
			usage();
	}
	if (rounds == 0 || rounds > 1000000 || at_once == 0 || at_once > 64 || times < at_once)
		usage();
	read_tools();
	if (tool_count == 0)
		usage();

	if (!leave && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("become a subreaper");
	run_all();
	write_json();
	return 0;
}
