#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stddef.h>
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

/* struct sched_attr, whose first version all kernels take: sched_setattr(2). */
struct scheduling_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t utilization_min, utilization_max; /* since 5.3 */
};
#define FIRST_VERSION offsetof(struct scheduling_attributes, utilization_min)
_Static_assert(FIRST_VERSION == 48, "SCHED_ATTR_SIZE_VER0");
_Static_assert(sizeof(struct scheduling_attributes) == 56, "SCHED_ATTR_SIZE_VER1");

/* SCHED_FLAG_UTIL_CLAMP of linux/sched.h: for these alone the kernel wants the second version. */
#define CLAMP_FLAGS 0x60U

static int scheduler_set(const struct plan_scheduler *plan)
{
	const struct scheduling_attributes attributes = {
		.size = plan->flags & CLAMP_FLAGS ? sizeof(attributes) : FIRST_VERSION,
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
	/* What CONFIG_RT_GROUP_SCHED makes of a new group of cgroup v1: one without a share. */
	if (errno == EPERM && (plan->policy == SCHED_FIFO || plan->policy == SCHED_RR))
		return fail(errno,
			"process.scheduler: set %s, priority %u (needs CAP_SYS_NICE, and a "
			"cpu control group of cgroup v1 needs "
			"linux.resources.cpu.realtimeRuntime)",
			plan->name, plan->priority);
	if (plan->policy == SCHED_DEADLINE)
		return fail(errno,
			"process.scheduler: set SCHED_DEADLINE, runtime %" PRIu64
			", deadline %" PRIu64 ", period %" PRIu64,
			plan->runtime, plan->deadline, plan->period);
	return fail(errno, "process.scheduler: set %s, nice %d, priority %u", plan->name,
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
