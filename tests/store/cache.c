#include <errno.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/store/directory.h"
#include "tests/scratch.h"

static void made_beside_the_containers(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF, cache = -EBADF, again = -EBADF;
	struct arena arena = { 0 };
	const char **ids;
	struct stat facts;
	size_t count;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	assert_int_equal(store_open_cache(fd, &cache), -ENOENT);
	assert_string_equal(error_text(), "");
	assert_int_equal(store_make_cache(fd, &cache), 0);
	assert_int_equal(fstat(cache, &facts), 0);
	assert_int_equal(facts.st_mode, S_IFDIR | 0700);
	assert_int_equal(store_make_cache(fd, &again), 0);
	fd_close(&again);
	assert_int_equal(store_open_cache(fd, &again), 0);
	assert_int_equal(store_list(&arena, scratch->root, &ids, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(ids[0], "c");
	arena_done(&arena);
	assert_int_equal(store_remove(scratch->root, "c", fd), 0);
	/* It stays when they go. */
	assert_int_equal(fstat(cache, &facts), 0);
	assert_true(facts.st_nlink > 0);
}

static void links_are_not_followed(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF, cache = -EBADF;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	assert_int_equal(symlinkat(scratch->path, fd, "../.seccomp-cache"), 0);
	assert_int_equal(store_open_cache(fd, &cache), -ENOTDIR);
	assert_int_equal(store_make_cache(fd, &cache), -ENOTDIR);
	assert_int_equal(unlinkat(fd, "../.seccomp-cache", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(made_beside_the_containers),
		scratch_test(links_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
