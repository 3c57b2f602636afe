/* A directory of its own for each test, removed with all that is in it. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

struct scratch {
	char path[64];
	int dir;    /* of path */
	int before; /* where we were: tests work in the directory, by relative paths */
};

static inline int scratch_remove_entry(
	const char *path, const struct stat *facts, int type, struct FTW *where)
{
	(void)facts;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int scratch_make(void **state)
{
	static struct scratch scratch;

	(void)snprintf(scratch.path, sizeof(scratch.path), "/tmp/caisson-test-XXXXXX");
	scratch.before = open(".", O_PATH | O_CLOEXEC);
	if (scratch.before < 0 || !mkdtemp(scratch.path) || chdir(scratch.path) < 0)
		return -1;
	scratch.dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &scratch;
	return scratch.dir < 0 ? -1 : 0;
}

static inline int scratch_remove(void **state)
{
	struct scratch *scratch = *state;

	(void)close(scratch->dir);
	if (fchdir(scratch->before) < 0)
		return -1;
	(void)close(scratch->before);
	return nftw(scratch->path, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
