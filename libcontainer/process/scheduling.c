#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/process/affinity.h"
#include "libcontainer/process/limits.h"

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif

/* MPOL_MODE_FLAGS of the kernel: the MPOL_F_* stand above the modes. */
#define FLAGS_OF_MODE 0xe000U

/* As in linux/ioprio.h, which not every system has. */
#define IOPRIO_WHO_PROCESS 1

/* struct sched_attr in its first version, which all kernels take: sched_setattr(2). */
struct scheduling_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};
_Static_assert(sizeof(struct scheduling_attributes) == 48, "SCHED_ATTR_SIZE_VER0");

static int scheduler_set(const struct plan_scheduler *plan)
{
	const struct scheduling_attributes attributes = {
		.size = sizeof(attributes),
		.policy = plan->policy,
		.flags = plan->flags,
		.nice = plan->nice,
		.priority = plan->priority,
		.runtime = plan->runtime,
		.deadline = plan->deadline,
		.period = plan->period,
	};

	if (syscall(SYS_sched_setattr, 0, &attributes, 0) == 0)
		return 0;
	/* The admission test of deadlines is for whole root domains: a part of the cpus won't do.
	 */
	if (errno == EPERM && plan->policy == SCHED_DEADLINE)
		return fail(errno, "process.scheduler: set SCHED_DEADLINE "
				   "(process scheduler can't be used together with AllowedCPUs, "
				   "and needs CAP_SYS_NICE)");
	return fail(errno, "process.scheduler: set policy %u, nice %d, priority %u", plan->policy,
		plan->nice, plan->priority);
}

/*
 * By hand, as the C library leaves it to libnuma.  The kernel reads one bit less than it is told
 * of. Nodes that the cpuset has not are as good as none.
 */
static int memory_policy_set(const struct plan_memory_policy *plan)
{
	unsigned long bits = plan->nodes.bits ? 8 * plan->nodes.size + 1 : 0;

	if (syscall(SYS_set_mempolicy, plan->mode, plan->nodes.bits, bits) == 0)
		return 0;
	return fail(errno,
		"linux.memoryPolicy: invalid memory policy: set %s, flags 0x%x, nodes '%s'",
		plan->name, (unsigned int)plan->mode & FLAGS_OF_MODE, plan->list ? plan->list : "");
}

int limits_set_scheduling(const struct plan_process *plan)
{
	/* First: a deadline task may not change its affinity any more. */
	try(affinity_set_final(plan));
	if (plan->scheduler.set)
		try(scheduler_set(&plan->scheduler));
	if (plan->io_priority_set &&
		syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, plan->io_priority) < 0)
		return fail(errno, "process.ioPriority: set class %d, priority %d",
			plan->io_priority >> 13, plan->io_priority & 0x1fff);
	if (plan->personality_set && personality(plan->personality) < 0)
		return fail(errno, "linux.personality: set 0x%lx", plan->personality);
	if (plan->memory_policy.name)
		try(memory_policy_set(&plan->memory_policy));
	return 0;
}
