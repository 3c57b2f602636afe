/* The last steps before the program: descriptors, working directory, finding it, executing it. */
#pragma once

#include "libcontainer/plan/plan.h"

/*
 * Moves what is inherited to 3, 4, ... and marks or closes the rest; keep[] are ours, moved above, still open
 * and close-on-exec afterwards (their numbers are updated).
 */
int descriptors_keep(unsigned int inherited, int **keep, size_t count);
/* Gives non-terminal stdio to uid as runc does: regular files and pipes, never devices. */
int descriptors_own_stdio(uid_t uid);
/*
 * chdir to cwd, made where missing (make), and checked by getcwd(2) to be inside the root
 * (CVE-2024-21626).  -EACCES and -EPERM come plain: tried again after the change of ids.
 */
int execute_enter_directory(const char *cwd);
/*
 * Looks up args[0] with PATH of env, as execvp(3) but with the container's; ret_path in buffer.
 * -ENOENT: exec: "NAME": executable file not found in $PATH;  -EACCES: exec: "NAME": permission denied
 */
int execute_find(const struct plan_process *plan, char *buffer, size_t size);
/* Does not return on success.  exec PATH: no such file or directory */
int execute_program(const char *path, const struct plan_process *plan, const char *home);
