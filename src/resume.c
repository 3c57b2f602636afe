#include "src/command.h"

static int resume_run(struct command_call *call)
{
	return container_resume(call->context, call->arguments[0]);
}

const struct command command_resume = {
	.name = "resume",
	.arguments = "ID",
	.summary = "let the processes of a paused container run on",
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = resume_run,
};
