/*
 * Running from what nobody can write.  What enters a container must not be a file that the
 * container could write through /proc/PID/exe (CVE-2019-5736); so the verbs that do re-execute from
 * a memory file that is sealed.  No copy is made of a file that has fs-verity, or is reached
 * through a read-only mount: that is not the container's to change, and there is no other way from
 * /proc/PID/exe to the file.  Only the copy does not share its pages with the file, should the
 * kernel let a container write to those (runc issue 5272).
 */
#pragma once

#include <stdbool.h>

/* Set by sealed_entry.c, which has looked already. */
extern bool sealed_exe_is_safe;

/* Returns 0 where nobody can write what we run from; else executes the copy.  argv is ours. */
int sealed_exe_enter(char **argv);
