/*
 * A directory of its own for each test, removed with all that is in it: as setup scratch_make, or
 * scratch_enter where the test works in it by relative paths, and as teardown scratch_remove.
 */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

struct scratch {
	char path[64];
	char root[PATH_MAX]; /* below it, a state root that does not exist yet */
	int dir;             /* of path */
	int before;          /* where we were, or -EBADF where the test does not work in it */
};

static inline int scratch_make(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return -1;
	*state = scratch;
	scratch->before = -EBADF;
	(void)snprintf(scratch->path, sizeof(scratch->path), "/tmp/caisson-test-XXXXXX");
	if (!mkdtemp(scratch->path))
		return -1;
	(void)snprintf(scratch->root, sizeof(scratch->root), "%s/a/root", scratch->path);
	scratch->dir = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return scratch->dir < 0 ? -1 : 0;
}

static inline int scratch_enter(void **state)
{
	struct scratch *scratch;

	if (scratch_make(state) < 0)
		return -1;
	scratch = *state;
	scratch->before = open(".", O_PATH | O_CLOEXEC);
	return scratch->before < 0 ? -1 : fchdir(scratch->dir);
}

static inline int scratch_remove_entry(
	const char *path, const struct stat *facts, int type, struct FTW *where)
{
	(void)facts;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int scratch_remove(void **state)
{
	struct scratch *scratch = *state;

	if (scratch->before >= 0 && fchdir(scratch->before) < 0)
		return -1;
	fd_close(&scratch->before);
	fd_close(&scratch->dir);
	int r = nftw(scratch->path, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(scratch);
	return r;
}

#define scratch_test(function) \
	cmocka_unit_test_setup_teardown(function, scratch_make, scratch_remove)

/* ---- what is in it ------------------------------------------------------------------ */

static inline void scratch_directory(const struct scratch *scratch, const char *name)
{
	assert_int_equal(mkdirat(scratch->dir, name, 0755), 0);
}

static inline void scratch_file(
	const struct scratch *scratch, const char *name, const char *text, mode_t mode)
{
	int fd = openat(scratch->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}
