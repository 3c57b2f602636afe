/* What verbs do with the cgroups of a container: the room cgroup/ is played by this file. */
#include "libcontainer/cgroup/manager.h"
#include "tests/lifecycle/fixture.h"

static struct {
	bool frozen;
	size_t populated; /* number of processes */
	int destroy_error;
	char calls[512]; /* what changed something, in order */
} played;

static void note(const char *format, int argument)
{
	size_t used = strlen(played.calls);

	(void)snprintf(played.calls + used, sizeof(played.calls) - used, format, argument);
}

int cgroup_kill(const struct cgroup_paths *paths, int timeout)
{
	assert_true(paths->count == 1 && timeout > 0);
	note("kill ", 0);
	played.populated = 0;
	return 0;
}

int cgroup_signal(const struct cgroup_paths *paths, int signal)
{
	assert_int_equal(paths->count, 1);
	note("signal-%d ", signal);
	return 0;
}

int cgroup_freeze(const struct cgroup_paths *paths, bool frozen)
{
	assert_int_equal(paths->count, 1);
	note(frozen ? "freeze " : "thaw ", 0);
	played.frozen = frozen;
	return 0;
}

int cgroup_is_frozen(const struct cgroup_paths *paths)
{
	assert_string_equal(paths->items[0].path, "/sys/fs/cgroup/c");
	return played.frozen;
}

int cgroup_destroy(const struct cgroup_paths *paths, int timeout)
{
	(void)timeout;
	assert_string_equal(paths->items[0].path, "/sys/fs/cgroup/c");
	note("destroy ", 0);
	if (played.destroy_error)
		return refuse_as(played.destroy_error, "remove cgroup");
	return 0;
}

int cgroup_pids(const struct cgroup_paths *paths, pid_t **ret_pids, size_t *ret_count)
{
	assert_int_equal(paths->count, 1);
	*ret_pids = calloc(played.populated + 1, sizeof(**ret_pids));
	for (size_t i = 0; i < played.populated; i++)
		(*ret_pids)[i] = (pid_t)(100 + i);
	*ret_count = played.populated;
	return 0;
}

static struct plan_cgroup_directory directory = {
	.mountpoint = "/sys/fs/cgroup",
	.path = "/sys/fs/cgroup/c",
	.controllers = "",
	.unified = true,
};

static struct record record_with_cgroup(bool own_pid_namespace)
{
	struct record record = record_sample("c");

	record.cgroups = &directory;
	record.cgroup_count = 1;
	record.cgroups_made = true;
	record.own_pid_namespace = own_pid_namespace;
	return record;
}

static pid_t make_running(struct fixture *fixture, bool own_pid_namespace, size_t populated)
{
	struct record record = record_with_cgroup(own_pid_namespace);

	memset(&played, 0, sizeof(played));
	played.populated = populated;
	return make_container(fixture, "c", false, &record);
}

static void remove_container(struct fixture *fixture, pid_t pid)
{
	assert_int_equal(container_delete(&fixture->context, "c", true), 0);
	assert_int_equal(reap(pid), SIGKILL);
}

static void paused_and_resumed(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	pid_t pid = make_running(fixture, true, 1);

	assert_int_equal(container_pause(c, "c"), 0);
	assert_status(fixture, "c", "paused");
	assert_int_equal(container_pause(c, "c"), -EBUSY);
	assert_int_equal(container_start(c, "c"), -EBUSY);
	assert_error_has("cannot start a container in the paused state");
	assert_int_equal(container_delete(c, "c", false), -EBUSY);
	assert_error_has("cannot delete container c that is not stopped: paused");
	assert_int_equal(container_resume(c, "c"), 0);
	assert_status(fixture, "c", "running");
	assert_string_equal(played.calls, "freeze thaw ");

	/* One that is paused is deleted by force; who froze it has no say. */
	assert_int_equal(container_pause(c, "c"), 0);
	remove_container(fixture, pid);
	assert_string_equal(played.calls, "freeze thaw freeze kill destroy ");
}

static void sigkill_thaws(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	pid_t pid = make_running(fixture, true, 1);

	assert_int_equal(container_pause(c, "c"), 0);
	assert_int_equal(container_kill(c, "c", SIGURG, false), 0);
	assert_string_equal(played.calls, "freeze ");
	assert_int_equal(container_kill(c, "c", SIGKILL, false), 0);
	assert_string_equal(played.calls, "freeze thaw ");
	assert_int_equal(reap(pid), SIGKILL);
	assert_int_equal(container_delete(c, "c", false), 0);
}

