/* Verbs of containers that exist, without cgroups, so without privileges. */
#include "tests/lifecycle/fixture.h"

#include "config.h"

static void nothing_can_be_done_with_what_does_not_exist(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	char *json = NULL;
	pid_t *pids;
	size_t count;

	assert_int_equal(container_state(c, "c", &json), -ENOENT);
	assert_string_equal(error_text(), "state 'c': container does not exist");
	assert_int_equal(container_start(c, "c"), -ENOENT);
	assert_error_has("container does not exist");
	assert_int_equal(container_kill(c, "c", SIGTERM, false), -ENOENT);
	assert_int_equal(container_kill(c, "c", SIGTERM, true), -ENOENT);
	assert_int_equal(container_kill(c, "", SIGTERM, false), -EINVAL);
	assert_int_equal(container_pause(c, "c"), -ENOENT);
	assert_int_equal(container_resume(c, "c"), -ENOENT);
	assert_int_equal(container_processes(c, "c", &pids, &count), -ENOENT);
	assert_int_equal(container_delete(c, "c", false), -ENOENT);
	assert_error_has("container does not exist");
	assert_int_equal(container_delete(c, "c", true), 0);
	assert_string_equal(error_text(), "");
	assert_int_equal(container_delete(c, "../c", true), -EINVAL);
}

static void created_then_running_then_stopped(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	auto_free char *json = NULL;
	pid_t pid = make_container(fixture, "c", true, NULL);

	assert_status(fixture, "c", "created");
	assert_int_equal(container_start(c, "c"), 0);
	assert_status(fixture, "c", "running");
	assert_int_equal(container_start(c, "c"), -EBUSY);
	assert_error_has("cannot start an already running container");
	assert_int_equal(container_delete(c, "c", false), -EBUSY);
	assert_error_has("cannot delete container c that is not stopped: running");
	assert_int_equal(container_resume(c, "c"), -EBUSY);
	assert_error_has("container not paused");

	assert_int_equal(container_kill(c, "c", SIGTERM, false), 0);
	assert_int_equal(reap(pid), SIGTERM);
	assert_status(fixture, "c", "stopped");
	assert_int_equal(container_state(c, "c", &json), 0);
	assert_non_null(strstr(json, "\"pid\": 0,"));
	assert_int_equal(container_start(c, "c"), -ESRCH);
	assert_error_has("cannot start a container that has stopped");
	assert_int_equal(container_kill(c, "c", SIGTERM, false), -ESRCH);
	assert_error_has("container not running");
	assert_int_equal(container_kill(c, "c", 0, true), 0);
	assert_int_equal(container_pause(c, "c"), -ESRCH);
	assert_error_has("container not running");

	assert_int_equal(container_delete(c, "c", false), 0);
	assert_int_equal(container_delete(c, "c", false), -ENOENT);
}

static void the_signals_of_kill_arrive(void **state)
{
	struct fixture *fixture = *state;
	static const int signals[] = { SIGUSR1, SIGKILL, SIGHUP };

	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		pid_t pid = make_container(fixture, "c", i > 0, NULL);

		assert_int_equal(container_kill(&fixture->context, "c", 0, false), 0);
		assert_int_equal(container_kill(&fixture->context, "c", signals[i], i == 0), 0);
		assert_int_equal(reap(pid), signals[i]);
		assert_int_equal(container_delete(&fixture->context, "c", false), 0);
	}
}

static void words_of_signals(void **state)
{
	int signal = -1;

	(void)state;
	assert_int_equal(container_signal("15", &signal), 0);
	assert_int_equal(signal, 15);
	assert_int_equal(container_signal("SIGUSR1", &signal), 0);
	assert_int_equal(signal, SIGUSR1);
	assert_int_equal(container_signal("hup", &signal), 0);
	assert_int_equal(signal, SIGHUP);
	assert_int_equal(container_signal("0", &signal), 0);
	assert_int_equal(signal, 0);
	assert_int_equal(container_signal("XYZ", &signal), -EINVAL);
	assert_string_equal(error_text(), "unknown signal \"XYZ\"");
	assert_int_equal(container_signal("", &signal), -EINVAL);
	assert_int_equal(container_signal("-9", &signal), -EINVAL);
}

static void another_process_of_that_pid_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_sample("c");
	struct process_facts facts;
	auto_close int directory = -EBADF;

	/* Ourselves: who is killed by mistake tells. */
	record.pid = getpid();
	assert_int_equal(process_read_facts(record.pid, &facts), 0);
	record.start_time = facts.start_time + 1;
	assert_int_equal(store_make(c->root, "c", &directory), 0);
	assert_int_equal(record_save(directory, &record), 0);
	store_unlock(directory);

	assert_status(fixture, "c", "stopped");
	assert_int_equal(container_kill(c, "c", SIGKILL, false), -ESRCH);
	assert_int_equal(container_kill(c, "c", SIGKILL, true), 0);
	assert_int_equal(container_delete(c, "c", true), 0);
}

