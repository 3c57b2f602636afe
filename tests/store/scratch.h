/* A directory of its own for each test, removed with all that is in it. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch {
	char path[64];       /* exists */
	char root[PATH_MAX]; /* a state root below it that doesn't yet */
};

static int scratch_remove_entry(
	const char *path, const struct stat *facts, int type, struct FTW *where)
{
	(void)facts;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int scratch_make(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return -1;
	(void)snprintf(scratch->path, sizeof(scratch->path), "/tmp/caisson-test-XXXXXX");
	if (!mkdtemp(scratch->path))
		return -1;
	(void)snprintf(scratch->root, sizeof(scratch->root), "%s/a/root", scratch->path);
	*state = scratch;
	return 0;
}

static inline int scratch_remove(void **state)
{
	struct scratch *scratch = *state;
	int r = nftw(scratch->path, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);

	free(scratch);
	return r;
}
