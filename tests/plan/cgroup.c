/* Where the container's groups are. */
#include "tests/plan/hosts.h"

#include <sched.h>

#include "config.h"
#include "libcontainer/kernel/syscall.h"

static const char *path_in(size_t index)
{
	assert_true(index < plan.cgroup.directory_count);
	return plan.cgroup.directories[index].path;
}

static void absolute_is_below_each_mountpoint(void **state)
{
	(void)state;
	begin_on(&host_hybrid);
	linux_.cgroups_path = "/pod/box";
	assert_int_equal(decide(plan_cgroup), 0);
	assert_int_equal(plan.cgroup.directory_count, 8);
	assert_string_equal(path_in(0), "/sys/fs/cgroup/cpu,cpuacct/pod/box");
	assert_string_equal(path_in(6), "/sys/fs/cgroup/systemd/pod/box");
	assert_string_equal(path_in(7), "/sys/fs/cgroup/unified/pod/box");
	assert_true(plan.cgroup.directories[7].unified);
	assert_string_equal(plan.cgroup.directories[0].controllers, "cpu,cpuacct");
	assert_true(plan.cgroup.has_limits);

	begin_on(&host_v2);
	linux_.cgroups_path = "/pod//box/";
	assert_int_equal(decide(plan_cgroup), 0);
	assert_string_equal(path_in(0), "/sys/fs/cgroup/pod/box");
}

static void relative_is_below_our_own(void **state)
{
	(void)state;
	begin_on(&host_hybrid);
	linux_.cgroups_path = "pod/box";
	assert_int_equal(decide(plan_cgroup), 0);
	assert_string_equal(path_in(1), "/sys/fs/cgroup/cpuset/pod/box");
	assert_string_equal(path_in(2), "/sys/fs/cgroup/memory/us/deep/pod/box");
	/* Beside our own group, which has a process and so no controllers to hand on. */
	assert_string_equal(path_in(7), "/sys/fs/cgroup/unified/us/pod/box");
}

static void id_serves_without_a_path(void **state)
{
	(void)state;
	begin_on(&host_v2);
	assert_int_equal(decide(plan_cgroup), 0);
	assert_string_equal(path_in(0), "/sys/fs/cgroup/user.slice/box");
	assert_false(plan.cgroup.has_limits);
	assert_false(plan.cgroup.optional);

	begin_on(&host_v2);
	spec.linux_ = NULL;
	options.rootless = true;
	assert_int_equal(decide(plan_cgroup), 0);
	assert_string_equal(path_in(0), "/sys/fs/cgroup/user.slice/box");
	assert_true(plan.cgroup.optional);
}

static void dots_lead_nowhere(void **state)
{
	static const char *const paths[] = { "../../../x", "/../../x", "a/../../../x" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		begin_on(&host_v1);
		linux_.cgroups_path = paths[i];
		assert_int_equal(decide(plan_cgroup), 0);
		assert_string_equal(path_in(2), paths[i][0] == '/'
							? "/sys/fs/cgroup/memory/x"
							: "/sys/fs/cgroup/memory/us/deep/x");
	}
}

static void group_must_be_the_containers(void **state)
{
	static const char *const paths[] = { "/", "..", ".", "a/..", "//" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		begin_on(&host_v2);
		linux_.cgroups_path = paths[i];
		assert_int_equal(decide(plan_cgroup), -EINVAL);
		assert_chain("linux.cgroupsPath: ");
	}
}

/* Shown where our own group is outside of our cgroup namespace. */
static void own_group_outside_is_the_root(void **state)
{
	struct host_hierarchy outside = { "", "/sys/fs/cgroup", "/../../other", true };
	struct host strange = host_v2;

	(void)state;
	strange.hierarchies = &outside;
	begin_on(&strange);
	assert_int_equal(decide(plan_cgroup), 0);
	assert_string_equal(path_in(0), "/sys/fs/cgroup/box");
}

static void managers(void **state)
{
	(void)state;
	begin_on(&host_v2);
	options.cgroup_manager = PLAN_CGROUP_SYSTEMD;
	assert_int_equal(decide(plan_cgroup), WITH_SYSTEMD ? 0 : -EINVAL);
	if (!WITH_SYSTEMD)
		assert_chain("the systemd cgroup driver is not available in this build: use "
			     "cgroupfs");

	begin_on(&host_v2);
	options.cgroup_manager = PLAN_CGROUP_DISABLED;
	assert_int_equal(decide(plan_cgroup), 0);
	assert_int_equal(plan.cgroup.directory_count, 0);
	assert_int_equal(plan.cgroup.manager, PLAN_CGROUP_DISABLED);
}

static void host_without_groups(void **state)
{
	static const struct host none = { .cgroup_layout = HOST_CGROUP_NONE };

	(void)state;
	begin_on(&none);
	assert_int_equal(decide(plan_cgroup), -EINVAL);
	begin_on(&none);
	options.rootless = true;
	assert_int_equal(decide(plan_cgroup), 0);
	assert_int_equal(plan.cgroup.directory_count, 0);
	begin_on(&none);
	options.rootless = true;
	linux_.cgroups_path = "/x";
	assert_int_equal(decide(plan_cgroup), -EINVAL);
}

static bool is_delegated(const struct host *on, int namespaces, uint64_t attributes, uid_t uid)
{
	static struct plan_id_range range = { .inside = 0, .outside = 100000, .count = 10 };
	struct plan_mount mount = { .kind = PLAN_MOUNT_CGROUP, .attr_set = attributes };

	begin_on(on);
	assert_int_equal(decide(plan_cgroup), 0);
	plan.namespaces.create = plan.namespaces.have = namespaces;
	plan.users.uids = (struct plan_id_map){ &range, 1 };
	plan.process.uid = uid;
	plan.root.mounts = &mount;
	plan.root.mount_count = 1;
	assert_int_equal(decide(plan_delegation), 0);
	return plan.cgroup.delegated;
}

static void group_is_given_to_the_user(void **state)
{
	int both = CLONE_NEWCGROUP | CLONE_NEWUSER;

	(void)state;
	assert_true(is_delegated(&host_v2, both, 0, 3));
	assert_int_equal(plan.cgroup.owner, 100003);
	assert_true(is_delegated(&host_v2, CLONE_NEWCGROUP, 0, 3));
	assert_int_equal(plan.cgroup.owner, 3);
	assert_false(is_delegated(&host_v2, CLONE_NEWCGROUP, 0, 0)); /* ours already */
	assert_false(is_delegated(&host_v2, both, MOUNT_ATTR_RDONLY, 3));
	assert_false(is_delegated(&host_v2, CLONE_NEWUSER, 0, 3));
	assert_false(is_delegated(&host_v2, both, 0, 11)); /* not mapped */
	assert_false(is_delegated(&host_hybrid, both, 0, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(absolute_is_below_each_mountpoint, end_test),
		cmocka_unit_test_teardown(relative_is_below_our_own, end_test),
		cmocka_unit_test_teardown(id_serves_without_a_path, end_test),
		cmocka_unit_test_teardown(dots_lead_nowhere, end_test),
		cmocka_unit_test_teardown(group_must_be_the_containers, end_test),
		cmocka_unit_test_teardown(own_group_outside_is_the_root, end_test),
		cmocka_unit_test_teardown(group_is_given_to_the_user, end_test),
		cmocka_unit_test_teardown(managers, end_test),
		cmocka_unit_test_teardown(host_without_groups, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
