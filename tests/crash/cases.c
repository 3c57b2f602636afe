/* All cases: each call of each process of each scenario. */
#include "tests/crash/worker.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct error_choice error_choices[] = {
	{ "EIO", EIO },
	{ "ENOMEM", ENOMEM },
	{ "ENOSPC", ENOSPC },
	{ "EINTR", EINTR },
	{ "EMFILE", EMFILE },
};
const size_t error_choice_count = sizeof(error_choices) / sizeof(*error_choices);

const char *role_name(const struct scenario *scenario, size_t process)
{
	static const char *const others[PROCESSES_MAX] = { "process-1", "process-2", "process-3",
		"process-4", "process-5", "process-6", "process-7", "process-8", "process-9",
		"process-10", "process-11", "process-12", "process-13", "process-14", "process-15",
		"process-16", "process-17", "process-18", "process-19", "process-20", "process-21",
		"process-22", "process-23", "process-24" };

	return process < 3 && scenario->roles[process] ? scenario->roles[process] : others[process];
}

/* Of all that there are, those that are wanted: by name, or every so many. */
static void cases_add(struct test_cases *cases, const struct test_case *test, size_t *all)
{
	char name[128];

	if (options.only) {
		case_name(test, name);
		if (strcmp(name, options.only) != 0)
			return;
	} else if ((*all)++ % options.every != options.seed % options.every) {
		return;
	}
	if (cases->count == cases->room) {
		cases->room = cases->room ? 2 * cases->room : 4096;
		cases->items = realloc(cases->items, cases->room * sizeof(*cases->items));
		if (!cases->items)
			err(2, "list cases");
	}
	cases->items[cases->count++] = *test;
}

static void cases_of_call(struct test_cases *cases, const struct test_case *call, size_t *all)
{
	struct test_case test = *call;

	test.aim.strike = STRIKE_KILL;
	if (options.kills)
		cases_add(cases, &test, all);
	if (!options.errors)
		return;
	if (call_cannot_fail(test.number)) {
		cases->left_out += error_choice_count;
		return;
	}
	test.aim.strike = STRIKE_FAIL;
	for (size_t i = 0; i < error_choice_count; i++) {
		test.aim.error = error_choices[i].error;
		cases_add(cases, &test, all);
	}
}

/* Whether a name of --case or --verb, which may begin with it, is this scenario's. */
static bool is_wanted(const struct scenario *scenario)
{
	const char *name = options.only ? options.only : options.verb;
	size_t length = strlen(scenario->name);

	return !name || (strncmp(name, scenario->name, length) == 0 &&
				(name[length] == '\0' || name[length] == ':'));
}

void cases_make(struct worker *worker, struct test_cases *cases)
{
	size_t all = 0;

	for (size_t s = 0; s < scenario_count; s++) {
		struct calls calls[PROCESSES_MAX] = { 0 };

		if (!is_wanted(&scenarios[s]))
			continue;
		judge_count(worker, s, calls);
		(void)printf("# %s:", scenarios[s].name);
		for (size_t p = 0; p < PROCESSES_MAX; p++) {
			if (calls[p].count > 0)
				(void)printf(
					" %s %zu", role_name(&scenarios[s], p), calls[p].count);
			for (size_t i = 0; i < calls[p].count; i++) {
				struct test_case call = {
					.scenario = s,
					.aim = { .process = p, .call = i + 1 },
					.number = calls[p].numbers[i],
				};
				cases_of_call(cases, &call, &all);
			}
			free(calls[p].numbers);
		}
		(void)printf(" calls\n");
	}
}
