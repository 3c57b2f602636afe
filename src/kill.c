#include "libcontainer/base/error.h"
#include "src/command.h"

static bool all;

/* clang-format off */
static const struct option kill_options[] = {
	FLAG("all", 'a', &all,
		"signal every process of the container"),
	OPTIONS_END
};
/* clang-format on */

static int kill_run(struct command_call *call)
{
	const char *word = call->arguments[1] ? call->arguments[1] : "SIGTERM";
	int signal;

	try(container_signal(word, &signal));
	return container_kill(call->context, call->arguments[0], signal, all);
}

const struct command command_kill = {
	.name = "kill",
	.arguments = "ID [SIGNAL]",
	.summary = "send a signal to a container",
	.description = "   SIGNAL is a number, or a name with or without SIG; SIGTERM where none "
		       "is given.\n"
		       "   It goes to the container's first process.",
	.options = kill_options,
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 2,
	.run = kill_run,
};
