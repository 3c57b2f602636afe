#include "libcontainer/hook/run.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/spawn.h"

/* How much of what a failed hook printed is worth telling: its end. */
#define OUTPUT_SIZE 1024

/* What is the same for all hooks of one list. */
struct hook_setting {
	const char *state;
	const char *directory;
	const char **default_env;
};

const char *hook_point_name(enum plan_hook_point point)
{
	/* clang-format off */
	static const char *const names[PLAN_HOOK_POINTS] = {
		[PLAN_HOOK_PRESTART]         = "prestart",
		[PLAN_HOOK_CREATE_RUNTIME]   = "createRuntime",
		[PLAN_HOOK_CREATE_CONTAINER] = "createContainer",
		[PLAN_HOOK_START_CONTAINER]  = "startContainer",
		[PLAN_HOOK_POSTSTART]        = "poststart",
		[PLAN_HOOK_POSTSTOP]         = "poststop",
	};
	/* clang-format on */

	return names[point];
}

/* Takes the ends of lines off the end, so that the message is one paragraph at most. */
static void output_trim(char *output)
{
	size_t length = strlen(output);

	while (length > 0 && (output[length - 1] == '\n' || output[length - 1] == '\r'))
		output[--length] = '\0';
}

static int status_check(int status, const char *output)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return refuse("killed by signal %d, output: %s", WTERMSIG(status), output);
	return refuse("exit status %d, output: %s", WEXITSTATUS(status), output);
}

static int hook_run(const struct plan_hook *hook, const struct hook_setting *setting)
{
	char output[OUTPUT_SIZE] = "";
	int status;
	struct spawn program = {
		.path = hook->path,
		.args = hook->args,
		.env = hook->env_set ? hook->env : setting->default_env,
		.directory = setting->directory,
		.input = setting->state,
		.input_size = strlen(setting->state),
		.timeout = hook->timeout * 1000,
		.output = -1,
		.error_output = -1,
	};
	int error = spawn_run(&program, &status, output, sizeof(output));

	if (error == -ETIMEDOUT && hook->timeout > 0) {
		error_clear();
		return refuse_as(
			error, "hook ran past specified timeout of %" PRId64 "s", hook->timeout);
	}
	if (error < 0)
		return error;
	output_trim(output);
	return status_check(status, output);
}

int hooks_run(const struct plan_hooks *hooks, enum plan_hook_point point, const char *state,
	const char *directory, const char **default_env)
{
	const struct hook_setting setting = { state, directory, default_env };

	for (size_t i = 0; i < hooks->count; i++) {
		log_debug("run %s hook #%zu '%s'", hook_point_name(point), i, hooks->items[i].path);
		try(hook_run(&hooks->items[i], &setting), "error running %s hook #%zu",
			hook_point_name(point), i);
	}
	return 0;
}

void hooks_run_all(const struct plan_hooks *hooks, enum plan_hook_point point, const char *state,
	const char *directory)
{
	const struct hook_setting setting = { state, directory, NULL };

	for (size_t i = 0; i < hooks->count; i++) {
		int error = hook_run(&hooks->items[i], &setting);

		if (error == 0)
			continue;
		(void)error_context(error, "error running %s hook #%zu", hook_point_name(point), i);
		log_warning("%s", error_text());
		error_clear();
	}
}
