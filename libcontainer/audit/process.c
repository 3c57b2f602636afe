/* What a process inherits: umask, limits, scores, scheduling. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/names.h"

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif
#define RESET_ON_FORK 0x1U /* SCHED_FLAG_RESET_ON_FORK: what the kernel tells of the flags */
#define KEEP_FLAGS 0x18U   /* SCHED_FLAG_KEEP_ALL */
#define IO_WHO_PROCESS 1   /* IOPRIO_WHO_PROCESS of linux/ioprio.h, which not every system has */

AUDIT_ROW_FUNCTION(audit_plan_umask)
{
	(void)row;
	(void)item;
	return str_printf(text, "%04o", view->audit->plan->process.umask);
}

/* ---- limits -------------------------------------------------------------------------------- */

const char *audit_limit_name(size_t item)
{
	const char *name = names_of(&names_rlimits, item);

	return name ? name : "unknown";
}

static int append_limit(uint64_t soft, uint64_t hard, struct str *text)
{
	const uint64_t values[2] = { soft, hard };

	for (size_t i = 0; i < 2; i++) {
		try(str_append(text, i > 0 ? " " : ""));
		if (values[i] == RLIM_INFINITY)
			try(str_append(text, "unlimited"));
		else
			try(str_printf(text, "%" PRIu64, values[i]));
	}
	return 0;
}

/*
 * Lines in the order of the numbers, below a heading: a name of 25 columns, then soft and hard.
 * Not prlimit(2), which wants the right to change them.
 */
static int append_line(struct audit_view *view, pid_t pid, size_t item, struct str *text)
{
	enum { NAME_WIDTH = 26 };
	const char *content, *line;

	try(view_read(view, pid, "limits", &content));
	line = view_line(view, content, item + 1);
	if (!line || strlen(line) <= NAME_WIDTH)
		return -ENOENT;
	line += NAME_WIDTH;
	size_t soft = strcspn(line, " ");
	const char *rest = line + soft + strspn(line + soft, " ");
	return str_printf(text, "%.*s %.*s", (int)soft, line, (int)strcspn(rest, " "), rest);
}

/* What is not asked for is as for us. */
AUDIT_ROW_FUNCTION(audit_plan_limit)
{
	const struct plan_process *plan = &view->audit->plan->process;

	(void)row;
	for (size_t i = 0; i < plan->rlimit_count; i++)
		if ((size_t)plan->rlimits[i].resource == item)
			return append_limit(plan->rlimits[i].soft, plan->rlimits[i].hard, text);
	return append_line(view, 0, item, text);
}

AUDIT_ROW_FUNCTION(audit_find_limit)
{
	(void)row;
	return append_line(view, view->pid, item, text);
}

/* A score may be lowered by who has CAP_SYS_RESOURCE, or had it lower before: else it stays. */
AUDIT_ROW_FUNCTION(audit_plan_oom)
{
	const struct plan_process *plan = &view->audit->plan->process;
	const char *own;

	(void)item;
	try(view_read(view, 0, row->name, &own));
	long present = strtol(own, NULL, 10);
	if (!plan->oom_set)
		return str_printf(text, "%ld", present);
	try(str_printf(text, "%d", plan->oom_score_adj));
	return plan->oom_score_adj < present ? str_printf(text, " or %ld", present) : 0;
}

AUDIT_ROW_FUNCTION(audit_find_oom)
{
	const char *content;

	(void)item;
	try(view_read(view, view->pid, row->name, &content));
	return str_printf(text, "%ld", strtol(content, NULL, 10));
}

/* ---- scheduling ---------------------------------------------------------------------------- */

/* Only what the policy has. */
static int append_scheduler(const struct plan_scheduler *plan, struct str *text)
{
	try(str_printf(text, "policy %u", plan->policy));
	if (plan->flags & RESET_ON_FORK)
		try(str_append(text, ", reset on fork"));
	switch (plan->policy) {
	case SCHED_OTHER:
	case SCHED_BATCH:
		return str_printf(text, ", nice %d", plan->nice);
	case SCHED_FIFO:
	case SCHED_RR:
		return str_printf(text, ", priority %u", plan->priority);
	case SCHED_DEADLINE:
		return str_printf(text,
			", runtime %" PRIu64 ", deadline %" PRIu64 ", period %" PRIu64,
			plan->runtime, plan->deadline,
			plan->period ? plan->period : plan->deadline);
	default:
		return 0;
	}
}

AUDIT_ROW_FUNCTION(audit_plan_scheduler)
{
	const struct plan_scheduler *plan = &view->audit->plan->process.scheduler;

	(void)row;
	(void)item;
	/* Of what stays as it was the plan knows nothing. */
	return plan->set && !(plan->flags & KEEP_FLAGS) ? append_scheduler(plan, text) : 0;
}

AUDIT_ROW_FUNCTION(audit_find_scheduler)
{
	/* struct sched_attr, first version: sched_setattr(2). */
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} found = { .size = sizeof(found) };

	(void)row;
	(void)item;
	if (syscall(SYS_sched_getattr, view->pid, &found, sizeof(found), 0) < 0)
		return fail(errno, "sched_getattr");
	const struct plan_scheduler present = { true, found.policy, found.flags, found.nice,
		found.priority, found.runtime, found.deadline, found.period };
	return append_scheduler(&present, text);
}

/* Without a class it is the kernel's to say. */
AUDIT_ROW_FUNCTION(audit_plan_io_priority)
{
	const struct plan_process *plan = &view->audit->plan->process;

	(void)row;
	(void)item;
	if (!plan->io_priority_set || plan->io_priority >> 13 == 0)
		return 0;
	return str_printf(
		text, "class %d, priority %d", plan->io_priority >> 13, plan->io_priority & 0x1fff);
}

AUDIT_ROW_FUNCTION(audit_find_io_priority)
{
	long found = syscall(SYS_ioprio_get, IO_WHO_PROCESS, view->pid);

	(void)row;
	(void)item;
	if (found < 0)
		return fail(errno, "ioprio_get");
	return str_printf(text, "class %ld, priority %ld", found >> 13, found & 0x1fff);
}

AUDIT_ROW_FUNCTION(audit_plan_personality)
{
	const struct plan_process *plan = &view->audit->plan->process;

	(void)row;
	(void)item;
	return plan->personality_set ? str_printf(text, "%08lx", plan->personality) : 0;
}

AUDIT_ROW_FUNCTION(audit_find_personality)
{
	const char *content;

	(void)item;
	try(view_read(view, view->pid, row->name, &content));
	return str_append_data(text, content, strcspn(content, "\n"));
}
