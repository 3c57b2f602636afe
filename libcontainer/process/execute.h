/* The last steps before the program: descriptors, working directory, finding it, executing it. */
#pragma once

#include "libcontainer/plan/plan.h"

/*
 * Whether what our caller passed on is open: the inherited numbers from 3 on.  -EBADF: "unable to
 * stat preserved-fd".
 */
int descriptors_check(unsigned int inherited);
/*
 * Leaves open: stdio; what our caller passed on, which is at 3, 4, ... (inherited of them, known by
 * not being close-on-exec; -EBADF where one is not open); and keep[], which are ours: moved above,
 * close-on-exec, their numbers updated.  All else is closed.  At most 16 of them; before
 * limits_set(), as RLIMIT_NOFILE may leave no number to move to.
 */
int descriptors_keep(unsigned int inherited, int **keep, size_t count);
/* Gives non-terminal stdio to uid, as runc does: regular files and pipes, never devices.  What
 * can't be given (read-only file system, id not mapped) stays as it is. */
int descriptors_own_stdio(uid_t uid);
/*
 * chdir to cwd, which exists (the mount room makes a missing one), checked by getcwd(2) to be
 * inside the root (CVE-2024-21626).  Where it may not be entered, -EACCES or -EPERM come plain,
 * without a chain: tried again after the change of ids.
 */
int execute_enter_directory(const char *cwd);
/*
 * Looks up args[0], as execvp(3) but with PATH of env, into buffer.  With the final ids and
 * capabilities: whether a file is executable depends on them.
 * -ENOENT: exec: "NAME": executable file not found in $PATH
 * -ENOENT: exec: "/NAME": stat /NAME: no such file or directory
 * -EACCES: exec: "NAME": permission denied;  -EISDIR: exec: "/NAME": is a directory
 */
int execute_find(const struct plan_process *plan, char *buffer, size_t size);
/* Does not return on success.  exec PATH: no such file or directory */
int execute_program(const char *path, const struct plan_process *plan);
