/* A filter in a file is the same filter, and what is not one is never taken for an empty one. */
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/security/seccomp.h"

#define NAME "filter"

struct place {
	char path[32];
	int directory;
};

static int place_make(void **state)
{
	static struct place place;

	place = (struct place){ "/tmp/caisson-test-XXXXXX", -1 };
	if (!mkdtemp(place.path))
		return -1;
	place.directory = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &place;
	return place.directory < 0 ? -1 : 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;

	(void)unlinkat(place->directory, NAME, 0);
	(void)close(place->directory);
	return rmdir(place->path);
}

static struct sock_filter program[] = {
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 },
	{ BPF_RET | BPF_K, 0, 0, 0x7fff0000 },
};
static const struct seccomp_filter filter = { program, 2, 6 };

static void what_is_saved_is_read(void **state)
{
	struct place *place = *state;
	struct seccomp_filter read = { 0 };
	struct stat facts;

	assert_int_equal(seccomp_save_filter(&filter, place->directory, NAME), 0);
	assert_int_equal(seccomp_read_filter(place->directory, NAME, &read), 0);
	assert_int_equal(read.count, 2);
	assert_int_equal(read.flags, 6);
	assert_memory_equal(read.instructions, program, sizeof(program));
	seccomp_filter_done(&read);
	assert_int_equal(fstatat(place->directory, NAME, &facts, 0), 0);
	assert_int_equal(facts.st_mode, S_IFREG | 0600);
}

static void an_empty_one_is_kept(void **state)
{
	const struct seccomp_filter empty = { .flags = 2 };
	struct place *place = *state;
	struct seccomp_filter read = { program, 1, 1 };

	assert_int_equal(seccomp_save_filter(&empty, place->directory, NAME), 0);
	assert_int_equal(seccomp_read_filter(place->directory, NAME, &read), 0);
	assert_null(read.instructions);
	assert_int_equal(read.count, 0);
	assert_int_equal(read.flags, 2);
}

static void refuse_text(const struct place *place, const void *data, size_t size)
{
	struct seccomp_filter read = { 0 };

	assert_int_equal(file_replace(place->directory, NAME, data, size, 0600), 0);
	assert_int_equal(seccomp_read_filter(place->directory, NAME, &read), -EBADMSG);
	assert_non_null(strstr(error_text(), "'" NAME "'"));
	assert_null(read.instructions);
}

static void what_is_none_is_refused(void **state)
{
	const uint32_t huge[4] = { 0, UINT32_MAX, 0, 0 }, more[4] = { 0, 2, 0, 0 };
	struct place *place = *state;
	struct seccomp_filter read = { 0 };

	assert_int_equal(seccomp_read_filter(place->directory, NAME, &read), -ENOENT);
	assert_non_null(strstr(error_text(), "is gone"));
	refuse_text(place, "", 0);
	refuse_text(place, "1234567", 7);
	refuse_text(place, huge, sizeof(huge));
	refuse_text(place, more, sizeof(more));
	refuse_text(place, more, 8);
}

static void a_symlink_is_none(void **state)
{
	struct place *place = *state;
	struct seccomp_filter read = { 0 };

	assert_int_equal(symlinkat("/etc/passwd", place->directory, NAME), 0);
	assert_int_equal(seccomp_read_filter(place->directory, NAME, &read), -ELOOP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		TEST(what_is_saved_is_read),
		TEST(an_empty_one_is_kept),
		TEST(what_is_none_is_refused),
		TEST(a_symlink_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
