#include "libcontainer/plan/plan.h"

#include "libcontainer/plan/parts.h"

/* The order is a rule: users before process (who may set groups), namespaces before all. */
static int (*const parts[])(struct planning *) = {
	plan_namespaces,
	plan_unsupported,
	plan_users,
	plan_process,
	plan_security,
	plan_mounts,
	plan_devices,
	plan_hooks,
	plan_cgroup,
	plan_resources,
};

/* What exec needs: it makes no mounts, devices, hooks or limits. */
static int (*const exec_parts[])(struct planning *) = {
	plan_namespaces,
	plan_users,
	plan_process,
	plan_security,
};

static void begin(struct planning *p)
{
	struct plan *plan = p->plan;

	*plan = (struct plan){
		.verb = p->options->verb,
		.id = p->options->id,
		.bundle = p->options->bundle,
		.state = p->options->state,
		.oci_version = p->spec->oci_version,
		.console_socket = p->options->console_socket,
		.detach = p->options->detach,
	};
}

int plan_make(struct arena *arena, const struct spec_config *spec,
	const struct plan_options *options, const struct host *host, struct plan *ret_plan)
{
	struct planning p = { arena, spec, spec->process, options, host, ret_plan };

	begin(&p);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		try(parts[i](&p));
	return 0;
}

int plan_make_exec(struct arena *arena, const struct spec_config *spec,
	const struct spec_process *process, const struct plan_options *options,
	const struct host *host, struct plan *ret_plan)
{
	struct planning p = { arena, spec, process, options, host, ret_plan };

	begin(&p);
	for (size_t i = 0; i < sizeof(exec_parts) / sizeof(exec_parts[0]); i++)
		try(exec_parts[i](&p));
	return 0;
}
