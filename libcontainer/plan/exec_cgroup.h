/* exec --cgroup, apart from plan_make(): the container's directories are the record's. */
#pragma once

#include "libcontainer/plan/plan.h"

/*
 * words, NULL-terminated or NULL, as runc has them: one PATH for all hierarchies, or any number of
 * CONTROLLER[,CONTROLLER...]:PATH for those of cgroup v1.  Sets cgroup->exec_groups from them and
 * the directories.  -EINVAL with a chain: what leaves the container's group, is unknown, or
 * twofold.
 */
int plan_exec_cgroup(struct arena *arena, const char **words, struct plan_cgroup *cgroup);
