/* Scheduler, io priority, personality: what the kernel would refuse without saying why. */
#include <sched.h>
#include <string.h>

#include "libcontainer/kernel/names.h"
#include "libcontainer/plan/process.h"

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif

/* sched(7): the range of the two real-time policies. */
#define PRIORITY_MIN 1
#define PRIORITY_MAX 99

/* linux/ioprio.h, ioprio_set(2): the class stands above 13 bits of data. */
#define IO_CLASS_SHIFT 13
#define IO_PRIORITY_MAX 7

static int check_priority(const struct spec_scheduler *spec, uint32_t policy)
{
	if (policy != SCHED_FIFO && policy != SCHED_RR) {
		if (spec->priority != 0)
			return refuse("process.scheduler.priority: is for SCHED_FIFO and SCHED_RR "
				      "only");
		return 0;
	}
	if (spec->priority < PRIORITY_MIN || spec->priority > PRIORITY_MAX)
		return refuse("process.scheduler.priority: must be from %d to %d for %s, not %d",
			PRIORITY_MIN, PRIORITY_MAX, spec->policy, spec->priority);
	return 0;
}

/* sched(7): runtime <= deadline <= period, where a period of 0 is the deadline. */
static int check_deadline(const struct spec_scheduler *spec, uint32_t policy)
{
	if (policy != SCHED_DEADLINE) {
		if (spec->runtime || spec->deadline || spec->period)
			return refuse("process.scheduler: runtime, deadline and period are for "
				      "SCHED_DEADLINE only");
		return 0;
	}
	if (spec->runtime == 0 || spec->runtime > spec->deadline ||
		(spec->period && spec->deadline > spec->period))
		return refuse("process.scheduler: wants 0 < runtime <= deadline <= period");
	return 0;
}

static int plan_scheduler(struct planning *p)
{
	const struct spec_scheduler *spec = p->process->scheduler;
	uint64_t policy, flags = 0;

	if (!spec)
		return 0;
	if (!spec->policy || names_find(&names_schedulers, spec->policy, &policy) < 0)
		return refuse("process.scheduler.policy: unknown policy \"%s\"",
			spec->policy ? spec->policy : "");
	/* Of use for SCHED_OTHER and SCHED_BATCH only, but the kernel checks it always. */
	if (spec->nice < -20 || spec->nice > 19)
		return refuse("process.scheduler.nice: must be from -20 to 19, not %d", spec->nice);
	try(check_priority(spec, (uint32_t)policy));
	try(check_deadline(spec, (uint32_t)policy));
	for (size_t i = 0; i < spec->flags.count; i++) {
		uint64_t flag;

		if (names_find(&names_scheduler_flags, spec->flags.items[i], &flag) < 0)
			return refuse("process.scheduler.flags[%zu]: unknown flag \"%s\"", i,
				spec->flags.items[i]);
		flags |= flag;
	}
	p->plan->process.scheduler = (struct plan_scheduler){
		.set = true,
		.name = spec->policy,
		.policy = (uint32_t)policy,
		.flags = flags,
		.nice = spec->nice,
		.priority = (uint32_t)spec->priority,
		.runtime = spec->runtime,
		.deadline = spec->deadline,
		.period = spec->period,
	};
	return 0;
}

static int plan_io_priority(struct planning *p)
{
	const struct spec_io_priority *spec = p->process->io_priority;
	uint64_t class;

	if (!spec)
		return 0;
	if (!spec->class_ || names_find(&names_io_classes, spec->class_, &class) < 0)
		return refuse("process.ioPriority.class: unknown class \"%s\"",
			spec->class_ ? spec->class_ : "");
	if (spec->priority < 0 || spec->priority > IO_PRIORITY_MAX)
		return refuse("process.ioPriority.priority: must be from 0 to %d, not %d",
			IO_PRIORITY_MAX, spec->priority);
	p->plan->process.io_priority_set = true;
	p->plan->process.io_priority = (int)(class << IO_CLASS_SHIFT) | spec->priority;
	return 0;
}

static int plan_personality(struct planning *p)
{
	const struct spec_linux *linux_ = p->spec->linux_;
	const struct spec_personality *spec = linux_ ? linux_->personality : NULL;
	uint64_t domain;

	if (!spec)
		return 0;
	if (!spec->domain || names_find(&names_personalities, spec->domain, &domain) < 0)
		return refuse("linux.personality.domain: unknown domain \"%s\"",
			spec->domain ? spec->domain : "");
	p->plan->process.personality_set = true;
	p->plan->process.personality = (unsigned long)domain;
	return 0;
}

int plan_scheduling(struct planning *p)
{
	try(plan_scheduler(p));
	try(plan_io_priority(p));
	try(plan_personality(p));
	return 0;
}
