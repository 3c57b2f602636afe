#include "libcontainer/base/log.h"

#include "libcontainer/base/error.h"

#include <errno.h>
#include <stdio.h>

#include "tests/check.h"

struct heard {
	unsigned int lines;
	enum log_level level;
	char line[2 * ERROR_TEXT_SIZE];
};

static void hear(enum log_level level, const char *line, void *context)
{
	struct heard *heard = context;

	heard->lines++;
	heard->level = level;
	(void)snprintf(heard->line, sizeof(heard->line), "%s", line);
}

static int deafen(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL, LOG_LEVEL_DEBUG);
	return 0;
}

static void test_lines_reach_the_sink(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	log_set_sink(hear, &heard, LOG_LEVEL_DEBUG);
	log_debug("a %d", 1);
	assert_int_equal(heard.lines, 1);
	assert_int_equal(heard.level, LOG_LEVEL_DEBUG);
	assert_string_equal(heard.line, "a 1");
	log_warning("b");
	log_line(LOG_LEVEL_ERROR, "c");
	assert_int_equal(heard.lines, 3);
	assert_string_equal(heard.line, "c");
}

static void test_lower_levels_are_dropped(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	log_set_sink(hear, &heard, LOG_LEVEL_WARNING);
	log_debug("a");
	assert_int_equal(heard.lines, 0);
	assert_false(log_wants(LOG_LEVEL_DEBUG));
	log_warning("b");
	assert_int_equal(heard.lines, 1);
}

static int calls;

static int count_call(void)
{
	return ++calls;
}

static void test_nobody_listens(void **state)
{
	(void)state;
	log_debug("%d", count_call());
	assert_int_equal(calls, 0);
	log_warning("a");
	assert_false(log_wants(LOG_LEVEL_ERROR));
}

static void test_errno_is_kept(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	log_set_sink(hear, &heard, LOG_LEVEL_DEBUG);
	errno = ENOTTY;
	log_debug("%f", 1.5);
	assert_int_equal(errno, ENOTTY);
}

static void test_long_lines_are_cut(void **state)
{
	struct heard heard = { 0 };
	char words[2 * ERROR_TEXT_SIZE];

	(void)state;
	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	log_set_sink(hear, &heard, LOG_LEVEL_DEBUG);
	log_warning("%s", words);
	assert_int_equal(strlen(heard.line), ERROR_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_lines_reach_the_sink, deafen),
		cmocka_unit_test_teardown(test_lower_levels_are_dropped, deafen),
		cmocka_unit_test_teardown(test_nobody_listens, deafen),
		cmocka_unit_test_teardown(test_errno_is_kept, deafen),
		cmocka_unit_test_teardown(test_long_lines_are_cut, deafen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