static void delete_kills_what_was_not_started(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_container(fixture, "c", true, NULL);

	assert_int_equal(container_delete(&fixture->context, "c", false), 0);
	assert_int_equal(reap(pid), SIGKILL);
	assert_int_equal(container_delete(&fixture->context, "c", false), -ENOENT);
}

static void delete_by_force_kills(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_container(fixture, "c", false, NULL);

	assert_status(fixture, "c", "running");
	assert_int_equal(container_delete(&fixture->context, "c", true), 0);
	assert_int_equal(reap(pid), SIGKILL);
}

/* A create that was killed at any point leaves what delete removes. */
static void delete_works_on_what_is_left(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_sample("c");
	int directory = -EBADF;

	for (int force = 0; force <= 1; force++) {
		/* before the record */
		assert_int_equal(store_make(c->root, "c", &directory), 0);
		close(directory);
		assert_int_equal(container_delete(c, "c", force), force ? 0 : -ENOENT);
		assert_int_equal(store_open(c->root, "c", false, &directory), -ENOENT);

		/* before there was an init, and with hooks whose configuration was not saved */
		record.phase = RECORD_CREATING;
		record.has_poststop = true;
		assert_int_equal(store_make(c->root, "c", &directory), 0);
		assert_int_equal(record_save(directory, &record), 0);
		close(directory);
		assert_status(fixture, "c", "stopped");
		assert_int_equal(container_delete(c, "c", force), 0);
		assert_non_null(strstr(fixture->warnings, "configuration is gone"));
		fixture->warnings[0] = '\0';
	}
}

/* Init may hang in a hook; what it is has been recorded. */
static void delete_kills_the_init_of_a_killed_create(void **state)
{
	struct fixture *fixture = *state;
	struct record record = record_sample("c");

	record.phase = RECORD_CREATING;
	pid_t pid = make_container(fixture, "c", false, &record);
	assert_int_equal(container_delete(&fixture->context, "c", false), 0);
	assert_int_equal(reap(pid), SIGKILL);
}

static void delete_by_force_removes_a_broken_record(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	auto_close int directory = -EBADF;

	assert_int_equal(store_make(c->root, "c", &directory), 0);
	assert_int_equal(file_replace(directory, "record", "", 0, 0600), 0);
	store_unlock(directory);
	assert_int_equal(container_delete(c, "c", false), -EBADMSG);
	assert_int_equal(container_delete(c, "c", true), 0);
	assert_non_null(strstr(fixture->warnings, "removed all the same"));
	fd_close(&directory);

	/* Another caisson's has processes that only that one finds. */
	assert_int_equal(store_make(c->root, "c", &directory), 0);
	assert_int_equal(file_replace(directory, "record", "caisson record 9\n", 17, 0600), 0);
	store_unlock(directory);
	assert_int_equal(container_delete(c, "c", true), -ENOTSUP);
	assert_error_has("version 9");
}

static void save_hook(int directory, const char *point, const char *script, const char *file)
{
	const char *args[] = { "sh", "-c", script, "sh", file };
	struct spec_hook hook = { .path = "/bin/sh", .args = { args, COUNT_OF(args), true } };
	struct spec_hook_list list = { &hook, 1, true };
	struct spec_hooks hooks = { 0 };
	const struct spec_config config = { .oci_version = "1.0.0", .hooks = &hooks };

	*(strcmp(point, "poststart") == 0 ? &hooks.poststart : &hooks.poststop) = list;
	assert_int_equal(record_save_config(directory, &config), 0);
}

static void read_file(const char *path, char *buffer, size_t size)
{
	assert_true(file_read_into(AT_FDCWD, path, buffer, size) >= 0);
}

static void hooks_get_the_state(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_sample("c");
	auto_close int directory = -EBADF;
	char file[128], text[1024];

	(void)snprintf(file, sizeof(file), "%s/out", fixture->scratch->path);
	record.has_poststart = record.has_poststop = true;
	pid_t pid = make_container(fixture, "c", true, &record);
	assert_int_equal(store_open(c->root, "c", false, &directory), 0);

	save_hook(directory, "poststart", "cat > $1", file);
	assert_int_equal(container_start(c, "c"), 0);
	read_file(file, text, sizeof(text));
	assert_non_null(strstr(text, "\"status\":\"running\""));

	save_hook(directory, "poststop", "cat > $1", file);
	assert_int_equal(container_delete(c, "c", true), 0);
	assert_int_equal(reap(pid), SIGKILL);
	read_file(file, text, sizeof(text));
	assert_non_null(strstr(text, "\"status\":\"stopped\""));
	assert_non_null(strstr(text, "\"pid\":0"));
}

static void a_failed_poststart_hook_ends_the_container(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_sample("c");
	auto_close int directory = -EBADF;

	record.has_poststart = true;
	pid_t pid = make_container(fixture, "c", true, &record);
	assert_int_equal(store_open(c->root, "c", false, &directory), 0);
	save_hook(directory, "poststart", "exit 3", "");
	assert_true(container_start(c, "c") < 0);
	assert_error_has("error running poststart hook #0:");
	assert_int_equal(reap(pid), SIGKILL);
	assert_int_equal(container_delete(c, "c", false), -ENOENT);
}

