#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/str.h"
#include "oci-spec/read.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

static struct arena arena;

static int empty_arena(void **state)
{
	(void)state;
	arena_done(&arena);
	error_clear();
	return 0;
}

static const struct spec_config *config_of(const char *text)
{
	struct spec_config *config = NULL;

	if (spec_read_config(&arena, text, strlen(text), &config) < 0)
		test_fails("%s\n", error_text());
	return config;
}

/* What is put behind the version, and what is said of it. */
static const struct {
	const char *members, *message;
} refused[] = {
	{ "\"process\": {}", "process.cwd: is required" },
	{ "\"process\": {\"cwd\": null}", "process.cwd: is required" },
	{ "\"process\": {\"cwd\": \"x\"}", "process.cwd: wants an absolute path, got \"x\"" },
	{ "\"process\": {\"cwd\": \"\"}", "process.cwd: wants an absolute path, got \"\"" },
	{ "\"process\": []", "process: wants an object, got an array" },
	{ "\"process\": {\"cwd\": \"/\", \"terminal\": 1}",
		"process.terminal: wants true or false, got 1" },
	{ "\"process\": {\"cwd\": \"/\", \"noNewPrivileges\": \"yes\"}",
		"process.noNewPrivileges: wants true or false, got \"yes\"" },
	{ "\"process\": {\"cwd\": \"/\", \"env\": {\"A\": \"b\"}}",
		"process.env: wants an array, got an object" },
	{ "\"process\": {\"cwd\": \"/\", \"args\": [\"a\", null]}",
		"process.args[1]: wants a string, got null" },
	{ "\"process\": {\"cwd\": \"/\", \"user\": {\"additionalGids\": [1, -1]}}",
		"process.user.additionalGids[1]: wants an integer from 0 to 4294967295, "
		"got -1" },
	{ "\"process\": {\"cwd\": \"/\", \"scheduler\": {\"policy\": \"SCHED_FAST\"}}",
		"process.scheduler.policy: unknown scheduler policy \"SCHED_FAST\"" },
	{ "\"process\": {\"cwd\": \"/\", \"scheduler\": {\"policy\": \"SCHED_RR\", "
	  "\"flags\": [\"X\"]}}",
		"process.scheduler.flags[0]: unknown scheduler flag \"X\"" },
	{ "\"root\": {\"path\": \"\"}", "root.path: must not be empty" },
	{ "\"mounts\": [{\"destination\": \"/a\"}, {\"destination\": \"/b\", "
	  "\"options\": [\"ro\", 5]}]",
		"mounts[1].options[1]: wants a string, got 5" },
	{ "\"mounts\": [[]]", "mounts[0]: wants an object, got an array" },
	{ "\"annotations\": {\"a.b\": 1}", "annotations[\"a.b\"]: wants a string, got 1" },
	{ "\"annotations\": {\"a\\n\\\"\": {}}",
		"annotations[\"a\\n\\\"\"]: wants a string, got an object" },
	{ "\"hooks\": {\"poststop\": [{\"path\": \"bin/x\"}]}",
		"hooks.poststop[0].path: wants an absolute path, got \"bin/x\"" },
	{ "\"linux\": {\"namespaces\": [{\"type\": \"foo\"}]}",
		"linux.namespaces[0].type: unknown namespace type \"foo\"" },
	{ "\"linux\": {\"namespaces\": [{\"type\": \"\"}]}",
		"linux.namespaces[0].type: unknown namespace type \"\"" },
	{ "\"linux\": {\"namespaces\": [{}]}", "linux.namespaces[0].type: is required" },
	{ "\"linux\": {\"resources\": {\"pids\": {\"limit\": \"x\"}}}",
		"linux.resources.pids.limit: wants an integer, got \"x\"" },
	{ "\"linux\": {\"resources\": {\"pids\": {\"limit\": 1e2}}}",
		"linux.resources.pids.limit: wants an integer, got 1e2" },
	{ "\"linux\": {\"resources\": {\"pids\": {\"limit\": 1.5}}}",
		"linux.resources.pids.limit: wants an integer, got 1.5" },
	{ "\"linux\": {\"resources\": {\"pids\": {\"limit\": true}}}",
		"linux.resources.pids.limit: wants an integer, got true" },
	{ "\"linux\": {\"resources\": {\"pids\": {\"limit\": 9223372036854775808}}}",
		"linux.resources.pids.limit: wants an integer from -9223372036854775808 "
		"to 9223372036854775807, got 9223372036854775808" },
	{ "\"linux\": {\"resources\": {\"blockIO\": {\"weight\": 65536}}}",
		"linux.resources.blockIO.weight: wants an integer from 0 to 65535, "
		"got 65536" },
	{ "\"linux\": {\"resources\": {\"cpu\": {\"shares\": -1}}}",
		"linux.resources.cpu.shares: wants an integer from 0 to "
		"18446744073709551615, got -1" },
	{ "\"linux\": {\"resources\": {\"rdma\": {\"mlx5_0\": {\"hcaHandles\": \"\"}}}}",
		"linux.resources.rdma[\"mlx5_0\"].hcaHandles: wants an integer, got "
		"\"\"" },
	{ "\"linux\": {\"resources\": {\"devices\": [{\"access\": \"r\"}]}}",
		"linux.resources.devices[0].allow: is required" },
	{ "\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", "
	  "\"syscalls\": [{\"names\": [], \"action\": \"SCMP_ACT_KILL\"}]}}",
		"linux.seccomp.syscalls[0].names: must not be empty" },
};

