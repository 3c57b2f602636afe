/* Inside a root without openat2(2): for inside.c, which is what others use. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct inside_goal {
	int flags;      /* what the last component is opened with */
	bool strict;    /* refuse symlinks */
	bool make;      /* make what is missing */
	bool make_file; /* the last component as a file */
	mode_t mode;    /* of the last component, where it is made */
};

/* Like openat2(2) it returns a descriptor or -errno, -EAGAIN included.  ret_made may be NULL. */
int inside_walk(int root, const char *path, const struct inside_goal *goal, bool *ret_made);

/* Makes name, with exactly this mode: the umask is the process's, which has one thread. */
int inside_make_component(int at, const char *name, mode_t mode, bool file);

/* Opens name below the directory at, following no symlink. */
int inside_open_component(int at, const char *name, int flags);
