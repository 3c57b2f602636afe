#include "libcontainer/base/error.h"
#include "src/command.h"
#include "src/creation.h"

/* clang-format off */
static const struct option run_options[] = {
	CREATION_OPTIONS,
	FLAG("detach", 'd', &creation.options.detach,
		"return once the program runs"),
	FLAG("keep", 0, &creation.options.keep,
		"do not delete the container when it ends"),
	FLAG("no-subreaper", 0, &creation.options.no_subreaper,
		"do not adopt orphans of the container"),
	OPTIONS_END
};
/* clang-format on */

static int run_run(struct command_call *call)
{
	int wait_status = 0;

	creation.options.id = call->arguments[0];
	if (creation.dry_run)
		return creation_dry_run(call, true);
	try(container_run(call->context, &creation.options, &wait_status));
	call->status = command_status(wait_status);
	return 0;
}

const struct command command_run = {
	.name = "run",
	.arguments = "ID",
	.summary = "create and start a container",
	.description =
		"   Creates the container of a bundle, starts it, waits for its end, deletes it, "
		"and\n"
		"   exits with the program's status, or 128 and the number of the signal that\n"
		"   ended it.  With --detach, nothing but the first two.",
	.options = run_options,
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.sealed = true,
	.run = run_run,
};
