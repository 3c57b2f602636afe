/* Who the program is: ids, groups, HOME.  Runs in init, inside the root. */
#pragma once

#include "libcontainer/plan/plan.h"

/* setgroups, setgid, setuid with the capabilities kept (PR_SET_KEEPCAPS); umask. */
int identity_set(const struct plan_process *plan);
/*
 * HOME from the container's /etc/passwd (root is the descriptor of its root), "/" without an entry;
 * written as "HOME=..." into buffer.  Reads the file once, strictly, at most 1 MiB, never NSS.
 */
int identity_find_home(int root, uid_t uid, char *buffer, size_t size);
