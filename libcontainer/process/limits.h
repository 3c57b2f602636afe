/* rlimits, oom_score_adj, scheduling: what the program inherits from init. */
#pragma once

#include "libcontainer/plan/plan.h"

/*
 * For the caller, before it starts who will be in a user namespace, where nobody may raise a hard
 * limit: those of the caller, where it may, so that limits_set() finds them.  Soft ones stay.
 */
void limits_raise(const struct plan_process *plan);
/* Fails with "process.rlimits[0]: set RLIMIT_NOFILE to 1048576:1048576 (hard limit is 20000): ..."
 */
int limits_set(const struct plan_process *plan);
/* Of process pid, 0: ours.  A lowering that is refused without CAP_SYS_RESOURCE is a warning. */
int limits_set_oom(int procfs, pid_t pid, const struct plan_process *plan);
/* Affinity, scheduler, io priority, personality, memory policy. */
int limits_set_scheduling(const struct plan_process *plan);
