#include "libcontainer/plan/exec_cgroup.h"

#include <errno.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "tests/check.h"

static struct arena arena;
static struct plan_cgroup_directory directories[] = {
	{ "/cg/cpu", "/cg/cpu/box", "cpu,cpuacct", false, NULL },
	{ "/cg/pids", "/cg/pids/box", "pids", false, NULL },
	{ "/cg/systemd", "/cg/systemd/box", "name=systemd", false, NULL },
	{ "/cg/unified", "/cg/unified/box", "", true, NULL },
};
static struct plan_cgroup cgroup;

/* On v1 and its cgroup2, or on cgroup2 alone. */
static int ask(bool v2, const char *first, const char *second)
{
	const char *words[] = { first, second, NULL };

	cgroup = (struct plan_cgroup){ .directories = v2 ? directories + 3 : directories,
		.directory_count = v2 ? 1 : 4 };
	error_clear();
	return plan_exec_cgroup(&arena, words, &cgroup);
}

static int end_test(void **state)
{
	(void)state;
	arena_done(&arena);
	arena = (struct arena){ 0 };
	return 0;
}

static void none(void **state)
{
	(void)state;
	assert_int_equal(ask(false, NULL, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_null(cgroup.exec_groups[i]);
	assert_int_equal(plan_exec_cgroup(&arena, NULL, &cgroup), 0);
	assert_null(cgroup.exec_groups[0]);
}

static void one_path_is_for_all(void **state)
{
	static const struct {
		const char *word, *path;
	} rows[] = {
		{ "/", "" },
		{ ".", "" },
		{ "", "" },
		{ "a", "a" },
		{ "/a//b/", "a/b" },
		{ "a/../b", "b" },
		{ "a/./b/../..", "" },
		{ "...", "..." },
		{ "..a", "..a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(ask(false, rows[i].word, NULL), 0);
		for (size_t k = 0; k < 4; k++)
			assert_string_equal(cgroup.exec_groups[k], rows[i].path);
		assert_int_equal(ask(true, rows[i].word, NULL), 0);
		assert_string_equal(cgroup.exec_groups[0], rows[i].path);
	}
}

static void no_way_out(void **state)
{
	static const char *const words[] = { "..", "../box", "../box-two", "/..", "a/../..",
		"a/../../box/a", "pids:../box-two", "cpu:/../box" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		assert_int_equal(ask(false, words[i], NULL), -EINVAL);
		assert_non_null(strstr(error_text(), "bad sub cgroup path: "));
	}
}

static void controllers_have_paths_of_their_own(void **state)
{
	(void)state;
	assert_int_equal(ask(false, "pids,cpu:/a", "name=systemd:b"), 0);
	assert_string_equal(cgroup.exec_groups[0], "a");
	assert_string_equal(cgroup.exec_groups[1], "a");
	assert_string_equal(cgroup.exec_groups[2], "b");
	assert_null(cgroup.exec_groups[3]);
	/* The same of one hierarchy is said twice, no more. */
	assert_int_equal(ask(false, "cpu,cpuacct:a", NULL), 0);
	assert_string_equal(cgroup.exec_groups[0], "a");
}

static void what_is_wrong_is_told(void **state)
{
	static const struct {
		bool v2;
		const char *first, *second, *words;
	} rows[] = {
		{ false, "whatever:a", NULL, "unknown controller whatever" },
		{ false, "acct:a", NULL, "unknown controller acct" },
		{ false, "cpu,whatever:a", NULL, "unknown controller whatever" },
		{ true, "pids:a", NULL, "unknown controller pids" },
		{ false, ":a", NULL, "(empty <controller> prefix)" },
		{ false, "cpu,:a", NULL, "(empty <controller> prefix)" },
		{ false, ",cpu:a", NULL, "(empty <controller> prefix)" },
		{ false, "cpu:a", "b", "argument: b (missing <controller>: prefix)" },
		{ true, "a", "b", "argument: a (missing <controller>: prefix)" },
		{ false, "cpu:a", "cpu:b", "controller cpu specified multiple times" },
		{ false, "cpu:a", "cpuacct:b", "controller cpuacct specified multiple times" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(ask(rows[i].v2, rows[i].first, rows[i].second), -EINVAL);
		if (!strstr(error_text(), rows[i].words))
			test_fails("'%s' lacks '%s'\n", error_text(), rows[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(none, end_test),
		cmocka_unit_test_teardown(one_path_is_for_all, end_test),
		cmocka_unit_test_teardown(no_way_out, end_test),
		cmocka_unit_test_teardown(controllers_have_paths_of_their_own, end_test),
		cmocka_unit_test_teardown(what_is_wrong_is_told, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
