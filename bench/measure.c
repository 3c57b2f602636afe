/*
 * Runs programs in turns and compares what they cost: wall time, processor time and page faults of
 * each and of all that it started.  Made for bench/bench, which says what to run.
 *
 * usage: measure [-l] [-n ROUNDS] [-s MILLISECONDS] [-j FILE] [-c COMMENT] TOOL...
 * TOOL:  NAME:SYSCALLS:BYTES PROGRAM [ARGUMENT...] --
 *
 * SYSCALLS and BYTES (size of the program) were found elsewhere and are only printed; 0 is unknown.
 * In arguments "%" becomes the number of the tool's run: 0, and then that of the round.  The first
 * tool is what the others are compared with.  Before the rounds each is run once; one that fails
 * then is shown as n/a.  Between two runs is a rest of the given milliseconds (10), as the kernel
 * takes namespaces down after the exit.  With -l processes that a tool leaves behind go on, and are
 * not part of its cost.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOOLS_MAX 8
#define ARGUMENTS_MAX 32

enum figure { WALL, CPU, USER, SYSTEM, FAULTS, SWITCHES, FIGURES };
static const char *const figure_names[FIGURES] = { "wall_ms", "cpu_ms", "user_ms", "system_ms",
	"page_faults", "context_switches" };

struct tool {
	const char *name;
	unsigned long syscalls, bytes;
	char *const *arguments;
	double *samples[FIGURES]; /* one of each round; sorted at the end */
	long peak_rss;            /* KiB, the largest of any run */
	unsigned int runs;
	bool failed;
	char words[160]; /* what a failed one said */
};

static struct tool tools[TOOLS_MAX];
static size_t tool_count;
static size_t rounds = 100;
static long rest_ms = 10;
static bool leave;
static const char *json_file;
static const char *comment = "";

static _Noreturn void die(const char *what)
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

/* ---- one run -------------------------------------------------------------------------- */

/* The child: executes the tool, with words where its error output goes. */
static _Noreturn void execute(const struct tool *tool, int words)
{
	static char numbers[ARGUMENTS_MAX][256];
	char *const *arguments = tool->arguments;
	char *argv[ARGUMENTS_MAX + 1];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), n = 0;

	for (; arguments[n]; n++) {
		char *percent = strchr(arguments[n], '%');

		argv[n] = arguments[n];
		if (percent) {
			snprintf(numbers[n], sizeof(numbers[n]), "%.*s%u%s",
				(int)(percent - arguments[n]), arguments[n], tool->runs,
				percent + 1);
			argv[n] = numbers[n];
		}
	}
	argv[n] = NULL;
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(words, 2) < 0)
		_exit(127);
	execv(argv[0], argv);
	_exit(127);
}

/* Keeps the first line that the tool wrote to its error output. */
static void keep_words(struct tool *tool, int words)
{
	ssize_t length = pread(words, tool->words, sizeof(tool->words) - 1, 0);

	tool->words[length > 0 ? length : 0] = '\0';
	tool->words[strcspn(tool->words, "\n")] = '\0';
}

/* Runs the tool once; its cost goes to figures.  Returns its exit status, or 128 + signal. */
static int run(struct tool *tool, double figures[FIGURES])
{
	struct rusage before, after, own;
	int words = memfd_create("words", MFD_CLOEXEC), status;
	double start;
	pid_t pid;

	if (words < 0 || getrusage(RUSAGE_CHILDREN, &before) < 0)
		die("prepare a run");
	start = now_ms();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		execute(tool, words);
	if (wait4(pid, &status, 0, &own) != pid)
		die("wait");
	figures[WALL] = now_ms() - start;
	/* What the tool left behind has come to us: its cost is the tool's. */
	while (wait4(-1, NULL, 0, NULL) > 0)
		;
	if (getrusage(RUSAGE_CHILDREN, &after) < 0)
		die("getrusage");
	figures[USER] = milliseconds(after.ru_utime) - milliseconds(before.ru_utime);
	figures[SYSTEM] = milliseconds(after.ru_stime) - milliseconds(before.ru_stime);
	figures[CPU] = figures[USER] + figures[SYSTEM];
	figures[FAULTS] =
		(double)(after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt);
	figures[SWITCHES] =
		(double)(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw);
	if (own.ru_maxrss > tool->peak_rss)
		tool->peak_rss = own.ru_maxrss;
	tool->runs++;
	keep_words(tool, words);
	close(words);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Tries every tool, then runs all in turns; each round begins with another one. */
static void run_all(void)
{
	double figures[FIGURES];

	for (size_t i = 0; i < tool_count; i++) {
		tools[i].failed = run(&tools[i], figures) != 0;
		tools[i].peak_rss = 0;
		rest();
	}
	for (size_t round = 0; round < rounds; round++) {
		for (size_t turn = 0; turn < tool_count; turn++) {
			struct tool *tool = &tools[(round + turn) % tool_count];

			if (tool->failed)
				continue;
			if (run(tool, figures) != 0) {
				fprintf(stderr, "measure: round %zu: %s: %s\n", round, tool->name,
					tool->words);
				exit(1);
			}
			for (size_t f = 0; f < FIGURES; f++)
				tool->samples[f][round] = figures[f];
			rest();
		}
	}
}

/* ---- the report ----------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile(const struct tool *tool, enum figure figure, size_t percent)
{
	return tool->samples[figure][(rounds - 1) * percent / 100];
}

static double median(const struct tool *tool, enum figure figure)
{
	return percentile(tool, figure, 50);
}

/* A figure's ratio to the first tool's, or to nothing where that has none. */
static double ratio(double value, double floor)
{
	return floor > 0 ? value / floor : 0;
}

static void print_table(void)
{
	const struct tool *floor = &tools[0];

	printf("%s; medians of %zu runs each\n\n", comment, rounds);
	printf("%-10s %8s %6s %8s %8s %6s %8s %6s %6s %9s %9s\n", "", "wall ms", "ratio", "p95",
		"cpu ms", "ratio", "faults", "ratio", "calls", "peak KiB", "size KiB");
	for (size_t i = 0; i < tool_count; i++) {
		const struct tool *t = &tools[i];

		if (t->failed) {
			printf("%-10s n/a: %s\n", t->name, t->words);
			continue;
		}
		printf("%-10s %8.2f %6.2f %8.2f %8.2f %6.2f %8.0f %6.2f %6lu %9ld %9lu\n", t->name,
			median(t, WALL), ratio(median(t, WALL), median(floor, WALL)),
			percentile(t, WALL, 95), median(t, CPU),
			ratio(median(t, CPU), median(floor, CPU)), median(t, FAULTS),
			ratio(median(t, FAULTS), median(floor, FAULTS)), t->syscalls, t->peak_rss,
			t->bytes / 1024);
	}
}

static void json_string(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		if ((unsigned char)*text >= ' ')
			fputc(*text, file);
	}
	fputc('"', file);
}

