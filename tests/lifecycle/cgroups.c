/* What verbs do with the cgroups of a container: the room cgroup/ is played by this file. */
#include <sys/eventfd.h>

#include "libcontainer/cgroup/manager.h"
#include "libcontainer/cgroup/stats.h"
#include "libcontainer/cgroup/watch.h"
#include "tests/lifecycle/fixture.h"

static struct {
	bool frozen;
	size_t populated; /* number of processes */
	int destroy_error;
	int update_error;
	int unit_error;
	int ooms;        /* that the watch tells */
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

int cgroup_unit_stop(const struct plan_unit *unit)
{
	assert_string_equal(unit->name, "c.scope");
	note(unit->user ? "stop-user " : "stop ", 0);
	return played.unit_error ? refuse_as(played.unit_error, "no bus") : 0;
}

static int tell_unit(const struct plan_unit *unit)
{
	assert_true(!unit->name || strcmp(unit->name, "c.scope") == 0);
	for (size_t i = 0; i < unit->property_count; i++) {
		size_t used = strlen(played.calls);

		(void)snprintf(played.calls + used, sizeof(played.calls) - used, "%s=%s ",
			unit->properties[i].name, unit->properties[i].words[0]);
	}
	return played.unit_error ? refuse_as(played.unit_error, "no bus") : 0;
}

int cgroup_update(const struct plan_cgroup *plan, int (*commit)(void *context), void *context)
{
	assert_string_equal(plan->directories[0].path, "/sys/fs/cgroup/c");
	for (size_t i = 0; i < plan->write_count; i++) {
		size_t used = strlen(played.calls);

		(void)snprintf(played.calls + used, sizeof(played.calls) - used, "%s=%s ",
			plan->writes[i].file, plan->writes[i].value);
	}
	if (played.update_error)
		return refuse_as(played.update_error, "write limits");
	int code = tell_unit(&plan->unit);
	return code < 0 ? code : commit(context);
}

int cgroup_stats_read(
	struct arena *arena, const struct cgroup_paths *paths, struct cgroup_stats *ret_stats)
{
	(void)arena;
	assert_int_equal(paths->count, 1);
	*ret_stats = (struct cgroup_stats){ .tasks = { .current = played.populated } };
	return 0;
}

int cgroup_watch_open(const struct cgroup_paths *paths, struct cgroup_watch *ret_watch)
{
	assert_int_equal(paths->count, 1);
	*ret_watch = (struct cgroup_watch){
		.fd = eventfd((unsigned int)played.ooms, EFD_CLOEXEC | EFD_SEMAPHORE),
		.dir = -EBADF,
	};
	return 0;
}

int cgroup_watch_oom(struct cgroup_watch *watch)
{
	uint64_t one;

	if (played.ooms == 0)
		return 0;
	assert_int_equal(read(watch->fd, &one, sizeof(one)), sizeof(one));
	played.ooms--;
	return 1;
}

void cgroup_watch_close(struct cgroup_watch *watch)
{
	fd_close(&watch->fd);
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

/* Only v1's freezer holds SIGKILL back. */
static void sigkill_thaws(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;

	for (int v1 = 1; v1 >= 0; v1--) {
		directory.controllers = v1 ? "freezer" : "";
		directory.unified = !v1;
		pid_t pid = make_running(fixture, true, 1);

		assert_int_equal(container_pause(c, "c"), 0);
		assert_int_equal(container_kill(c, "c", SIGURG, false), 0);
		assert_string_equal(played.calls, "freeze ");
		assert_int_equal(container_kill(c, "c", SIGKILL, false), 0);
		assert_string_equal(played.calls, v1 ? "freeze thaw " : "freeze ");
		assert_int_equal(reap(pid), SIGKILL);
		assert_int_equal(container_delete(c, "c", false), 0);
	}
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

/* ---- update --------------------------------------------------------------------------- */

static void keep_resources(struct fixture *fixture, struct spec_resources *resources)
{
	struct spec_linux linux_ = { .resources = resources };
	const struct spec_config config = { .oci_version = "1.0.0", .linux_ = &linux_ };
	auto_close int fd = -EBADF;

	assert_int_equal(store_open(fixture->context.root, "c", STORE_UNLOCKED, &fd), 0);
	assert_int_equal(record_save_config(fd, &config), 0);
}

static void updates_begin_with_what_was_saved(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct spec_cpu cpu = { .quota = { true, 1000 }, .period = { true, 5000 } };
	struct spec_resources resources = { .cpu = &cpu };
	struct container_update_options o = { .id = "c", .cpu_period = "6000" };
	pid_t pid = make_running(fixture, true, 1);

	keep_resources(fixture, &resources);
	assert_int_equal(container_update(c, &o), 0);
	assert_string_equal(played.calls, "cpu.max=1000 6000 ");

	/* What fails is not saved. */
	played.calls[0] = '\0';
	played.update_error = EBUSY;
	o = (struct container_update_options){ .id = "c", .cpu_period = "7000" };
	assert_int_equal(container_update(c, &o), -EBUSY);
	assert_error_has("update 'c': write limits");
	played.update_error = 0;
	played.calls[0] = '\0';
	o = (struct container_update_options){ .id = "c",
		.cpu_quota = "-1",
		.memory = "64m",
		.memory_swap = "0.125g",
		.pids_limit = "0",
		.cpuset_cpus = "0-1",
		.blkio_weight = "500",
		.cpu_share = "" };
	assert_int_equal(container_update(c, &o), 0);
	assert_string_equal(played.calls, "cpuset.cpus=0-1 memory.max=67108864 "
					  "memory.swap.max=67108864 cpu.max=max 6000 "
					  "io.bfq.weight=500 pids.max=0 ");
	remove_container(fixture, pid);
}

/* ---- the unit of the systemd driver --------------------------------------------------- */

static pid_t make_unit(struct fixture *fixture)
{
	struct record record = record_with_cgroup(true);

	memset(&played, 0, sizeof(played));
	played.populated = 1;
	record.unit = "c.scope";
	record.unit_user = true;
	return make_container(fixture, "c", false, &record);
}

static void units_end_with_their_container(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_unit(fixture);

	assert_int_equal(container_kill(&fixture->context, "c", SIGTERM, true), 0);
	assert_status(fixture, "c", "running");
	assert_string_equal(played.calls, "signal-15 ");
	played.calls[0] = '\0';
	remove_container(fixture, pid);
	assert_string_equal(played.calls, "kill stop-user destroy ");

	/* A user's session that is over has taken its bus and its units along. */
	pid = make_unit(fixture);
	played.unit_error = ENOENT;
	remove_container(fixture, pid);
	assert_string_equal(played.calls, "kill stop-user destroy ");
}

/* A creation that was refused, as the unit is another container's, has recorded its name. */
static void others_units_are_left_alone(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_with_cgroup(true);
	int fd = -EBADF;

	memset(&played, 0, sizeof(played));
	record.phase = RECORD_CREATING;
	record.cgroups_made = false;
	record.unit = "c.scope";
	assert_int_equal(store_make(c->root, "c", &fd), 0);
	assert_int_equal(record_save(fd, &record), 0);
	close(fd);
	assert_int_equal(container_delete(c, "c", false), 0);
	assert_null(strstr(played.calls, "stop"));
}

static void updates_tell_systemd(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct spec_resources resources = { 0 };
	struct container_update_options o = { .id = "c", .memory = "64m", .pids_limit = "9" };
	pid_t pid = make_unit(fixture);

	keep_resources(fixture, &resources);
	assert_int_equal(container_update(c, &o), 0);
	assert_non_null(strstr(played.calls, "memory.max=67108864 "));
	assert_non_null(strstr(played.calls, "pids.max=9 MemoryMax=67108864 TasksMax=9 "));

	/* What systemd does not take is not saved, and the files are put back. */
	played.unit_error = EINVAL;
	assert_int_equal(container_update(c, &o), -EINVAL);
	assert_error_has("no bus");
	played.unit_error = 0;
	remove_container(fixture, pid);
}

static void what_cannot_be_updated(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct container_update_options o = { .id = "c", .cpu_period = "6000" };
	pid_t pid;

	assert_int_equal(container_update(c, &o), -ENOENT);
	pid = make_running(fixture, true, 1);
	keep_resources(fixture, NULL);
	o.cpu_period = "six";
	assert_int_equal(container_update(c, &o), -EINVAL);
	assert_error_has("option --cpu-period: 'six' is no number");
	o = (struct container_update_options){ .id = "c", .memory = "5 apples" };
	assert_int_equal(container_update(c, &o), -EINVAL);
	assert_error_has("option --memory: '5 apples' is no size");
	o = (struct container_update_options){ .id = "c", .blkio_weight = "65536" };
	assert_int_equal(container_update(c, &o), -EINVAL);
	assert_error_has("option --blkio-weight: '65536' is too large");
	o = (struct container_update_options){ .id = "c", .resources = "/nonesuch" };
	assert_int_equal(container_update(c, &o), -ENOENT);
	assert_error_has("open '/nonesuch'");
	assert_null(strstr(error_text(), "--resources"));
	o = (struct container_update_options){ .id = "c", .l3_cache_schema = "L3:0=f" };
	assert_int_equal(container_update(c, &o), -EINVAL);
	assert_error_has("no linux.intelRdt");
	assert_string_equal(played.calls, "");

	o = (struct container_update_options){ .id = "c", .pids_limit = "5" };
	played.frozen = true;
	assert_int_equal(container_update(c, &o), 0);
	assert_string_equal(played.calls, "pids.max=5 ");
	kill(pid, SIGKILL);
	assert_int_equal(reap(pid), SIGKILL);
	assert_int_equal(container_update(c, &o), -ESRCH);
	assert_error_has("container not running");
	assert_int_equal(container_delete(c, "c", true), 0);
}

static void a_container_without_groups_is_not_updated(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct container_update_options o = { .id = "c", .cpu_period = "6000" };
	struct container_events_options e = { .id = "c", .stats = true };
	pid_t pid = make_container(fixture, "c", false, NULL);

	assert_int_equal(container_update(c, &o), -ENOTSUP);
	assert_error_has("no control group");
	assert_int_equal(container_events(c, &e), -ENOTSUP);
	assert_error_has("no control group");
	remove_container(fixture, pid);
}

/* ---- events --------------------------------------------------------------------------- */

struct taken {
	char text[8192];
	int lines, last; /* last: kills the container with this one */
	pid_t pid;
};

static int take_event(const char *json, void *context)
{
	struct taken *taken = context;
	size_t used = strlen(taken->text);

	(void)snprintf(taken->text + used, sizeof(taken->text) - used, "%.40s\n", json);
	if (++taken->lines == taken->last) {
		siginfo_t ended;

		assert_int_equal(kill(taken->pid, SIGKILL), 0);
		assert_int_equal(waitid(P_PID, (id_t)taken->pid, &ended, WEXITED | WNOWAIT), 0);
	}
	return taken->lines > taken->last ? -EPIPE : 0;
}

static void events_until_the_end(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct taken taken = { .last = 3 };
	struct container_events_options e = {
		.id = "c", .interval = 1, .emit = take_event, .context = &taken
	};

	assert_int_equal(container_events(c, &e), -ENOENT);
	taken.pid = make_running(fixture, true, 1);
	played.ooms = 1;
	/* The event comes at once, samples after their intervals. */
	assert_int_equal(container_events(c, &e), 0);
	assert_int_equal(reap(taken.pid), SIGKILL);
	assert_string_equal(taken.text, "{\"type\":\"oom\",\"id\":\"c\"}\n"
					"{\"type\":\"stats\",\"id\":\"c\",\"data\":{\"cpu\":{\n"
					"{\"type\":\"stats\",\"id\":\"c\",\"data\":{\"cpu\":{\n");
	assert_int_equal(container_events(c, &e), -ESRCH);
	assert_error_has("container with id c is not running");
	assert_int_equal(container_delete(c, "c", false), 0);
}

static void one_sample(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct taken taken = { .last = 9 };
	struct container_events_options e = {
		.id = "c", .stats = true, .interval = 100000, .emit = take_event, .context = &taken
	};
	pid_t pid = make_running(fixture, true, 1);

	assert_int_equal(container_events(c, &e), 0);
	assert_int_equal(taken.lines, 1);
	/* Who cannot take events ends them. */
	taken.last = 0;
	assert_int_equal(container_events(c, &e), -EPIPE);
	remove_container(fixture, pid);
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
		TEST(updates_begin_with_what_was_saved),
		TEST(units_end_with_their_container),
		TEST(others_units_are_left_alone),
		TEST(updates_tell_systemd),
		TEST(what_cannot_be_updated),
		TEST(a_container_without_groups_is_not_updated),
		TEST(events_until_the_end),
		TEST(one_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
