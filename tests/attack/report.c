/* Counting outcomes, and telling them. */
#include "tests/attack/attack.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define SCENARIOS_MAX 16
/* Calls that were not made again may be one in so many. */
#define MISSED_RATIO 20

static const char *const outcome_names[OUTCOMES] = { "started", "refused", "missed", "touched",
	"hung", "wrong" };

/* Shared by the workers. */
static unsigned long (*counts)[SWAPS][OUTCOMES];

void attack_share(void)
{
	if (attack_scenario_count > SCENARIOS_MAX)
		errx(2, "more than %d scenarios", SCENARIOS_MAX);
	counts = mmap(NULL, SCENARIOS_MAX * sizeof(*counts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		err(2, "share counts");
}

const char *attack_role(const struct attack_scenario *scenario, size_t process)
{
	static char number[32];

	if (process < 3 && scenario->roles[process])
		return scenario->roles[process];
	(void)snprintf(number, sizeof(number), "process-%zu", process);
	return number;
}

void attack_case_name(const struct attack_case *test, char text[128])
{
	const struct attack_scenario *scenario = &attack_scenarios[test->scenario];

	(void)snprintf(text, 128, "%s:%s:%lu:%s:%s", scenario->name,
		attack_role(scenario, test->process), test->call, group_names[test->group],
		swap_names[test->swap]);
}

void attack_tell(const struct attack_case *test, enum outcome outcome,
	const struct witness *witness, const char *words)
{
	bool is_failure = outcome >= OUTCOME_TOUCHED;
	char name[128], text[4 * LEFT_MAX];

	(void)__atomic_fetch_add(&counts[test->scenario][test->swap][outcome], 1, __ATOMIC_RELAXED);
	if (!is_failure && !attack.verbose)
		return;
	attack_case_name(test, name);
	(void)snprintf(text, sizeof(text), "%s %s (%s '%.300s'): %s: %.1000s%s%.1000s",
		is_failure && !attack.foreign ? "FAILED" : "#", name, call_name(test->number),
		witness->path, outcome_names[outcome], witness->violation,
		witness->violation[0] ? "; it said: " : "", words);
	for (char *c = text; *c; c++)
		*c = *c == '\n' || *c == '\r' ? ' ' : *c;
	/* One write, so that lines of several workers don't mix. */
	(void)strncat(text, "\n", sizeof(text) - strlen(text) - 1);
	(void)fputs(text, stdout);
	(void)fflush(stdout);
}

static void print_row(const char *name, const unsigned long row[OUTCOMES])
{
	unsigned long cases = 0;

	for (int o = 0; o < OUTCOMES; o++)
		cases += row[o];
	if (cases == 0)
		return;
	(void)printf("%-16s %6lu", name, cases);
	for (int o = 0; o < OUTCOMES; o++)
		(void)printf(" %8lu", row[o]);
	(void)printf("\n");
}

static void print_head(const char *what)
{
	(void)printf("%-16s %6s", what, "cases");
	for (int o = 0; o < OUTCOMES; o++)
		(void)printf(" %8s", outcome_names[o]);
	(void)printf("\n");
}

/* By what was attacked, and by what the attacker did. */
static void print_tables(unsigned long total[OUTCOMES])
{
	unsigned long swaps[SWAPS][OUTCOMES] = { 0 };

	print_head("command");
	for (size_t s = 0; s < attack_scenario_count; s++) {
		unsigned long row[OUTCOMES] = { 0 };

		for (int w = 0; w < SWAPS; w++) {
			for (int o = 0; o < OUTCOMES; o++) {
				row[o] += counts[s][w][o];
				swaps[w][o] += counts[s][w][o];
				total[o] += counts[s][w][o];
			}
		}
		print_row(attack_scenarios[s].name, row);
	}
	print_row("all", total);
	print_head("swap");
	for (int w = 0; w < SWAPS; w++)
		print_row(swap_names[w], swaps[w]);
}

int attack_table(const struct attack_cases *cases)
{
	unsigned long total[OUTCOMES] = { 0 }, done = 0;

	print_tables(total);
	for (int o = 0; o < OUTCOMES; o++)
		done += total[o];
	unsigned long failed = total[OUTCOME_TOUCHED] + total[OUTCOME_HUNG] + total[OUTCOME_WRONG];
	failed += cases->count - done;
	if (done < cases->count)
		(void)printf("FAILED: %lu cases were not run\n", cases->count - done);
	if (total[OUTCOME_MISSED] * MISSED_RATIO > done && !attack.foreign) {
		(void)printf("FAILED: calls are not made again\n");
		failed++;
	}
	if (done == 0) {
		(void)printf("FAILED: no case\n");
		failed++;
	}
	(void)printf("%lu passed, %lu failed\n", total[OUTCOME_STARTED] + total[OUTCOME_REFUSED],
		failed);
	return failed > 0 && !attack.foreign ? 1 : 0;
}
