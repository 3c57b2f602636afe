/* A directory that stands for a container's root, gone after the test. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/process/child.h"

struct scratch {
	char path[64];
	int root;
};

static inline int scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return -1;
	strcpy(scratch->path, "/tmp/caisson-process-XXXXXX");
	if (!mkdtemp(scratch->path))
		return -1;
	scratch->root = open(scratch->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*state = scratch;
	return scratch->root < 0 ? -1 : 0;
}

static inline int scratch_remove(
	const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline int scratch_teardown(void **state)
{
	struct scratch *scratch = *state;

	(void)close(scratch->root);
	int code = nftw(scratch->path, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(scratch);
	return code;
}

static inline void scratch_directory(const struct scratch *scratch, const char *name)
{
	assert_int_equal(mkdirat(scratch->root, name, 0755), 0);
}

static inline void scratch_file(
	const struct scratch *scratch, const char *name, const char *text, mode_t mode)
{
	int fd = openat(scratch->root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

#define scratch_test(function) \
	cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)
