/*
 * Opening and making things *inside a root* that an attacker owns and may be changing meanwhile.
 * A path is resolved once, with every symlink kept inside the root (openat2 RESOLVE_IN_ROOT, or an
 * equally careful walk where openat2 is missing or blocked), and the result is a descriptor:
 * nothing is looked up twice.  Magic links (/proc/PID/fd, /proc/PID/root) are never followed.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Opens path below the directory descriptor root.  flags as open(2), O_CLOEXEC is added; O_CREAT is
 * refused (use inside_make_file).  O_PATH works.  -ENOENT comes plain. */
int inside_open(int root, const char *path, int flags, int *ret_fd);

/* As inside_open(), but refuses any symlink on the way (RESOLVE_NO_SYMLINKS): -ELOOP. */
int inside_open_strict(int root, const char *path, int flags, int *ret_fd);

/* Makes all missing directories of path, the last with mode, its parents with 0755, whatever the
 * umask says (it is changed for a moment); returns the last one as an O_PATH|O_DIRECTORY
 * descriptor.  Symlinks are followed inside the root, dangling ones are made to lead somewhere.
 * ret_made (may be NULL): whether the last component had to be made. */
int inside_make_directory(int root, const char *path, mode_t mode, int *ret_fd, bool *ret_made);

/* Makes the file (and its parents, 0755) where it is missing, empty; returns it as O_PATH.  What
 * exists is taken whatever it is (but a directory: -EISDIR). */
int inside_make_file(int root, const char *path, mode_t mode, int *ret_fd, bool *ret_made);

/* Opens the parent directory of path (made where missing when make is set) as O_PATH, and gives its
 * last component, which points into path. */
int inside_open_parent(int root, const char *path, bool make, int *ret_fd, const char **ret_name);

/* Tests: pretend that openat2 is missing. */
void inside_set_careful(bool always);
