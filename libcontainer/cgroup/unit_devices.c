/* Device rules as systemd has them: a list of what is allowed. */
#include <stdlib.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/cgroup/unit_words.h"

/* Everything is denied but the exceptions, and each is a device, a major number, or a type. */
static bool can_be_said(bool allowed, const struct plan_device_rule *exceptions, size_t count)
{
	if (allowed)
		return false;
	for (size_t i = 0; i < count; i++)
		if (exceptions[i].type == 'a' ||
			(exceptions[i].major < 0 && exceptions[i].minor >= 0))
			return false;
	return true;
}

/* The path need not exist: since systemd 240 it is taken apart, and so is "char-136". */
static int add_exception(const struct plan_device_rule *rule, struct unit_words *words)
{
	const char *type = rule->type == 'b' ? "block" : "char";
	int r;

	if (rule->major < 0)
		r = unit_words_add(words, "%s-*", type);
	else if (rule->minor < 0)
		r = unit_words_add(words, "%s-%lld", type, (long long)rule->major);
	else
		r = unit_words_add(words, "/dev/%s/%lld:%lld", type, (long long)rule->major,
			(long long)rule->minor);
	if (r < 0)
		return r;
	return unit_words_add(words, "%s%s%s", rule->read ? "r" : "", rule->write ? "w" : "",
		rule->make ? "m" : "");
}

static int add_exceptions(
	const struct plan_device_rule *exceptions, size_t count, struct unit_words *words)
{
	static const char *const head[] = { "DevicePolicy", "s", "strict", "DeviceAllow", "a(ss)" };

	for (size_t i = 0; i < COUNT_OF(head); i++)
		try(unit_words_add(words, "%s", head[i]));
	try(unit_words_add(words, "%zu", count));
	for (size_t i = 0; i < count; i++)
		try(add_exception(&exceptions[i], words));
	return 0;
}

int unit_add_devices(const struct plan_cgroup *plan, struct unit_words *words)
{
	size_t count = plan->device_rule_count;
	bool allowed = true;

	if (!plan->devices_set || count == 0)
		return 0;
	auto_free struct plan_device_rule *exceptions = calloc(count, sizeof(*exceptions));
	if (!exceptions)
		return -ENOMEM;
	if (devices_reduce(plan->device_rules, count, &allowed, exceptions, &count) < 0) {
		log_debug("systemd is not told of the device rules: %s", error_text());
		error_clear();
		return 0;
	}
	return can_be_said(allowed, exceptions, count) ? add_exceptions(exceptions, count, words)
						       : 0;
}
