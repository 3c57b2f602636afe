/*
 * attack - change an attacker's tree before each path that a runtime looks up; see attack.h, and
 * `run` for how it is used.
 */
#include "tests/attack/attack.h"

#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

struct attack_options attack = { .workers = 1, .every = 1, .deadline = 20 };

static _Noreturn void usage(void)
{
	errx(2, "usage: attack --runtime FILE --directory DIR [--launcher FILE --denied OPTION] "
		"[--workers N] [--every N] [--seed N] [--command NAME] [--swap NAME] [--case NAME] "
		"[--deadline S] [--fault NAME] [--foreign] [--verbose]");
}

static const struct option long_options[] = {
	{ "runtime", required_argument, NULL, 'r' },
	{ "directory", required_argument, NULL, 'd' },
	{ "launcher", required_argument, NULL, 'l' },
	{ "denied", required_argument, NULL, 'D' },
	{ "workers", required_argument, NULL, 'w' },
	{ "every", required_argument, NULL, 'e' },
	{ "seed", required_argument, NULL, 's' },
	{ "command", required_argument, NULL, 'c' },
	{ "case", required_argument, NULL, 'o' },
	{ "deadline", required_argument, NULL, 't' },
	{ "swap", required_argument, NULL, 'S' },
	{ "fault", required_argument, NULL, 'f' },
	{ "foreign", no_argument, NULL, 'F' },
	{ "verbose", no_argument, NULL, 'V' },
	{ 0 },
};

static enum fault fault_named(const char *name)
{
	if (strcmp(name, "follow") == 0)
		return FAULT_FOLLOW;
	if (strcmp(name, "walk") == 0)
		return FAULT_WALK;
	if (strcmp(name, "hang") == 0)
		return FAULT_HANG;
	errx(2, "no fault '%s'", name);
}

static void take_number(int option)
{
	switch (option) {
	case 'w':
		attack.workers = atoi(optarg);
		break;
	case 'e':
		attack.every = strtoul(optarg, NULL, 10);
		break;
	case 's':
		attack.seed = strtoul(optarg, NULL, 10);
		break;
	case 't':
		attack.deadline = strtod(optarg, NULL);
		break;
	default:
		usage();
	}
}

static void take_option(int option)
{
	switch (option) {
	case 'r':
		attack.runtime = optarg;
		break;
	case 'd':
		attack.directory = optarg;
		break;
	case 'l':
		attack.launcher = optarg;
		break;
	case 'D':
		attack.denied = optarg;
		break;
	case 'c':
		attack.scenario = optarg;
		break;
	case 'o':
		attack.only = optarg;
		break;
	case 'S':
		attack.swap = optarg;
		break;
	case 'f':
		attack.fault = fault_named(optarg);
		break;
	case 'F':
		attack.foreign = true;
		break;
	case 'V':
		attack.verbose = true;
		break;
	default:
		take_number(option);
	}
}

static struct attacker attacker;
static const struct attack_cases *all_cases;

/* A mount namespace for each, so that its table is as it is left. */
static void begin(int number)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(2, "make a mount namespace");
	worker_prepare(&attacker.worker, attack.directory, "attack", number);
	(void)snprintf(attacker.volume, ROOM, "%.3000s/volume", attacker.worker.bundle);
	(void)snprintf(attacker.canary, ROOM, "%.3000s/canary", attacker.worker.bundle);
	make_directory("%s", attacker.volume);
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		err(2, "make a terminal");
	attacker.terminal = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (attacker.terminal < 0)
		err(2, "open a terminal");
	canary_make(&attacker);
}

static void on(size_t index)
{
	(void)attack_judge(&attacker, &all_cases->items[index]);
}

static void end(void)
{
	left_remove(&attacker.worker);
}

int main(int argc, char **argv)
{
	struct attack_cases cases = { 0 };
	const struct work work = { begin, on, end };
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0)
		take_option(option);
	if (!attack.runtime || !attack.directory || optind < argc || attack.every == 0 ||
		!attack.launcher != !attack.denied || attack.workers < 1 ||
		attack.workers > WORKERS_MAX)
		usage();

	attack_share();
	begin(0);
	attack_cases_make(&attacker, &cases);
	(void)printf("# %zu cases, one in %lu, seed %lu\n", cases.count, attack.every, attack.seed);
	(void)fflush(stdout);
	all_cases = &cases;
	bool well = workers_run(attack.workers, cases.count, &work);
	int result = attack_table(&cases);
	return well ? result : 1;
}
