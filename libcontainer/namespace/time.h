/* Offsets of a new time namespace: time_namespaces(7).  They can be written only while it is empty.
 */
#pragma once

#include <sys/types.h>

#include "libcontainer/plan/plan.h"

/* The parent: of pid, which has unshared it and not yet forked. */
int time_write_offsets(const struct plan_namespaces *plan, pid_t pid);
