/* The option parser: every spelling, every kind, and what it refuses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "src/options.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct {
	bool detach, tty;
	enum container_tristate privileges, rootless;
	const char *bundle;
	const char **env;
	unsigned int number;
} got;

/* clang-format off */
static const struct option options[] = {
	FLAG("detach", 'd', &got.detach, "return early"),
	FLAG("tty", 't', &got.tty, "a terminal"),
	MAYBE("no-new-privs", 0, &got.privileges, "no more of them"),
	TRISTATE("rootless", 0, "BOOL", &got.rootless, "forgive"),
	TEXT("bundle", 'b', "DIR", &got.bundle, "the bundle"),
	TEXTS("env", 'e', "NAME=VALUE", &got.env, "a variable"),
	NUMBER("preserve-fds", 0, "N", &got.number, "descriptors"),
	FLAG("an-option-of-a-rather-long-name", 'x', &got.tty, "its own line"),
	FLAG("secret", 0, &got.tty, NULL),
	OPTIONS_END
};
/* clang-format on */

#define WORDS_MAX 12

static char *storage[WORDS_MAX];
static char **words;
static bool help;

/* Parses these words; the rest is in words, then. */
static int parse_in(enum options_order order, const char *const *input)
{
	free(got.env);
	memset(&got, 0, sizeof(got));
	memset(storage, 0, sizeof(storage));
	for (size_t i = 0; input[i]; i++) {
		assert_true(i < WORDS_MAX - 1);
		storage[i] = (char *)input[i];
	}
	words = storage;
	help = false;
	error_clear();
	return options_parse(options, order, &words, &help);
}

#define PARSE(order, ...) parse_in(order, (const char *const[]){ __VA_ARGS__, NULL })

#define ASSERT_REFUSED(text, ...) \
	do { \
		assert_int_equal(PARSE(OPTIONS_ANYWHERE, __VA_ARGS__), -EINVAL); \
		assert_string_equal(error_text(), text); \
	} while (0)

static void all_spellings_mean_the_same(void **state)
{
	static const char *const spellings[][3] = {
		{ "--bundle", "/b" },
		{ "--bundle=/b" },
		{ "-bundle", "/b" },
		{ "-bundle=/b" },
		{ "-b", "/b" },
		{ "-b=/b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(spellings); i++) {
		assert_int_equal(parse_in(OPTIONS_FIRST, spellings[i]), 0);
		assert_string_equal(got.bundle, "/b");
		assert_null(words[0]);
	}
}

static void values_may_look_like_options(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_FIRST, "--bundle", "--tty", "-e", "A=B=C", "-e=D="), 0);
	assert_string_equal(got.bundle, "--tty");
	assert_false(got.tty);
	assert_string_equal(got.env[0], "A=B=C");
	assert_string_equal(got.env[1], "D=");
	assert_null(got.env[2]);
	assert_int_equal(PARSE(OPTIONS_FIRST, "--bundle="), 0);
	assert_string_equal(got.bundle, "");
	assert_int_equal(PARSE(OPTIONS_FIRST, "-b", "1", "-b", "2"), 0);
	assert_string_equal(got.bundle, "2");
}

static void flags_take_a_value_by_sign_only(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_FIRST, "-d", "false"), 0);
	assert_true(got.detach);
	assert_string_equal(words[0], "false");
	assert_int_equal(PARSE(OPTIONS_FIRST, "-d", "--detach=false", "--tty=T"), 0);
	assert_false(got.detach);
	assert_true(got.tty);
	assert_int_equal(PARSE(OPTIONS_FIRST, "-td"), 0);
	assert_true(got.detach && got.tty);
	ASSERT_REFUSED("option --tty: 'maybe' is neither true nor false", "--tty=maybe");
	ASSERT_REFUSED("option --tty: '' is neither true nor false", "--tty=");
}

static void maybe_remembers_whether_it_was_given(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_FIRST, "-d"), 0);
	assert_int_equal(got.privileges, CONTAINER_AUTO);
	assert_int_equal(PARSE(OPTIONS_FIRST, "--no-new-privs"), 0);
	assert_int_equal(got.privileges, CONTAINER_YES);
	assert_int_equal(PARSE(OPTIONS_FIRST, "--no-new-privs=false"), 0);
	assert_int_equal(got.privileges, CONTAINER_NO);
}

