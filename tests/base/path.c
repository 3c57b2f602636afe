#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/path.h"

static void cleaning_is_lexical(void **state)
{
	static const struct {
		const char *base, *path, *clean;
	} cases[] = {
		{ "/", "/", "/" },
		{ "/", "", "/" },
		{ "/", ".", "/" },
		{ "/", "..", "/" },
		{ "/", "../../etc", "/etc" },
		{ "/b", "a", "/b/a" },
		{ "/b/c", "../a", "/b/a" },
		{ "/b/", "./a/./", "/b/a" },
		{ "/b", "/a//c///", "/a/c" },
		{ "/b", "/a/b/../../../c", "/c" },
		{ "/b", "/..a/...", "/..a/..." },
		{ "/b", "/a/..", "/" },
		{ "/b", "", "/b" },
		{ "/x/../b", "c", "/b/c" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(
			path_clean(&arena, cases[i].base, cases[i].path), cases[i].clean);
	arena_done(&arena);
}

static void joining_leaves_one_slash(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(path_join(&arena, "/a", "b"), "/a/b");
	assert_string_equal(path_join(&arena, "/a/", "/b"), "/a/b");
	assert_string_equal(path_join(&arena, "/a//", "//b/c"), "/a/b/c");
	assert_string_equal(path_join(&arena, "/", "b"), "/b");
	assert_string_equal(path_join(&arena, "/a", ""), "/a/");
	arena_done(&arena);
}

static void below_ends_at_slashes(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("/", "/a"));
	assert_false(path_is_below("/a", "/a/b"));
}

static void the_name_is_the_last(void **state)
{
	(void)state;
	assert_string_equal(path_name("/a/b"), "b");
	assert_string_equal(path_name("b"), "b");
	assert_string_equal(path_name("/"), "");
	assert_true(path_is_absolute("/a"));
	assert_false(path_is_absolute("a/"));
	assert_false(path_is_absolute(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaning_is_lexical),
		cmocka_unit_test(joining_leaves_one_slash),
		cmocka_unit_test(below_ends_at_slashes),
		cmocka_unit_test(the_name_is_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
