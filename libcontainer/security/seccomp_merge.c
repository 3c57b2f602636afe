#include "libcontainer/security/seccomp_merge.h"

#include <string.h>

#include "libcontainer/base/error.h"

struct comparison {
	const struct plan_seccomp_rule *rule;
	size_t number;
};

static const struct plan_seccomp_argument *argument_of(const struct comparison *comparison)
{
	return &comparison->rule->arguments[comparison->number];
}

/* Any but an equality is compiled as its opposite, with the verdicts exchanged. */
static bool is_equality(const struct plan_seccomp_argument *argument)
{
	return strcmp(argument->op, "SCMP_CMP_EQ") == 0 ||
	       strcmp(argument->op, "SCMP_CMP_MASKED_EQ") == 0;
}

/* With equal upper halves it is the lower ones that decide, and those are kept apart. */
static bool may_be_mistaken(
	const struct plan_seccomp_argument *a, const struct plan_seccomp_argument *b)
{
	return a->index == b->index && a->value >> 32 != b->value >> 32 &&
	       !(is_equality(a) && is_equality(b));
}

static bool rules_meet(const struct plan_seccomp_rule *a, const struct plan_seccomp_rule *b)
{
	for (size_t i = 0; i < a->names.count; i++)
		for (size_t j = 0; j < b->names.count; j++)
			if (strcmp(a->names.items[i], b->names.items[j]) == 0)
				return true;
	return false;
}

/* Two comparisons of one argument are alternatives, and each a rule of its own. */
static bool is_conjunction(const struct plan_seccomp_rule *rule)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < rule->argument_count; i++) {
		if (seen & 1U << (rule->arguments[i].index & 7))
			return false;
		seen |= 1U << (rule->arguments[i].index & 7);
	}
	return rule->argument_count > 1;
}

static bool has_inequality(const struct plan_seccomp_rule *rule)
{
	for (size_t i = 0; i < rule->argument_count; i++)
		if (!is_equality(&rule->arguments[i]))
			return true;
	return false;
}

static unsigned int indexes_of(const struct plan_seccomp_rule *rule)
{
	unsigned int indexes = 0;

	for (size_t i = 0; i < rule->argument_count; i++)
		indexes |= 1U << (rule->arguments[i].index & 7);
	return indexes;
}

bool seccomp_rules_may_mix(const struct plan_seccomp *plan, size_t one, size_t other)
{
	return one != other && is_conjunction(&plan->rules[one]) &&
	       has_inequality(&plan->rules[one]) && plan->rules[other].argument_count > 0 &&
	       rules_meet(&plan->rules[one], &plan->rules[other]);
}

/*
 * Trees of several levels with exchanged verdicts: with others it mixes them up, or never ends. Not
 * where the other one is about the same arguments, as in podman's rules of socket(2).
 */
static int check_rules(const struct plan_seccomp *plan, size_t number, const char *library)
{
	const struct plan_seccomp_rule *rule = &plan->rules[number];

	for (size_t i = 0; i < plan->rule_count; i++)
		if (seccomp_rules_may_mix(plan, number, i) &&
			(indexes_of(&plan->rules[i]) & ~indexes_of(rule)))
			return refuse("%s.args: libseccomp %s cannot tell them from those of %s",
				rule->place, library, plan->rules[i].place);
	return 0;
}

static int check_comparison(
	const struct plan_seccomp *plan, const struct comparison *wide, const char *library)
{
	for (size_t i = 0; i < plan->rule_count; i++) {
		const struct plan_seccomp_rule *rule = &plan->rules[i];

		for (size_t j = 0; j < rule->argument_count; j++)
			if (may_be_mistaken(argument_of(wide), &rule->arguments[j]) &&
				rules_meet(wide->rule, rule))
				return refuse("%s.args[%zu]: libseccomp %s mistakes it for "
					      "args[%zu] of %s; 2.6.1 would not",
					wide->rule->place, wide->number, library, j, rule->place);
	}
	return 0;
}

int seccomp_check_merge(const struct plan_seccomp *plan, const char *library)
{
	for (size_t i = 0; i < plan->rule_count; i++) {
		try(check_rules(plan, i, library));
		/* Of two different upper halves one is not 0, which few profiles have at all. */
		for (size_t j = 0; j < plan->rules[i].argument_count; j++)
			if (plan->rules[i].arguments[j].value >> 32 != 0)
				try(check_comparison(
					plan, &(struct comparison){ &plan->rules[i], j }, library));
	}
	return 0;
}