static void json_tool(FILE *file, const struct tool *t)
{
	fprintf(file, "    {\"name\": ");
	json_string(file, t->name);
	if (t->failed) {
		fprintf(file, ", \"error\": ");
		json_string(file, t->words);
		fprintf(file, "}");
		return;
	}
	fprintf(file, ", \"syscalls\": %lu, \"size_bytes\": %lu, \"peak_rss_kib\": %ld",
		t->syscalls, t->bytes, t->peak_rss);
	for (size_t f = 0; f < FIGURES; f++)
		fprintf(file,
			",\n     \"%s\": {\"median\": %.3f, \"p5\": %.3f, \"p95\": %.3f, "
			"\"ratio\": %.3f}",
			figure_names[f], median(t, f), percentile(t, f, 5), percentile(t, f, 95),
			ratio(median(t, f), median(&tools[0], f)));
	fprintf(file, "}");
}

static void write_json(void)
{
	FILE *file = fopen(json_file, "we");

	if (!file)
		die(json_file);
	fprintf(file, "{\"comment\": ");
	json_string(file, comment);
	fprintf(file, ", \"rounds\": %zu,\n  \"tools\": [\n", rounds);
	for (size_t i = 0; i < tool_count; i++) {
		json_tool(file, &tools[i]);
		fprintf(file, "%s\n", i + 1 < tool_count ? "," : "");
	}
	fprintf(file, "  ]}\n");
	if (fclose(file) != 0)
		die(json_file);
}

/* ---- the command line ----------------------------------------------------------------- */

static _Noreturn void usage(void)
{
	fprintf(stderr,
		"usage: measure [-l] [-n ROUNDS] [-s MILLISECONDS] [-j FILE] [-c COMMENT] TOOL...\n"
		"TOOL: NAME:SYSCALLS:BYTES PROGRAM [ARGUMENT...] --\n");
	exit(2);
}

/* Takes one tool's words off the arguments; returns how many. */
static int add_tool(char **arguments)
{
	struct tool *tool = &tools[tool_count++];
	char *colon = strchr(arguments[0], ':');
	int end = 1;

	while (arguments[end] && strcmp(arguments[end], "--") != 0)
		end++;
	if (!arguments[end] || end < 2 || end > ARGUMENTS_MAX || !colon ||
		sscanf(colon, ":%lu:%lu", &tool->syscalls, &tool->bytes) != 2)
		usage();
	*colon = '\0';
	arguments[end] = NULL;
	tool->name = arguments[0];
	tool->arguments = arguments + 1;
	for (size_t f = 0; f < FIGURES; f++) {
		tool->samples[f] = calloc(rounds, sizeof(double));
		if (!tool->samples[f])
			die("calloc");
	}
	return end + 1;
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+ln:s:j:c:")) != -1) {
		if (option == 'l')
			leave = true;
		else if (option == 'n')
			rounds = strtoul(optarg, NULL, 10);
		else if (option == 's')
			rest_ms = strtol(optarg, NULL, 10);
		else if (option == 'j')
			json_file = optarg;
		else if (option == 'c')
			comment = optarg;
		else
			usage();
	}
	if (rounds == 0 || rounds > 1000000)
		usage();
	while (optind < argc && tool_count < TOOLS_MAX)
		optind += add_tool(argv + optind);
	if (tool_count == 0 || optind < argc)
		usage();

	if (!leave && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("become a subreaper");
	run_all();
	if (tools[0].failed) {
		fprintf(stderr, "measure: %s: %s\n", tools[0].name, tools[0].words);
		return 1;
	}
	for (size_t i = 0; i < tool_count; i++)
		for (size_t f = 0; f < FIGURES; f++)
			qsort(tools[i].samples[f], rounds, sizeof(double), compare);
	print_table();
	if (json_file)
		write_json();
	return 0;
}
