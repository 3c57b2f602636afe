#include "src/command.h"

static int pause_run(struct command_call *call)
{
	return container_pause(call->context, call->arguments[0]);
}

const struct command command_pause = {
	.name = "pause",
	.arguments = "ID",
	.summary = "suspend all processes of a container",
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = pause_run,
};
