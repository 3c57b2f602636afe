#include "src/command.h"

#include <string.h>
#include <sys/wait.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "src/globals.h"
#include "src/output.h"

const struct command *const commands[] = {
	&command_create,
	&command_delete,
	&command_events,
	&command_exec,
	&command_features,
	&command_help,
	&command_kill,
	&command_list,
	&command_pause,
	&command_ps,
	&command_resume,
	&command_run,
	&command_spec,
	&command_start,
	&command_state,
	&command_update,
	NULL,
};

/* What other runtimes have: engines ask for some of them to see whether they are there. */
static const char *const commands_of_others[] = { "checkpoint", "restore", "mounts", "info",
	"completion" };

int command_find(const char *name, const struct command **ret_command)
{
	for (const struct command *const *command = commands; *command; command++) {
		if (strcmp((*command)->name, name) == 0) {
			*ret_command = *command;
			return 0;
		}
	}
	for (size_t i = 0; i < COUNT_OF(commands_of_others); i++)
		if (strcmp(commands_of_others[i], name) == 0)
			return refuse("caisson has no command '%s'", name);
	return refuse("No help topic for '%s'", name);
}

static int command_refuse_count(const struct command *command, const char *bound, int count)
{
	return refuse("caisson: \"%s\" requires %s%d argument(s)", command->name, bound, count);
}

int command_check(const struct command *command, char **arguments)
{
	int count = 0;

	while (arguments[count])
		count++;
	bool too_few = count < command->minimum;
	bool too_many = command->maximum != COMMAND_ANY_NUMBER && count > command->maximum;

	if (!too_few && !too_many)
		return command->check ? command->check(arguments) : 0;
	if (command->minimum == command->maximum)
		return command_refuse_count(command, "exactly ", command->minimum);
	if (too_few)
		return command_refuse_count(command, "a minimum of ", command->minimum);
	return command_refuse_count(command, "a maximum of ", command->maximum);
}

static int program_describe(struct str *text)
{
	try(str_printf(text,
		"NAME:\n"
		"   caisson - Open Container Initiative runtime\n\n"
		"USAGE:\n"
		"   caisson [global options] COMMAND [options] [arguments]\n\n"
		"DESCRIPTION:\n"
		"   Runs containers that are described by bundles: a directory with a root file\n"
		"   system and a config.json, as the OCI Runtime Specification %s has it.\n\n"
		"COMMANDS:\n",
		container_spec_version()));
	for (const struct command *const *command = commands; *command; command++)
		try(str_printf(text, "   %-12s%s\n", (*command)->name, (*command)->summary));
	try(str_append(text, "\nGLOBAL OPTIONS:\n"));
	return options_describe(globals_options, text);
}

static int one_describe(const struct command *command, struct str *text)
{
	try(str_printf(text,
		"NAME:\n"
		"   caisson %s - %s\n\n"
		"USAGE:\n"
		"   caisson %s [options] %s\n\n",
		command->name, command->summary, command->name, command->arguments));
	if (command->description)
		try(str_printf(text, "DESCRIPTION:\n%s\n\n", command->description));
	try(str_append(text, "OPTIONS:\n"));
	return options_describe(command->options, text);
}

char *command_describe(const struct command *command)
{
	auto_str struct str text = { 0 };
	int error = command ? one_describe(command, &text) : program_describe(&text);

	return error < 0 ? NULL : str_steal(&text);
}

int command_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int help_run(struct command_call *call)
{
	const struct command *command = NULL;

	if (call->arguments[0])
		try(command_find(call->arguments[0], &command));
	auto_free char *text = command_describe(command);
	return output_text(text);
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "show the help of the program or of a command",
	.maximum = 1,
	.run = help_run,
};
