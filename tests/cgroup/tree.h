/* A tree of plain directories and files that looks like a hierarchy of groups. */
#pragma once

#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/manager.h"

static char mountpoint[64];

static inline int begin_tree(void **state)
{
	(void)state;
	(void)snprintf(mountpoint, sizeof(mountpoint), "/tmp/caisson-cgroup-XXXXXX");
	return mkdtemp(mountpoint) ? 0 : -1;
}

static inline int end_tree(void **state)
{
	char command[96];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", mountpoint);
	return system(command);
}

/* The path of name in the tree; "" is the mount point.  Good for four calls. */
static inline const char *in_tree(const char *name)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s%s%s", mountpoint, *name ? "/" : "", name);
	return path;
}

static inline void put_directory(const char *name)
{
	assert_int_equal(mkdir(in_tree(name), 0755), 0);
}

static inline void put_file(const char *name, const char *text)
{
	FILE *file = fopen(in_tree(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What is in it; "(none)" where there is no such file. */
static inline const char *file_text(const char *name)
{
	static char text[512];
	FILE *file = fopen(in_tree(name), "r");

	if (!file)
		return "(none)";
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	return text;
}

static inline bool exists(const char *name)
{
	return access(in_tree(name), F_OK) == 0;
}

/* A directory of the plan; its strings last as long as the test. */
static inline struct plan_cgroup_directory planned(const char *name, const char *controllers)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", mountpoint, name);
	return (struct plan_cgroup_directory){ mountpoint, path, controllers, !*controllers };
}

#define assert_chain(words) \
	do { \
		if (!strstr(error_text(), (words))) \
			test_fails("chain '%s' lacks '%s'\n", error_text(), (words)); \
	} while (0)
