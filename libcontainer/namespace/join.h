/*
 * Entering namespaces that exist: setns(2).  All paths are opened by the host's view of them,
 * before the first namespace is entered, and each is checked to be of the planned type.
 */
#pragma once

#include "libcontainer/plan/plan.h"

/* fds[]: one per planned join, close-on-exec. */
int namespaces_open(const struct plan_namespaces *plan, int fds[PLAN_JOINS_MAX]);
/*
 * Refuses what is the caller's own where names or sysctls are to be set in it: a path like
 * "/proc/self/ns/net" would have them set for the host.
 */
int namespaces_check_foreign(
	const struct plan_namespaces *plan, const int fds[PLAN_JOINS_MAX], int procfs);

void namespaces_close(int fds[PLAN_JOINS_MAX]);

/*
 * Enters those whose flag is in which (0: all), in the plan's order.  What can't be entered at
 * first, as it belongs to a user namespace that is joined later, is tried again after that.
 */
int namespaces_join(const struct plan_namespaces *plan, const int fds[PLAN_JOINS_MAX], int which);

/* Enters those of the process behind pidfd with one call, where the kernel can (5.8). */
int namespaces_join_process(int pidfd, int flags);
