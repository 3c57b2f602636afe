/*
 * crash - strike at each system call of caisson in turn; see crash.h, and `run` for how it is used.
 */
#include "tests/crash/worker.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS_MAX 16

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

static void worker_prepare(struct worker *worker, int number)
{
	worker->number = number;
	/* Appending, as commands that live on write behind what was taken meanwhile. */
	worker->output = open(options.directory, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (worker->output < 0)
		err(2, "make a file for output");
	(void)snprintf(worker->id, sizeof(worker->id), "crash-%d-%d", (int)getpid(), number);
	(void)snprintf(worker->root, ROOM, "%s/state-%d", options.directory, number);
	(void)snprintf(worker->bundle, ROOM, "%s/bundle-%d", options.directory, number);
	(void)snprintf(worker->pid_file, ROOM, "%s/pid-%d", options.directory, number);
	(void)snprintf(worker->resources, ROOM, "%s/resources.json", options.directory);
	if (mkdir(worker->root, 0700) < 0 && errno != EEXIST)
		err(2, "%s", worker->root);
	/* Orphans become ours: what is left of a container is what is left below us. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(2, "become a subreaper");
	left_prepare(worker);
	ends_prepare(worker);
}

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* A worker that is told to end ends the case first, so that nothing is left of it. */
static void stop_when_told(void)
{
	struct sigaction action = { .sa_handler = stop };

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void work(struct worker *worker, const struct test_cases *cases, size_t *next)
{
	for (;;) {
		size_t i = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);

		if (i >= cases->count || stopped)
			return;
		struct test_case test = cases->items[i];
		report_verdict(&test, judge(worker, &test));
	}
}

static bool workers_await(const pid_t *workers)
{
	bool well = true;

	for (int i = 0; i < options.workers; i++) {
		int status;

		if (waitpid(workers[i], &status, 0) < 0)
			err(2, "wait for a worker");
		well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return well;
}

static bool run_cases(const struct test_cases *cases)
{
	size_t *next = mmap(
		NULL, sizeof(*next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	pid_t workers[WORKERS_MAX];

	if (next == MAP_FAILED)
		err(2, "share the place in the list");
	for (int i = 0; i < options.workers; i++) {
		static struct worker worker;
		pid_t pid = fork();

		if (pid < 0)
			err(2, "fork");
		workers[i] = pid;
		if (pid > 0)
			continue;
		stop_when_told();
		worker_prepare(&worker, i);
		work(&worker, cases, next);
		left_remove(&worker);
		exit(0);
	}
	return workers_await(workers);
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
	worker_prepare(&counter, 0);
	cases_make(&counter, &cases);
	(void)printf(
		"# %zu cases, one in %lu, seed %lu\n", cases.count, options.every, options.seed);
	(void)fflush(stdout);
	bool well = run_cases(&cases);
	int result = report_table(&cases);
	return well ? result : 1;
}
