/*
 * Sources of bind mounts that init may not be able to reach, as its root is nobody on the host, and
 * device nodes that it may not make: the parent clones their mounts, and init inherits the
 * descriptors.
 */
#pragma once

#include "libcontainer/plan/plan.h"

/* One per planned mount; then one per planned device. */
size_t sources_count(const struct plan *plan);

/*
 * Fills fds[], sources_count() of them: a detached tree, or -EBADF where the parent has none to
 * give.  directory is the state directory, where nodes are made.  What cannot be attached has no
 * name any more, so they have theirs until sources_forget(), or the end of the directory.
 */
int sources_open(const struct plan *plan, int directory, int *fds);
void sources_forget(const struct plan *plan, int directory);
void sources_close(const struct plan *plan, int *fds);
