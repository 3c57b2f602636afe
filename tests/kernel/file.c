#include "libcontainer/kernel/file.h"

#include <errno.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/arena.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

static struct arena arena;

static int finish(void **state)
{
	arena_done(&arena);
	return scratch_remove(state);
}

static void test_whole_file(void **state)
{
	struct scratch *scratch = *state;
	struct file_text file;

	write_text("a", "some text");
	assert_int_equal(file_read(&arena, scratch->dir, "a", 9, &file), 0);
	assert_string_equal(file.text, "some text");
	assert_int_equal(file.size, 9);
	assert_int_equal(file_read(&arena, AT_FDCWD, "a", 100, &file), 0);
	write_text("empty", "");
	assert_int_equal(file_read(&arena, AT_FDCWD, "empty", 100, &file), 0);
	assert_string_equal(file.text, "");
	assert_int_equal(file.size, 0);
}

static void test_limit(void **state)
{
	struct file_text file = { 0 };

	(void)state;
	write_text("a", "some text");
	assert_int_equal(file_read(&arena, AT_FDCWD, "a", 8, &file), -EFBIG);
	assert_null(file.text);
	/* Far larger than any limit: not even memory is asked for. */
	assert_int_equal(truncate("a", (off_t)1 << 40), 0);
	assert_int_equal(file_read(&arena, AT_FDCWD, "a", 8, &file), -EFBIG);
	/* Without a size of its own, a file shows its length only on reading. */
	assert_int_equal(file_read(&arena, AT_FDCWD, "/proc/self/status", 100, &file), -EFBIG);
}

static void test_files_that_tell_no_size(void **state)
{
	enum { SIZE = 50000 };
	static char data[SIZE];
	struct file_text file;
	int ends[2];

	(void)state;
	assert_int_equal(file_read(&arena, AT_FDCWD, "/proc/self/status", 100000, &file), 0);
	assert_memory_equal(file.text, "Name:", 5);

	memset(data, 'x', SIZE);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], data, SIZE), SIZE);
	(void)close(ends[1]);
	assert_int_equal(file_read_fd(&arena, ends[0], "pipe", SIZE, &file), 0);
	assert_int_equal(file.size, SIZE);
	assert_memory_equal(file.text, data, SIZE);
	assert_int_equal(file.text[SIZE], 0);
	(void)close(ends[0]);
}

/* Nobody may ever come to write to it. */
static void test_an_empty_fifo_is_not_waited_for(void **state)
{
	struct file_text file;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(file_read(&arena, AT_FDCWD, "fifo", 8, &file), 0);
	assert_int_equal(file.size, 0);
	assert_int_equal(file_read_own(&arena, AT_FDCWD, "fifo", 8, &file), 0);
}

static void test_missing_is_plain(void **state)
{
	struct file_text file;
	char buffer[8];

	(void)state;
	error_clear();
	assert_int_equal(file_read(&arena, AT_FDCWD, "none", 8, &file), -ENOENT);
	assert_int_equal(file_read_into(AT_FDCWD, "none", buffer, sizeof(buffer)), -ENOENT);
	assert_string_equal(error_text(), "");
	assert_int_equal(file_read(&arena, AT_FDCWD, ".", 8, &file), -EISDIR);
	assert_string_not_equal(error_text(), "");
}

static void test_symlinks(void **state)
{
	struct file_text file;

	(void)state;
	write_text("a", "x");
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(file_read(&arena, AT_FDCWD, "link", 8, &file), 0);
	assert_int_equal(file_read_own(&arena, AT_FDCWD, "link", 8, &file), -ELOOP);
}

static void test_fixed_buffer(void **state)
{
	char buffer[6];

	(void)state;
	write_text("a", "12345");
	assert_int_equal(file_read_into(AT_FDCWD, "a", buffer, sizeof(buffer)), 5);
	assert_string_equal(buffer, "12345");
	assert_int_equal(file_read_into(AT_FDCWD, "a", buffer, 5), -EFBIG);
}

static void test_values(void **state)
{
	char buffer[16];

	(void)state;
	assert_int_equal(file_write_value(AT_FDCWD, "a", "1"), -ENOENT);
	assert_int_equal(access("a", F_OK), -1);
	write_text("a", "");
	assert_int_equal(file_write_value(AT_FDCWD, "a", "12"), 0);
	assert_int_equal(file_read_into(AT_FDCWD, "a", buffer, sizeof(buffer)), 2);
	assert_int_equal(file_write_value(AT_FDCWD, "/dev/full", "7"), -ENOSPC);
	assert_string_equal(error_text(), "write '7' to '/dev/full': no space left on device");
}

static void test_replace(void **state)
{
	struct scratch *scratch = *state;
	char buffer[16];
	struct stat facts;

	(void)umask(022);
	assert_int_equal(file_replace(scratch->dir, "a", "one", 3, 0600), 0);
	assert_int_equal(file_replace(scratch->dir, "a", "three", 5, 0640), 0);
	assert_int_equal(file_read_into(AT_FDCWD, "a", buffer, sizeof(buffer)), 5);
	assert_string_equal(buffer, "three");
	assert_int_equal(stat("a", &facts), 0);
	assert_int_equal(facts.st_mode, S_IFREG | 0640);
	assert_int_equal(access(".a.tmp", F_OK), -1);
}

static void test_leftover_temporary_is_replaced(void **state)
{
	struct scratch *scratch = *state;
	char buffer[16];

	/* As a symlink it would lead the text somewhere else. */
	write_text("victim", "v");
	assert_int_equal(symlink("victim", ".a.tmp"), 0);
	assert_int_equal(file_replace(scratch->dir, "a", "new", 3, 0600), 0);
	assert_int_equal(file_read_into(AT_FDCWD, "a", buffer, sizeof(buffer)), 3);
	assert_int_equal(file_read_into(AT_FDCWD, "victim", buffer, sizeof(buffer)), 1);
}

static void test_failed_replacement_leaves_nothing(void **state)
{
	struct scratch *scratch = *state;
	char name[NAME_MAX + 1];

	/* A directory can't be replaced by a file. */
	assert_int_equal(mkdir("a", 0700), 0);
	assert_int_equal(file_replace(scratch->dir, "a", "x", 1, 0600), -EISDIR);
	assert_int_equal(rmdir("a"), 0);
	assert_int_equal(access(".a.tmp", F_OK), -1);
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	assert_int_equal(file_replace(scratch->dir, name, "x", 1, 0600), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole_file, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(test_limit, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(
			test_files_that_tell_no_size, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(
			test_an_empty_fifo_is_not_waited_for, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(test_missing_is_plain, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(test_symlinks, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(test_fixed_buffer, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(test_values, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(test_replace, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(
			test_leftover_temporary_is_replaced, scratch_enter, finish),
		cmocka_unit_test_setup_teardown(
			test_failed_replacement_leaves_nothing, scratch_enter, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
