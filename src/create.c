#include "src/command.h"
#include "src/creation.h"

static const struct option create_options[] = {
	CREATION_OPTIONS,
	OPTIONS_END,
};

static int create_run(struct command_call *call)
{
	creation.options.id = call->arguments[0];
	if (creation.dry_run)
		return creation_dry_run(call, false);
	return container_create(call->context, &creation.options);
}

const struct command command_create = {
	.name = "create",
	.arguments = "ID",
	.summary = "create a container",
	.description = "   Makes the container of a bundle, complete but for its program, which "
		       "waits for\n"
		       "   'caisson start'.  ID must not be the name of another container.",
	.options = create_options,
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.sealed = true,
	.run = create_run,
};
