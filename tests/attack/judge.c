/* One case: the volume is made, the command is run, struck, and judged. */
#include "tests/attack/attack.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the program says when all is as it must be, and before anything else; see probe.c. */
#define PROGRAM_WELL "probe: well"
#define PROGRAM "probe:"
/* Until a program that was started has spoken: seconds. */
#define PROGRAM_PATIENCE 5.0

struct line {
	char *words[ARGUMENTS_MAX + 12];
	char bundle[ROOM];
};

static void line_make(struct attacker *attacker, const struct attack_scenario *scenario,
	const char *const *words, struct line *line)
{
	size_t n = 0;

	if (attack.launcher) {
		line->words[n++] = (char *)attack.launcher;
		line->words[n++] = (char *)attack.denied;
	}
	line->words[n++] = (char *)attack.runtime;
	line->words[n++] = (char *)"--root";
	line->words[n++] = attacker->worker.root;
	for (size_t i = 0; i < ARGUMENTS_MAX && words[i]; i++) {
		line->words[n++] =
			strcmp(words[i], "ID") == 0 ? attacker->worker.id : (char *)words[i];
		if (i > 0 || (strcmp(words[i], "run") != 0 && strcmp(words[i], "create") != 0))
			continue;
		(void)snprintf(line->bundle, ROOM, "%.3000s/%s", attacker->worker.bundle,
			scenario->bundle);
		line->words[n++] = (char *)"--bundle";
		line->words[n++] = line->bundle;
	}
	line->words[n] = NULL;
}

static bool run(
	struct attacker *attacker, const struct attack_scenario *scenario, const char *const *words)
{
	struct line line;

	line_make(attacker, scenario, words, &line);
	struct answer answer = command_run(line.words, attacker->worker.output, attack.deadline);
	return !answer.late && WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 0;
}

/* The output is emptied when all is over: what a program writes meanwhile would be lost. */
static void read_output(struct attacker *attacker, char text[LEFT_MAX])
{
	(void)snprintf(text, LEFT_MAX, "%s", output_read(attacker->worker.output));
}

static void await_program(struct attacker *attacker, char text[LEFT_MAX])
{
	double end = seconds_now() + PROGRAM_PATIENCE;

	read_output(attacker, text);
	while (!strstr(text, PROGRAM) && seconds_now() < end) {
		(void)usleep(2000);
		read_output(attacker, text);
	}
}

static void prepare(
	struct attacker *attacker, const struct attack_scenario *scenario, struct witness *witness)
{
	char path[ROOM];
	struct stat facts;

	volume_make(attacker, scenario->mapped);
	(void)snprintf(path, ROOM, "%.3000s/rootfs/bin/probe", attacker->volume);
	if (stat(path, &facts) < 0)
		err(2, "%s", path);
	witness->attacker = attacker;
	witness->device = facts.st_dev;
	witness->inode = facts.st_ino;
	if (scenario->before[0] && !run(attacker, scenario, scenario->before))
		errx(2, "%s: the container is not made: %s", scenario->name,
			output_take(attacker->worker.output));
}

/* Commands are the runtime's own, but cleaning up is not what is judged. */
static void clean_up(struct attacker *attacker, const struct attack_scenario *scenario, bool left)
{
	static command_words words = { "delete", "--force", "ID" };

	if (attack.foreign || left)
		(void)run(attacker, scenario, words);
	volume_remove(attacker);
}

static bool strike(struct attacker *attacker, const struct attack_scenario *scenario,
	const struct aim *aim, struct witness *witness, struct traced *traced)
{
	struct visitor visitor = witness_visitor(witness);
	char path[ROOM];
	struct line line;
	pid_t init = 0;

	if (scenario->attach && left_processes(0, &init, 1) != 1)
		errx(2, "%s: no init", scenario->name);
	line_make(attacker, scenario, scenario->command, &line);
	/* A null device of ours: the host's may change by what others do to it. */
	(void)snprintf(path, ROOM, "%.3000s/stdin", attacker->canary);
	int null = open(path, O_RDWR | O_CLOEXEC);
	struct command command = {
		.argv = line.words,
		.input = scenario->terminal ? attacker->terminal : null,
		.output = attacker->worker.output,
		.attached = init,
		.deadline = attack.deadline,
		.visitor = &visitor,
	};
	trace(&command, aim, traced);
	(void)close(null);
	if (witness->swapped && !witness->back)
		visitor.after(witness);
	return !traced->hung && WIFEXITED(traced->status) && WEXITSTATUS(traced->status) == 0;
}

