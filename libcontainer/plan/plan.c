#include "libcontainer/plan/plan.h"

#include "libcontainer/base/cleanup.h"
#include "libcontainer/plan/parts.h"

/* The order is a rule: users before process (who may set groups), namespaces before both. */
static int (*const parts[])(struct planning *) = {
	plan_annotations,
	plan_namespaces,
	plan_notify,
	plan_rdt,
	plan_users,
	plan_process,
	plan_security,
	plan_mounts,
	plan_devices,
	plan_hooks,
	plan_cgroup,
	plan_resources,
	plan_unit,
	plan_delegation,
};

/* What exec needs: it makes no mounts, devices, hooks or limits. */
static int (*const exec_parts[])(struct planning *) = {
	plan_annotations,
	plan_namespaces,
	plan_rdt,
	plan_users,
	plan_process,
	plan_security,
};

static void begin(struct planning *p)
{
	*p->plan = (struct plan){
		.verb = p->options->verb,
		.id = p->options->id,
		.bundle = p->options->bundle,
		.state = p->options->state,
		.oci_version = p->spec->oci_version,
		.console_socket = p->options->console_socket,
		.pidfd_socket = p->options->pidfd_socket,
		.detach = p->options->detach,
		.assert_start = p->options->assert_start,
	};
}

int plan_make(struct arena *arena, const struct plan_input *input, struct plan *ret_plan)
{
	bool exec = input->options->verb == PLAN_EXEC;
	size_t count = exec ? COUNT_OF(exec_parts) : COUNT_OF(parts);
	struct planning p = {
		.arena = arena,
		.spec = input->spec,
		.process = input->process ? input->process : input->spec->process,
		.options = input->options,
		.host = input->host,
		.plan = ret_plan,
	};

	begin(&p);
	for (size_t i = 0; i < count; i++)
		try((exec ? exec_parts : parts)[i](&p));
	return 0;
}