static void init_alone_is_killed_where_that_is_enough(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_running(fixture, true, 3);

	assert_int_equal(container_kill(&fixture->context, "c", SIGKILL, false), 0);
	assert_string_equal(played.calls, "");
	assert_int_equal(reap(pid), SIGKILL);
	assert_int_equal(container_delete(&fixture->context, "c", false), 0);
	/* What is left in the group goes with it. */
	assert_string_equal(played.calls, "kill destroy ");
}

static void all_are_signalled(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_running(fixture, true, 3);

	assert_int_equal(container_kill(&fixture->context, "c", SIGTERM, true), 0);
	assert_string_equal(played.calls, "signal-15 ");
	remove_container(fixture, pid);
}

static void all_are_killed_in_a_pid_namespace_that_others_have_too(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	pid_t pid = make_running(fixture, false, 3);

	assert_int_equal(container_kill(c, "c", SIGURG, false), 0);
	assert_string_equal(played.calls, "");
	assert_int_equal(container_kill(c, "c", SIGKILL, false), 0);
	assert_string_equal(played.calls, "signal-9 ");

	/* Init is gone, others are not; then they are, too. */
	kill(pid, SIGKILL);
	assert_int_equal(reap(pid), SIGKILL);
	assert_int_equal(container_kill(c, "c", SIGTERM, false), -ESRCH);
	assert_int_equal(container_kill(c, "c", SIGKILL, false), 0);
	assert_string_equal(played.calls, "signal-9 signal-9 ");
	played.populated = 0;
	assert_int_equal(container_kill(c, "c", SIGKILL, false), -ESRCH);
	assert_error_has("container not running");
	assert_int_equal(container_delete(c, "c", false), 0);
}

static void processes_are_those_of_the_cgroup(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_running(fixture, true, 3);
	pid_t *pids;
	size_t count;

	assert_int_equal(container_processes(&fixture->context, "c", &pids, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(pids[2], 102);
	free(pids);
	remove_container(fixture, pid);
}

/* The record comes first: what it names may be another's, and the creation then is refused. */
static void a_cgroup_that_is_not_known_to_be_ours_is_spared(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;

	for (size_t populated = 0; populated <= 1; populated++) {
		struct record record = record_with_cgroup(true);
		int fd = -EBADF;

		memset(&played, 0, sizeof(played));
		played.populated = populated;
		record.phase = RECORD_CREATING;
		record.cgroups_made = false;
		assert_int_equal(store_make(c->root, "c", &fd), 0);
		assert_int_equal(record_save(fd, &record), 0);
		close(fd);
		assert_int_equal(container_kill(c, "c", SIGKILL, true), 0);
		assert_string_equal(played.calls, "");
		assert_int_equal(container_delete(c, "c", true), 0);
		assert_string_equal(played.calls, populated ? "" : "destroy ");
	}
}

static void a_killed_create_has_its_cgroup_removed(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_with_cgroup(true);
	int fd = -EBADF;

	memset(&played, 0, sizeof(played));
	played.populated = 1;
	record.phase = RECORD_CREATING;
	assert_int_equal(store_make(c->root, "c", &fd), 0);
	assert_int_equal(record_save(fd, &record), 0);
	close(fd);
	assert_int_equal(container_delete(c, "c", false), 0);
	assert_string_equal(played.calls, "kill destroy ");
}

static void what_could_not_be_deleted_can_be_deleted_again(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	pid_t pid = make_running(fixture, true, 1);

	played.destroy_error = EBUSY;
	assert_int_equal(container_delete(c, "c", true), -EBUSY);
	assert_error_has("remove cgroup");
	assert_int_equal(reap(pid), SIGKILL);
	assert_status(fixture, "c", "stopped");
	played.destroy_error = 0;
	assert_int_equal(container_delete(c, "c", false), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(paused_and_resumed),
		TEST(sigkill_thaws),
		TEST(init_alone_is_killed_where_that_is_enough),
		TEST(all_are_signalled),
		TEST(all_are_killed_in_a_pid_namespace_that_others_have_too),
		TEST(processes_are_those_of_the_cgroup),
		TEST(a_cgroup_that_is_not_known_to_be_ours_is_spared),
		TEST(a_killed_create_has_its_cgroup_removed),
		TEST(what_could_not_be_deleted_can_be_deleted_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
