/* Log lines: their forms, what is escaped in them, and where they go. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/report.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* 2026-01-31T12:00:00Z */
#define NOON 1769860800

static const char *line_of(enum report_format format, time_t now, const char *text)
{
	static struct report_line line;

	report_format(format, LOG_LEVEL_ERROR, now, text, &line);
	assert_true(line.length < sizeof(line.text));
	line.text[line.length] = '\0';
	return line.text;
}

static void forms_are_those_that_engines_read(void **state)
{
	static struct report_line line;

	(void)state;
	assert_string_equal(line_of(REPORT_TEXT, NOON, "a 'b'"),
		"time=\"2026-01-31T12:00:00Z\" level=error msg=\"a 'b'\"\n");
	assert_string_equal(line_of(REPORT_JSON, NOON, "a 'b'"),
		"{\"level\":\"error\",\"msg\":\"a 'b'\",\"time\":\"2026-01-31T12:00:00Z\"}\n");
	assert_string_equal(line_of(REPORT_PLAIN, NOON, "a 'b'"), "a 'b'\n");

	report_format(REPORT_TEXT, LOG_LEVEL_WARNING, NOON, "", &line);
	assert_memory_equal(
		line.text, "time=\"2026-01-31T12:00:00Z\" level=warning msg=\"\"\n", line.length);
	report_format(REPORT_TEXT, LOG_LEVEL_DEBUG, NOON, "", &line);
	assert_memory_equal(
		line.text, "time=\"2026-01-31T12:00:00Z\" level=debug msg=\"\"\n", line.length);
}

/* gmtime_r(3) is the judge. */
static void time_is_right_at_all_times(void **state)
{
	(void)state;
	/* Steps of 61 days and some meet each month, leap years and turns of centuries. */
	for (time_t now = -5000000000; now < 20000000000; now += 61 * 86400 + 3599) {
		char expected[128];
		struct tm tm;

		assert_non_null(gmtime_r(&now, &tm));
		assert_true(strftime(expected, sizeof(expected),
				    "time=\"%Y-%m-%dT%H:%M:%SZ\" level=error msg=\"\"\n", &tm) > 0);
		assert_string_equal(line_of(REPORT_TEXT, now, ""), expected);
	}
	assert_non_null(strstr(line_of(REPORT_TEXT, 951782400, ""), "2000-02-29T00:00:00Z"));
	assert_non_null(strstr(line_of(REPORT_TEXT, 4107542399, ""), "2100-02-28T23:59:59Z"));
}

static void hostile_text_stays_in_its_line(void **state)
{
	const char *text = "\"\\\n\t\r\x01\x1b[2J\x7f\xc2\x9b";

	(void)state;
	assert_non_null(strstr(line_of(REPORT_TEXT, NOON, text),
		"msg=\"\\\"\\\\\\n\\t\\r\\x01\\x1b[2J\\x7f\\xc2\\x9b\"\n"));
	assert_non_null(strstr(line_of(REPORT_JSON, NOON, text),
		"\"msg\":\"\\\"\\\\\\n\\t\\r\\u0001\\u001b[2J\\u007f\\ufffd\\ufffd\",\"time\""));
	assert_string_equal(
		line_of(REPORT_PLAIN, NOON, text), "\"\\\\n\\t\\r\\x01\\x1b[2J\\x7f\\xc2\\x9b\n");
}

static void only_utf8_passes(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8b",
			"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8b" },
		{ "\xc2\xa0\xf4\x8f\xbf\xbf", "\xc2\xa0\xf4\x8f\xbf\xbf" },
		{ "\x80", "\\ufffd" }, /* continues nothing */
		{ "\xc3", "\\ufffd" }, /* cut off by the end */
		{ "\xe2\x82", "\\ufffd\\ufffd" },
		{ "\xc3(", "\\ufffd(" },
		{ "\xc0\xaf", "\\ufffd\\ufffd" }, /* an overlong slash */
		{ "\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },            /* a surrogate */
		{ "\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd" }, /* above the last one */
		{ "\xff", "\\ufffd" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char expected[128];

		(void)snprintf(expected, sizeof(expected),
			"{\"level\":\"error\",\"msg\":\"%s\",\"time\":\"2026-01-31T12:00:00Z\"}\n",
			cases[i].json);
		assert_string_equal(line_of(REPORT_JSON, NOON, cases[i].text), expected);
	}
}

static void long_text_is_cut_and_well_formed(void **state)
{
	static const char end[] = "\",\"time\":\"2026-01-31T12:00:00Z\"}\n";
	static char text[40000];

	(void)state;
	for (size_t shift = 0; shift < 6; shift++) {
		/* Escapes of six characters, which must not be cut in two. */
		memset(text, 1, sizeof(text) - 1);
		memset(text, 'x', shift);
		const char *line = line_of(REPORT_JSON, NOON, text);
		size_t length = strlen(line);

		assert_string_equal(line + length - strlen(end), end);
		assert_memory_equal(line + length - strlen(end) - 6, "\\u0001", 6);
	}
}

