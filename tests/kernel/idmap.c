#include "libcontainer/kernel/idmap.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

static const struct idmap_range one = { .inside = 5, .outside = 0, .count = 1 };

/* A child in a user namespace of its own, which waits to be killed. */
static pid_t start_mapped_child(void)
{
	int ends[2];
	char ready = 0;

	child_check(pipe2(ends, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		child_check(unshare(CLONE_NEWUSER) == 0);
		child_check(write(ends[1], "x", 1) == 1);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	child_check(read(ends[0], &ready, 1) == 1);
	(void)close(ends[0]);
	return pid;
}

static void end_child(pid_t pid)
{
	child_check(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static int child_writes_maps(void)
{
	const struct idmap_range twice[] = { one, one };
	char path[32], text[64];
	uint32_t inside, outside, count;

	if (!sandbox_enter(0))
		return CHILD_SKIPS;
	pid_t pid = start_mapped_child();
	child_check(idmap_write(pid, "uid_map", twice, 2) == -EINVAL); /* they overlap */
	child_check(idmap_write(pid, "uid_map", &one, 0) == -EINVAL);
	child_check(idmap_write(pid, "uid_map", &one, 1000) == -EINVAL);
	child_check(idmap_write(pid, "uid_map", &one, 1) == 0);
	child_check(idmap_write(pid, "uid_map", &one, 1) == -EPERM); /* only once */
	child_check(idmap_setgroups(pid, "deny") == 0);
	child_check(idmap_write(pid, "gid_map", &one, 1) == 0);

	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	child_check(file_read_into(AT_FDCWD, path, text, sizeof(text)) > 0);
	child_check(sscanf(text, "%u %u %u", &inside, &outside, &count) == 3);
	child_check(inside == 5 && outside == 0 && count == 1);
	(void)snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
	child_check(file_read_into(AT_FDCWD, path, text, sizeof(text)) > 0);
	child_check(strcmp(text, "deny\n") == 0);
	end_child(pid);
	child_check(idmap_write(pid, "uid_map", &one, 1) == -ENOENT);
	return 0;
}

static void test_maps(void **state)
{
	(void)state;
	run_in_child(child_writes_maps);
}

static int child_makes_namespace(void)
{
	const struct idmap_range foreign = { .inside = 0, .outside = 7, .count = 1 };
	struct stat ours, made;
	char text[64];
	int fd = -EBADF, status;

	if (!sandbox_enter(0))
		return CHILD_SKIPS;
	size_t before = open_descriptors();
	child_check(idmap_make_namespace(&one, 1, &one, 1, &fd) == 0);
	child_check(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	child_check(ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWUSER);
	child_check(stat("/proc/self/ns/user", &ours) == 0 && fstat(fd, &made) == 0);
	child_check(ours.st_ino != made.st_ino);
	/* Nobody lives in it any more, and it is there all the same. */
	child_check(waitpid(-1, &status, WNOHANG) < 0 && errno == ECHILD);
	child_check(open_descriptors() == before + 1);
	pid_t pid = fork();
	if (pid == 0) {
		child_check(setns(fd, CLONE_NEWUSER) == 0);
		child_check(file_read_into(AT_FDCWD, "/proc/self/uid_map", text, sizeof(text)) > 0);
		uint32_t inside, outside, count;
		child_check(sscanf(text, "%u %u %u", &inside, &outside, &count) == 3);
		child_check(inside == 5 && count == 1);
		_exit(0);
	}
	child_check(waitpid(pid, &status, 0) == pid && status == 0);
	(void)close(fd);

	/* An id that isn't ours to give. */
	child_check(idmap_make_namespace(&foreign, 1, &one, 1, &fd) == -EPERM);
	child_check(strstr(error_text(), "uid_map': operation not permitted") != NULL);
	child_check(waitpid(-1, &status, WNOHANG) < 0 && errno == ECHILD);
	child_check(open_descriptors() == before);
	return 0;
}

static void test_namespace(void **state)
{
	(void)state;
	run_in_child(child_makes_namespace);
}

static void write_program(const char *script)
{
	(void)unlink("program");
	write_text("program", script);
	assert_int_equal(chmod("program", 0755), 0);
}

static void test_program(void **state)
{
	const struct idmap_range ranges[] = { { 0, 1000, 1 }, { 1, 100000, 4294967295U } };
	char path[128], text[128];

	(void)snprintf(path, sizeof(path), "%s/program", ((struct scratch *)*state)->path);
	write_program("#!/bin/sh\necho \"$@\" > \"${0%/*}/args\"\n");
	assert_int_equal(idmap_write_by_program(path, 77, ranges, 2), 0);
	assert_true(file_read_into(AT_FDCWD, "args", text, sizeof(text)) > 0);
	assert_string_equal(text, "77 0 1000 1 1 100000 4294967295\n");

	write_program("#!/bin/sh\necho 'newuidmap: not in subuid' >&2\necho more\nexit 1\n");
	assert_int_equal(idmap_write_by_program(path, 77, ranges, 2), -EINVAL);
	assert_non_null(strstr(error_text(), "ended with status 1: newuidmap: not in subuid"));
	/* Status 0 of a process that was killed is no success. */
	write_program("#!/bin/sh\nkill -KILL $$\n");
	assert_int_equal(idmap_write_by_program(path, 77, ranges, 2), -EINVAL);
	assert_non_null(strstr(error_text(), "was killed by signal 9"));
	assert_int_equal(idmap_write_by_program("/none", 77, ranges, 2), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_namespace),
		cmocka_unit_test_setup_teardown(test_program, scratch_enter, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
