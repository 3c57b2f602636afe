#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/command.h"
#include "src/output.h"

static int features_run(struct command_call *call)
{
	auto_free char *json = NULL;

	(void)call; /* the same for every context */
	try(container_features(&json));
	return output_line(json);
}

const struct command command_features = {
	.name = "features",
	.arguments = "",
	.summary = "print what this program can do",
	.description = "   The answer is the features document of the runtime specification, in "
		       "JSON.  No\n"
		       "   container is needed, nor privileges.",
	.order = OPTIONS_ANYWHERE,
	.maximum = 0,
	.run = features_run,
};