static void tristate_takes_a_word(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_FIRST, "--rootless", "true"), 0);
	assert_int_equal(got.rootless, CONTAINER_YES);
	assert_int_equal(PARSE(OPTIONS_FIRST, "--rootless=false"), 0);
	assert_int_equal(got.rootless, CONTAINER_NO);
	assert_int_equal(PARSE(OPTIONS_FIRST, "--rootless=true", "--rootless=auto"), 0);
	assert_int_equal(got.rootless, CONTAINER_AUTO);
	ASSERT_REFUSED("option --rootless: 'x' is neither true nor false nor auto", "--rootless=x");
	ASSERT_REFUSED("option --rootless wants BOOL", "--rootless");
}

static void numbers_are_strict(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_FIRST, "--preserve-fds", "7"), 0);
	assert_int_equal(got.number, 7);
	ASSERT_REFUSED("option --preserve-fds: '-1' is not a number", "--preserve-fds", "-1");
	ASSERT_REFUSED("option --preserve-fds: '0x1' is not a number", "--preserve-fds=0x1");
	ASSERT_REFUSED(
		"option --preserve-fds: '4294967296' is not a number", "--preserve-fds=4294967296");
}

static void unknown_ones_are_refused(void **state)
{
	(void)state;
	ASSERT_REFUSED("unknown option '--bundl'", "--bundl", "x");
	ASSERT_REFUSED("unknown option '--bundles'", "--bundles=x");
	ASSERT_REFUSED("unknown option '-tz'", "-tz");
	ASSERT_REFUSED("unknown option '-tb'", "-tb");
	ASSERT_REFUSED("unknown option '--'", "--=x");
	ASSERT_REFUSED("unknown option '---tty'", "---tty");
	ASSERT_REFUSED("unknown option '-9'", "id", "-9");
	ASSERT_REFUSED("option --bundle wants DIR", "-b");
	assert_false(got.tty);
}

static void first_word_ends_them_where_asked(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_FIRST, "-d", "id", "ls", "-t", "--", "--bundle"), 0);
	assert_true(got.detach);
	assert_false(got.tty);
	assert_string_equal(words[0], "id");
	assert_string_equal(words[1], "ls");
	assert_string_equal(words[2], "-t");
	assert_string_equal(words[3], "--");
	assert_string_equal(words[4], "--bundle");
	assert_null(words[5]);
	assert_int_equal(PARSE(OPTIONS_FIRST, "--", "-t"), 0);
	assert_string_equal(words[0], "-t");
	assert_false(got.tty);
}

static void words_stand_between_them_elsewhere(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_ANYWHERE, "id", "-b", "/b", "-", "-d", "--", "-t"), 0);
	assert_true(got.detach);
	assert_false(got.tty);
	assert_string_equal(got.bundle, "/b");
	assert_string_equal(words[0], "id");
	assert_string_equal(words[1], "-");
	assert_string_equal(words[2], "-t");
	assert_null(words[3]);
	assert_false(help);
}

static void help_needs_no_row(void **state)
{
	(void)state;
	assert_int_equal(PARSE(OPTIONS_ANYWHERE, "id", "--help", "--nonsense"), 0);
	assert_true(help);
	assert_int_equal(PARSE(OPTIONS_ANYWHERE, "-h"), 0);
	assert_true(help);
	assert_int_equal(PARSE(OPTIONS_ANYWHERE, "-th"), 0);
	assert_true(help);
	assert_int_equal(PARSE(OPTIONS_FIRST, "id", "-h"), 0);
	assert_false(help);
}

static void description_shows_all_but_the_hidden(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	assert_int_equal(options_describe(options, &text), 0);
	assert_string_equal(text.text, "   --detach, -d                   return early\n"
				       "   --tty, -t                      a terminal\n"
				       "   --no-new-privs                 no more of them\n"
				       "   --rootless BOOL                forgive\n"
				       "   --bundle DIR, -b DIR           the bundle\n"
				       "   --env NAME=VALUE, -e NAME=VALUE\n"
				       "                                  a variable\n"
				       "   --preserve-fds N               descriptors\n"
				       "   --an-option-of-a-rather-long-name, -x\n"
				       "                                  its own line\n"
				       "   --help, -h                     show this help\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_spellings_mean_the_same),
		cmocka_unit_test(values_may_look_like_options),
		cmocka_unit_test(flags_take_a_value_by_sign_only),
		cmocka_unit_test(maybe_remembers_whether_it_was_given),
		cmocka_unit_test(tristate_takes_a_word),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(unknown_ones_are_refused),
		cmocka_unit_test(first_word_ends_them_where_asked),
		cmocka_unit_test(words_stand_between_them_elsewhere),
		cmocka_unit_test(help_needs_no_row),
		cmocka_unit_test(description_shows_all_but_the_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
