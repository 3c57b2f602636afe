/* On which cpus the program may run: sched_setaffinity(2), config.md "execCPUAffinity". */
#pragma once

#include "libcontainer/plan/plan.h"

/* For the caller, before it starts who enters the container's cgroup: they inherit it. */
int affinity_set_initial(const struct plan_process *plan);
/*
 * For the program: what the plan has, or where that has nothing of either kind all that the
 * kernel's cpuset allows.
 */
int affinity_set_final(const struct plan_process *plan);
