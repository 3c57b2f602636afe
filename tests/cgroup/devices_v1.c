/* What is told to v1 means what the rules mean, or is refused. */
#include <errno.h>
#include <stdio.h>

#include "libcontainer/base/error.h"
#include "tests/cgroup/rules.h"

/* security/device_cgroup.c of the kernel: one exception must grant all, or any denies. */
static bool kernel_allows(bool allowed, const struct plan_device_rule *exceptions, size_t count,
	const struct request *request)
{
	for (size_t i = 0; i < count; i++) {
		if (!speaks_of(&exceptions[i], request))
			continue;
		if (allowed && (access_of(&exceptions[i]) & request->access))
			return false;
		if (!allowed && !(request->access & ~access_of(&exceptions[i])))
			return true;
	}
	return allowed;
}

static bool is_one_access(int access)
{
	return (access & (access - 1)) == 0;
}

/* Returns whether v1 can have these rules. */
static bool check(const struct plan_device_rule *rules, size_t count)
{
	struct plan_device_rule exceptions[8];
	struct request request;
	bool allowed;
	size_t exception_count;

	if (devices_reduce(rules, count, &allowed, exceptions, &exception_count) < 0)
		return false;
	for (unsigned int n = 0; make_request(n, &request); n++) {
		bool wanted = is_allowed(rules, count, &request);
		bool is = kernel_allows(allowed, exceptions, exception_count, &request);

		/* Two accesses at once may be less than both one by one, never more. */
		if (is != wanted && (is || is_one_access(request.access)))
			test_fails("%zu rules, request %u: %d\n", count, n, is);
	}
	return true;
}

static void all_pairs_after_a_default(void **state)
{
	struct plan_device_rule rules[3] = { { false, 'a', -1, -1, true, true, true } };
	size_t possible = 0, refused = 0;

	(void)state;
	for (int allow = 0; allow < 2; allow++) {
		rules[0].allow = allow;
		for (unsigned int a = 0; make_rule(a, &rules[1]); a++) {
			for (unsigned int b = 0; make_rule(b, &rules[2]); b++) {
				/* The plan has none of these but the first. */
				if (rules[1].type == 'a' || rules[2].type == 'a')
					continue;
				if (check(rules, 3))
					possible++;
				else
					refused++;
			}
		}
	}
	assert_true(possible > 0 && refused > 0);
}

static void holes_are_refused(void **state)
{
	static const struct plan_device_rule rules[] = {
		{ false, 'a', -1, -1, true, true, true },
		{ true, 'c', 1, -1, true, true, false },
		{ false, 'c', 1, 3, true, false, false },
	};
	struct plan_device_rule exceptions[3];
	bool allowed;
	size_t count;

	(void)state;
	assert_int_equal(devices_reduce(rules, 3, &allowed, exceptions, &count), -EINVAL);
	if (!strstr(error_text(), "cgroup v1 cannot deny 'c 1:3 r' after the wider 'c 1:* rw'"))
		test_fails("%s\n", error_text());
	error_clear();
}

static void exceptions_merge_and_vanish(void **state)
{
	static const struct plan_device_rule rules[] = {
		{ true, 'b', 9, 9, true, true, true },
		{ false, 'a', -1, -1, true, true, true },
		{ true, 'c', 1, 3, true, false, false },
		{ true, 'c', 1, 3, false, true, false },
		{ true, 'c', 1, 5, true, true, true },
		{ false, 'c', 1, -1, true, false, false },
	};
	struct plan_device_rule exceptions[6];
	bool allowed = true;
	size_t count = 0;

	(void)state;
	assert_int_equal(devices_reduce(rules, 5, &allowed, exceptions, &count), 0);
	assert_false(allowed);
	assert_int_equal(count, 2);
	assert_int_equal(access_of(&exceptions[0]), READ | WRITE);
	assert_int_equal(devices_reduce(rules, 6, &allowed, exceptions, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(access_of(&exceptions[0]), WRITE);
	assert_int_equal(access_of(&exceptions[1]), WRITE | MAKE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pairs_after_a_default),
		cmocka_unit_test(holes_are_refused),
		cmocka_unit_test(exceptions_merge_and_vanish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
