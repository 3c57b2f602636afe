/*
 * The assertion: whether the kernel holds of a started process what was planned.  The parent reads
 * it back by the host's proc, twice: while init waits to be released, and when it has executed the
 * program, before that runs an instruction (it is stopped then: kernel/trace.h).  Nothing here
 * trusts what the steps of the start believe to have done, and nothing of it runs unless
 * plan.assert_start is set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "libcontainer/plan/plan.h"

struct str;

struct audit {
	const struct plan *plan;
	int procfs;       /* the host's */
	pid_t pid;        /* who is looked at */
	pid_t container;  /* exec: the container's init */
	const int *joins; /* the namespaces that were joined, as plan.namespaces.joins */
	/* The groups of the container, and for each a descriptor, or -EBADF where it was left out.
	 */
	const struct plan_cgroup_directory *groups;
	const int *group_fds;
	size_t group_count;
	bool filtered; /* there is a system call filter that is not empty */
	/* Files that init may hold beside the program's, which execve(2) takes away. */
	const int *ours;
	size_t our_count;
};

/*
 * Looks at init, which waits.  -EBADE, with a chain that names what differs, what was planned and
 * what was found; another code where it can't be read.  0, too, where it has been killed meanwhile.
 */
int audit_waiting(const struct audit *audit);

/*
 * What is to hold once the program is executed, as lines: for audit_program(), which another
 * command may call, as the plan is not kept.
 */
int audit_expect(const struct audit *audit, struct str *ret_lines);
int audit_program(int procfs, pid_t pid, const char *lines);
