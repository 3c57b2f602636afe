/*
 * The command line from argv to the exit status, each call in a process of its own, with the
 * containers of fake.c behind it.
 */
#include "src/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "src/command.h"
#include "src/globals.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char directory[64]; /* current directory of all calls */
static char out[16384], err[16384];
static pid_t child;

static void file_read(const char *name, char *text, size_t size)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
	text[length < 0 ? 0 : length] = '\0';
}

static void child_redirect(const char *name, int target)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0 || dup2(fd, target) < 0)
		_exit(99);
}

/* Calls the program; leaves its outputs in out and err, and returns its exit status. */
static int call_words(const char *const *words)
{
	int count = 0;
	int status;

	while (words[count])
		count++;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (chdir(directory) < 0)
			_exit(99);
		child_redirect("out", STDOUT_FILENO);
		child_redirect("err", STDERR_FILENO);
		(void)setvbuf(stdout, NULL, _IONBF, 0);
		_exit(program_run(count, (char **)words));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	file_read("out", out, sizeof(out));
	file_read("err", err, sizeof(err));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define CALL(...) call_words((const char *const[]){ "caisson", __VA_ARGS__, NULL })

static void assert_starts(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("'%s' does not begin with '%s'", text, start);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' has no '%s' in it", text, part);
}

static int directory_make(void **state)
{
	(void)state;
	(void)unsetenv("XDG_RUNTIME_DIR");
	(void)snprintf(directory, sizeof(directory), "/tmp/caisson-program-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int directory_remove(void **state)
{
	static const char *const names[] = { "out", "err", "log", "config.json", "other.json",
		"closed.log" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		(void)unlink(path);
	}
	return rmdir(directory);
}

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
	assert_has(out, directory);

	assert_int_equal(CALL("--root", "/", "start", "a"), 1);
	assert_int_equal(CALL("--root", "/x/..", "start", "a"), 1);
	assert_has(err, "option --root must not be '/'");
	assert_int_equal(CALL("--root", "", "start", "a"), 1);

	(void)setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	(void)setenv("USER", "root", 1);
	assert_int_equal(CALL("start", "a"), 0);
	/* USER=root keeps root in a user namespace at the system's place, too. */
	assert_has(out, geteuid() == 0 ? "root=/run/caisson " : "root=/run/user/7/caisson ");
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

static void create_hands_on_its_options(void **state)
{
	(void)state;
	assert_int_equal(CALL("--root", "/x", "create", "--bundle", "/b", "--pid-file", "p", "a",
				 "--console-socket=s", "-f", "c", "--no-pivot", "--no-new-keyring",
				 "--preserve-fds", "3", "--general-road"),
		0);
	assert_string_equal(out,
		"sealed: caisson --root /x create --bundle /b --pid-file p a --console-socket=s -f "
		"c "
		"--no-pivot --no-new-keyring --preserve-fds 3 --general-road\n"
		"create id=a root=/x (given) cgroupfs rootless=auto\n"
		" bundle=/b\n config=c\n pid-file=p\n console-socket=s\n preserve-fds=3\n"
		" no-pivot\n no-new-keyring\n general-road\n");
	assert_int_equal(CALL("create", "--detach", "a"), 1);
	assert_int_equal(CALL("create", "missing"), 1);
	assert_has(err, "msg=\"container \\\"missing\\\" does not exist\"\n");
}

static void dry_run_prints_and_does_nothing(void **state)
{
	(void)state;
	assert_int_equal(CALL("create", "--dry-run", "a"), 0);
	assert_has(out, "dry create id=a");
	assert_has(out, "\nsteps\n");
	assert_int_equal(CALL("run", "--dry-run", "--format", "json", "a"), 0);
	assert_has(out, "dry run id=a");
	assert_has(out, "\n{}\n");
	assert_int_equal(CALL("run", "--dry-run", "--format", "table", "a"), 1);
	assert_has(err, "invalid format 'table': neither text nor json");
}

static void statuses_are_those_of_the_program(void **state)
{
	(void)state;
	assert_int_equal(CALL("run", "-d", "--keep", "--no-subreaper", "a"), 0);
	assert_has(out, "\n no-subreaper\n detach\n keep\n");
	assert_int_equal(CALL("run", "exit-7"), 7);
	assert_int_equal(CALL("run", "kill-9"), 137);
	assert_int_equal(CALL("run", "missing"), 1);
	assert_int_equal(CALL("exec", "exit-7", "ls"), 7);
	assert_int_equal(CALL("exec", "kill-15", "ls"), 143);
	assert_int_equal(CALL("exec", "missing", "ls"), 255);
	assert_has(err, "container \\\"missing\\\" does not exist");
}

static void exec_hands_on_its_options(void **state)
{
	(void)state;
	assert_int_equal(
		CALL("exec", "-t", "-d", "--cwd", "/c", "-e", "A=1", "-env=B=2", "-u", "1:2", "-g",
			"3", "-g", "4", "-c", "CAP_KILL", "--apparmor", "p", "--process-label", "l",
			"--no-new-privs=false", "--pid-file", "f", "--console-socket", "s",
			"--preserve-fds", "2", "--ignore-paused", "a", "ls", "-t", "--root"),
		0);
	assert_has(out, "exec id=a root=");
	assert_has(out,
		"\n arg=ls\n arg=-t\n arg=--root\n cwd=/c\n env=A=1\n env=B=2\n user=1:2\n"
		" gid=3\n gid=4\n cap=CAP_KILL\n apparmor=p\n label=l\n no-new-privileges=no\n"
		" pid-file=f\n console-socket=s\n preserve-fds=2\n tty\n detach\n ignore-paused\n");
	assert_int_equal(CALL("exec", "--process", "p.json", "a"), 0);
	assert_has(out, "\n process=p.json\n");
	assert_int_equal(CALL("exec", "a"), 1);
	assert_has(err, "\\\"exec\\\" requires a minimum of 2 argument(s)");
	assert_string_equal(out, "");
	assert_int_equal(CALL("exec", "-p", "p.json", "a", "ls"), 1);
	assert_has(err, "both a command and --process");
	assert_string_equal(out, "");
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

static void kill_and_delete_hand_on_theirs(void **state)
{
	(void)state;
	assert_int_equal(CALL("kill", "a"), 0);
	assert_has(out, "\n signal=15\n");
	assert_int_equal(CALL("kill", "--all", "a", "9"), 0);
	assert_has(out, "\n signal=9\n all\n");
	assert_int_equal(CALL("kill", "a", "9", "-a"), 0);
	assert_has(out, "\n signal=9\n all\n");
	assert_int_equal(CALL("kill", "a", "NONE"), 1);
	assert_has(err, "unknown signal");
	assert_int_equal(CALL("delete", "--force", "a"), 0);
	assert_starts(out, "delete id=a");
	assert_has(out, " force\n");
	assert_int_equal(CALL("delete", "-r", "a.*"), 0);
	assert_starts(out, "delete matching id=a.*");
	assert_null(strstr(out, " force\n"));
}

static void state_is_printed_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(CALL("state", "a"), 0);
	assert_has(out, "rootless=auto\n{\n  \"id\": \"a\"\n}");
	assert_int_equal(out[strlen(out) - 1], '}');
	assert_int_equal(CALL("features"), 0);
	assert_string_equal(out, "{ \"features\": 1 }\n");
}

static void list_has_three_forms(void **state)
{
	(void)state;
	assert_int_equal(CALL("--root", "/two", "list"), 0);
	assert_string_equal(out, "ID                   PID         STATUS      BUNDLE      CREATED "
				 "                  "
				 "       OWNER\n"
				 "a                    0           stopped     /b          "
				 "2026-01-31T12:00:00Z      "
				 "       root\n"
				 "longer-than-twelve   4711        running     /b\xc3\xbcndel     "
				 "2026-01-31T12:00:00.123456789Z   \n");
	assert_int_equal(CALL("--root", "/two", "list", "--format=json"), 0);
	assert_string_equal(out, "[{\"id\":\"a\"},{\"id\":\"b\"}]\n");
	assert_int_equal(CALL("--root", "/two", "list", "-q"), 0);
	assert_string_equal(out, "a\nlonger-than-twelve\n");

	assert_int_equal(CALL("--root", "/none", "list"), 0);
	assert_string_equal(
		out, "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
	assert_int_equal(CALL("--root", "/none", "list", "-f", "json"), 0);
	assert_string_equal(out, "null\n");
	assert_int_equal(CALL("--root", "/none", "list", "-q"), 0);
	assert_string_equal(out, "");
	assert_int_equal(CALL("list", "-f", "yaml"), 1);
	assert_has(err, "invalid format 'yaml': neither table nor json");
}

static size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* A ps of our own: what the host's prints is not ours to test. */
static void ps_make(const char *script)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/ps", directory);
	auto_fclose FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(script, file) >= 0);
	assert_int_equal(fchmod(fileno(file), 0700), 0);
	(void)setenv("PATH", directory, 1);
}

static void ps_remove(const char *path_before)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/ps", directory);
	assert_int_equal(unlink(path), 0);
	(void)setenv("PATH", path_before, 1);
}

static void ps_keeps_the_lines_of_the_container(void **state)
{
	auto_free char *before = strdup(getenv("PATH"));
	char expected[128];

	(void)state;
	assert_non_null(before);
	ps_make("#!/bin/sh\n"
		"echo \"UID   PPID   PID CMD $*\"\n"
		"echo \"$PPID 0 1 init\"\n"
		"echo \" x     1  $PPID\t caisson\"\n"
		"echo \" x     1  ${PPID}0 other\"\n"
		"echo \"short\"\n");
	assert_int_equal(CALL("ps", "a"), 0);
	(void)snprintf(expected, sizeof(expected),
		"UID   PPID   PID CMD -ef\n x     1  %d\t caisson\n", (int)child);
	assert_string_equal(out, expected);
	assert_int_equal(CALL("ps", "a", "-o", "x"), 0);
	assert_starts(out, "UID   PPID   PID CMD -o x\n");
	assert_int_equal(lines_of(out), 2);
	assert_int_equal(CALL("ps", "empty"), 0);
	assert_int_equal(lines_of(out), 1);

	ps_make("#!/bin/sh\necho TTY TIME CMD\n");
	assert_int_equal(CALL("ps", "a"), 1);
	assert_has(err, "no column PID");
	ps_make("#!/bin/sh\nexit 3\n");
	assert_int_equal(CALL("ps", "a"), 1);
	assert_has(err, "ps ended with status 3");
	ps_remove("/nonexistent");
	assert_int_equal(CALL("ps", "a"), 1);
	assert_has(err, "run 'ps': no such file or directory");
	(void)setenv("PATH", before, 1);
}

static void ps_json_is_a_list_of_pids(void **state)
{
	char expected[64];

	(void)state;
	assert_int_equal(CALL("ps", "--format", "json", "a"), 0);
	(void)snprintf(expected, sizeof(expected), "[%d,%d]\n", (int)child, (int)getpid());
	assert_string_equal(out, expected);
	assert_int_equal(CALL("ps", "-f", "json", "empty"), 0);
	assert_string_equal(out, "[]\n");
	assert_int_equal(CALL("ps", "-f", "yaml", "a"), 1);
}

static void spec_overwrites_only_by_name(void **state)
{
	char text[128];

	(void)state;
	assert_int_equal(CALL("spec", "--bundle", directory), 0);
	file_read("config.json", text, sizeof(text));
	assert_string_equal(text, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "--rootless"), 1);
	assert_has(err, "msg=\"File config.json exists. Remove it first\"\n");
	file_read("config.json", text, sizeof(text));
	assert_string_equal(text, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "--rootless", "-f", "config.json"), 0);
	file_read("config.json", text, sizeof(text));
	assert_string_equal(text, "{ \"rootless\": 1 }\n");
	assert_int_equal(CALL("spec", "-b", directory, "-f", "other.json"), 0);
	file_read("other.json", text, sizeof(text));
	assert_string_equal(text, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "-f", "-"), 0);
	assert_string_equal(out, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "-b", "/nonexistent"), 1);
	assert_has(err, "open '/nonexistent': no such file or directory");
}

