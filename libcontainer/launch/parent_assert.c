/* The parent reads back what the kernel holds of init, where the plan asks for that: audit/audit.h.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "libcontainer/audit/audit.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/trace.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/store/files.h"

#define LOOK_AGAIN 2 /* ms */

static int expect_program(struct launch *launch, const struct audit *audit)
{
	auto_str struct str lines = { 0 };

	try(audit_expect(audit, &lines));
	if (plan_is_create(launch->plan))
		return file_replace(
			launch->directory, STORE_EXPECTED, lines.text, lines.length, 0600);
	launch->expected = str_steal(&lines);
	return launch->expected ? 0 : fail(ENOMEM, "assertion");
}

/* All that the parent has of its own start is as it was when init was born. */
int parent_assert_init(struct launch *launch)
{
	const int ours[] = { launch->start_fifo, launch->report_fifo, launch->hook_output,
		launch->hook_error_output };
	bool exec = launch->plan->verb == PLAN_EXEC;
	const struct audit audit = {
		.plan = launch->plan,
		.procfs = launch->procfs,
		.pid = launch->init_pid,
		.container = exec ? launch->record->pid : 0,
		.joins = launch->joins,
		.groups = launch->cgroups.items,
		.group_fds = launch->cgroup.fds,
		.group_count = launch->cgroups.count,
		.filtered = launch->filter.instructions != NULL,
		.ours = ours,
		.our_count = COUNT_OF(ours),
	};

	try(audit_waiting(&audit));
	return expect_program(launch, &audit);
}

int parent_trace_init(struct launch *launch)
{
	try(trace_seize(launch->init_pid), "assertion");
	return 0;
}

/* Where it ends before, its own reason is read by who waits for the program. */
int parent_assert_program(struct launch *launch)
{
	bool executed = false, ended = false;

	for (;;) {
		try(trace_look(launch->init_pid, &executed, &ended), "assertion");
		if (ended)
			return 0;
		if (executed)
			break;
		if (launch->init.silent)
			try(launch->init.silent(launch->init.context));
		(void)poll(NULL, 0, LOOK_AGAIN);
	}
	try(audit_program(launch->procfs, launch->init_pid, launch->expected));
	return trace_release(launch->init_pid);
}
