#include "libcontainer/process/affinity.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"

/* More than any kernel is built for (CONFIG_NR_CPUS is 8192 at most); a multiple of a long. */
#define ALL_CPUS_SIZE (8192 / 8)

static int affinity_set(const struct plan_bits *cpus, const char *name)
{
	if (sched_setaffinity(0, cpus->size, (const cpu_set_t *)cpus->bits) < 0)
		return fail(errno, "process.execCPUAffinity.%s: set the cpu affinity", name);
	return 0;
}

/*
 * The caller's own affinity (a unit's CPUAffinity=, taskset) is not the container's: what binds
 * that is its cpuset, to which the kernel clips this.
 */
static void affinity_reset(void)
{
	unsigned long all[ALL_CPUS_SIZE / sizeof(unsigned long)];

	memset(all, 0xff, sizeof(all));
	if (sched_setaffinity(0, sizeof(all), (const cpu_set_t *)all) < 0)
		log_debug("the cpu affinity stays as the caller's: errno %d", errno);
}

int affinity_set_initial(const struct plan_process *plan)
{
	return affinity_set(&plan->initial_cpus, "initial");
}

int affinity_set_final(const struct plan_process *plan)
{
	if (plan->final_cpus.bits)
		return affinity_set(&plan->final_cpus, "final");
	/* With an initial one alone it is the kernel's to say what it becomes in the cgroup. */
	if (!plan->initial_cpus.bits)
		affinity_reset();
	return 0;
}
