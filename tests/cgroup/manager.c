/* What is done to groups later: listing, signals, freezing, removing, exec, the OOM killer. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/cgroup/tree.h"

static struct plan_cgroup_directory directories[2];

static struct cgroup_paths only(const char *name, const char *controllers)
{
	directories[0] = planned(name, controllers);
	return (struct cgroup_paths){ directories, 1 };
}

/* ---- pids --------------------------------------------------------------------------- */

static void pids_are_sorted_and_once(void **state)
{
	auto_free pid_t *pids = NULL;
	size_t count = 0;

	(void)state;
	put_directory("v1");
	put_file("v1/cgroup.procs", "30\n4\n0\n");
	put_directory("v1/a");
	put_file("v1/a/cgroup.procs", "2000000\n30\n");
	put_directory("v1/a/b");
	put_file("v1/a/b/cgroup.procs", "17\n");
	put_directory("v2");
	put_file("v2/cgroup.procs", "4\n5\n");
	directories[0] = planned("v1", "pids");
	directories[1] = planned("v2", "");
	assert_int_equal(cgroup_pids(&(struct cgroup_paths){ directories, 2 }, &pids, &count), 0);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pids[i], ((pid_t[]){ 4, 5, 17, 30, 2000000 })[i]);
}

/* More than is read at once, so that numbers stand across the border. */
static void many_pids(void **state)
{
	struct cgroup_paths paths = only("box", "");
	auto_free pid_t *pids = NULL;
	size_t count = 0;

	(void)state;
	put_directory("box");
	FILE *file = fopen(in_tree("box/cgroup.procs"), "w");
	assert_non_null(file);
	for (int i = 5000; i > 0; i--)
		(void)fprintf(file, "%d\n", 100000 + i * 7);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(cgroup_pids(&paths, &pids, &count), 0);
	assert_int_equal(count, 5000);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(pids[i], 100007 + i * 7);
}

static void gone_groups_are_empty(void **state)
{
	struct cgroup_paths paths = only("gone", "freezer");
	auto_free pid_t *pids = NULL;
	size_t count = 7;
	uint64_t limit, usage;

	(void)state;
	assert_int_equal(cgroup_pids(&paths, &pids, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(cgroup_kill(&paths, 0), 0);
	assert_int_equal(cgroup_signal(&paths, SIGTERM), 0);
	assert_int_equal(cgroup_freeze(&paths, true), 0);
	assert_int_equal(cgroup_is_frozen(&paths), 0);
	assert_int_equal(cgroup_destroy(&paths, 0), 0);
	assert_int_equal(cgroup_oom_killed(&paths, &limit, &usage), 0);
}

/* ---- signals ------------------------------------------------------------------------ */

static pid_t start_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	while (pid == 0)
		(void)pause();
	return pid;
}

/* Ids that must never get a signal stand beside the child's. */
static void list_child(const char *name, pid_t pid)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "0\n1\n%d\n%d\n", getpid(), pid);
	put_file(name, text);
}

