/* Device rules and what they mean, in the plainest words. */
#pragma once

#include "tests/check.h"

#include "libcontainer/cgroup/directory.h"

enum { READ = 1, WRITE = 2, MAKE = 4 };

struct request {
	char type;
	int64_t major, minor;
	int access;
};

static inline int access_of(const struct plan_device_rule *rule)
{
	return (rule->read ? READ : 0) | (rule->write ? WRITE : 0) | (rule->make ? MAKE : 0);
}

static inline bool speaks_of(const struct plan_device_rule *rule, const struct request *request)
{
	return (rule->type == 'a' || rule->type == request->type) &&
	       (rule->major < 0 || rule->major == request->major) &&
	       (rule->minor < 0 || rule->minor == request->minor);
}

/* Each access is decided by the last rule that speaks of it; all must be allowed. */
static inline bool is_allowed(
	const struct plan_device_rule *rules, size_t count, const struct request *request)
{
	for (int bit = READ; bit <= MAKE; bit <<= 1) {
		bool allowed = false;

		if (!(request->access & bit))
			continue;
		for (size_t i = 0; i < count; i++)
			if (speaks_of(&rules[i], request) && (access_of(&rules[i]) & bit))
				allowed = rules[i].allow;
		if (!allowed)
			return false;
	}
	return true;
}

/* Rule number n of all rules with these numbers; false behind the last. */
static inline bool make_rule(unsigned int n, struct plan_device_rule *rule)
{
	static const int64_t numbers[] = { -1, 1 };
	int access = (int)(n % 7) + 1;

	n /= 7;
	*rule = (struct plan_device_rule){ .allow = n % 2,
		.read = access & READ,
		.write = access & WRITE,
		.make = access & MAKE };
	n /= 2;
	rule->major = numbers[n % 2];
	n /= 2;
	rule->minor = numbers[n % 2];
	n /= 2;
	rule->type = n < 3 ? "abc"[n] : 'a';
	return n < 3;
}

#define RULES (7 * 2 * 2 * 2 * 3)

/* Request number n, of devices that the rules speak of and others. */
static inline bool make_request(unsigned int n, struct request *request)
{
	request->access = (int)(n % 7) + 1;
	n /= 7;
	request->major = 1 + n % 2;
	n /= 2;
	request->minor = 1 + n % 2;
	n /= 2;
	request->type = n == 0 ? 'b' : 'c';
	return n < 2;
}
