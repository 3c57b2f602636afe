/*
 * Device rules of v1: the kernel has a default and a list of exceptions from it, and a line of the
 * files adds an exception or removes exactly that one.  So rules are reduced to that state first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* "c 136:* rwm" */
#define LINE_SIZE 64

static void spell_rule(const struct plan_device_rule *rule, char line[LINE_SIZE])
{
	char major[24] = "*", minor[24] = "*";

	if (rule->major >= 0)
		(void)snprintf(major, sizeof(major), "%lld", (long long)rule->major);
	if (rule->minor >= 0)
		(void)snprintf(minor, sizeof(minor), "%lld", (long long)rule->minor);
	(void)snprintf(line, LINE_SIZE, "%c %s:%s %s%s%s", rule->type, major, minor,
		rule->read ? "r" : "", rule->write ? "w" : "", rule->make ? "m" : "");
}

static bool covers_number(int64_t wide, int64_t narrow)
{
	return wide < 0 || wide == narrow;
}

/* Whether all devices of narrow are devices of wide. */
static bool covers(const struct plan_device_rule *wide, const struct plan_device_rule *narrow)
{
	return wide->type == narrow->type && covers_number(wide->major, narrow->major) &&
	       covers_number(wide->minor, narrow->minor);
}

static bool overlap_number(int64_t a, int64_t b)
{
	return a < 0 || b < 0 || a == b;
}

static bool overlap(const struct plan_device_rule *a, const struct plan_device_rule *b)
{
	return a->type == b->type && overlap_number(a->major, b->major) &&
	       overlap_number(a->minor, b->minor) &&
	       ((a->read && b->read) || (a->write && b->write) || (a->make && b->make));
}

static void add_exception(
	const struct plan_device_rule *rule, struct plan_device_rule *exceptions, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		struct plan_device_rule *same = &exceptions[i];

		if (same->type == rule->type && same->major == rule->major &&
			same->minor == rule->minor) {
			same->read |= rule->read;
			same->write |= rule->write;
			same->make |= rule->make;
			return;
		}
	}
	exceptions[(*count)++] = *rule;
}

/* Back to the default for the devices of the rule. */
static int remove_exceptions(
	const struct plan_device_rule *rule, struct plan_device_rule *exceptions, size_t *count)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		struct plan_device_rule left = exceptions[i];

		if (overlap(rule, &left)) {
			char hole[LINE_SIZE], wall[LINE_SIZE];

			if (!covers(rule, &left)) {
				spell_rule(rule, hole);
				spell_rule(&left, wall);
				return refuse("linux.resources.devices: cgroup v1 cannot %s '%s' "
					      "after the wider '%s'",
					rule->allow ? "allow" : "deny", hole, wall);
			}
			left.read &= !rule->read;
			left.write &= !rule->write;
			left.make &= !rule->make;
		}
		if (left.read || left.write || left.make)
			exceptions[kept++] = left;
	}
	*count = kept;
	return 0;
}

int devices_reduce(const struct plan_device_rule *rules, size_t count, bool *ret_default,
	struct plan_device_rule *ret_exceptions, size_t *ret_count)
{
	bool allowed = false;
	size_t exceptions = 0;

	for (size_t i = 0; i < count; i++) {
		if (rules[i].type == 'a') {
			allowed = rules[i].allow;
			exceptions = 0;
		} else if (rules[i].allow != allowed) {
			add_exception(&rules[i], ret_exceptions, &exceptions);
		} else {
			try(remove_exceptions(&rules[i], ret_exceptions, &exceptions));
		}
	}
	*ret_default = allowed;
	*ret_count = exceptions;
	return 0;
}

int devices_apply_v1(const struct plan_cgroup *plan, int dir)
{
	size_t count = plan->device_rule_count;
	auto_free struct plan_device_rule *exceptions = calloc(count + 1, sizeof(*exceptions));
	bool allowed = false;

	if (!exceptions)
		return fail(ENOMEM, "reduce the rules for devices");
	try(devices_reduce(plan->device_rules, count, &allowed, exceptions, &count));

	/* All of them: this takes away the exceptions that were there, too. */
	try(file_write_value(dir, allowed ? "devices.allow" : "devices.deny", "a"));
	for (size_t i = 0; i < count; i++) {
		char line[LINE_SIZE];

		spell_rule(&exceptions[i], line);
		try(file_write_value(dir, allowed ? "devices.deny" : "devices.allow", line));
	}
	return 0;
}