static void a_failed_poststop_hook_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	const struct container_context *c = &fixture->context;
	struct record record = record_sample("c");
	auto_close int directory = -EBADF;

	record.has_poststop = true;
	pid_t pid = make_container(fixture, "c", false, &record);
	assert_int_equal(store_open(c->root, "c", false, &directory), 0);
	save_hook(directory, "poststop", "exit 3", "");
	assert_int_equal(container_delete(c, "c", true), 0);
	assert_int_equal(reap(pid), SIGKILL);
	assert_non_null(strstr(fixture->warnings, "poststop hook #0"));
}

static void listed_but_for_what_cannot_be_read(void **state)
{
	struct fixture *fixture = *state;
	struct container_context *c = &fixture->context;
	struct container_summary *items;
	auto_close int directory = -EBADF;
	size_t count = 99;

	assert_int_equal(container_list(c, &items, &count), 0);
	assert_int_equal(count, 0);
	container_list_free(items, count);
	c->root_given = true;
	assert_int_equal(container_list(c, &items, &count), -ENOENT);

	pid_t second = make_container(fixture, "b", false, NULL);
	pid_t first = make_container(fixture, "a", true, NULL);
	assert_int_equal(store_make(c->root, "unfinished", &directory), 0);
	fd_close(&directory);
	assert_int_equal(store_make(c->root, "broken", &directory), 0);
	assert_int_equal(file_replace(directory, "record", "[]", 2, 0600), 0);
	kill(second, SIGKILL);
	(void)reap(second);

	assert_int_equal(container_list(c, &items, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(items[0].id, "a");
	assert_string_equal(items[0].status, "created");
	assert_int_equal(items[0].pid, first);
	assert_string_equal(items[1].id, "b");
	assert_string_equal(items[1].status, "stopped");
	assert_int_equal(items[1].pid, 0);
	assert_string_equal(items[1].bundle, "/");
	assert_non_null(strstr(items[1].json, "\"id\":\"b\""));
	container_list_free(items, count);
	assert_non_null(strstr(fixture->warnings, "'broken'"));
	assert_null(strstr(fixture->warnings, "unfinished"));
	assert_int_equal(container_delete(c, "a", true), 0);
	assert_int_equal(reap(first), SIGKILL);
}

static void processes_without_cgroups_are_init(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = make_container(fixture, "c", false, NULL);
	pid_t *pids;
	size_t count;

	assert_int_equal(container_processes(&fixture->context, "c", &pids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], pid);
	free(pids);
	kill(pid, SIGKILL);
	(void)reap(pid);
	assert_int_equal(container_processes(&fixture->context, "c", &pids, &count), 0);
	assert_int_equal(count, 0);
	free(pids);
}

static void features_tell_what_the_tables_have(void **state)
{
	static const char *const words[] = {
		"\"ociVersionMin\": \"1.0.0\"",
		"\"ociVersionMax\": \"1.3.0\"",
		"\"startContainer\"",
		"\"rro\"",
		"\"time\"",
		"\"CAP_CHECKPOINT_RESTORE\"",
		"\"SCMP_ACT_ERRNO\"",
		"\"SCMP_ARCH_X86_64\"",
		WITH_SYSTEMD ? "\"systemd\": true" : "\"systemd\": false",
		"\"netDevices\": {\n      \"enabled\": true",
		"\"run.oci.handler\"",
	};
	auto_free char *json = NULL;

	(void)state;
	assert_int_equal(container_features(&json), 0);
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!strstr(json, words[i]))
			test_fails("'%s' is not in %s", words[i], json);
	}
}

static void the_example_is_one_of_this_version(void **state)
{
	auto_free char *json = NULL;
	auto_free char *rootless = NULL;

	(void)state;
	assert_int_equal(container_spec(false, &json), 0);
	assert_non_null(strstr(json, container_spec_version()));
	assert_null(strstr(json, "uidMappings"));
	assert_int_equal(container_spec(true, &rootless), 0);
	assert_non_null(strstr(rootless, "uidMappings"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(nothing_can_be_done_with_what_does_not_exist),
		TEST(created_then_running_then_stopped),
		TEST(the_signals_of_kill_arrive),
		cmocka_unit_test(words_of_signals),
		TEST(another_process_of_that_pid_is_left_alone),
		TEST(delete_kills_what_was_not_started),
		TEST(delete_by_force_kills),
		TEST(delete_works_on_what_is_left),
		TEST(delete_kills_the_init_of_a_killed_create),
		TEST(delete_by_force_removes_a_broken_record),
		TEST(hooks_get_the_state),
		TEST(a_failed_poststart_hook_ends_the_container),
		TEST(a_failed_poststop_hook_is_a_warning),
		TEST(listed_but_for_what_cannot_be_read),
		TEST(processes_without_cgroups_are_init),
		cmocka_unit_test(features_tell_what_the_tables_have),
		cmocka_unit_test(the_example_is_one_of_this_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
