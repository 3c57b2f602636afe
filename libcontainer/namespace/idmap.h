/* The id maps of a new user namespace, as planned: user_namespaces(7). */
#pragma once

#include <sys/types.h>

#include "libcontainer/plan/plan.h"

/* The parent: writes setgroups, gid_map and uid_map of pid, or has newuidmap and newgidmap do it.
 */
int users_write_maps(const struct plan_users *plan, pid_t pid);

/* Child or init, once the maps are written: becomes the namespace's root, without groups. */
int users_become_root(const struct plan_users *plan);
