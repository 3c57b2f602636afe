#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/plan/parts.h"

/* Behind error.h: it has a macro fail() of its own. */
#include <cmocka.h>

static struct arena arena;
static struct plan plan;

static int decide(const struct spec_hooks *hooks, enum plan_verb verb)
{
	const struct spec_config spec = { .hooks = (struct spec_hooks *)(uintptr_t)hooks };
	const struct plan_options options = { .verb = verb, .id = "x" };
	struct planning planning = {
		.arena = &arena, .spec = &spec, .options = &options, .plan = &plan
	};

	plan = (struct plan){ 0 };
	error_clear();
	return plan_hooks(&planning);
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	arena = (struct arena){ 0 };
	return 0;
}

static struct spec_hook_list list_of(struct spec_hook *items, size_t count)
{
	return (struct spec_hook_list){ items, count, true };
}

static void test_six_lists(void **state)
{
	(void)state;
	struct spec_hook hooks[6] = { { .path = "/0" }, { .path = "/1" }, { .path = "/2" },
		{ .path = "/3" }, { .path = "/4" }, { .path = "/5" } };
	const struct spec_hooks spec = {
		.prestart = list_of(&hooks[0], 1),
		.create_runtime = list_of(&hooks[1], 1),
		.create_container = list_of(&hooks[2], 1),
		.start_container = list_of(&hooks[3], 1),
		.poststart = list_of(&hooks[4], 1),
		.poststop = list_of(&hooks[5], 1),
	};
	static const enum plan_hook_point order[] = {
		PLAN_HOOK_PRESTART,
		PLAN_HOOK_CREATE_RUNTIME,
		PLAN_HOOK_CREATE_CONTAINER,
		PLAN_HOOK_START_CONTAINER,
		PLAN_HOOK_POSTSTART,
		PLAN_HOOK_POSTSTOP,
	};

	assert_int_equal(decide(&spec, PLAN_CREATE), 0);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		assert_int_equal(plan.hooks[order[i]].count, 1);
		assert_string_equal(plan.hooks[order[i]].items[0].path, hooks[i].path);
	}
}

static void test_fields(void **state)
{
	(void)state;
	const char *args[] = { "zero", "one" }, *env[] = { "A=B" };
	struct spec_hook hooks[] = {
		{ .path = "/full",
			.args = { args, 2, true },
			.env = { env, 1, true },
			.timeout = { true, 5 } },
		{ .path = "/bare" },
		{ .path = "/empty", .args = { NULL, 0, true }, .env = { NULL, 0, true } },
		{ .path = "/long", .timeout = { true, INT64_MAX } },
	};
	const struct spec_hooks spec = { .poststart = list_of(hooks, COUNT_OF(hooks)) };

	assert_int_equal(decide(&spec, PLAN_RUN), 0);
	const struct plan_hooks *list = &plan.hooks[PLAN_HOOK_POSTSTART];
	assert_int_equal(list->count, COUNT_OF(hooks));

	assert_string_equal(list->items[0].args[0], "zero");
	assert_string_equal(list->items[0].args[1], "one");
	assert_null(list->items[0].args[2]);
	assert_string_equal(list->items[0].env[0], "A=B");
	assert_null(list->items[0].env[1]);
	assert_true(list->items[0].env_set);
	assert_int_equal(list->items[0].timeout, 5);

	for (size_t i = 1; i < 3; i++) {
		assert_string_equal(list->items[i].args[0], hooks[i].path);
		assert_null(list->items[i].args[1]);
		assert_null(list->items[i].env[0]);
		assert_int_equal(list->items[i].timeout, 0);
	}
	assert_false(list->items[1].env_set);
	assert_true(list->items[2].env_set);
	/* Milliseconds, and a moment of the clock added to them, must fit an int64_t. */
	assert_true(list->items[3].timeout > 0 && list->items[3].timeout < INT64_MAX / 2000);
}

static void test_timeout_refused(void **state)
{
	(void)state;
	static const int64_t values[] = { 0, -1, INT64_MIN };

	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct spec_hook hooks[] = { { .path = "/a" },
			{ .path = "/b", .timeout = { true, values[i] } } };
		const struct spec_hooks spec = { .create_runtime = list_of(hooks, 2) };

		assert_int_equal(decide(&spec, PLAN_CREATE), -EINVAL);
		assert_non_null(strstr(error_text(), "hooks.createRuntime[1].timeout: "));
	}
}

static void test_none(void **state)
{
	(void)state;
	struct spec_hook hook = { .path = "/a" };
	const struct spec_hooks spec = { .start_container = list_of(&hook, 1) };

	assert_int_equal(decide(NULL, PLAN_CREATE), 0);
	assert_int_equal(plan.hooks[PLAN_HOOK_START_CONTAINER].count, 0);
	assert_int_equal(decide(&spec, PLAN_EXEC), 0);
	assert_int_equal(plan.hooks[PLAN_HOOK_START_CONTAINER].count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_six_lists, teardown),
		cmocka_unit_test_teardown(test_fields, teardown),
		cmocka_unit_test_teardown(test_timeout_refused, teardown),
		cmocka_unit_test_teardown(test_none, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
