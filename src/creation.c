#include "src/creation.h"

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/format.h"
#include "src/output.h"

struct creation creation;

int creation_dry_run(struct command_call *call, bool run)
{
	auto_free char *text = NULL;
	bool json;

	try(format_is_json(creation.format, "text", &json));
	try(container_dry_run(call->context, &creation.options, run, json, &text));
	return output_text(text);
}
