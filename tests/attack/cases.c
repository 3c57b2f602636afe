/* All cases: each path of each process of each scenario, and what the attacker can do then. */
#include "tests/attack/attack.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Spread over all that is counted, whatever its order. */
static bool is_drawn(size_t index)
{
	uint64_t hash = (index + attack.seed) * 0x9e3779b97f4a7c15u;

	return (hash >> 32) % attack.every == 0;
}

static void cases_add(struct attack_cases *cases, const struct attack_case *test, size_t *all)
{
	char name[128];

	if (attack.only) {
		attack_case_name(test, name);
		if (strcmp(name, attack.only) != 0)
			return;
	} else if (!is_drawn((*all)++)) {
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

static void cases_of_call(struct attack_cases *cases, struct attack_case test, size_t *all)
{
	for (int group = 0; group < GROUPS; group++) {
		for (int swap = 0; swap < SWAPS; swap++) {
			test.group = (enum group)group;
			test.swap = (enum swap)swap;
			if (attack.swap && strcmp(attack.swap, swap_names[swap]) != 0)
				continue;
			cases_add(cases, &test, all);
		}
	}
}

static bool is_wanted(const struct attack_scenario *scenario)
{
	const char *name = attack.only ? attack.only : attack.scenario;
	size_t length = strlen(scenario->name);

	if (scenario->own && attack.foreign)
		return false;
	return !name || (strncmp(name, scenario->name, length) == 0 &&
				(name[length] == '\0' || name[length] == ':'));
}

void attack_cases_make(struct attacker *attacker, struct attack_cases *cases)
{
	size_t all = 0;

	for (size_t s = 0; s < attack_scenario_count; s++) {
		struct calls calls[PROCESSES_MAX] = { 0 };

		if (!is_wanted(&attack_scenarios[s]) || !attack_count(attacker, s, calls))
			continue;
		(void)printf("# %s:", attack_scenarios[s].name);
		for (size_t p = 0; p < PROCESSES_MAX; p++) {
			if (calls[p].count > 0)
				(void)printf(" %s %zu", attack_role(&attack_scenarios[s], p),
					calls[p].count);
			for (size_t i = 0; i < calls[p].count; i++) {
				struct attack_case test = { .scenario = s, .process = p };

				test.call = i + 1;
				test.number = calls[p].numbers[i];
				cases_of_call(cases, test, &all);
			}
			free(calls[p].numbers);
		}
		(void)printf(" paths\n");
		(void)fflush(stdout);
	}
}