static void log_gets_one_line_per_failure(void **state)
{
	char text[1024];

	(void)state;
	assert_int_equal(CALL("--log", "log", "--log-format", "json", "state", "missing"), 1);
	assert_string_equal(err, "container \"missing\" does not exist\n");
	file_read("log", text, sizeof(text));
	assert_starts(text, "{\"level\":\"error\",\"msg\":\"container \\\"missing\\\" does not "
			    "exist\",\"time\":\"");
	assert_int_equal(lines_of(text), 1);

	/* With a log, nothing that is no error is on standard error. */
	assert_int_equal(CALL("--log=log", "--debug", "create", "a"), 0);
	assert_string_equal(err, "");
	file_read("log", text, sizeof(text));
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

	if (chdir(directory) < 0)
		return 99;
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
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
	file_read("closed.log", text, sizeof(text));
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
		cmocka_unit_test(create_hands_on_its_options),
		cmocka_unit_test(dry_run_prints_and_does_nothing),
		cmocka_unit_test(statuses_are_those_of_the_program),
		cmocka_unit_test(exec_hands_on_its_options),
		cmocka_unit_test(only_starters_are_sealed),
		cmocka_unit_test(kill_and_delete_hand_on_theirs),
		cmocka_unit_test(state_is_printed_as_it_is),
		cmocka_unit_test(list_has_three_forms),
		cmocka_unit_test(ps_keeps_the_lines_of_the_container),
		cmocka_unit_test(ps_json_is_a_list_of_pids),
		cmocka_unit_test(spec_overwrites_only_by_name),
		cmocka_unit_test(log_gets_one_line_per_failure),
		cmocka_unit_test(full_output_is_a_failure),
		cmocka_unit_test(closed_descriptors_are_not_reused),
	};

	return cmocka_run_group_tests(tests, directory_make, directory_remove);
}