/* ---- where lines go: each case in a process of its own -------------------------------- */

struct output {
	char directory[64], log[128], stderr_text[4096], log_text[4096];
};

static void file_read(const char *path, char *text, size_t size)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);

	text[length < 0 ? 0 : length] = '\0';
}

static void output_begin(struct output *output)
{
	(void)snprintf(output->directory, sizeof(output->directory), "/tmp/caisson-report-XXXXXX");
	assert_non_null(mkdtemp(output->directory));
	(void)snprintf(output->log, sizeof(output->log), "%s/log", output->directory);
}

static void output_end(struct output *output)
{
	(void)unlink(output->log);
	assert_int_equal(rmdir(output->directory), 0);
}

/* Runs say() in a child whose standard error is kept; returns the child's exit status. */
static int output_of(struct output *output, int (*say)(const char *log))
{
	char path[128];
	int status;

	(void)snprintf(path, sizeof(path), "%s/stderr", output->directory);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		_exit(dup2(fd, STDERR_FILENO) < 0 ? 99 : say(output->log));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	file_read(path, output->stderr_text, sizeof(output->stderr_text));
	file_read(output->log, output->log_text, sizeof(output->log_text));
	(void)unlink(path);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int say_to_stderr(const char *log)
{
	(void)log;
	if (report_open("", NULL, true) < 0)
		return 1;
	errno = ENOTTY;
	log_debug("hello");
	report_error("bad");
	return errno == ENOTTY ? 0 : 2;
}

static int say_to_log(const char *log)
{
	if (report_open(log, "json", false) < 0)
		return 1;
	log_debug("hello");
	log_warning("watch out");
	report_error("bad");
	return 0;
}

static int say_to_log_by_prefix(const char *log)
{
	char word[256];

	(void)snprintf(word, sizeof(word), "file:%s", log);
	if (report_open(word, "text", false) < 0)
		return 1;
	report_error("bad");
	return 0;
}

static int say_in_no_such_format(const char *log)
{
	if (report_open(log, "yaml", false) != -EINVAL)
		return 1;
	report_error(error_text());
	return 0;
}

static int say_to_no_such_place(const char *log)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/there", log);
	if (report_open(path, "json", true) != -ENOENT)
		return 1;
	report_error(error_text());
	return 0;
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what))) {
		count++;
		text += strlen(what);
	}
	return count;
}

static void without_log_all_is_on_stderr(void **state)
{
	struct output output;

	(void)state;
	output_begin(&output);
	assert_int_equal(output_of(&output, say_to_stderr), 0);
	output_end(&output);
	assert_int_equal(count_of(output.stderr_text, "\n"), 2);
	assert_non_null(strstr(output.stderr_text, "Z\" level=debug msg=\"hello\"\n"));
	assert_non_null(strstr(output.stderr_text, "Z\" level=error msg=\"bad\"\n"));
}

static void log_is_appended_and_error_is_on_stderr_too(void **state)
{
	struct output output;
	struct stat st;

	(void)state;
	output_begin(&output);
	(void)umask(022);
	assert_int_equal(output_of(&output, say_to_log), 0);
	assert_string_equal(output.stderr_text, "bad\n");
	assert_int_equal(count_of(output.log_text, "\n"), 2);
	assert_int_equal(
		count_of(output.log_text, "{\"level\":\"warning\",\"msg\":\"watch out\""), 1);
	assert_int_equal(count_of(output.log_text, "{\"level\":\"error\",\"msg\":\"bad\""), 1);
	assert_int_equal(stat(output.log, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);

	assert_int_equal(output_of(&output, say_to_log_by_prefix), 0);
	assert_int_equal(count_of(output.log_text, "\n"), 3);
	assert_non_null(strstr(output.log_text, "Z\" level=error msg=\"bad\"\n"));
	output_end(&output);
}

static void bad_targets_are_errors(void **state)
{
	struct output output;

	(void)state;
	output_begin(&output);
	assert_int_equal(output_of(&output, say_in_no_such_format), 0);
	assert_string_equal(output.log_text, "");
	assert_non_null(strstr(output.stderr_text,
		"level=error msg=\"unknown log format 'yaml': neither text nor json\"\n"));
	assert_int_equal(output_of(&output, say_to_no_such_place), 0);
	assert_non_null(strstr(output.stderr_text, "{\"level\":\"error\",\"msg\":\"log: open '"));
	assert_non_null(strstr(output.stderr_text, "no such file or directory\""));
	output_end(&output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_are_those_that_engines_read),
		cmocka_unit_test(time_is_right_at_all_times),
		cmocka_unit_test(hostile_text_stays_in_its_line),
		cmocka_unit_test(only_utf8_passes),
		cmocka_unit_test(long_text_is_cut_and_well_formed),
		cmocka_unit_test(without_log_all_is_on_stderr),
		cmocka_unit_test(log_is_appended_and_error_is_on_stderr_too),
		cmocka_unit_test(bad_targets_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
