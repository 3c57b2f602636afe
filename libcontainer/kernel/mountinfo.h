/* /proc/self/mountinfo, see proc(5): a host may have thousands of lines, so few may read it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct mountinfo_entry {
	long id, parent; /* numbers of the mount, and of what it is on: as in fdinfo, see proc(5) */
	bool shared, slave, unbindable; /* none: private */
	const char *root, *mountpoint, *options, *type, *source, *super_options;
};

/* Walks text, the content of the file, which it changes; calls visit until that returns non-zero.
 * A line that is no mountinfo line: -EBADMSG with a chain. */
int mountinfo_walk(char *text, int (*visit)(const struct mountinfo_entry *entry, void *context),
	void *context);

/* Whether fd is on a mount whose mount point is path, on the mount that below is on. */
bool mountinfo_has(int fd, int below, const char *path);