static void messages_name_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		auto_str struct str text = { 0 };
		struct spec_config *config;

		(void)str_printf(&text, "{\"ociVersion\": \"1.0.0\", %s}", refused[i].members);
		assert_int_equal(
			spec_read_config(&arena, text.text, text.length, &config), -EINVAL);
		assert_string_equal(error_text(), refused[i].message);
	}
}

static void the_top_is_an_object(void **state)
{
	struct spec_config *config;
	struct spec_process *process;
	struct spec_resources *resources;

	(void)state;
	assert_int_equal(spec_read_config(&arena, "[]", 2, &config), -EINVAL);
	assert_string_equal(error_text(), "config: wants an object, got an array");
	assert_int_equal(spec_read_config(&arena, "{}", 2, &config), -EINVAL);
	assert_string_equal(error_text(), "ociVersion: is required");
	assert_int_equal(spec_read_process(&arena, "5", 1, &process), -EINVAL);
	assert_string_equal(error_text(), "process: wants an object, got 5");
	assert_int_equal(spec_read_resources(&arena, "{\"cpu\":1}", 9, &resources), -EINVAL);
	assert_string_equal(error_text(), "linux.resources.cpu: wants an object, got 1");
}

static void long_values_are_cut_in_messages(void **state)
{
	char text[1000] = "{\"ociVersion\": ", *end = text + strlen(text);
	struct spec_config *config;

	(void)state;
	memset(end, '1', 900);
	end[900] = '}';
	assert_int_equal(spec_read_config(&arena, text, strlen(text), &config), -EINVAL);
	assert_true(strlen(error_text()) < 120);
}

static void absent_differs_from_empty(void **state)
{
	const struct spec_config *config = config_of(
		"{\"ociVersion\": \"1.0.0\", \"mounts\": [], \"annotations\": {}, \"hooks\": null,"
		" \"linux\": {\"resources\": {\"memory\": {\"limit\": 0, \"swap\": null}},"
		" \"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": []},"
		" \"maskedPaths\": null}}");

	(void)state;
	assert_true(config->mounts.set && config->mounts.count == 0);
	assert_true(config->annotations.set);
	assert_null(config->hooks);
	assert_null(config->process);
	const struct spec_linux *linux_ = config->linux_;
	assert_true(linux_->resources->memory->limit.set);
	assert_false(linux_->resources->memory->swap.set);
	assert_true(linux_->seccomp->flags.set);
	assert_false(linux_->seccomp->architectures.set);
	assert_false(linux_->masked_paths.set);
	assert_false(linux_->namespaces.set);
}

