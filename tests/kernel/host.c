#include "libcontainer/kernel/host.h"

#include <errno.h>

#include "libcontainer/base/arena.h"
#include "tests/kernel/sandbox.h"

static struct arena arena;

static int forget(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void parse_v1(const char *cgroup, const char *mountinfo, struct host *host)
{
	*host = (struct host){ 0 };
	assert_int_equal(host_parse_v1(&arena, arena_strdup(&arena, cgroup),
				 arena_strdup(&arena, mountinfo), host),
		0);
}

static void test_hybrid(void **state)
{
	struct host host;

	(void)state;
	parse_v1("9:name=systemd:/init.scope\n4:memory:/a/b\n2:cpu,cpuacct:/\n0::/u\n",
		"30 22 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
		"31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
		"32 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
		"34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		"35 30 0:35 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
		"39 30 0:36 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
		"40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
		"41 22 0:37 / /mnt/cgroup2 rw - cgroup2 cgroup2 rw\n",
		&host);
	assert_int_equal(host.cgroup_layout, HOST_CGROUP_V1);
	/* pids has no line of ours; what is mounted twice, or elsewhere, counts once. */
	assert_int_equal(host.hierarchy_count, 4);
	assert_string_equal(host.hierarchies[0].controllers, "cpu,cpuacct");
	assert_string_equal(host.hierarchies[0].mountpoint, "/sys/fs/cgroup/cpu,cpuacct");
	assert_string_equal(host.hierarchies[0].own, "/");
	assert_string_equal(host.hierarchies[1].own, "/a/b");
	assert_string_equal(host.hierarchies[2].controllers, "name=systemd");
	assert_string_equal(host.hierarchies[2].own, "/init.scope");
	assert_false(host.hierarchies[2].unified);
	assert_true(host.hierarchies[3].unified);
	assert_string_equal(host.hierarchies[3].controllers, "");
	assert_string_equal(host.hierarchies[3].own, "/u");
}

/* A container of another engine: mounts show its subtree, and /proc names the whole path. */
static void test_own_cgroup_is_relative_to_the_mount(void **state)
{
	static const struct {
		const char *path, *root, *own;
	} cases[] = {
		{ "/docker/abc/x", "/docker/abc", "/x" },
		{ "/docker/abc", "/docker/abc", "/" },
		{ "/docker/abcd", "/docker/abc", "/" },
		{ "/", "/docker/abc", "/" },
		{ "/../x", "/", "/" },
		{ "/x", "/..", "/" },
		{ "/a/b", "/", "/a/b" },
	};
	char cgroup[64], mountinfo[128];
	struct host host;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(cgroup, sizeof(cgroup), "1:cpu:%s\n", cases[i].path);
		(void)snprintf(mountinfo, sizeof(mountinfo),
			"1 2 0:1 %s /sys/fs/cgroup/cpu ro - cgroup c rw,cpu\n", cases[i].root);
		parse_v1(cgroup, mountinfo, &host);
		assert_int_equal(host.hierarchy_count, 1);
		assert_string_equal(host.hierarchies[0].own, cases[i].own);
	}
}

static void test_one_controller_is_no_other(void **state)
{
	struct host host;

	(void)state;
	/* "cpu" is the beginning of "cpuset", and of "cpuacct". */
	parse_v1("3:cpu:/c\n2:cpuset:/s\n",
		"1 2 0:1 / /sys/fs/cgroup/cpuset rw - cgroup c rw,cpuset\n"
		"1 2 0:1 / /sys/fs/cgroup/cpuacct rw - cgroup c rw,cpuacct\n",
		&host);
	assert_int_equal(host.hierarchy_count, 1);
	assert_string_equal(host.hierarchies[0].own, "/s");
}

static void test_nothing_is_mounted(void **state)
{
	struct host host;

	(void)state;
	parse_v1("1:cpu:/\n", "1 2 0:1 / / rw - ext4 /dev/sda rw\n", &host);
	assert_int_equal(host.cgroup_layout, HOST_CGROUP_NONE);
	parse_v1("", "", &host);
	assert_int_equal(host.cgroup_layout, HOST_CGROUP_NONE);
}

static void test_unified(void **state)
{
	static const struct {
		const char *text, *own;
	} cases[] = {
		{ "0::/user.slice/x.scope\n", "/user.slice/x.scope" },
		{ "0::/\n", "/" },
		{ "0::/../../x\n", "/" },
		{ "2:net_cls:/n\n0::/a:b\n", "/a:b" },
		{ "", "/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host host = { 0 };

		assert_int_equal(
			host_parse_v2(&arena, arena_strdup(&arena, cases[i].text), &host), 0);
		assert_int_equal(host.cgroup_layout, HOST_CGROUP_V2);
		assert_int_equal(host.hierarchy_count, 1);
		assert_true(host.hierarchies[0].unified);
		assert_string_equal(host.hierarchies[0].mountpoint, "/sys/fs/cgroup");
		assert_string_equal(host.hierarchies[0].own, cases[i].own);
	}
}

static void test_malformed_files(void **state)
{
	struct host host = { 0 };

	(void)state;
	assert_int_equal(host_parse_v2(&arena, arena_strdup(&arena, "0:/x\n"), &host), -EBADMSG);
	assert_int_equal(host_parse_v1(&arena, arena_strdup(&arena, "1:cpu:/\n"),
				 arena_strdup(&arena, "x\n"), &host),
		-EBADMSG);
}

static void test_this_machine(void **state)
{
	struct host host;
	mode_t before = umask(027);

	(void)state;
	assert_int_equal(host_read(&arena, &host), 0);
	assert_int_equal(umask(before), 022);
	assert_int_equal(host.umask, 027);
	assert_int_equal(host.uid, geteuid());
	assert_int_equal(host.gid, getegid());
	for (size_t i = 0; i < host.hierarchy_count; i++) {
		assert_int_equal(access(host.hierarchies[i].mountpoint, F_OK), 0);
		assert_int_equal(host.hierarchies[i].own[0], '/');
	}
}

static int child_in_user_namespace(void)
{
	struct host host;

	if (!sandbox_enter(0))
		return CHILD_SKIPS;
	child_check(host_read(&arena, &host) == 0);
	child_check(host.in_user_namespace);
	child_check(host.uid == 0);
	return 0;
}

static void test_user_namespace_is_noticed(void **state)
{
	(void)state;
	run_in_child(child_in_user_namespace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_hybrid, forget),
		cmocka_unit_test_teardown(test_own_cgroup_is_relative_to_the_mount, forget),
		cmocka_unit_test_teardown(test_one_controller_is_no_other, forget),
		cmocka_unit_test_teardown(test_nothing_is_mounted, forget),
		cmocka_unit_test_teardown(test_unified, forget),
		cmocka_unit_test_teardown(test_malformed_files, forget),
		cmocka_unit_test_teardown(test_this_machine, forget),
		cmocka_unit_test_teardown(test_user_namespace_is_noticed, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
