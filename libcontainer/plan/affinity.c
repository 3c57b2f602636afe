/* execCPUAffinity: the cpus of a process that comes later. */
#include "libcontainer/plan/process.h"

static int plan_cpus(
	struct planning *p, const char *name, const char *list, struct plan_bits *ret_cpus)
{
	if (!list || !list[0])
		return 0;
	if (plan_number_list(p->arena, list, PLAN_CPUS_MAX, ret_cpus) < 0)
		return refuse("process.execCPUAffinity.%s: wants a list of cpus below %d such as "
			      "\"0-3,8\", got \"%s\"",
			name, PLAN_CPUS_MAX, list);
	return 0;
}

int plan_affinity(struct planning *p)
{
	const struct spec_process *container = p->spec->process;
	const struct spec_exec_cpu_affinity *spec = p->process->exec_cpu_affinity;
	struct plan_process *plan = &p->plan->process;

	/* A --process file that says nothing of it leaves what the container has for exec. */
	if (!spec && container)
		spec = container->exec_cpu_affinity;
	if (!spec)
		return 0;
	/* Also for a container's init, which it isn't for: what can't be done is told at create. */
	try(plan_cpus(p, "initial", spec->initial, &plan->initial_cpus));
	try(plan_cpus(p, "final", spec->final, &plan->final_cpus));
	if (p->options->verb != PLAN_EXEC)
		plan->initial_cpus = plan->final_cpus = (struct plan_bits){ 0 };
	return 0;
}