/* Go's encoders leave such properties out, other ones write them. */
static void empty_strings_count_as_absent(void **state)
{
	const struct spec_config *config = config_of(
		"{\"ociVersion\": \"1.0.0\", \"hostname\": \"\", \"process\": {\"cwd\": \"/\","
		" \"selinuxLabel\": \"\", \"args\": [\"\"]}, \"linux\": {\"rootfsPropagation\": "
		"\"\", \"namespaces\": [{\"type\": \"pid\", \"path\": \"\"}]}}");

	(void)state;
	assert_null(config->hostname);
	assert_null(config->process->selinux_label);
	assert_string_equal(config->process->args.items[0], "");
	assert_null(config->linux_->rootfs_propagation);
	assert_null(config->linux_->namespaces.items[0].path);
}

static void numbers_reach_their_ends(void **state)
{
	const struct spec_config *config = config_of(
		"{\"ociVersion\": \"1.0.0\", \"process\": {\"cwd\": \"/\", \"oomScoreAdj\": -1000,"
		" \"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"hard\": 18446744073709551615,"
		" \"soft\": 9223372036854775808}], \"user\": {\"uid\": 4294967295}},"
		" \"linux\": {\"resources\": {\"memory\": {\"limit\": -9223372036854775808},"
		" \"blockIO\": {\"weight\": 65535}}}}");

	(void)state;
	assert_int_equal(config->process->oom_score_adj.value, -1000);
	assert_true(config->process->rlimits.items[0].hard == UINT64_MAX);
	assert_true(config->process->rlimits.items[0].soft == (uint64_t)INT64_MAX + 1);
	assert_true(config->process->user->uid == UINT32_MAX);
	assert_true(config->linux_->resources->memory->limit.value == INT64_MIN);
	assert_int_equal(config->linux_->resources->block_io->weight.value, 65535);
}

static void keys_of_maps_are_kept(void **state)
{
	const struct spec_config *config = config_of(
		"{\"ociVersion\": \"1.0.0\", \"linux\": {\"netDevices\": {\"eth0\": {\"name\": "
		"\"net1\"}, \"eth1\": {}}, \"sysctl\": {\"a\": \"1\", \"b\": \"\"}}}");

	(void)state;
	const struct spec_net_device_list *devices = &config->linux_->net_devices;
	assert_int_equal(devices->count, 2);
	assert_string_equal(devices->items[0].key, "eth0");
	assert_string_equal(devices->items[0].name, "net1");
	assert_string_equal(devices->items[1].key, "eth1");
	assert_null(devices->items[1].name);
	assert_string_equal(config->linux_->sysctl.items[1].key, "b");
	assert_string_equal(config->linux_->sysctl.items[1].value, "");
}

static struct str logged;

static void sink(enum log_level level, const char *line, void *context)
{
	(void)level;
	(void)context;
	(void)str_printf(&logged, "%s\n", line);
}

static void unknown_properties_are_named(void **state)
{
	(void)state;
	log_set_sink(sink, NULL, LOG_LEVEL_DEBUG);
	(void)config_of("{\"ociVersion\": \"1.0.0\", \"vm\": {\"x\": 1}, \"mounts\": "
			"[{\"destination\": \"/a\", \"\": 1, \"op\": []}]}");
	log_set_sink(NULL, NULL, LOG_LEVEL_DEBUG);
	assert_string_equal(logged.text, "vm: unknown property, ignored\n"
					 "mounts[0].: unknown property, ignored\n"
					 "mounts[0].op: unknown property, ignored\n");
	str_done(&logged);
}

/* The row of kind "key" has no name in JSON; an empty key must not reach it. */
static void an_empty_key_is_unknown(void **state)
{
	const struct spec_config *config =
		config_of("{\"ociVersion\": \"1.0.0\", \"linux\": {\"netDevices\": {\"eth0\": "
			  "{\"\": \"x\"}}}}");

	(void)state;
	assert_string_equal(config->linux_->net_devices.items[0].key, "eth0");
}

#define READ_TEST(name) cmocka_unit_test_teardown(name, empty_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		READ_TEST(messages_name_the_place),
		READ_TEST(the_top_is_an_object),
		READ_TEST(long_values_are_cut_in_messages),
		READ_TEST(absent_differs_from_empty),
		READ_TEST(empty_strings_count_as_absent),
		READ_TEST(numbers_reach_their_ends),
		READ_TEST(keys_of_maps_are_kept),
		READ_TEST(unknown_properties_are_named),
		READ_TEST(an_empty_key_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
