/* The commands: what of the command line reaches container.h, and how its results are printed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "tests/src/call.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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
	assert_int_equal(CALL("delete", "a"), 0);
	assert_null(strstr(out, " force\n"));
}

static void update_hands_on_its_options(void **state)
{
	(void)state;
	assert_int_equal(CALL("update", "--resources=-", "a"), 0);
	assert_starts(out, "update id=a");
	assert_has(out, "\n resources=-\n");
	assert_int_equal(
		CALL("update", "-r", "f", "--blkio-weight", "1", "--cpu-period", "2", "--cpu-quota",
			"-1", "--cpu-burst", "4", "--cpu-share", "5", "--cpu-rt-period", "6",
			"--cpu-rt-runtime", "7", "--cpu-idle", "1", "--cpuset-cpus", "0-1",
			"--cpuset-mems", "0", "--memory", "8m", "--memory-reservation", "9",
			"--memory-swap", "-1", "--kernel-memory", "10", "--kernel-memory-tcp", "11",
			"--pids-limit", "12", "--l3-cache-schema", "x", "--mem-bw-schema", "y",
			"a"),
		0);
	assert_has(out, "\n resources=f\n blkio-weight=1\n cpu-period=2\n cpu-quota=-1\n"
			" cpu-burst=4\n cpu-share=5\n cpu-rt-period=6\n cpu-rt-runtime=7\n"
			" cpu-idle=1\n cpuset-cpus=0-1\n cpuset-mems=0\n memory=8m\n"
			" memory-reservation=9\n memory-swap=-1\n kernel-memory=10\n"
			" kernel-memory-tcp=11\n pids-limit=12\n l3-cache-schema=x\n"
			" mem-bw-schema=y\n");
	assert_int_equal(CALL("update", "--help"), 0);
	assert_null(strstr(out, "kernel-memory"));
	assert_int_equal(CALL("update"), 1);
	assert_int_equal(CALL("update", "missing"), 1);
}

static void events_have_an_interval(void **state)
{
	(void)state;
	assert_int_equal(CALL("events", "a"), 0);
	assert_starts(out, "events id=a");
	assert_has(out, "\n interval=5000\n{}\n");
	assert_int_equal(CALL("events", "--stats", "a"), 0);
	assert_has(out, "\n stats\n{}\n");
	assert_int_equal(CALL("events", "--interval", "100ms", "a"), 0);
	assert_has(out, "\n interval=100\n");
	assert_int_equal(CALL("events", "--interval=0s", "a"), 1);
	assert_has(err, "duration interval must be greater than 0");
	assert_int_equal(CALL("events", "--interval=-1s", "a"), 1);
	assert_int_equal(CALL("events", "--interval=5", "a"), 1);
	assert_has(err, "option --interval: '5' is no duration");
	assert_int_equal(CALL("events", "missing"), 1);
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

/* A ps of our own: what the host's prints is not ours to test. */
static void ps_make(const char *script)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/ps", call_directory);
	auto_fclose FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(script, file) >= 0);
	assert_int_equal(fchmod(fileno(file), 0700), 0);
	(void)setenv("PATH", call_directory, 1);
}

static void ps_remove(const char *path_before)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/ps", call_directory);
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
		"UID   PPID   PID CMD -ef\n x     1  %d\t caisson\n", (int)call_child);
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
	(void)snprintf(expected, sizeof(expected), "[%d,%d]\n", (int)call_child, (int)getpid());
	assert_string_equal(out, expected);
	assert_int_equal(CALL("ps", "-f", "json", "empty"), 0);
	assert_string_equal(out, "[]\n");
	assert_int_equal(CALL("ps", "-f", "yaml", "a"), 1);
}

static void spec_overwrites_only_by_name(void **state)
{
	char text[128];

	(void)state;
	assert_int_equal(CALL("spec", "--bundle", call_directory), 0);
	call_read("config.json", text, sizeof(text));
	assert_string_equal(text, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "--rootless"), 1);
	assert_has(err, "msg=\"File config.json exists. Remove it first\"\n");
	call_read("config.json", text, sizeof(text));
	assert_string_equal(text, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "--rootless", "-f", "config.json"), 0);
	call_read("config.json", text, sizeof(text));
	assert_string_equal(text, "{ \"rootless\": 1 }\n");
	assert_int_equal(CALL("spec", "-b", call_directory, "-f", "other.json"), 0);
	call_read("other.json", text, sizeof(text));
	assert_string_equal(text, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "-f", "-"), 0);
	assert_string_equal(out, "{ \"spec\": 1 }\n");
	assert_int_equal(CALL("spec", "-b", "/nonexistent"), 1);
	assert_has(err, "open '/nonexistent': no such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_hands_on_its_options),
		cmocka_unit_test(dry_run_prints_and_does_nothing),
		cmocka_unit_test(statuses_are_those_of_the_program),
		cmocka_unit_test(exec_hands_on_its_options),
		cmocka_unit_test(kill_and_delete_hand_on_theirs),
		cmocka_unit_test(update_hands_on_its_options),
		cmocka_unit_test(events_have_an_interval),
		cmocka_unit_test(state_is_printed_as_it_is),
		cmocka_unit_test(list_has_three_forms),
		cmocka_unit_test(ps_keeps_the_lines_of_the_container),
		cmocka_unit_test(ps_json_is_a_list_of_pids),
		cmocka_unit_test(spec_overwrites_only_by_name),
	};

	return cmocka_run_group_tests(tests, call_begin, call_end);
}
