#include "libcontainer/hook/run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/spawn.h"

/* Behind error.h: it has a macro fail() of its own. */
#include <cmocka.h>

/*
 * kernel/spawn.c is replaced by this: it notes what it was asked for and answers from a list.
 * The real one has tests of its own.
 */
struct answer {
	int result;       /* of spawn_run() */
	const char *text; /* its error's words */
	int status;
	const char *output;
};

static const struct answer *answers;
static struct spawn asked[4];
static size_t asked_count;

int spawn_run(const struct spawn *spawn, int *ret_status, char *ret_output, size_t size)
{
	const struct answer *answer = &answers[asked_count];

	assert_true(asked_count < COUNT_OF(asked));
	asked[asked_count++] = *spawn;
	if (answer->result < 0)
		return answer->text ? refuse_as(answer->result, "%s", answer->text)
				    : answer->result;
	*ret_status = answer->status;
	(void)snprintf(ret_output, size, "%s", answer->output ? answer->output : "");
	return 0;
}

static const char *args[] = { "argv-zero", "two", NULL };
static const char *env[] = { "A=B", NULL };
static const char *empty[] = { NULL };

static struct plan_hook items[] = {
	{ .path = "/bin/one", .args = args, .env = env, .env_set = true, .timeout = 2 },
	{ .path = "/bin/two", .args = args, .env = empty },
};
static const struct plan_hooks hooks = { items, COUNT_OF(items) };

static char lines[2][512];
static size_t line_count;

static void keep_line(enum log_level level, const char *line, void *context)
{
	(void)context;
	if (level == LOG_LEVEL_WARNING && line_count < COUNT_OF(lines))
		(void)snprintf(lines[line_count++], sizeof(lines[0]), "%s", line);
}

static int setup(void **state)
{
	(void)state;
	asked_count = 0;
	line_count = 0;
	error_clear();
	log_set_sink(keep_line, NULL, LOG_LEVEL_WARNING);
	return 0;
}

static int run(enum plan_hook_point point)
{
	const struct hooks_setting setting = {
		.state = "{\"id\":\"x\"}",
		.directory = "/bundle",
		.directory_fd = 7,
		.output = -EBADF,
		.error_output = -EBADF,
	};

	return hooks_run(&hooks, point, &setting);
}

static void test_asks_for(void **state)
{
	(void)state;
	answers = (const struct answer[]){ { 0 }, { 0 } };
	assert_int_equal(run(PLAN_HOOK_CREATE_RUNTIME), 0);
	assert_int_equal(asked_count, 2);
	assert_string_equal(asked[0].path, "/bin/one");
	assert_ptr_equal(asked[0].args, args);
	assert_ptr_equal(asked[0].env, env);
	assert_string_equal(asked[0].directory, "/bundle");
	assert_int_equal(asked[0].directory_fd, 7);
	assert_int_equal(asked[0].input_size, strlen("{\"id\":\"x\"}"));
	assert_memory_equal(asked[0].input, "{\"id\":\"x\"}", asked[0].input_size);
	assert_int_equal(asked[0].timeout, 2000);
	assert_int_equal(asked[0].output, -EBADF);
	assert_int_equal(asked[0].error_output, -EBADF);
	assert_string_equal(asked[1].path, "/bin/two");
	assert_null(asked[1].env);
	assert_int_equal(asked[1].timeout, 0);
}

/* Only a hook without env gets the container's; an empty one is a choice. */
static void test_default_environment(void **state)
{
	(void)state;
	static const char *container[] = { "HOME=/root", NULL };
	struct plan_hook chosen[] = {
		{ .path = "/a", .args = args, .env = empty, .env_set = true },
		{ .path = "/b", .args = args, .env = empty },
	};
	const struct plan_hooks list = { chosen, COUNT_OF(chosen) };

	answers = (const struct answer[]){ { 0 }, { 0 } };
	const struct hooks_setting setting = {
		.state = "{}",
		.default_env = container,
		.output = 7,
		.error_output = 8,
	};
	assert_int_equal(hooks_run(&list, PLAN_HOOK_START_CONTAINER, &setting), 0);
	assert_int_equal(asked[0].output, 7);
	assert_int_equal(asked[1].error_output, 8);
	assert_ptr_equal(asked[0].env, empty);
	assert_ptr_equal(asked[1].env, container);
	assert_null(asked[1].directory);
}

