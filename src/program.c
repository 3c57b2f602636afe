#include "src/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/container.h"
#include "src/command.h"
#include "src/globals.h"
#include "src/output.h"
#include "src/report.h"

/* The exit statuses of either end. */
struct outcome {
	int success, failure;
};

static int version_print(void)
{
	auto_str struct str text = { 0 };

	/* moby takes the last line with the word "version" in it for ours, so there is but one. */
	try(str_printf(&text, "caisson version %s\ncommit: %s\nspec: %s\nlibseccomp: %s\n",
		PACKAGE_VERSION, CAISSON_COMMIT, container_spec_version(),
		container_seccomp_version()));
	return output_text(text.text);
}

static int help_print(const struct command *command)
{
	auto_free char *text = command_describe(command);

	return output_text(text);
}

/* Reminds of how it is done, before the error that says what was wrong. */
static int usage_failed(const struct command *command, int error)
{
	auto_str struct str text = { 0 };
	auto_free char *help = command_describe(command);

	if (help && str_printf(&text, "Incorrect Usage.\n\n%s\n", help) == 0)
		(void)!write(STDERR_FILENO, text.text, text.length); /* the error follows anyway */
	return error;
}

static int command_call(
	const struct command *command, char **words, char **argv, struct outcome *outcome)
{
	struct container_context context;
	struct command_call call = { .context = &context };
	bool help = false;
	int error = options_parse(command->options, command->order, &words, &help);

	if (error == 0 && help)
		return help_print(command);
	if (error == 0)
		error = command_check(command, words);
	if (error < 0)
		return usage_failed(command, error);

	if (command->failure)
		outcome->failure = command->failure;
	if (command->sealed)
		try(container_seal(argv));
	try(globals_context(&context));
	call.arguments = words;
	try(command->run(&call));
	outcome->success = call.status;
	return 0;
}

/* words are those of argv behind the program's name, and are moved about. */
static int words_run(char **words, char **argv, struct outcome *outcome)
{
	const struct command *command;
	bool help = false;
	int error = options_parse(globals_options, OPTIONS_FIRST, &words, &help);

	if (error < 0)
		return usage_failed(NULL, error);
	if (globals.version && !help)
		return version_print();
	if (help || !words[0])
		return help_print(NULL);
	try(report_open(globals.log, globals.log_format, globals.debug));
	if (globals.log_level)
		try(report_set_level(globals.log_level));
	try(command_find(words[0], &command));
	return command_call(command, words + 1, argv, outcome);
}

/*
 * A caller may have closed some of the first three descriptors; the next file opened would take
 * such a place and be read and written as standard input or output.  One call tells.
 */
static bool stdio_fill(void)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO }, { .fd = STDOUT_FILENO },
		{ .fd = STDERR_FILENO } };

	if (poll(fds, COUNT_OF(fds), 0) <= 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		/* Ascending, so each open takes the lowest place that is free: this one. */
		if (fds[i].revents & POLLNVAL && open("/dev/null", O_RDWR) < 0)
			return false;
	}
	return true;
}

int program_run(int argc, char **argv)
{
	auto_free char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct outcome outcome = { .success = EXIT_SUCCESS, .failure = EXIT_FAILURE };

	/* Ignored, as some callers have it, children leave no status to be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	/* Without all three there may be no place to report to. */
	if (!stdio_fill())
		return outcome.failure;
	/* Parsing rearranges the words, and the sealed copy wants them as they were. */
	for (int i = 1; words && i < argc; i++)
		words[i - 1] = argv[i];
	int error = words ? words_run(words, argv, &outcome) : fail(ENOMEM, "arguments");
	if (error < 0) {
		/* A miss that nobody had words for gets the errno's. */
		(void)error_context(error, "");
		report_error(error_text());
		return outcome.failure;
	}
	return outcome.success;
}
