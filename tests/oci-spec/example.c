#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "oci-spec/example.h"
#include "oci-spec/read.h"
#include "oci-spec/rules.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"
#include "oci-spec/write.h"

static struct spec_config *example(struct arena *arena, struct example_options options)
{
	struct spec_config *config;

	assert_int_equal(example_make(arena, &options, &config), 0);
	if (rules_check(config) < 0)
		test_fails("%s\n", error_text());
	return config;
}

static bool has_namespace(const struct spec_config *config, const char *type)
{
	for (size_t i = 0; i < config->linux_->namespaces.count; i++)
		if (strcmp(config->linux_->namespaces.items[i].type, type) == 0)
			return true;
	return false;
}

static const struct spec_mount *mount_at(const struct spec_config *config, const char *target)
{
	for (size_t i = 0; i < config->mounts.count; i++)
		if (strcmp(config->mounts.items[i].destination, target) == 0)
			return &config->mounts.items[i];
	return NULL;
}

static void the_example_is_that_of_runc(void **state)
{
	struct arena arena = { 0 };
	const struct spec_config *config =
		example(&arena, (struct example_options){ .cgroup_namespace = true });

	(void)state;
	assert_string_equal(config->oci_version, "1.3.0");
	assert_string_equal(config->hostname, "caisson");
	assert_true(config->process->terminal);
	assert_string_equal(config->process->args.items[0], "sh");
	assert_true(config->process->no_new_privileges.value);
	assert_int_equal(config->process->capabilities->bounding.count, 3);
	assert_false(config->process->capabilities->inheritable.set);
	assert_int_equal(config->process->rlimits.items[0].hard, 1024);
	assert_true(config->root->readonly);
	assert_int_equal(config->mounts.count, 7);
	assert_int_equal(config->linux_->masked_paths.count, 10);
	assert_int_equal(config->linux_->readonly_paths.count, 5);
	assert_int_equal(config->linux_->namespaces.count, 6);
	assert_true(has_namespace(config, "cgroup"));

	config = example(&arena, (struct example_options){ 0 });
	assert_int_equal(config->linux_->namespaces.count, 5);
	assert_false(has_namespace(config, "cgroup"));
	arena_done(&arena);
}

static void the_rootless_one_asks_for_no_privilege(void **state)
{
	struct arena arena = { 0 };
	const struct spec_config *config = example(
		&arena, (struct example_options){ .rootless = true, .uid = 1000, .gid = 100 });

	(void)state;
	assert_true(has_namespace(config, "user"));
	assert_false(has_namespace(config, "network"));
	assert_int_equal(config->linux_->uid_mappings.items[0].host_id, 1000);
	assert_int_equal(config->linux_->gid_mappings.items[0].host_id, 100);
	assert_int_equal(config->linux_->gid_mappings.items[0].size, 1);
	assert_null(config->linux_->resources);
	assert_null(mount_at(config, "/sys/fs/cgroup"));
	assert_string_equal(mount_at(config, "/sys")->source, "/sys");
	assert_string_equal(mount_at(config, "/sys")->options.items[0], "rbind");
	const struct spec_strings *options = &mount_at(config, "/dev/pts")->options;
	for (size_t i = 0; i < options->count; i++)
		assert_false(str_starts(options->items[i], "gid="));
	assert_int_equal(options->count, 5);
	arena_done(&arena);
}

static void what_is_written_can_be_read(void **state)
{
	struct arena arena = { 0 };
	auto_str struct str text = { 0 }, again = { 0 };
	struct spec_config *config = example(&arena, (struct example_options){ .rootless = true });

	(void)state;
	assert_int_equal(spec_write(spec_schema_config(), config, true, &text), 0);
	assert_int_equal(spec_read_config(&arena, text.text, text.length, &config), 0);
	assert_int_equal(rules_check(config), 0);
	assert_int_equal(spec_write(spec_schema_config(), config, true, &again), 0);
	assert_string_equal(text.text, again.text);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_that_of_runc),
		cmocka_unit_test(the_rootless_one_asks_for_no_privilege),
		cmocka_unit_test(what_is_written_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
