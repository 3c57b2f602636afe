#include <errno.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/parse.h"
#include "src/command.h"
#include "src/output.h"

static const char *interval = "5s";
static bool stats;

/* clang-format off */
static const struct option events_options[] = {
	FLAG("stats", '\0', &stats,
		"print one sample of what it uses, and exit"),
	TEXT("interval", '\0', "DURATION", &interval,
		"time between samples, as in 5s (default) or 100ms"),
	OPTIONS_END
};
/* clang-format on */

static int print(const char *json, void *context)
{
	(void)context;
	return output_line(json);
}

static int events_run(struct command_call *call)
{
	struct container_events_options options = {
		.id = call->arguments[0],
		.stats = stats,
		.emit = print,
	};
	int code = parse_duration(interval, &options.interval);

	if (code == -ERANGE)
		return refuse("duration interval must be greater than 0");
	if (code < 0)
		return refuse("option --interval: '%s' is no duration", interval);
	return container_events(call->context, &options);
}

const struct command command_events = {
	.name = "events",
	.arguments = "ID",
	.summary = "print what a container uses, and when it runs out of memory",
	.description =
		"   Prints a line of JSON for each sample and each event, until the container "
		"ends.",
	.options = events_options,
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = events_run,
};
