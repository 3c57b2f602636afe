#include "libcontainer/hook/run.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/spawn.h"

/* How much of what a failed hook printed is worth telling: its end. */
#define OUTPUT_SIZE 1024

/* Takes the ends of lines off the end, so that the message is one paragraph at most. */
static void output_trim(char *output)
{
	size_t length = strlen(output);

	while (length > 0 && (output[length - 1] == '\n' || output[length - 1] == '\r'))
		output[--length] = '\0';
}

/* "killed by signal 31 (bad system call)": in lower case, as other errors are. */
static int refuse_killed(const char *path, int number, const char *mark, const char *output)
{
	const char *words = sigdescr_np(number);

	if (!words)
		return refuse("'%s' was killed by signal %d%s%s", path, number, mark, output);
	return refuse("'%s' was killed by signal %d (%c%s)%s%s", path, number,
		tolower((unsigned char)words[0]), words + 1, mark, output);
}

static int status_check(const char *path, int status, const char *output)
{
	const char *mark = output[0] ? ", output: " : "";

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return refuse_killed(path, WTERMSIG(status), mark, output);
	return refuse(
		"'%s' ended with exit status %d%s%s", path, WEXITSTATUS(status), mark, output);
}

static int hook_run(const struct plan_hook *hook, const struct hooks_setting *setting)
{
	char output[OUTPUT_SIZE] = "";
	int status;
	struct spawn program = {
		.path = hook->path,
		.args = hook->args,
		.env = hook->env_set ? hook->env : setting->default_env,
		.directory = setting->directory,
		.directory_fd = setting->directory_fd,
		.input = setting->state,
		.input_size = strlen(setting->state),
		.timeout = hook->timeout * 1000,
		.output = setting->output,
		.error_output = setting->error_output,
	};
	int error = spawn_run(&program, &status, output, sizeof(output));

	if (error == -ETIMEDOUT && hook->timeout > 0) {
		error_clear();
		return refuse_as(error, "'%s': hook ran past specified timeout of %" PRId64 "s",
			hook->path, hook->timeout);
	}
	if (error < 0)
		return error;
	output_trim(output);
	return status_check(hook->path, status, output);
}

int hooks_run(const struct plan_hooks *hooks, enum plan_hook_point point,
	const struct hooks_setting *setting)
{
	for (size_t i = 0; i < hooks->count; i++) {
		log_debug("run %s hook #%zu '%s'", plan_hook_name(point), i, hooks->items[i].path);
		try(hook_run(&hooks->items[i], setting), "error running %s hook #%zu",
			plan_hook_name(point), i);
	}
	return 0;
}

void hooks_run_all(const struct plan_hooks *hooks, enum plan_hook_point point,
	const struct hooks_setting *setting)
{
	for (size_t i = 0; i < hooks->count; i++) {
		int error = hook_run(&hooks->items[i], setting);

		if (error == 0)
			continue;
		(void)error_context(error, "error running %s hook #%zu", plan_hook_name(point), i);
		log_warning("%s", error_text());
		error_clear();
	}
}

static int open_output(const char *path, const char *place, int *ret_fd)
{
	/* O_NONBLOCK is for the opening alone, which might wait for a reader. */
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	auto_close int fd = -EBADF;

	*ret_fd = -EBADF;
	if (!path)
		return 0;
	fd = open(path, flags, 0600);
	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		return fail(errno, "%s: open '%s'", place, path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int hooks_open_outputs(const struct plan *plan, int *ret_output, int *ret_error_output)
{
	auto_close int output = -EBADF;

	try(open_output(plan->hook_output, "annotations.run.oci.hooks.stdout", &output));
	try(open_output(
		plan->hook_error_output, "annotations.run.oci.hooks.stderr", ret_error_output));
	*ret_output = steal_fd(&output);
	return 0;
}
