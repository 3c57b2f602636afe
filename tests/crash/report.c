/* Counting verdicts, and telling them. */
#include "tests/crash/crash.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SCENARIOS_MAX 64
/* Calls that were not made again may be one in so many: who comes first differs at times. */
#define MISSED_RATIO 10

/* Shared by the workers; indices: scenario, whether it was an error, verdict. */
static unsigned long (*counts)[2][VERDICTS];

void report_share(void)
{
	if (scenario_count > SCENARIOS_MAX)
		errx(2, "more than %d scenarios", SCENARIOS_MAX);
	counts = mmap(NULL, SCENARIOS_MAX * sizeof(*counts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		err(2, "share counts");
}

static const char *error_name(int error)
{
	for (size_t i = 0; i < error_choice_count; i++) {
		if (error_choices[i].error == error)
			return error_choices[i].name;
	}
	return "?";
}

void case_name(const struct test_case *test, char text[128])
{
	const struct scenario *scenario = &scenarios[test->scenario];
	bool fails = test->aim.strike == STRIKE_FAIL;

	(void)snprintf(text, 128, "%s:%s:%s:%lu%s%s", scenario->name, fails ? "error" : "kill",
		role_name(scenario, test->aim.process), test->aim.call, fails ? ":" : "",
		fails ? error_name(test->aim.error) : "");
}

/* One write, so that lines of several workers don't mix. */
static void tell(const char *text)
{
	(void)fputs(text, stdout);
	(void)fflush(stdout);
}

void report_failure(const struct test_case *test, const char *format, ...)
{
	char name[128], words[4096], text[8192];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	for (char *c = words; *c; c++) {
		if (*c == '\n')
			*c = ' ';
	}
	case_name(test, name);
	(void)snprintf(
		text, sizeof(text), "FAILED %s (%s): %s\n", name, call_name(test->number), words);
	tell(text);
}

void report_details(const struct test_case *test, enum verdict verdict, const char *output)
{
	static const char *const words[VERDICTS] = { "success", "clean", "removed", "missed",
		"failure" };
	char name[128], text[8192];

	case_name(test, name);
	(void)snprintf(text, sizeof(text), "# %s (%s): %s: %s%s", name, call_name(test->number),
		words[verdict], output, *output ? "" : "\n");
	tell(text);
}

void report_verdict(const struct test_case *test, enum verdict verdict)
{
	(void)__atomic_fetch_add(&counts[test->scenario][test->aim.strike == STRIKE_FAIL][verdict],
		1, __ATOMIC_RELAXED);
}

static void print_row(const char *name, const char *pass, const unsigned long row[VERDICTS])
{
	unsigned long cases = 0;

	for (int v = 0; v < VERDICTS; v++)
		cases += row[v];
	if (cases > 0)
		(void)printf("%-16s %-5s %6lu %8lu %6lu %8lu %7lu %9lu\n", name, pass, cases,
			row[VERDICT_SUCCESS], row[VERDICT_CLEAN], row[VERDICT_REMOVED],
			row[VERDICT_MISSED], row[VERDICT_FAILURE]);
}

int report_table(const struct test_cases *cases)
{
	unsigned long total[VERDICTS] = { 0 }, done = 0;

	(void)printf("%-16s %-5s %6s %8s %6s %8s %7s %9s\n", "verb", "pass", "cases", "success",
		"clean", "removed", "missed", "failures");
	for (size_t s = 0; s < scenario_count; s++) {
		print_row(scenarios[s].name, "kill", counts[s][0]);
		print_row(scenarios[s].name, "error", counts[s][1]);
		for (int v = 0; v < VERDICTS; v++)
			total[v] += counts[s][0][v] + counts[s][1][v];
	}
	print_row("all", "", total);
	(void)printf("# %zu cases are left out, as an error of their call means nothing\n",
		cases->left_out);
	for (int v = 0; v < VERDICTS; v++)
		done += total[v];
	unsigned long failed = total[VERDICT_FAILURE];
	if (done < cases->count)
		(void)printf("FAILED: %lu cases were not run\n", cases->count - done);
	failed += cases->count - done;
	if (total[VERDICT_MISSED] * MISSED_RATIO > done) {
		(void)printf("FAILED: calls are not made again\n");
		failed++;
	}
	if (done == 0) {
		(void)printf("FAILED: no case\n");
		failed++;
	}
	(void)printf("%lu passed, %lu failed\n",
		total[VERDICT_SUCCESS] + total[VERDICT_CLEAN] + total[VERDICT_REMOVED], failed);
	return failed ? 1 : 0;
}
