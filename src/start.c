#include "src/command.h"

static int start_run(struct command_call *call)
{
	return container_start(call->context, call->arguments[0]);
}

const struct command command_start = {
	.name = "start",
	.arguments = "ID",
	.summary = "start the program of a created container",
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = start_run,
};
