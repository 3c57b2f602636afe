#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/command.h"
#include "src/output.h"

static int state_run(struct command_call *call)
{
	auto_free char *json = NULL;

	try(container_state(call->context, call->arguments[0], &json));
	return output_text(json);
}

const struct command command_state = {
	.name = "state",
	.arguments = "ID",
	.summary = "print the state of a container",
	.description = "   The state is JSON as the runtime specification has it, with the members "
		       "rootfs,\n"
		       "   created and owner beside.",
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = state_run,
};
