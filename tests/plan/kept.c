/*
 * What is kept of a configuration gives exec the plan that the whole would give, and the hooks that
 * come later too: for each configuration of tests/data/good, through the form that it is kept in.
 */
#include "tests/check.h"

#include <fcntl.h>
#include <stdio.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/plan/parts.h"
#include "libcontainer/plan/print.h"
#include "oci-spec/json.h"
#include "oci-spec/pack.h"
#include "oci-spec/read.h"
#include "oci-spec/schema.h"
#include "tests/plan/hosts.h"

static const char *const samples[] = { "containerd-cri", "docker", "everything", "podman" };

static const struct spec_config *read_sample(const char *name)
{
	const char *source = getenv("srcdir"); /* set by make check */
	const char *path =
		arena_printf(&arena, "%s/tests/data/good/%s.json", source ? source : ".", name);
	struct spec_config *config;
	struct file_text file;

	if (file_read(&arena, AT_FDCWD, path, JSON_SIZE_MAX, &file) < 0 ||
		spec_read_config(&arena, file.text, file.size, &config) < 0)
		test_fails("%s: %s\n", path, error_text());
	return config;
}

static const struct spec_config *through_the_file(const struct spec_config *config)
{
	auto_str struct str bytes = { 0 };
	void *copy;

	assert_int_equal(spec_pack(spec_schema_config(), config, &bytes), 0);
	char *text = arena_alloc(&arena, bytes.length);
	memcpy(text, bytes.text, bytes.length);
	assert_int_equal(spec_unpack(&arena, spec_schema_config(), text, bytes.length, &copy), 0);
	return copy;
}

/* The plan of exec of "true", and the later hooks, as they are printed. */
static void print_plan(const struct spec_config *config, const struct host *facts, struct str *out)
{
	const char *args[] = { "true" };
	struct spec_process own = config->process ? *config->process : (struct spec_process){ 0 };
	struct plan_options exec = { .verb = PLAN_EXEC, .id = "c", .bundle = "/bundle" };
	struct plan decided = { 0 };
	struct plan_input input = { config, &own, &exec, facts };
	struct planning later = {
		.arena = &arena,
		.spec = config,
		.process = &own,
		.options = &exec,
		.host = facts,
		.plan = &decided,
	};
	struct plan_printer printer;

	own.args = (struct spec_strings){ args, 1, true };
	if (plan_make(&arena, &input, &decided) < 0)
		test_fails("%s\n", error_text());
	decided.seccomp.rules = NULL;
	decided.seccomp.rule_count = 0;
	assert_int_equal(plan_hooks(&later), 0);
	for (int point = 0; point < PLAN_HOOK_POINTS; point++)
		if (point != PLAN_HOOK_POSTSTART && point != PLAN_HOOK_POSTSTOP)
			decided.hooks[point] = (struct plan_hooks){ 0 };
	printer_begin(&printer, out, true);
	print_open(&printer, NULL, false);
	plan_print(&printer, &decided);
	print_close(&printer, false);
	assert_int_equal(printer_end(&printer), 0);
}

static void the_plan_of_exec_is_the_same(void **state)
{
	struct host able = host_v2;

	(void)state;
	able.apparmor = able.selinux = true;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		const struct spec_config *whole = read_sample(samples[i]);
		struct spec_config *kept = arena_new(&arena, struct spec_config);
		auto_str struct str expected = { 0 }, got = { 0 };

		*kept = *through_the_file(plan_kept(&arena, whole));
		kept->annotations = whole->annotations;
		print_plan(whole, &able, &expected);
		print_plan(kept, &able, &got);
		assert_true(expected.length > 100);
		assert_string_equal(expected.text, got.text);
	}
}

/* What update changes is kept whole. */
static void resources_are_kept(void **state)
{
	const struct spec_config *whole = read_sample("everything");
	const struct spec_config *kept = through_the_file(plan_kept(&arena, whole));
	auto_str struct str expected = { 0 }, got = { 0 };

	(void)state;
	assert_int_equal(
		spec_pack(spec_schema_resources(), whole->linux_->resources, &expected), 0);
	assert_int_equal(spec_pack(spec_schema_resources(), kept->linux_->resources, &got), 0);
	assert_int_equal(expected.length, got.length);
	assert_memory_equal(expected.text, got.text, got.length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_of_exec_is_the_same),
		cmocka_unit_test(resources_are_kept),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
