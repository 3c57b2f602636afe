/* The program around its commands: help, global options, the error's words, the exit status. */
#include "src/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "src/command.h"
#include "src/globals.h"
#include "tests/src/call.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void help_is_shown_for_all(void **state)
{
	static const char *const ways[] = { "--help", "-h", "help" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		assert_int_equal(CALL(ways[i]), 0);
		assert_starts(out, "NAME:\n   caisson - Open Container Initiative runtime\n");
	}
	assert_int_equal(call_words((const char *const[]){ "caisson", NULL }), 0);
	assert_starts(out, "NAME:\n   caisson - Open Container Initiative runtime\n");
	assert_int_equal(call_words((const char *const[]){ NULL }), 0);

	for (const struct command *const *command = commands; *command; command++) {
		char start[128];

		(void)snprintf(start, sizeof(start), "NAME:\n   caisson %s - ", (*command)->name);
		assert_int_equal(CALL((*command)->name, "--help"), 0);
		assert_starts(out, start);
		assert_int_equal(CALL((*command)->name, "-h"), 0);
		assert_starts(out, start);
		assert_int_equal(CALL("help", (*command)->name), 0);
		assert_starts(out, start);
		assert_string_equal(err, "");
	}
}

static void table_check(const struct option *options)
{
	for (const struct option *one = options; one && one->name; one++) {
		bool flag = one->kind == OPTION_FLAG || one->kind == OPTION_MAYBE;

		assert_non_null(one->target.flag);
		assert_int_equal(flag, one->argument == NULL);
		assert_true(strlen(one->name) > 1);
		assert_string_not_equal(one->name, "help");
		assert_int_not_equal(one->letter, 'h');
		for (const struct option *other = options; other != one; other++) {
			assert_string_not_equal(one->name, other->name);
			assert_true(!one->letter || one->letter != other->letter);
		}
	}
}

static void tables_are_sound(void **state)
{
	(void)state;
	table_check(globals_options);
	for (const struct command *const *command = commands; *command; command++) {
		table_check((*command)->options);
		assert_non_null((*command)->run);
		assert_non_null((*command)->summary);
		/* In the order of their names, so that nobody has to search the help. */
		if (command != commands)
			assert_true(strcmp(command[-1]->name, command[0]->name) < 0);
	}
}

static void unknown_commands_have_no_help(void **state)
{
	(void)state;
	assert_int_equal(CALL("foo", "-h"), 1);
	assert_has(err, "level=error msg=\"No help topic for 'foo'\"\n");
	assert_int_equal(CALL("help", "foo"), 1);
	assert_has(err, "No help topic for 'foo'");
	assert_string_equal(out, "");
}

static void version_has_four_lines(void **state)
{
	(void)state;
	assert_int_equal(CALL("--version"), 0);
	assert_starts(out, "caisson version ");
	assert_has(out, "\ncommit: ");
	assert_has(out, "\nspec: 1.3.0\nlibseccomp: 2.5.4\n");
	assert_null(strstr(strstr(out, "version") + 1, "version"));
	assert_int_equal(CALL("-v"), 0);
	assert_starts(out, "caisson version ");
}

static void argument_counts_are_checked(void **state)
{
	(void)state;
	assert_int_equal(CALL("start"), 1);
	assert_starts(err, "Incorrect Usage.\n\nNAME:\n   caisson start");
	assert_has(err, "caisson: \\\"start\\\" requires exactly 1 argument(s)");
	assert_string_equal(out, "");
	assert_int_equal(CALL("kill"), 1);
	assert_has(err, "\\\"kill\\\" requires a minimum of 1 argument(s)");
	assert_int_equal(CALL("kill", "a", "b", "c"), 1);
	assert_has(err, "\\\"kill\\\" requires a maximum of 2 argument(s)");
	assert_int_equal(CALL("features", "a"), 1);
	assert_has(err, "\\\"features\\\" requires exactly 0 argument(s)");
	assert_int_equal(CALL("exec"), 1);
	assert_int_equal(CALL("start", "--nonsense", "a"), 1);
	assert_has(err, "unknown option '--nonsense'");
	assert_int_equal(CALL("--nonsense", "start", "a"), 1);
	assert_has(err, "unknown option '--nonsense'");
}

static void root_is_chosen(void **state)
{
	(void)state;
	assert_int_equal(CALL("start", "a"), 0);
	if (geteuid() == 0)
		assert_string_equal(out, "start id=a root=/run/caisson cgroupfs rootless=auto\n");
	assert_int_equal(CALL("--root", "/x//y/../z/", "start", "a"), 0);
	assert_string_equal(out, "start id=a root=/x/z (given) cgroupfs rootless=auto\n");
	assert_int_equal(CALL("--root=rel", "start", "a"), 0);
	assert_has(out, "/rel (given)");
	assert_has(out, call_directory);

	assert_int_equal(CALL("--root", "/", "start", "a"), 1);
	assert_int_equal(CALL("--root", "/x/..", "start", "a"), 1);
	assert_has(err, "option --root must not be '/'");
	assert_int_equal(CALL("--root", "", "start", "a"), 1);

	(void)setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	(void)setenv("USER", "root", 1);
	assert_int_equal(CALL("start", "a"), 0);
	/* USER=root keeps root in a user namespace at the system's place, too. */
	assert_has(
		out, geteuid() == 0 ? "root=/run/caisson " : "root=/run/user/7/caisson (private) ");
	(void)unsetenv("XDG_RUNTIME_DIR");
}

