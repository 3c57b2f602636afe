/*
 * crash - strike at each system call of caisson in turn; see crash.h, and `run` for how it is used.
 */
#include "tests/crash/worker.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {
	.workers = 1,
	.every = 1,
	.answer = 1,
	.deadline = 20,
	.kills = true,
	.errors = true,
};

static _Noreturn void usage(void)
{
	errx(2, "usage: crash --caisson FILE --directory DIR [--workers N] [--every K] [--seed N] "
		"[--pass kill|error] [--verb NAME] [--case NAME] [--answer S] [--deadline S] "
		"[--verbose]");
}

static const struct option long_options[] = {
	{ "caisson", required_argument, NULL, 'c' },
	{ "directory", required_argument, NULL, 'd' },
	{ "workers", required_argument, NULL, 'w' },
	{ "every", required_argument, NULL, 'e' },
	{ "seed", required_argument, NULL, 's' },
	{ "pass", required_argument, NULL, 'p' },
	{ "verb", required_argument, NULL, 'v' },
	{ "case", required_argument, NULL, 'o' },
	{ "answer", required_argument, NULL, 'a' },
	{ "deadline", required_argument, NULL, 't' },
	{ "verbose", no_argument, NULL, 'V' },
	{ 0 },
};

static void take_option(int option)
{
	switch (option) {
	case 'c':
		options.caisson = optarg;
		break;
	case 'd':
		options.directory = optarg;
		break;
	case 'w':
		options.workers = atoi(optarg);
		break;
	case 'e':
		options.every = strtoul(optarg, NULL, 10);
		break;
	case 's':
		options.seed = strtoul(optarg, NULL, 10);
		break;
	case 'p':
		options.kills = strcmp(optarg, "kill") == 0;
		options.errors = !options.kills;
		break;
	case 'v':
		options.verb = optarg;
		break;
	case 'o':
		options.only = optarg;
		break;
	case 'a':
		options.answer = strtod(optarg, NULL);
		break;
	case 't':
		options.deadline = strtod(optarg, NULL);
		break;
	case 'V':
		options.verbose = true;
		break;
	default:
		usage();
	}
}

static struct worker worker;
static const struct test_cases *all_cases;

static void prepare(struct worker *one, int number)
{
	worker_prepare(one, options.directory, "crash", number);
	ends_prepare(one);
}

static void work_begin(int number)
{
	prepare(&worker, number);
}

static void work_on(size_t index)
{
	struct test_case test = all_cases->items[index];

	report_verdict(&test, judge(&worker, &test));
}

static void work_end(void)
{
	left_remove(&worker);
}

int main(int argc, char **argv)
{
	static struct worker counter;
	struct test_cases cases = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0)
		take_option(option);
	if (!options.caisson || !options.directory || optind < argc || options.every == 0 ||
		options.workers < 1 || options.workers > WORKERS_MAX)
		usage();

	report_share();
	prepare(&counter, 0);
	cases_make(&counter, &cases);
	(void)printf(
		"# %zu cases, one in %lu, seed %lu\n", cases.count, options.every, options.seed);
	(void)fflush(stdout);
	all_cases = &cases;
	const struct work work = { work_begin, work_on, work_end };
	bool well = workers_run(options.workers, cases.count, &work);
	int result = report_table(&cases);
	return well ? result : 1;
}
