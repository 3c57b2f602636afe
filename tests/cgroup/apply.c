/* Writing limits: where to, and what is told when it does not work. */
#include "tests/cgroup/tree.h"

static struct plan_cgroup_directory directories[2];
static struct cgroup cgroup;

static int begin(void **state)
{
	if (begin_tree(state) < 0)
		return -1;
	directories[0] = planned("v1", "cpu,memory");
	directories[1] = planned("v2", "");

	const struct plan_cgroup plan = { .directories = directories, .directory_count = 2 };
	return cgroup_create(&plan, &cgroup);
}

static int end(void **state)
{
	cgroup_close(&cgroup);
	return end_tree(state);
}

static int apply(const struct plan_cgroup_write *write)
{
	struct plan_cgroup_write copy = *write;
	const struct plan_cgroup plan = {
		.directories = directories, .directory_count = 2, .writes = &copy, .write_count = 1
	};

	return cgroup_apply(&plan, &cgroup);
}

static void controller_decides_the_directory(void **state)
{
	(void)state;
	put_file("v1/memory.x", "");
	put_file("v2/memory.x", "");
	put_file("v2/pids.x", "");
	assert_int_equal(apply(&(struct plan_cgroup_write){ "p", "memory", "memory.x", "12" }), 0);
	assert_int_equal(apply(&(struct plan_cgroup_write){ "p", "pids", "pids.x", "34" }), 0);
	assert_string_equal(file_text("v1/memory.x"), "12");
	assert_string_equal(file_text("v2/memory.x"), "");
	assert_string_equal(file_text("v2/pids.x"), "34");
}

/* Memory of cgroup2, unless systemd makes the group: it is there only when init is. */
static void memory_of_cgroup2_comes_first(void **state)
{
	struct plan_cgroup_write writes[] = {
		{ .place = "p", .controller = "memory", .file = "memory.x", .value = "12" },
		{ .place = "p", .controller = "pids", .file = "pids.x", .value = "34" },
	};
	struct plan_cgroup plan = { .directories = directories + 1,
		.directory_count = 1,
		.writes = writes,
		.write_count = 2 };
	struct cgroup unified = { .fds = { cgroup.fds[1] } };

	(void)state;
	put_file("v2/memory.x", "");
	put_file("v2/pids.x", "");
	assert_int_equal(cgroup_apply_first(&plan, &unified), 0);
	assert_string_equal(file_text("v2/memory.x"), "12");
	assert_string_equal(file_text("v2/pids.x"), "");
	put_file("v2/memory.x", "");
	assert_int_equal(cgroup_apply(&plan, &unified), 0);
	assert_string_equal(file_text("v2/memory.x"), "");
	assert_string_equal(file_text("v2/pids.x"), "34");
	plan.unit.name = "a.scope";
	assert_int_equal(cgroup_apply_first(&plan, &unified), 0);
	assert_string_equal(file_text("v2/memory.x"), "");
	assert_int_equal(cgroup_apply(&plan, &unified), 0);
	assert_string_equal(file_text("v2/memory.x"), "12");
}

static void the_last_ones_wait(void **state)
{
	struct plan_cgroup_write writes[] = {
		{ .place = "p", .controller = "memory", .file = "memory.x", .value = "12" },
		{ .place = "p",
			.controller = "pids",
			.file = "pids.x",
			.value = "0",
			.last = true },
	};
	const struct plan_cgroup plan = {
		.directories = directories, .directory_count = 2, .writes = writes, .write_count = 2
	};

	(void)state;
	put_file("v1/memory.x", "");
	put_file("v2/pids.x", "");
	assert_int_equal(cgroup_apply(&plan, &cgroup), 0);
	assert_string_equal(file_text("v1/memory.x"), "12");
	assert_string_equal(file_text("v2/pids.x"), "");
	put_file("v1/memory.x", "");
	assert_int_equal(cgroup_apply_last(&plan, &cgroup), 0);
	assert_string_equal(file_text("v1/memory.x"), "");
	assert_string_equal(file_text("v2/pids.x"), "0");
}

static void other_file_serves(void **state)
{
	const struct plan_cgroup_write write = { "p", "io", "io.bfq.weight", "750", "io.weight",
		"7475" };

	(void)state;
	put_file("v2/io.weight", "");
	assert_int_equal(apply(&write), 0);
	assert_string_equal(file_text("v2/io.weight"), "7475");
	assert_string_equal(error_text(), "");
	put_file("v2/io.bfq.weight", "");
	put_file("v2/io.weight", "");
	assert_int_equal(apply(&write), 0);
	assert_string_equal(file_text("v2/io.bfq.weight"), "750");
	assert_string_equal(file_text("v2/io.weight"), "");
}

static void missing_file_names_the_controller(void **state)
{
	struct plan_cgroup_write write = { "linux.resources.pids.limit", "pids", "pids.max", "1" };

	(void)state;
	assert_int_equal(apply(&write), -ENOENT);
	assert_chain("linux.resources.pids.limit: the controller 'pids'");
	assert_chain("pids.max");
	write.may_be_missing = true;
	assert_int_equal(apply(&write), 0);
	assert_string_equal(error_text(), "");
}

/* A directory refuses every write, but not for what another value could change. */
static void failure_names_place_and_file(void **state)
{
	(void)state;
	put_directory("v1/memory.x");
	assert_int_equal(apply(&(struct plan_cgroup_write){
				 "linux.resources.y", "memory", "memory.x", "1" }),
		-EISDIR);
	assert_chain("linux.resources.y: ");
	assert_chain("/v1'");
	assert_chain("'memory.x'");
}

static void pid_goes_everywhere_but_where_it_was_born(void **state)
{
	const struct plan_cgroup plan = { .directories = directories, .directory_count = 2 };

	(void)state;
	put_file("v1/cgroup.procs", "");
	put_file("v2/cgroup.procs", "");
	assert_int_equal(cgroup_add(&plan, &cgroup, 4321, false), 0);
	assert_string_equal(file_text("v1/cgroup.procs"), "4321");
	assert_string_equal(file_text("v2/cgroup.procs"), "");
	assert_int_equal(cgroup_add(&plan, &cgroup, 4321, true), 0);
	assert_string_equal(file_text("v2/cgroup.procs"), "4321");
	assert_int_equal(cgroup_clone_fd(&plan, &cgroup), cgroup.fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(controller_decides_the_directory, begin, end),
		cmocka_unit_test_setup_teardown(memory_of_cgroup2_comes_first, begin, end),
		cmocka_unit_test_setup_teardown(the_last_ones_wait, begin, end),
		cmocka_unit_test_setup_teardown(other_file_serves, begin, end),
		cmocka_unit_test_setup_teardown(missing_file_names_the_controller, begin, end),
		cmocka_unit_test_setup_teardown(failure_names_place_and_file, begin, end),
		cmocka_unit_test_setup_teardown(
			pid_goes_everywhere_but_where_it_was_born, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
