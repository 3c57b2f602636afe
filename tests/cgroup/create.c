/* Making directories, handing controllers on, inheriting cpusets; and undoing it. */
#include "tests/cgroup/tree.h"

static struct cgroup cgroup;

static int create(const struct plan_cgroup_directory *directory, const char *controller)
{
	struct plan_cgroup_write write = { "linux.resources.x", controller, "x", "1" };
	struct plan_cgroup_directory copy = *directory;
	const struct plan_cgroup plan = { .directories = &copy,
		.directory_count = 1,
		.writes = &write,
		.write_count = controller != NULL };

	return cgroup_create(&plan, &cgroup);
}

static void parents_are_made(void **state)
{
	struct plan_cgroup_directory directory = planned("a/b/box", "");

	(void)state;
	put_directory("a");
	assert_int_equal(create(&directory, NULL), 0);
	assert_true(exists("a/b/box"));
	assert_true(cgroup.made[0]);
	assert_true(cgroup.fds[0] >= 0);
	assert_int_equal(cgroup.fds[1], -EBADF);
	cgroup_close(&cgroup);

	assert_int_equal(create(&directory, NULL), 0);
	assert_false(cgroup.made[0]);
	cgroup_close(&cgroup);
	assert_int_equal(cgroup.fds[0], -EBADF);
}

static void controllers_are_handed_on(void **state)
{
	struct plan_cgroup_directory directory = planned("a/box", "");

	(void)state;
	put_file("cgroup.controllers", "cpu memory\n");
	put_file("cgroup.subtree_control", "cpu\n");
	put_directory("a");
	put_file("a/cgroup.controllers", "cpu memory\n");
	put_file("a/cgroup.subtree_control", "");
	put_directory("a/box");
	put_file("a/box/cgroup.controllers", "");
	assert_int_equal(create(&directory, NULL), 0);
	/* Only what is missing is written. */
	assert_string_equal(file_text("cgroup.subtree_control"), "+memory ");
	assert_string_equal(file_text("a/cgroup.subtree_control"), "+cpu +memory ");
	cgroup_close(&cgroup);
}

static void nothing_is_written_where_all_is_there(void **state)
{
	struct plan_cgroup_directory directory = planned("box", "");

	(void)state;
	put_file("cgroup.controllers", "cpu memory\n");
	put_directory("box");
	put_file("box/cgroup.controllers", "memory cpu\n");
	assert_int_equal(create(&directory, "memory"), 0);
	assert_false(exists("cgroup.subtree_control"));
	cgroup_close(&cgroup);
}

static void missing_controller_undoes_all(void **state)
{
	struct plan_cgroup_directory directory = planned("a/b/box", "");

	(void)state;
	put_directory("a");
	assert_int_equal(create(&directory, "memory"), -EINVAL);
	assert_chain("linux.resources.x: controller `memory` is not available under ");
	assert_true(exists("a"));
	assert_false(exists("a/b"));

	put_directory("a/b");
	assert_int_equal(create(&directory, "memory"), -EINVAL);
	assert_true(exists("a/b"));
	assert_false(exists("a/b/box"));
}

/* On a host where v1 has the rest, only what is needed is enabled. */
static void hybrid_enables_what_is_needed(void **state)
{
	struct plan_cgroup_write write = { "x", "hugetlb", "hugetlb.2MB.max", "1" };
	struct plan_cgroup_directory directories[] = { planned("v1", "memory"),
		planned("box", "") };
	const struct plan_cgroup plan = {
		.directories = directories, .directory_count = 2, .writes = &write, .write_count = 1
	};

	(void)state;
	put_file("cgroup.controllers", "hugetlb misc\n");
	put_file("cgroup.subtree_control", "");
	put_directory("box");
	put_file("box/cgroup.controllers", "");
	assert_int_equal(cgroup_create(&plan, &cgroup), -EINVAL);
	assert_string_equal(file_text("cgroup.subtree_control"), "+hugetlb ");
	assert_false(exists("v1"));
	assert_true(exists("box"));
}

static void used_group_is_refused(void **state)
{
	struct plan_cgroup_directory directory = planned("box", "");

	(void)state;
	put_directory("box");
	put_directory("box/below");
	put_file("box/cgroup.procs", "");
	put_file("box/below/cgroup.procs", "41\n42\n");
	assert_int_equal(create(&directory, NULL), -EBUSY);
	assert_chain("container's cgroup is not empty: 2 process(es) found");
	assert_true(exists("box/below"));

	put_file("box/below/cgroup.procs", "");
	put_file("box/cgroup.freeze", "1\n");
	assert_int_equal(create(&directory, NULL), -EBUSY);
	assert_chain("container's cgroup unexpectedly frozen");
	assert_true(exists("box"));
}

static void cpusets_are_inherited(void **state)
{
	struct plan_cgroup_directory directory = planned("a/box", "cpu,cpuset");

	(void)state;
	put_file("cpuset.cpus", "0-3\n");
	put_file("cpuset.mems", "0\n");
	put_directory("a");
	put_file("a/cpuset.cpus", "1\n");
	put_file("a/cpuset.mems", "\n");
	put_directory("a/box");
	put_file("a/box/cpuset.cpus", "");
	put_file("a/box/cpuset.mems", "");
	assert_int_equal(create(&directory, NULL), 0);
	assert_string_equal(file_text("a/cpuset.cpus"), "1\n");
	assert_int_equal(file_text("a/cpuset.mems")[0], '0');
	assert_string_equal(file_text("a/box/cpuset.cpus"), "1");
	assert_int_equal(file_text("a/box/cpuset.mems")[0], '0');
	cgroup_close(&cgroup);
}

/* Nobody may make directories in sysfs. */
static void permission_is_optional_for_the_rootless(void **state)
{
	struct plan_cgroup_directory directory = { "/sys/kernel", "/sys/kernel/caisson-test", "",
		true };
	struct plan_cgroup plan = { .directories = &directory, .directory_count = 1 };

	(void)state;
	if (access("/sys/kernel", F_OK) < 0)
		skip();
	assert_true(cgroup_create(&plan, &cgroup) < 0);
	assert_chain("make the control group '/sys/kernel/caisson-test': ");
	plan.optional = true;
	assert_int_equal(cgroup_create(&plan, &cgroup), 0);
	assert_int_equal(cgroup.fds[0], -EBADF);
	assert_int_equal(cgroup_clone_fd(&plan, &cgroup), -EBADF);
	plan.has_limits = true;
	assert_true(cgroup_create(&plan, &cgroup) < 0);
	assert_chain("rootless needs no limits + no cgrouppath when no permission is granted for "
		     "cgroups");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parents_are_made, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(controllers_are_handed_on, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(
			nothing_is_written_where_all_is_there, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(
			missing_controller_undoes_all, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(
			hybrid_enables_what_is_needed, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(used_group_is_refused, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(cpusets_are_inherited, begin_tree, end_tree),
		cmocka_unit_test(permission_is_optional_for_the_rootless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
