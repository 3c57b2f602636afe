#include "tests/check.h"

#include "libcontainer/base/str.h"

static void strings_grow(void **state)
{
	auto_str struct str str = { 0 };

	(void)state;
	assert_null(str.text);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(str_printf(&str, "%03d,", i), 0);
	assert_int_equal(str.length, 4000);
	assert_int_equal(strlen(str.text), 4000);
	assert_true(str_ends(str.text, "998,999,"));
	assert_int_equal(str_append(&str, "end"), 0);
	assert_int_equal(str_append_data(&str, "a\0b", 3), 0);
	assert_int_equal(str.length, 4006);
	assert_memory_equal(str.text + 4000, "enda\0b", 7);
}

static void an_empty_append_gives_a_text(void **state)
{
	auto_str struct str str = { 0 };

	(void)state;
	assert_int_equal(str_append_data(&str, NULL, 0), 0);
	assert_string_equal(str.text, "");
}

static void too_much_is_an_error(void **state)
{
	auto_str struct str str = { 0 };

	(void)state;
	assert_int_equal(str_append(&str, "kept"), 0);
	assert_int_equal(str_append_data(&str, "", SIZE_MAX), -ENOMEM);
	assert_int_equal(str_append_data(&str, "", SIZE_MAX / 2), -ENOMEM);
	assert_string_equal(str.text, "kept");
}

static void stolen_is_never_null(void **state)
{
	struct str str = { 0 };
	char *text = str_steal(&str);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(str_append(&str, "x"), 0);
	text = str_steal(&str);
	assert_string_equal(text, "x");
	assert_null(str.text);
	assert_int_equal(str.length, 0);
	free(text);
}

static void starts_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts("abc", "ab"));
	assert_true(str_starts("abc", ""));
	assert_false(str_starts("a", "ab"));
	assert_true(str_ends("abc", "bc"));
	assert_true(str_ends("abc", ""));
	assert_false(str_ends("c", "bc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_grow),
		cmocka_unit_test(an_empty_append_gives_a_text),
		cmocka_unit_test(too_much_is_an_error),
		cmocka_unit_test(stolen_is_never_null),
		cmocka_unit_test(starts_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
