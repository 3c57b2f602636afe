#include "libcontainer/kernel/spawn.h"

#include <errno.h>
#include <signal.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/monotonic.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

static char output[4096];
static int status;

static struct spawn shell(const char *const *args)
{
	return (struct spawn){ .path = "/bin/sh", .args = args, .output = -1, .error_output = -1 };
}

#define SHELL(script) shell((const char *const[]){ "sh", "-c", script, NULL })

static int run(struct spawn spawn)
{
	memset(output, '#', sizeof(output));
	status = -1;
	return spawn_run(&spawn, &status, output, sizeof(output));
}

static void test_status_and_output(void **state)
{
	(void)state;
	assert_int_equal(run(SHELL("echo out; echo err >&2; exit 3")), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_string_equal(output, "out\nerr\n");
	assert_int_equal(run(SHELL("kill -TERM $$")), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_string_equal(output, "");
}

static void test_end_of_long_output(void **state)
{
	struct spawn spawn = SHELL("i=0; while [ $i -lt 30000 ]; do echo 0123456789; i=$((i+1)); "
				   "done; printf end");
	char tail[8];

	(void)state;
	/* Far more than a pipe holds: it has to be read while the program runs. */
	assert_int_equal(spawn_run(&spawn, &status, tail, sizeof(tail)), 0);
	assert_int_equal(status, 0);
	assert_string_equal(tail, "789\nend");
	assert_int_equal(spawn_run(&spawn, &status, tail, 1), 0);
	assert_string_equal(tail, "");
	/* Nobody wants it. */
	assert_int_equal(spawn_run(&spawn, &status, NULL, 0), 0);
	assert_int_equal(status, 0);
}

static void test_helper(void **state)
{
	struct spawn good = SHELL("echo chatter"), bad = SHELL("echo first; echo rest; exit 1"),
		     killed = SHELL("kill -KILL $$"), absent = SHELL("");

	(void)state;
	assert_int_equal(spawn_helper(&good), 0);
	assert_int_equal(spawn_helper(&bad), -EINVAL);
	assert_string_equal(error_text(), "first");
	assert_int_equal(spawn_helper(&killed), -EINVAL);
	assert_string_equal(error_text(), "the helper program failed");
	absent.path = "/nonesuch";
	assert_int_equal(spawn_helper(&absent), -ENOENT);
	error_clear();
}

static void test_input(void **state)
{
	static char much[1000001];
	struct spawn spawn = SHELL("cat; echo .");

	(void)state;
	spawn.input = "a\nb";
	spawn.input_size = 3;
	assert_int_equal(run(spawn), 0);
	assert_string_equal(output, "a\nb.\n");

	spawn = SHELL("wc -c");
	memset(much, 'x', sizeof(much) - 1);
	spawn.input = much;
	spawn.input_size = sizeof(much) - 1;
	assert_int_equal(run(spawn), 0);
	assert_string_equal(output, "1000000\n");
	/* Who doesn't read it ends all the same. */
	spawn = SHELL("exit 4");
	spawn.input = much;
	spawn.input_size = sizeof(much) - 1;
	assert_int_equal(run(spawn), 0);
	assert_int_equal(WEXITSTATUS(status), 4);

	assert_int_equal(run(SHELL("readlink /proc/self/fd/0")), 0);
	assert_string_equal(output, "/dev/null\n");
}

static void test_environment_and_directory(void **state)
{
	struct scratch *scratch = *state;
	struct spawn spawn = SHELL("pwd; echo \"$A$HOME\"");

	assert_int_equal(setenv("HOME", "/leaked", 1), 0);
	spawn.env = (const char *const[]){ "A=1", NULL };
	spawn.directory = scratch->path;
	assert_int_equal(run(spawn), 0);
	assert_memory_equal(output, scratch->path, strlen(scratch->path));
	assert_string_equal(output + strlen(scratch->path), "\n1\n");
	spawn.env = NULL;
	assert_int_equal(run(spawn), 0);
	assert_string_equal(output + strlen(scratch->path), "\n\n");
	spawn.directory = "/none";
	assert_int_equal(run(spawn), -ENOENT);
	spawn.directory = NULL;
	spawn.directory_fd = open("/usr", O_PATH | O_CLOEXEC);
	assert_true(spawn.directory_fd > STDERR_FILENO);
	assert_int_equal(run(spawn), 0);
	assert_string_equal(output, "/usr\n\n");
	assert_int_equal(close(spawn.directory_fd), 0);
}

static void test_programs_that_cannot_run(void **state)
{
	struct spawn spawn = SHELL("");

	(void)state;
	spawn.path = "/none";
	assert_int_equal(run(spawn), -ENOENT);
	assert_string_equal(error_text(), "run '/none': no such file or directory");
	assert_int_equal(status, -1);
	write_text("plain", "#!/bin/sh\n");
	spawn.path = "plain";
	assert_int_equal(run(spawn), -EACCES);
	assert_int_equal(chmod("plain", 0755), 0);
	assert_int_equal(truncate("plain", 0), 0);
	assert_int_equal(run(spawn), -ENOEXEC);
	/* Nothing is left of those that failed. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_found_in_absolute_directories_only(void **state)
{
	const struct scratch *scratch = *state;
	char path[512], found[512];

	write_text("tool", "#!/bin/sh\n");
	assert_int_equal(chmod("tool", 0755), 0);
	/* As in a bundle whose root is the image: what lies there is not the host's. */
	assert_int_equal(setenv("PATH", ".::", 1), 0);
	assert_int_equal(spawn_find("tool", found, sizeof(found)), -ENOENT);
	assert_string_equal(error_text(), "'tool' is in no directory of PATH");
	(void)snprintf(path, sizeof(path), ".:/none:%s", scratch->path);
	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_int_equal(spawn_find("tool", found, sizeof(found)), 0);
	(void)snprintf(path, sizeof(path), "%s/tool", scratch->path);
	assert_string_equal(found, path);
	assert_int_equal(spawn_find("tool", found, 8), -ENOENT);
	assert_int_equal(chmod("tool", 0644), 0);
	assert_int_equal(spawn_find("tool", found, sizeof(found)), -ENOENT);
	assert_int_equal(unsetenv("PATH"), 0);
	assert_int_equal(spawn_find("sh", found, sizeof(found)), 0);
}

static void test_given_descriptors(void **state)
{
	char data[16] = "";
	struct spawn spawn = SHELL("echo out; echo err >&2");

	(void)state;
	auto_close int out = open("out", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	auto_close int err = open("err", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	spawn.output = out;
	assert_int_equal(run(spawn), 0);
	assert_int_equal(pread(out, data, sizeof(data), 0), 8);
	assert_memory_equal(data, "out\nerr\n", 8);
	spawn.error_output = err;
	assert_int_equal(run(spawn), 0);
	assert_int_equal(pread(out, data, sizeof(data), 0), 12);
	assert_int_equal(pread(err, data, sizeof(data), 0), 4);
	assert_memory_equal(data, "err\n", 4);
	/* They stay the caller's. */
	assert_int_equal(fcntl(out, F_GETFD), FD_CLOEXEC);
}

static void test_nothing_leaks_into_it(void **state)
{
	(void)state;
	/* Not close-on-exec, as what our own caller left open may be. */
	int leak = dup2(STDIN_FILENO, 50);
	sigset_t blocked, before;

	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, &before), 0);
	(void)signal(SIGHUP, SIG_IGN);
	int r = run(
		SHELL("set -- /proc/self/fd/*; echo $*; grep -E 'Sig(Blk|Ign)' /proc/self/status"));
	(void)signal(SIGHUP, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(leak);
	assert_int_equal(r, 0);
	assert_null(strstr(output, "/50"));
	assert_non_null(strstr(output, "SigBlk:\t0000000000000000"));
	/* But for the two that glibc's posix_spawn(3) ignores: they are its own. */
	char *ignored = strstr(output, "SigIgn:\t");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + 8, NULL, 16) & ~0x180000000ULL, 0);
	/* Its own process group: fields 1 and 5. */
	assert_int_equal(run(SHELL("read pid name state parent group rest </proc/self/stat; "
				   "[ $pid = $group ]")),
		0);
	assert_int_equal(status, 0);
}

static void test_nothing_leaks_out_of_it(void **state)
{
	size_t before = open_descriptors();

	(void)state;
	assert_int_equal(run(SHELL("cat >/dev/null")), 0);
	struct spawn spawn = SHELL("");
	spawn.path = "/none";
	spawn.input = "x";
	spawn.input_size = 1;
	assert_int_equal(run(spawn), -ENOENT);
	assert_int_equal(open_descriptors(), before);
}

static void test_background_is_not_waited_for(void **state)
{
	int64_t before = monotonic_milliseconds();
	pid_t pid;

	(void)state;
	/* It holds the pipe of the output open. */
	assert_int_equal(run(SHELL("sleep 60 & echo $!")), 0);
	assert_true(monotonic_milliseconds() - before < 30000);
	pid = (pid_t)atoi(output);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
}

static void test_time_limit(void **state)
{
	struct spawn spawn = SHELL("sleep 60 & echo $!; wait");
	int64_t before = monotonic_milliseconds();

	(void)state;
	spawn.timeout = 300;
	assert_int_equal(run(spawn), -ETIMEDOUT);
	assert_string_equal(error_text(), "'/bin/sh' did not end within 300 ms");
	assert_in_range(monotonic_milliseconds() - before, 299, 30000);
	/* Its whole group is killed: who it started can't be found a moment later. */
	pid_t pid = (pid_t)atoi(output);
	assert_true(pid > 1);
	int gone = -1;
	for (int i = 0; i < 100 && gone < 0; i++) {
		char path[32], text[128] = "";

		(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 || strstr(text, ") Z "))
			gone = 0;
		(void)close(fd);
		(void)usleep(10000);
	}
	assert_int_equal(gone, 0);
	spawn = SHELL("exit 0");
	spawn.timeout = 60000;
	assert_int_equal(run(spawn), 0);
}

static int child_without_stdio(void)
{
	struct spawn spawn = SHELL("read line; echo \"$line\"");

	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	spawn.input = "text\n";
	spawn.input_size = 5;
	int r = run(spawn);
	return r == 0 && status == 0 && strcmp(output, "text\n") == 0 ? 0 : 1;
}

static void test_closed_stdio(void **state)
{
	(void)state;
	run_in_child(child_without_stdio);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_output),
		cmocka_unit_test(test_end_of_long_output),
		cmocka_unit_test(test_helper),
		cmocka_unit_test(test_input),
		cmocka_unit_test_setup_teardown(
			test_environment_and_directory, scratch_enter, scratch_remove),
		cmocka_unit_test_setup_teardown(
			test_programs_that_cannot_run, scratch_enter, scratch_remove),
		cmocka_unit_test_setup_teardown(
			test_given_descriptors, scratch_enter, scratch_remove),
		cmocka_unit_test_setup_teardown(
			test_found_in_absolute_directories_only, scratch_enter, scratch_remove),
		cmocka_unit_test(test_nothing_leaks_into_it),
		cmocka_unit_test(test_nothing_leaks_out_of_it),
		cmocka_unit_test(test_background_is_not_waited_for),
		cmocka_unit_test(test_time_limit),
		cmocka_unit_test(test_closed_stdio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