static void signal_reaches_the_group_alone(void **state)
{
	struct cgroup_paths paths = only("box", "pids");
	pid_t pid = start_child();
	int status = 0;

	(void)state;
	put_directory("box");
	list_child("box/cgroup.procs", pid);
	assert_int_equal(cgroup_signal(&paths, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void those_left_are_named(void **state)
{
	struct cgroup_paths paths = only("box", "pids");
	pid_t pid = start_child();
	char words[64];
	int status = 0;

	(void)state;
	put_directory("box");
	list_child("box/cgroup.procs", pid);
	/* The file says for ever that it is there, as for a process in an endless wait. */
	assert_int_equal(cgroup_kill(&paths, 30), -ETIMEDOUT);
	(void)snprintf(words, sizeof(words), " %d (Z", pid);
	assert_chain(words);
	assert_chain("3 process(es) survive SIGKILL:");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void kernel_kills_where_it_can(void **state)
{
	struct cgroup_paths paths = only("box", "");

	(void)state;
	put_directory("box");
	put_file("box/cgroup.procs", "2000000000\n");
	put_file("box/cgroup.kill", "");
	put_file("box/cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(cgroup_kill(&paths, 0), -ETIMEDOUT);
	assert_string_equal(file_text("box/cgroup.kill"), "1");
}

/* ---- freezing ----------------------------------------------------------------------- */

static void freezing_v2(void **state)
{
	struct cgroup_paths paths = only("box", "");

	(void)state;
	put_directory("box");
	put_file("box/cgroup.freeze", "0\n");
	put_file("box/cgroup.events", "populated 1\nfrozen 0\n");
	assert_int_equal(cgroup_is_frozen(&paths), 0);
	put_file("box/cgroup.events", "populated 1\nfrozen 1\n");
	assert_int_equal(cgroup_freeze(&paths, true), 0);
	assert_string_equal(file_text("box/cgroup.freeze"), "1\n");
	assert_int_equal(cgroup_is_frozen(&paths), 1);
	put_file("box/cgroup.events", "populated 1\nfrozen 0\n");
	assert_int_equal(cgroup_is_frozen(&paths), 1); /* not yet, but it is asked for */
	assert_int_equal(cgroup_freeze(&paths, false), 0);
	assert_string_equal(file_text("box/cgroup.freeze"), "0\n");
}

static void a_frozen_group_above_is_named(void **state)
{
	struct cgroup_paths paths = only("a/b/box", "");

	(void)state;
	put_directory("a");
	put_directory("a/b");
	put_directory("a/b/box");
	put_file("a/cgroup.freeze", "1\n");
	put_file("a/b/cgroup.freeze", "0\n");
	put_file("a/b/box/cgroup.freeze", "0\n");
	put_file("a/b/box/cgroup.events", "populated 1\nfrozen 1\n");
	assert_int_equal(cgroup_is_frozen(&paths), 1);
	assert_int_equal(cgroup_freeze(&paths, false), -EBUSY);
	assert_chain("the container stays frozen, as '");
	assert_chain("/a' above it is");

	paths = only("a/b/box", "freezer");
	put_file("a/freezer.self_freezing", "0\n");
	put_file("a/b/freezer.self_freezing", "1\n");
	/* Of plain files none goes on saying that it is frozen when it was told to thaw. */
	put_file("a/b/box/freezer.state", "FROZEN\n");
	assert_int_equal(cgroup_is_frozen(&paths), 1);
	assert_int_equal(cgroup_freeze(&paths, false), 0);
}

/* Nobody is frozen for it but those who fork on and on; see bats/kill.bats. */
static void signals_are_sent_to_all(void **state)
{
	struct cgroup_paths paths = only("box", "");
	pid_t pid = start_child();
	char text[32];
	int status = 0;

	(void)state;
	put_directory("box");
	(void)snprintf(text, sizeof(text), "%d\n", pid);
	put_file("box/cgroup.procs", text);
	put_file("box/cgroup.freeze", "x\n");
	put_file("box/cgroup.events", "populated 1\nfrozen 0\n");
	assert_int_equal(cgroup_signal(&paths, 0), 0);
	assert_string_equal(file_text("box/cgroup.freeze"), "x\n");
	assert_int_equal(cgroup_signal(&paths, SIGTERM), 0);
	assert_string_equal(file_text("box/cgroup.freeze"), "x\n");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);

	/* Who was frozen stays so; SIGKILL is the kernel's matter. */
	put_file("box/cgroup.freeze", "1\n");
	put_file("box/cgroup.kill", "");
	assert_int_equal(cgroup_signal(&paths, SIGKILL), 0);
	assert_string_equal(file_text("box/cgroup.kill"), "1");
	assert_int_equal(cgroup_signal(&paths, SIGUSR1), 0);
	assert_string_equal(file_text("box/cgroup.freeze"), "1\n");
}

static void freezing_v1_goes_before(void **state)
{
	(void)state;
	put_directory("v1");
	put_file("v1/freezer.state", "THAWED\n");
	put_directory("v2");
	put_file("v2/cgroup.freeze", "0\n");
	directories[0] = planned("v1", "freezer");
	directories[1] = planned("v2", "");

	struct cgroup_paths paths = { directories, 2 };
	assert_int_equal(cgroup_freeze(&paths, true), 0);
	assert_string_equal(file_text("v1/freezer.state"), "FROZEN\n");
	assert_string_equal(file_text("v2/cgroup.freeze"), "0\n");
	assert_int_equal(cgroup_is_frozen(&paths), 1);
	assert_int_equal(cgroup_freeze(&paths, false), 0);
	assert_int_equal(cgroup_is_frozen(&paths), 0);
	put_file("v1/freezer.state", "FREEZING\n");
	assert_int_equal(cgroup_is_frozen(&paths), 1);
}

static void nothing_to_freeze_with(void **state)
{
	struct cgroup_paths paths = only("box", "pids");

	(void)state;
	put_directory("box");
	assert_int_equal(cgroup_freeze(&paths, true), -EINVAL);
	assert_int_equal(cgroup_is_frozen(&paths), 0);
}

/* ---- removing ----------------------------------------------------------------------- */

static void all_below_is_removed(void **state)
{
	struct cgroup_paths paths = only("a/box", "");

	(void)state;
	put_directory("a");
	put_directory("a/other");
	put_directory("a/box");
	for (int i = 0; i < 300; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "a/box/%d", i);
		put_directory(name);
		(void)snprintf(name, sizeof(name), "a/box/%d/x", i);
		put_directory(name);
	}
	assert_int_equal(cgroup_destroy(&paths, 0), 0);
	assert_false(exists("a/box"));
	assert_true(exists("a/other"));
}

/* Deeper than a path can be long, and than there are descriptors and frames of a stack to have. */
static void depth_is_no_defence(void **state)
{
	struct cgroup_paths paths = only("box", "");
	int levels = 5000;

	(void)state;
	put_directory("box");
	int dir = open(in_tree("box"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (levels-- > 0) {
		assert_int_equal(mkdirat(dir, "d", 0755), 0);
		int below = openat(dir, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
		assert_true(below >= 0);
		(void)close(dir);
		dir = below;
	}
	(void)close(dir);
	assert_int_equal(cgroup_destroy(&paths, 0), 0);
	assert_false(exists("box"));
}

static void links_are_not_followed(void **state)
{
	struct cgroup_paths paths = only("box", "");

	(void)state;
	put_directory("outside");
	put_directory("outside/x");
	put_directory("box");
	assert_int_equal(symlink(in_tree("outside"), in_tree("box/link")), 0);
	assert_int_equal(cgroup_destroy(&paths, 0), -ENOTEMPTY);
	assert_true(exists("outside/x"));
}

static void who_is_in_the_way_is_named(void **state)
{
	struct cgroup_paths paths = only("box", "pids");
	char text[64];

	(void)state;
	put_directory("box");
	(void)snprintf(text, sizeof(text), "%d\n", getpid());
	put_file("box/cgroup.procs", text);
	assert_int_equal(cgroup_destroy(&paths, 0), -ENOTEMPTY);
	(void)snprintf(text, sizeof(text), "box': 1 process(es) are in it: %d (R", getpid());
	assert_chain(text);
}

static void only_below_the_mountpoint(void **state)
{
	struct plan_cgroup_directory wrong = { "/sys/fs/cgroup", in_tree("box"), "", true };

	(void)state;
	put_directory("box");
	assert_true(cgroup_destroy(&(struct cgroup_paths){ &wrong, 1 }, 0) < 0);
	assert_true(exists("box"));
	wrong = (struct plan_cgroup_directory){ in_tree("box"), in_tree("box"), "", true };
	assert_true(cgroup_destroy(&(struct cgroup_paths){ &wrong, 1 }, 0) < 0);
	assert_true(exists("box"));
}

/* ---- exec, OOM ---------------------------------------------------------------------- */

static void exec_opens_what_was_recorded(void **state)
{
	struct cgroup_paths paths = only("box", "");
	struct cgroup cgroup;
	struct stat is, wanted;

	(void)state;
	put_directory("box");
	put_file("box/cgroup.subtree_control", "");
	assert_int_equal(cgroup_open_for_exec(&paths, NULL, getpid(), &cgroup), 0);
	assert_int_equal(fstat(cgroup.fds[0], &is), 0);
	assert_int_equal(stat(in_tree("box"), &wanted), 0);
	assert_int_equal(is.st_ino, wanted.st_ino);
	assert_false(cgroup.made[0]);
	cgroup_close(&cgroup);
}

static void exec_follows_init(void **state)
{
	struct cgroup_paths paths = only("box", "");
	struct cgroup cgroup;
	struct stat is, wanted;
	char line[256], own[256] = "", command[600];

	(void)state;
	FILE *file = fopen("/proc/self/cgroup", "r");
	while (file && fgets(line, sizeof(line), file))
		(void)sscanf(line, "0::%255[^\n]", own);
	if (file)
		(void)fclose(file);
	if (!*own || strncmp(own, "/..", 3) == 0)
		skip();
	(void)snprintf(command, sizeof(command), "mkdir -p '%s%s'", mountpoint, own);
	assert_int_equal(system(command), 0);
	(void)snprintf(line, sizeof(line), "%.60s%.190s", mountpoint, own);
	assert_int_equal(stat(line, &wanted), 0);

	/* Its own group is gone, or has none but groups below. */
	for (int gone = 1; gone >= 0; gone--) {
		if (!gone) {
			put_directory("box");
			put_file("box/cgroup.subtree_control", "memory\n");
		}
		assert_int_equal(cgroup_open_for_exec(&paths, NULL, getpid(), &cgroup), 0);
		assert_int_equal(fstat(cgroup.fds[0], &is), 0);
		assert_int_equal(is.st_ino, wanted.st_ino);
		cgroup_close(&cgroup);
	}
}

static void oom_kills_are_seen(void **state)
{
	struct cgroup_paths paths = only("box", "");
	uint64_t limit = 1, usage = 1;

	(void)state;
	put_directory("box");
	put_file("box/memory.events", "low 0\noom 1\noom_kill 0\n");
	assert_int_equal(cgroup_oom_killed(&paths, &limit, &usage), 0);
	assert_int_equal(limit, 0);
	put_file("box/memory.events", "low 0\noom 1\noom_kill 2\n");
	put_file("box/memory.max", "1000\n");
	put_file("box/memory.current", "10\n");
	assert_int_equal(cgroup_oom_killed(&paths, &limit, &usage), 1);
	assert_int_equal(limit, 1000);
	assert_int_equal(usage, 10);
	put_file("box/memory.peak", "999\n");
	assert_int_equal(cgroup_oom_killed(&paths, &limit, &usage), 1);
	assert_int_equal(usage, 999);

	paths = only("box", "memory");
	put_file("box/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
	put_file("box/memory.limit_in_bytes", "77\n");
	assert_int_equal(cgroup_oom_killed(&paths, &limit, &usage), 1);
	assert_int_equal(limit, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pids_are_sorted_and_once, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(many_pids, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(gone_groups_are_empty, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(
			signal_reaches_the_group_alone, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(those_left_are_named, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(kernel_kills_where_it_can, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(freezing_v2, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(
			a_frozen_group_above_is_named, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(
			signals_are_sent_to_all, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(who_is_in_the_way_is_named, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(freezing_v1_goes_before, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(nothing_to_freeze_with, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(all_below_is_removed, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(depth_is_no_defence, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(links_are_not_followed, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(only_below_the_mountpoint, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(exec_opens_what_was_recorded, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(exec_follows_init, begin_tree, end_tree),
		cmocka_unit_test_setup_teardown(oom_kills_are_seen, begin_tree, end_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
