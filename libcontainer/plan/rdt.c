/* linux.intelRdt: which group of resctrl, and what is written to it.  Spec: "Intel RDT". */
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/str.h"
#include "libcontainer/plan/rdt.h"

#define BANDWIDTH "MB:"

/* The lines of text, a newline behind each, without those that memBwSchema has its own word for. */
static const char *take_lines(struct arena *arena, const char *text, bool without_bandwidth)
{
	const char *taken = "";

	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > 0 && !(without_bandwidth && str_starts(text, BANDWIDTH)))
			taken = arena_printf(arena, "%s%.*s\n", taken, (int)length, text);
		text += length;
		text += *text == '\n';
	}
	return taken;
}

const char *plan_schemata(struct arena *arena, const char *l3_cache, const char *bandwidth)
{
	const char *text = "";
	bool has_bandwidth = bandwidth && bandwidth[0];

	if (l3_cache)
		text = take_lines(arena, l3_cache, has_bandwidth);
	if (has_bandwidth)
		text = arena_printf(arena, "%s%s\n", text, bandwidth);
	return text;
}

int plan_rdt(struct planning *p)
{
	static const char *const taken[] = { "info", "mon_data", "mon_groups" };
	const struct spec_linux *linux_ = p->spec->linux_;
	const struct spec_intel_rdt *spec = linux_ ? linux_->intel_rdt : NULL;
	struct plan_rdt *plan = &p->plan->rdt;

	if (!spec)
		return 0;
	const char *closid = spec->clos_id && spec->clos_id[0] ? spec->clos_id : NULL;
	for (size_t i = 0; i < COUNT_OF(taken); i++) {
		if (closid && strcmp(closid, taken[i]) == 0)
			return refuse(
				"linux.intelRdt.closID: '%s' is the file system's own", closid);
	}
	const char *text = plan_schemata(p->arena, spec->l3_cache_schema, spec->mem_bw_schema);
	for (size_t i = 0; i < spec->schemata.count; i++)
		text = arena_printf(p->arena, "%s%s\n", text, spec->schemata.items[i]);
	*plan = (struct plan_rdt){
		.set = true,
		.mountpoint = p->options->resctrl,
		.group = closid ? closid : p->options->id,
		.make = !closid,
		.may_make = !closid || text[0],
		.schemata = text[0] ? text : NULL,
		.monitor = spec->enable_monitoring ? p->options->id : NULL,
	};
	if (strcmp(plan->group, "/") == 0)
		plan->group = "";
	return 0;
}
