#include "src/command.h"

static bool force;

/* clang-format off */
static const struct option delete_options[] = {
	FLAG("force", 'f', &force,
		"kill the container first; none of that name is no error"),
	OPTIONS_END
};
/* clang-format on */

static int delete_run(struct command_call *call)
{
	return container_delete(call->context, call->arguments[0], force);
}

const struct command command_delete = {
	.name = "delete",
	.arguments = "ID",
	.summary = "delete what is left of a container",
	.description = "   Removes the state and the cgroups of a container that is stopped, or "
		       "created and\n"
		       "   not started, after its poststop hooks have run.",
	.options = delete_options,
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = delete_run,
};
