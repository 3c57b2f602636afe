/*
 * Running from a sealed copy of ourselves.  What enters a container must not be a file that the
 * container could write through /proc/PID/exe (CVE-2019-5736), nor share its pages with one
 * (runc issue 5272); so the verbs that do re-execute from a memory file that nobody can change.
 */
#pragma once

#include <stdbool.h>

/* Set by sealed_entry.c, which has looked already. */
extern bool sealed_exe_is_copy;

/* Returns 0 in the sealed copy (at once, where we are it); else executes it.  argv is ours. */
int sealed_exe_enter(char **argv);
