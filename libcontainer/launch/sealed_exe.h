/*
 * Running from what nobody can write.  What enters a container must not be a file that the
 * container could write through /proc/PID/exe (CVE-2019-5736); so the verbs that do re-execute: the
 * file as a read-only overlay shows it, or a copy in a memory file that is sealed.  Neither is
 * needed of a file that has fs-verity, is reached through a read-only mount, or is root's where the
 * caller has no rights of root's: that is not the container's to change, and there is no other way
 * from /proc/PID/exe to the file.  Only the copy does not share its pages with the file, should the
 * kernel let a container write to those (runc issue 5272).
 */
#pragma once

#include <stdbool.h>

/* Set by sealed_entry.c, which has looked already. */
extern bool sealed_exe_is_safe;

/* Returns 0 where nobody can write what we run from; else executes what can't.  argv is ours. */
int sealed_exe_enter(char **argv);

/* These two run without a C library.  self: a descriptor of /proc/self/exe. */
bool sealed_exe_is_unwritable(long self);
/* Of the executable in an overlay, close-on-exec; below 0 where it can't be had: make a copy. */
long sealed_view_open(long self);
