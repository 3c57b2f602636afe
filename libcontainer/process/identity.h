/* Who the program is: ids, groups, HOME.  Runs in init, inside the root. */
#pragma once

#include "libcontainer/plan/plan.h"

/*
 * Leaves the caller's additional groups before a user namespace is joined, where that may be denied
 * for good.  Without the privilege they stay: they are those of somebody without privilege.
 */
void identity_drop_groups(void);
/* setgroups, setgid, setuid with the capabilities kept (PR_SET_KEEPCAPS); umask. */
int identity_set(const struct plan_process *plan);
/*
 * HOME from the container's /etc/passwd (root is the descriptor of its root), "/" without an entry;
 * written as "HOME=..." into buffer.  Reads the file once, strictly, at most 1 MiB, never NSS.
 */
int identity_find_home(int root, uid_t uid, char *buffer, size_t size);
