/* linux.memoryPolicy: where the program's memory is to come from. */
#include "libcontainer/kernel/names.h"
#include "libcontainer/plan/process.h"

/* As runc begins what they say of it. */
#define INVALID "invalid memory policy"

int plan_memory_policy(struct planning *p)
{
	const struct spec_linux *linux_ = p->spec->linux_;
	const struct spec_memory_policy *spec = linux_ ? linux_->memory_policy : NULL;
	struct plan_memory_policy *plan = &p->plan->process.memory_policy;
	uint64_t mode, flag;

	if (!spec)
		return 0;
	if (!spec->mode || names_find(&names_memory_modes, spec->mode, &mode) < 0)
		return refuse("linux.memoryPolicy.mode: " INVALID " mode: unknown mode \"%s\"",
			spec->mode ? spec->mode : "");
	for (size_t i = 0; i < spec->flags.count; i++) {
		if (names_find(&names_memory_flags, spec->flags.items[i], &flag) < 0)
			return refuse("linux.memoryPolicy.flags[%zu]: " INVALID " flag"
				      ": unknown flag \"%s\"",
				i, spec->flags.items[i]);
		mode |= flag;
	}
	plan->name = spec->mode;
	plan->mode = (int)mode;
	if (!spec->nodes || !spec->nodes[0])
		return 0;
	plan->list = spec->nodes;
	if (plan_number_list(p->arena, spec->nodes, PLAN_NODES_MAX, &plan->nodes) < 0)
		return refuse("linux.memoryPolicy.nodes: " INVALID
			      " nodes: wants a list of those below "
			      "%d such as \"0-1,3\", got \"%s\"",
			PLAN_NODES_MAX, spec->nodes);
	return 0;
}
