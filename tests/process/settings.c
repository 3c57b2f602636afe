#include "tests/process/child.h"

#include <sched.h>
#include <string.h>

#include "libcontainer/kernel/procfs.h"
#include "libcontainer/process/settings.h"

/* Root where we are not: of a user namespace in which we are nobody, but have all capabilities. */
static void enter_namespaces(void)
{
	if (unshare(CLONE_NEWUTS | CLONE_NEWNET) == 0)
		return;
	if (unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNET) < 0)
		_exit(CHILD_SKIP);
}

static void apply_names(void *context)
{
	const struct plan_settings plan = { .hostname = "box", .domainname = "example.org" };
	const struct plan_settings nothing = { .hostname = NULL };
	char name[65];

	(void)context;
	enter_namespaces();
	child_check(settings_apply_names(&plan) == 0);
	child_check(gethostname(name, sizeof(name)) == 0 && strcmp(name, "box") == 0);
	child_check(getdomainname(name, sizeof(name)) == 0 && strcmp(name, "example.org") == 0);
	child_check(settings_apply_names(&nothing) == 0);
	child_check(gethostname(name, sizeof(name)) == 0 && strcmp(name, "box") == 0);
}

static void names_are_set(void **state)
{
	(void)state;
	child_run(apply_names, NULL);
}

static void apply_too_long_a_name(void *context)
{
	char name[66];
	const struct plan_settings plan = { .hostname = name };

	(void)context;
	memset(name, 'x', 65);
	name[65] = '\0';
	enter_namespaces();
	child_check(settings_apply_names(&plan) == -EINVAL);
	child_check(strstr(error_text(), "hostname: set 'xxx") == error_text());
}

static void refused_names_are_named(void **state)
{
	(void)state;
	child_run(apply_too_long_a_name, NULL);
}

static void apply_sysctls(void *context)
{
	struct plan_setting items[] = {
		{ "linux.sysctl: sysctl \"a\"", "net/ipv4/ip_forward", "1" },
		{ "linux.sysctl: sysctl \"b\"", "net/ipv4/no_such_thing", "2" },
	};
	struct plan_settings plan = { .sysctls = items, .sysctl_count = 1 };
	char value[16];
	int procfs;

	(void)context;
	child_check(procfs_open(&procfs) == 0);
	enter_namespaces();
	if (settings_apply_sysctls(procfs, &plan) < 0)
		_exit(CHILD_SKIP); /* /proc/sys is read-only where this test runs in a container */
	child_check(procfs_read(procfs, "sys/net/ipv4/ip_forward", value, sizeof(value)) > 0);
	child_check(value[0] == '1');
	plan.sysctl_count = 2;
	child_check(settings_apply_sysctls(procfs, &plan) == -ENOENT);
	child_check(strstr(error_text(),
			    "linux.sysctl: sysctl \"b\": write '2' to "
			    "'/proc/sys/net/ipv4/no_such_thing': no such file") == error_text());
}

static void sysctls_are_written(void **state)
{
	(void)state;
	child_run(apply_sysctls, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_set),
		cmocka_unit_test(refused_names_are_named),
		cmocka_unit_test(sysctls_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