static void managers_are_chosen(void **state)
{
	(void)state;
	assert_int_equal(CALL("--systemd-cgroup", "start", "a"), 0);
	assert_has(out, " systemd ");
	assert_int_equal(CALL("--cgroup-manager", "disabled", "--systemd-cgroup", "start", "a"), 0);
	assert_has(out, " disabled ");
	assert_int_equal(CALL("--cgroup-manager=systemd", "--rootless=true", "start", "a"), 0);
	assert_has(out, " systemd rootless=yes\n");
	assert_int_equal(CALL("--cgroup-manager=x", "start", "a"), 1);
	assert_has(err, "option --cgroup-manager: 'x' is neither");
}

static void only_starters_are_sealed(void **state)
{
	static const char *const others[] = { "start", "state", "kill", "delete", "pause", "resume",
		"ps" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		assert_int_equal(CALL(others[i], "a"), 0);
		assert_null(strstr(out, "sealed"));
		assert_int_equal(CALL(others[i], "missing"), 1);
		assert_has(err, "container \\\"missing\\\" does not exist");
	}
	assert_int_equal(CALL("exec", "a", "ls"), 0);
	assert_starts(out, "sealed: caisson exec a ls\nexec");
	assert_int_equal(CALL("run", "a"), 0);
	assert_starts(out, "sealed: caisson run a\nrun");
}

static void log_gets_one_line_per_failure(void **state)
{
	char text[1024];

	(void)state;
	assert_int_equal(CALL("--log", "log", "--log-format", "json", "state", "missing"), 1);
	assert_string_equal(err, "container \"missing\" does not exist\n");
	call_read("log", text, sizeof(text));
	assert_starts(text, "{\"level\":\"error\",\"msg\":\"container \\\"missing\\\" does not "
			    "exist\",\"time\":\"");
	assert_int_equal(lines_of(text), 1);

	/* With a log, nothing that is no error is on standard error. */
	assert_int_equal(CALL("--log=log", "--debug", "create", "a"), 0);
	assert_string_equal(err, "");
	call_read("log", text, sizeof(text));
	assert_has(text, "level=debug msg=\"debugging\"\n");
	assert_has(text, "level=warning msg=\"warning\"\n");
	assert_int_equal(lines_of(text), 3);

	assert_int_equal(CALL("create", "a"), 0);
	assert_has(err, "level=warning msg=\"warning\"\n");
	assert_int_equal(lines_of(err), 1);
	assert_int_equal(CALL("--log-format", "x", "state", "a"), 1);
	assert_has(err, "unknown log format 'x'");
	assert_string_equal(out, "");
	assert_int_equal(CALL("--log", "/nonexistent/log", "state", "a"), 1);
	assert_has(err, "log: open '/nonexistent/log': no such file or directory");
	assert_string_equal(out, "");
}

static int full_call(void)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	char *words[] = { (char *)"caisson", (char *)"features", NULL };

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		return 99;
	return program_run(2, words);
}

static void full_output_is_a_failure(void **state)
{
	int status;

	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(full_call());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static int closed_call(void)
{
	char *words[] = { (char *)"caisson", (char *)"--log", (char *)"closed.log", (char *)"state",
		(char *)"missing", NULL };

	if (chdir(call_directory) < 0)
		return 99;
	/* Those of a parallel make, too. */
	(void)close_range(0, ~0U, 0);
	return program_run(5, words);
}

/* Else the log would take the place of standard input, and of standard error the error's line. */
static void closed_descriptors_are_not_reused(void **state)
{
	char text[1024];
	int status;

	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int code = closed_call();

		/* Now the lowest that is free must be behind those three and the log. */
		_exit(code == 1 && dup(STDERR_FILENO) == 4 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	call_read("closed.log", text, sizeof(text));
	assert_int_equal(lines_of(text), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_shown_for_all),
		cmocka_unit_test(tables_are_sound),
		cmocka_unit_test(unknown_commands_have_no_help),
		cmocka_unit_test(version_has_four_lines),
		cmocka_unit_test(argument_counts_are_checked),
		cmocka_unit_test(root_is_chosen),
		cmocka_unit_test(managers_are_chosen),
		cmocka_unit_test(only_starters_are_sealed),
		cmocka_unit_test(log_gets_one_line_per_failure),
		cmocka_unit_test(full_output_is_a_failure),
		cmocka_unit_test(closed_descriptors_are_not_reused),
	};

	return cmocka_run_group_tests(tests, call_begin, call_end);
}