/* The program's words, where it has run. */
static void let_speak(struct attacker *attacker, const struct attack_scenario *scenario,
	bool success, char text[LEFT_MAX])
{
	if (success && scenario->after[0])
		(void)run(attacker, scenario, scenario->after);
	if (success)
		await_program(attacker, text);
	else
		read_output(attacker, text);
}

static enum outcome judge_words(const struct traced *traced, const char *text, bool success)
{
	if (traced->hung)
		return OUTCOME_HUNG;
	if (strstr(text, SECRET) || (strstr(text, PROGRAM) && !strstr(text, PROGRAM_WELL)))
		return OUTCOME_TOUCHED;
	if (success)
		return strstr(text, PROGRAM_WELL) ? OUTCOME_STARTED : OUTCOME_WRONG;
	/* An error has a reason, and the program does not run. */
	if (!WIFEXITED(traced->status) || !*text || strstr(text, PROGRAM))
		return OUTCOME_WRONG;
	return OUTCOME_REFUSED;
}

enum outcome attack_judge(struct attacker *attacker, const struct attack_case *test)
{
	const struct attack_scenario *scenario = &attack_scenarios[test->scenario];
	const struct aim aim = { STRIKE_VISIT, test->process, test->call, 0 };
	struct witness witness = { .swap = test->swap, .group = test->group };
	struct traced traced = { 0 };
	char text[LEFT_MAX] = "", host[LEFT_MAX], left[LEFT_MAX] = "";

	prepare(attacker, scenario, &witness);
	bool success = strike(attacker, scenario, &aim, &witness, &traced);
	let_speak(attacker, scenario, success, text);
	enum outcome outcome = judge_words(&traced, text, success);
	size_t mounts = count_mounts();
	if (mounts != attacker->mounts + attacker->swapped)
		(void)snprintf(witness.violation, ROOM, "%zu mounts on the host, not %zu", mounts,
			attacker->mounts + attacker->swapped);
	clean_up(attacker, scenario, scenario->before[0] || scenario->after[0]);
	canary_compare(attacker, host);
	if (*host)
		(void)snprintf(witness.violation, ROOM, "%s", host);
	left_find(&attacker->worker, 0, false, left);
	if (*left)
		left_remove(&attacker->worker);
	(void)output_take(attacker->worker.output);
	if (witness.violation[0])
		outcome = OUTCOME_TOUCHED;
	else if (*left && outcome != OUTCOME_HUNG) {
		outcome = OUTCOME_WRONG;
		(void)snprintf(witness.violation, ROOM, "there is left: %s", left);
	} else if (!traced.hit && outcome != OUTCOME_HUNG) {
		outcome = OUTCOME_MISSED;
	}
	attack_tell(test, outcome, &witness, text);
	return outcome;
}

bool attack_count(struct attacker *attacker, size_t index, struct calls calls[PROCESSES_MAX])
{
	const struct attack_scenario *scenario = &attack_scenarios[index];
	const struct aim nowhere = { 0 };
	struct witness witness = { 0 };
	struct traced traced = { .calls = calls };
	char text[LEFT_MAX] = "";

	prepare(attacker, scenario, &witness);
	bool success = strike(attacker, scenario, &nowhere, &witness, &traced);
	let_speak(attacker, scenario, success, text);
	clean_up(attacker, scenario, true);
	left_remove(&attacker->worker);
	(void)output_take(attacker->worker.output);
	bool well = judge_words(&traced, text, success) == OUTCOME_STARTED;
	if (!well && !attack.foreign)
		errx(2, "%s: does not work where nothing is attacked: %s", scenario->name, text);
	if (!well)
		(void)printf("# %s does not work here: %s\n", scenario->name, text);
	return well;
}
