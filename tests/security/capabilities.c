#include "libcontainer/security/capabilities.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"

/* Behind error.h: it has a macro fail() of its own. */
#include <cmocka.h>

#define BIT(capability) (UINT64_C(1) << (capability))

struct sets {
	uint64_t inheritable, permitted, effective, bounding, ambient;
};

static char lines[4][128];
static size_t line_count;

static void keep_line(enum log_level level, const char *line, void *context)
{
	(void)level;
	(void)context;
	if (line_count < COUNT_OF(lines))
		(void)snprintf(lines[line_count++], sizeof(lines[0]), "%s", line);
}

static struct sets read_sets(void)
{
	auto_fclose FILE *file = fopen("/proc/self/status", "re");
	struct sets sets = { 0 };
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		(void)sscanf(line, "CapInh: %" SCNx64, &sets.inheritable);
		(void)sscanf(line, "CapPrm: %" SCNx64, &sets.permitted);
		(void)sscanf(line, "CapEff: %" SCNx64, &sets.effective);
		(void)sscanf(line, "CapBnd: %" SCNx64, &sets.bounding);
		(void)sscanf(line, "CapAmb: %" SCNx64, &sets.ambient);
	}
	return sets;
}

static bool sets_are(struct sets a, struct sets b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* Runs body in a process that has all capabilities, in a user namespace if need be; 0 is success.
 */
static int with_capabilities(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		log_set_sink(keep_line, NULL, LOG_LEVEL_WARNING);
		if (unshare(CLONE_NEWUSER) < 0)
			_exit(77);
		_exit(body());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* no user namespaces here */
	return WEXITSTATUS(status);
}

static int body_exact(void)
{
	const struct plan_capabilities plan = {
		.bounding = BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_SETUID),
		.permitted = BIT(CAP_CHOWN) | BIT(CAP_KILL),
		.effective = BIT(CAP_KILL),
		.inheritable = BIT(CAP_CHOWN) | BIT(CAP_SETUID),
		.ambient = BIT(CAP_CHOWN),
	};
	const struct sets expected = { plan.inheritable, plan.permitted, plan.effective,
		plan.bounding, plan.ambient };

	if (capabilities_limit(&plan) < 0)
		return 1;
	if (capabilities_apply(&plan) < 0)
		return 2;
	if (!sets_are(read_sets(), expected))
		return 3;
	return line_count == 0 ? 0 : 4;
}

static void test_exact(void **state)
{
	(void)state;
	assert_int_equal(with_capabilities(body_exact), 0);
}

/* No capabilities at all in the config: nothing is kept, and nothing can come back. */
static int body_none(void)
{
	const struct plan_capabilities plan = { 0 };
	const struct sets nothing = { 0 };

	if (capabilities_limit(&plan) < 0)
		return 1;
	if (capabilities_apply(&plan) < 0)
		return 2;
	return sets_are(read_sets(), nothing) ? 0 : 3;
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(with_capabilities(body_none), 0);
}

/* The caller's ambient capabilities must not stay, though permitted and inheritable allow it. */
static int body_ambient(void)
{
	const struct plan_capabilities before = {
		.bounding = ~UINT64_C(0),
		.permitted = BIT(CAP_CHOWN) | BIT(CAP_SETPCAP),
		.effective = BIT(CAP_SETPCAP),
		.inheritable = BIT(CAP_CHOWN),
		.ambient = BIT(CAP_CHOWN),
	};
	struct plan_capabilities after = before;

	if (capabilities_apply(&before) < 0 || read_sets().ambient != BIT(CAP_CHOWN))
		return 1;
	after.ambient = 0;
	if (capabilities_apply(&after) < 0)
		return 2;
	return read_sets().ambient == 0 ? 0 : 3;
}

static void test_ambient_is_cleared(void **state)
{
	(void)state;
	assert_int_equal(with_capabilities(body_ambient), 0);
}

/* The spec: what cannot be granted is warned of, and is no error. */
static int body_ungrantable(void)
{
	const struct plan_capabilities first = {
		.bounding = BIT(CAP_CHOWN),
		.permitted = BIT(CAP_CHOWN) | BIT(CAP_SETPCAP),
		.effective = BIT(CAP_SETPCAP),
	};
	const struct plan_capabilities second = {
		.permitted = BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_MKNOD),
		.effective = BIT(CAP_CHOWN) | BIT(CAP_SETPCAP),
		.inheritable = BIT(CAP_CHOWN) | BIT(CAP_KILL),
		.ambient = BIT(CAP_CHOWN) | BIT(CAP_KILL),
	};
	static const char *const expected[] = {
		"permitted capabilities that cannot be granted: CAP_KILL, CAP_MKNOD",
		"effective capabilities that cannot be granted: CAP_SETPCAP",
		"inheritable capabilities that cannot be granted: CAP_KILL",
		"ambient capabilities that cannot be granted: CAP_KILL",
	};
	const struct sets sets = { BIT(CAP_CHOWN), BIT(CAP_CHOWN), BIT(CAP_CHOWN), BIT(CAP_CHOWN),
		BIT(CAP_CHOWN) };

	if (capabilities_limit(&first) < 0 || capabilities_apply(&first) < 0 || line_count != 0)
		return 1;
	if (capabilities_apply(&second) < 0)
		return 2;
	if (!sets_are(read_sets(), sets))
		return 3;
	if (line_count != COUNT_OF(expected))
		return 4;
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (strcmp(lines[i], expected[i]) != 0)
			return 5;
	return 0;
}

static void test_ungrantable(void **state)
{
	(void)state;
	assert_int_equal(with_capabilities(body_ungrantable), 0);
}

/* Without CAP_SETPCAP nothing can be dropped: an error while there is something that must go. */
static int body_unprivileged(void)
{
	const struct plan_capabilities all = { .bounding = ~UINT64_C(0) };
	const struct plan_capabilities none = { 0 };

	if (capabilities_apply(&none) < 0)
		return 1;
	if (capabilities_limit(&all) != 0)
		return 2;
	if (capabilities_limit(&none) != -EPERM)
		return 3;
	return strcmp(error_text(), "drop capability 0 from the bounding set: "
				    "operation not permitted") == 0
		       ? 0
		       : 4;
}

static void test_limit_needs_privilege(void **state)
{
	(void)state;
	assert_int_equal(with_capabilities(body_unprivileged), 0);
}

static int body_already_gone(void)
{
	const struct plan_capabilities none = { 0 };

	if (capabilities_limit(&none) < 0 || capabilities_apply(&none) < 0)
		return 1;
	return capabilities_limit(&none) == 0 ? 0 : 2;
}

static void test_limit_of_nothing_needs_none(void **state)
{
	(void)state;
	assert_int_equal(with_capabilities(body_already_gone), 0);
}

static void test_last(void **state)
{
	(void)state;
	auto_fclose FILE *file = fopen("/proc/sys/kernel/cap_last_cap", "re");
	int last;

	if (!file)
		skip();
	assert_int_equal(fscanf(file, "%d", &last), 1);
	assert_int_equal(capabilities_last(), last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_ambient_is_cleared),
		cmocka_unit_test(test_ungrantable),
		cmocka_unit_test(test_limit_needs_privilege),
		cmocka_unit_test(test_limit_of_nothing_needs_none),
		cmocka_unit_test(test_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
