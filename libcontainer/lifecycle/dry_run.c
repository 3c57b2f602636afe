/* What create or run would do: the steps that apply, in order, and the plan that they read. */
#include <stdlib.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/launch/steps.h"
#include "libcontainer/lifecycle/creation.h"
#include "libcontainer/plan/print.h"

static const char *step_words(struct arena *arena, const struct step *step)
{
	const struct launch_message_facts *message = &launch_messages[step->message];

	switch (step->kind) {
	case STEP_SEND:
		return arena_printf(arena, "%s: send %s to %s", role_name(step->who), message->name,
			role_name(message->to));
	case STEP_WAIT:
		return arena_printf(arena, "%s: wait for %s from %s", role_name(step->who),
			message->name, role_name(message->from));
	default:
		return arena_printf(arena, "%s: %s", role_name(step->who), step->name);
	}
}

static void print_steps(struct plan_printer *printer, struct creation *creation)
{
	print_open(printer, "steps", true);
	for (size_t i = 0; i < create_steps.count; i++) {
		const struct step *step = &create_steps.rows[i];

		if (!step->when || step->when(&creation->plan))
			print_string(printer, NULL, step_words(&creation->arena, step));
	}
	print_close(printer, true);
}

int container_dry_run(const struct container_context *c, const struct container_create_options *o,
	bool run, bool json, char **ret_text)
{
	struct creation creation = { 0 };
	auto_str struct str text = { 0 };
	struct plan_printer printer;
	int r = creation_prepare(c, o, run ? PLAN_RUN : PLAN_CREATE, &creation);

	if (r == 0) {
		printer_begin(&printer, &text, json);
		print_steps(&printer, &creation);
		plan_print(&printer, &creation.plan);
		r = printer_end(&printer);
	}
	if (r == 0)
		*ret_text = str_steal(&text);
	creation_done(&creation);
	return r;
}
