#include "libcontainer/base/error.h"

#include <errno.h>

#include "tests/check.h"

static int clear(void **state)
{
	(void)state;
	error_clear();
	return 0;
}

static void test_fail_says_what_and_why(void **state)
{
	(void)state;
	assert_int_equal(fail(ENOENT, "open '%s'", "/x"), -ENOENT);
	assert_string_equal(error_text(), "open '/x': no such file or directory");
	/* Either sign: of errno, and of a function's result. */
	assert_int_equal(fail(-EPERM, "write"), -EPERM);
	assert_string_equal(error_text(), "write: operation not permitted");
}

static void test_refuse_has_no_errno(void **state)
{
	(void)state;
	assert_int_equal(refuse("%s: wants an integer", "a.b"), -EINVAL);
	assert_string_equal(error_text(), "a.b: wants an integer");
	assert_int_equal(refuse_as(EFBIG, "too large"), -EFBIG);
	assert_string_equal(error_text(), "too large");
	assert_int_equal(refuse_as(-EFBIG, "too large"), -EFBIG);
}

static int inner(int code)
{
	return code == 0 ? 0 : fail(code, "inner");
}

static int outer(int code)
{
	try(inner(code), "outer %d", 1);
	return 7;
}

static int silent(int code)
{
	try(inner(code));
	return 7;
}

static int plain(void)
{
	try(-ENOENT, "look for '%s'", "y");
	return 0;
}

static void test_try_puts_context_in_front(void **state)
{
	(void)state;
	assert_int_equal(outer(0), 7);
	assert_string_equal(error_text(), "");
	assert_int_equal(outer(EACCES), -EACCES);
	assert_string_equal(error_text(), "outer 1: inner: permission denied");
	assert_int_equal(silent(EACCES), -EACCES);
	assert_string_equal(error_text(), "inner: permission denied");
}

static void test_plain_code_starts_its_own_chain(void **state)
{
	(void)state;
	assert_int_equal(plain(), -ENOENT);
	assert_string_equal(error_text(), "look for 'y': no such file or directory");
	/* What is left of another failure is not its cause. */
	(void)fail(EIO, "old");
	assert_int_equal(plain(), -ENOENT);
	assert_string_equal(error_text(), "look for 'y': no such file or directory");
}

static void test_long_texts_are_cut_not_overrun(void **state)
{
	char words[2 * ERROR_TEXT_SIZE];

	(void)state;
	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	(void)fail(EIO, "%s", words);
	assert_int_equal(strlen(error_text()), ERROR_TEXT_SIZE - 1);

	(void)fail(EIO, "cause");
	(void)error_context(-EIO, "%s", words);
	assert_true(strlen(error_text()) < ERROR_TEXT_SIZE);
	assert_int_equal(error_text()[0], 'w');

	/* The newer words stay whole where they fit; the cause loses its end. */
	words[ERROR_TEXT_SIZE - 100] = '\0';
	(void)fail(EIO, "%s", words);
	(void)error_context(-EIO, "mount '%s'", "/proc");
	assert_memory_equal(error_text(), "mount '/proc': www", 18);
	assert_int_equal(strlen(error_text()),
		strlen("mount '/proc': : input/output error") + ERROR_TEXT_SIZE - 100);
}

static void test_chain_travels_as_text(void **state)
{
	(void)state;
	assert_int_equal(error_set(EPERM, "init: mount: operation not permitted"), -EPERM);
	assert_int_equal(error_context(-EPERM, "create"), -EPERM);
	assert_string_equal(error_text(), "create: init: mount: operation not permitted");
	error_clear();
	assert_string_equal(error_text(), "");
}

static void test_names_are_lower_case_but_acronyms(void **state)
{
	char name[128];

	(void)state;
	assert_string_equal(error_name(ESRCH, name, sizeof(name)), "no such process");
	assert_string_equal(error_name(-EIO, name, sizeof(name)), "input/output error");
	assert_string_equal(error_name(EDOTDOT, name, sizeof(name)), "RFS specific error");
	assert_string_equal(error_name(4000, name, sizeof(name)), "error 4000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fail_says_what_and_why, clear),
		cmocka_unit_test_setup(test_refuse_has_no_errno, clear),
		cmocka_unit_test_setup(test_try_puts_context_in_front, clear),
		cmocka_unit_test_setup(test_plain_code_starts_its_own_chain, clear),
		cmocka_unit_test_setup(test_long_texts_are_cut_not_overrun, clear),
		cmocka_unit_test_setup(test_chain_travels_as_text, clear),
		cmocka_unit_test_setup(test_names_are_lower_case_but_acronyms, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