static void test_failures(void **state)
{
	(void)state;
	static const struct {
		enum plan_hook_point point;
		struct answer answer;
		int result;
		const char *text;
	} cases[] = {
		{ PLAN_HOOK_PRESTART, { .status = 1 << 8, .output = "oh\nno\n\n" }, -EINVAL,
			"error running prestart hook #0: '/bin/one' ended with exit status 1, "
			"output: oh\nno" },
		{ PLAN_HOOK_CREATE_RUNTIME, { .status = 9 }, -EINVAL,
			"error running createRuntime hook #0: '/bin/one' was killed by signal 9 "
			"(killed)" },
		/* The kernel's 34 has no name. */
		{ PLAN_HOOK_CREATE_RUNTIME, { .status = 34 }, -EINVAL,
			"error running createRuntime hook #0: '/bin/one' was killed by signal 34" },
		{ PLAN_HOOK_CREATE_CONTAINER, { .result = -ETIMEDOUT, .text = "slow" }, -ETIMEDOUT,
			"error running createContainer hook #0: '/bin/one': hook ran past "
			"specified timeout of 2s" },
		{ PLAN_HOOK_START_CONTAINER, { .result = -ENOENT, .text = "run '/bin/one': none" },
			-ENOENT, "error running startContainer hook #0: run '/bin/one': none" },
		{ PLAN_HOOK_POSTSTART, { .status = 2 << 8 }, -EINVAL,
			"error running poststart hook #0: '/bin/one' ended with exit status 2" },
		{ PLAN_HOOK_POSTSTOP, { .status = 3 << 8 }, -EINVAL,
			"error running poststop hook #0: '/bin/one' ended with exit status 3" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		asked_count = 0;
		answers = &cases[i].answer;
		assert_int_equal(run(cases[i].point), cases[i].result);
		assert_string_equal(error_text(), cases[i].text);
		assert_int_equal(asked_count, 1);
		error_clear();
	}
}

static void test_counts(void **state)
{
	(void)state;
	answers = (const struct answer[]){ { 0 }, { .status = 1 << 8, .output = "x" } };
	assert_int_equal(run(PLAN_HOOK_PRESTART), -EINVAL);
	assert_string_equal(error_text(),
		"error running prestart hook #1: '/bin/two' ended with exit status 1, output: x");
}

static void test_run_all(void **state)
{
	(void)state;
	answers = (const struct answer[]){
		{ .status = 1 << 8, .output = "x\n" },
		{ .result = -EACCES, .text = "run '/bin/two': denied" },
	};
	hooks_run_all(&hooks, PLAN_HOOK_POSTSTOP,
		&(struct hooks_setting){ .state = "{}", .output = -EBADF, .error_output = -EBADF });
	assert_int_equal(asked_count, 2);
	assert_int_equal(line_count, 2);
	assert_string_equal(lines[0],
		"error running poststop hook #0: '/bin/one' ended with exit status 1, output: x");
	assert_string_equal(lines[1], "error running poststop hook #1: run '/bin/two': denied");
	assert_string_equal(error_text(), "");
}

static void test_none(void **state)
{
	(void)state;
	const struct plan_hooks none = { NULL, 0 };

	const struct hooks_setting setting = { .state = "{}" };

	assert_int_equal(hooks_run(&none, PLAN_HOOK_PRESTART, &setting), 0);
	assert_int_equal(asked_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_asks_for, setup),
		cmocka_unit_test_setup(test_default_environment, setup),
		cmocka_unit_test_setup(test_failures, setup),
		cmocka_unit_test_setup(test_counts, setup),
		cmocka_unit_test_setup(test_run_all, setup),
		cmocka_unit_test_setup(test_none, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
