/*
 * Groups of a resctrl that a plain directory plays: what the kernel would put into a group that is
 * made, the test does, between the steps.
 */
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/rdt/resctrl.h"
#include "tests/scratch.h"

static struct arena arena;
static char warnings[512];

static void collect_warnings(enum log_level level, const char *line, void *context)
{
	(void)context;
	if (level == LOG_LEVEL_WARNING)
		(void)snprintf(warnings, sizeof(warnings), "%s", line);
}

static int begin(void **state)
{
	warnings[0] = '\0';
	error_clear();
	return scratch_enter(state);
}

static int end(void **state)
{
	arena_done(&arena);
	return scratch_remove(state);
}

#define row(function) cmocka_unit_test_setup_teardown(function, begin, end)

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const char *get(const char *path)
{
	static char text[256];
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	return text;
}

/* What the kernel has in each group. */
static void furnish(const char *group)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/tasks", group);
	put(path, "");
	(void)snprintf(path, sizeof(path), "%s/schemata", group);
	put(path, "");
	(void)snprintf(path, sizeof(path), "%s/mon_groups", group);
	assert_int_equal(mkdir(path, 0755), 0);
}

static struct plan_rdt_groups name(const struct scratch *scratch, const struct plan_rdt *plan)
{
	struct plan_rdt_groups groups;

	resctrl_name(&arena, plan, scratch->path, &groups);
	return groups;
}

static void groups_have_names(void **state)
{
	const struct plan_rdt own = { .set = true, .group = "c", .monitor = "m" };
	const struct plan_rdt all = { .set = true, .group = "" };

	struct plan_rdt_groups groups = name(*state, &own);
	assert_true(strstr(groups.group, "/c") != NULL);
	assert_true(strstr(groups.monitor, "/c/mon_groups/m") != NULL);
	groups = name(*state, &all);
	assert_string_equal(groups.group, ((struct scratch *)*state)->path);
	assert_null(groups.monitor);
}

static void an_own_group_is_made_written_joined_and_removed(void **state)
{
	const struct plan_rdt plan = {
		.set = true,
		.group = "c",
		.make = true,
		.may_make = true,
		.schemata = "L3:0=f\nMB:0=10\n",
	};
	struct plan_rdt_groups groups = name(*state, &plan);

	resctrl_look(&groups);
	assert_true(groups.group_made);
	assert_int_equal(resctrl_make(&plan, &groups), 0);
	assert_true(groups.group_made && !groups.monitor_made);
	furnish("c");
	assert_int_equal(resctrl_set(&plan, &groups), 0);
	assert_string_equal(get("c/schemata"), plan.schemata);
	assert_int_equal(resctrl_join(&groups, 4711), 0);
	assert_string_equal(get("c/tasks"), "4711");
	assert_int_equal(resctrl_write(&groups, "L3:0=1\n"), 0);
	assert_true(strncmp(get("c/schemata"), "L3:0=1\n", 7) == 0);

	/* The kernel's files vanish with their group. */
	(void)unlink("c/tasks");
	(void)unlink("c/schemata");
	(void)rmdir("c/mon_groups");
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(access("c", F_OK), -1);
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(resctrl_join(&groups, 1), -ENOENT);
}

static void an_own_group_must_be_new(void **state)
{
	const struct plan_rdt plan = { .set = true, .group = "c", .make = true, .may_make = true };
	struct plan_rdt_groups groups = name(*state, &plan);

	assert_int_equal(mkdir("c", 0755), 0);
	resctrl_look(&groups);
	assert_false(groups.group_made);
	assert_int_equal(resctrl_make(&plan, &groups), -EEXIST);
	assert_non_null(strstr(error_text(), "linux.intelRdt: make the group '"));
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(access("c", F_OK), 0);
}

static void a_closid_without_schema_must_be_there(void **state)
{
	const struct plan_rdt plan = { .set = true, .group = "gold" };
	struct plan_rdt_groups groups = name(*state, &plan);

	assert_int_equal(resctrl_make(&plan, &groups), -ENOENT);
	assert_non_null(strstr(error_text(), "linux.intelRdt.closID: there is no group '"));
	assert_int_equal(mkdir("gold", 0755), 0);
	furnish("gold");
	assert_int_equal(resctrl_make(&plan, &groups), 0);
	assert_int_equal(resctrl_set(&plan, &groups), 0);
	assert_string_equal(get("gold/schemata"), "");
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(access("gold", F_OK), 0);
}

