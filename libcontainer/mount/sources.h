/*
 * Sources of bind mounts that init may not be able to reach, as its root is nobody on the host: the
 * parent clones their mounts, and init inherits the descriptors.
 */
#pragma once

#include "libcontainer/plan/plan.h"

/* Fills fds[], one per planned mount: a detached tree, or -EBADF where the parent has none to give.
 */
int sources_open(const struct plan_root *plan, int *fds);
void sources_close(const struct plan_root *plan, int *fds);