static void a_closid_that_is_there_must_have_the_schema(void **state)
{
	struct plan_rdt plan = {
		.set = true, .group = "gold", .may_make = true, .schemata = "L3:1=f0\n"
	};
	struct plan_rdt_groups groups = name(*state, &plan);

	assert_int_equal(mkdir("gold", 0755), 0);
	furnish("gold");
	put("gold/schemata", "    L3:0=00ff;1=00f0\n    MB:0=100\n");
	assert_int_equal(resctrl_make(&plan, &groups), 0);
	assert_false(groups.group_made);
	assert_string_equal(error_text(), "");
	assert_int_equal(resctrl_set(&plan, &groups), 0);
	plan.schemata = "L3:1=f0\nMB:0=10\n";
	assert_int_equal(resctrl_set(&plan, &groups), -EINVAL);
	assert_non_null(strstr(error_text(), "has another schema than 'MB:0=10'"));
	assert_string_equal(get("gold/schemata"), "    L3:0=00ff;1=00f0\n    MB:0=100\n");
}

static void monitoring_is_a_group_below(void **state)
{
	const struct plan_rdt plan = { .set = true, .group = "gold", .monitor = "c" };
	const struct plan_rdt own = {
		.set = true, .group = "c", .make = true, .may_make = true, .monitor = "c"
	};
	struct plan_rdt_groups groups = name(*state, &plan);

	assert_int_equal(mkdir("gold", 0755), 0);
	furnish("gold");
	resctrl_look(&groups);
	assert_true(!groups.group_made && groups.monitor_made);
	assert_int_equal(resctrl_make(&plan, &groups), 0);
	assert_true(groups.monitor_made);
	put("gold/mon_groups/c/tasks", "");
	assert_int_equal(resctrl_join(&groups, 4711), 0);
	assert_string_equal(get("gold/tasks"), "4711");
	assert_string_equal(get("gold/mon_groups/c/tasks"), "4711");
	(void)unlink("gold/mon_groups/c/tasks");
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(access("gold/mon_groups/c", F_OK), -1);
	assert_int_equal(access("gold", F_OK), 0);

	/* A machine that monitors nothing has no mon_groups; and the kernel says what it lacks. */
	groups = name(*state, &own);
	assert_int_equal(mkdir("info", 0755), 0);
	put("info/last_cmd_status", "out of RMIDs\n");
	assert_int_equal(resctrl_make(&own, &groups), -ENOENT);
	assert_non_null(strstr(error_text(), "linux.intelRdt.enableMonitoring: resctrl says 'out "
					     "of RMIDs': linux.intelRdt: make the group '"));
	assert_int_equal(access("c", F_OK), -1);
}

static void the_kernel_says_why(void **state)
{
	const struct plan_rdt plan = {
		.set = true, .group = "c", .make = true, .may_make = true, .schemata = "L3:9=f\n"
	};
	struct plan_rdt_groups groups = name(*state, &plan);

	assert_int_equal(resctrl_make(&plan, &groups), 0);
	assert_int_equal(mkdir("info", 0755), 0);
	put("info/last_cmd_status", "Unknown domain 9\n");
	assert_int_equal(resctrl_set(&plan, &groups), -ENOENT);
	assert_non_null(strstr(error_text(), "resctrl says 'Unknown domain 9'"));
	put("info/last_cmd_status", "ok\n");
	assert_int_equal(resctrl_set(&plan, &groups), -ENOENT);
	assert_null(strstr(error_text(), "resctrl says"));
}

static void a_group_in_use_is_left(void **state)
{
	const struct plan_rdt plan = {
		.set = true, .group = "gold", .may_make = true, .schemata = "L3:0=f\n"
	};
	struct plan_rdt_groups groups = name(*state, &plan);
	pid_t pid = fork();
	char text[32];
	siginfo_t info;

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(resctrl_make(&plan, &groups), 0);
	(void)snprintf(text, sizeof(text), "%d\n", pid);
	put("gold/tasks", text);
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(access("gold", F_OK), 0);
	assert_non_null(strstr(warnings, "is left: others are in it"));
	/* A zombie is nobody: with a file in it, the directory that plays the group stays. */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(resctrl_remove(&groups), -ENOTEMPTY);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)unlink("gold/tasks");
	assert_int_equal(resctrl_remove(&groups), 0);
	assert_int_equal(access("gold", F_OK), -1);
}

static void without_resctrl_that_is_told(void **state)
{
	const char *mountpoint = NULL;
	struct statfs facts;

	(void)state;
	if (statfs("/sys/fs/resctrl", &facts) == 0 && facts.f_type == 0x7655821) {
		assert_int_equal(resctrl_find(&arena, &mountpoint), 0);
		assert_string_equal(mountpoint, "/sys/fs/resctrl");
		return;
	}
	assert_int_equal(resctrl_find(&arena, &mountpoint), -ENOTSUP);
	assert_string_equal(
		error_text(), "linux.intelRdt: no file system of type resctrl is mounted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(groups_have_names),
		row(an_own_group_is_made_written_joined_and_removed),
		row(an_own_group_must_be_new),
		row(a_closid_without_schema_must_be_there),
		row(a_closid_that_is_there_must_have_the_schema),
		row(monitoring_is_a_group_below),
		row(the_kernel_says_why),
		row(a_group_in_use_is_left),
		row(without_resctrl_that_is_told),
	};

	log_set_sink(collect_warnings, NULL, LOG_LEVEL_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
