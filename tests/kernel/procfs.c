#include "libcontainer/kernel/procfs.h"

#include <errno.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/syscall.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

static void test_reads(void **state)
{
	auto_close int proc = -EBADF;
	char text[4096];

	(void)state;
	assert_int_equal(procfs_open(&proc), 0);
	assert_int_equal(fcntl(proc, F_GETFD), FD_CLOEXEC);
	assert_int_equal(procfs_read(proc, "sys/kernel/ostype", text, sizeof(text)), 6);
	assert_string_equal(text, "Linux\n");
	assert_true(procfs_read(proc, "self/status", text, sizeof(text)) > 0);
	assert_int_equal(procfs_read(proc, "self/status", text, 16), -EFBIG);
	assert_true(procfs_read(proc, "thread-self/comm", text, sizeof(text)) > 0);
	assert_int_equal(procfs_read(proc, "sys/kernel/none", text, sizeof(text)), -ENOENT);
}

static void test_magic_links_and_dots_lead_nowhere(void **state)
{
	static const char *const paths[] = { "self/root/etc/passwd", "self/cwd", "self/exe",
		"self/fd/0", "self/ns/user", "../etc/passwd", "/etc/passwd", "self/root/.." };
	auto_close int proc = -EBADF, fd = -EBADF;

	(void)state;
	assert_int_equal(procfs_open(&proc), 0);
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		assert_true(procfs_open_file(proc, paths[i], O_RDONLY, &fd) < 0);
	assert_int_equal(fd, -EBADF);
}

static int child_writes(void)
{
	auto_close int proc = -EBADF;
	char text[64];

	child_check(procfs_open(&proc) == 0);
	child_check(procfs_write(proc, "self/comm", "written") == 0);
	child_check(procfs_read(proc, "self/comm", text, sizeof(text)) == 8);
	child_check(strcmp(text, "written\n") == 0);
	child_check(procfs_write(proc, "self/oom_score_adj", "2000") == -EINVAL);
	child_check(strcmp(error_text(),
			    "write '2000' to '/proc/self/oom_score_adj': invalid argument") == 0);
	child_check(procfs_write(proc, "self/none", "x") == -ENOENT);
	return 0;
}

static void test_writes(void **state)
{
	(void)state;
	run_in_child(child_writes);
}

static int child_careful(void)
{
	auto_close int proc = -EBADF;
	char text[64];
	int fd;

	hide_call(SYS_openat2, EPERM);
	(void)child_writes();
	child_check(procfs_open(&proc) == 0);
	child_check(procfs_read(proc, "sys/kernel/ostype", text, sizeof(text)) == 6);
	child_check(procfs_open_file(proc, "self/root/etc", O_PATH, &fd) < 0);
	child_check(procfs_open_file(proc, "self/exe", O_RDONLY, &fd) < 0);
	child_check(procfs_open_file(proc, "self/../1", O_RDONLY, &fd) < 0);
	child_check(procfs_open_file(proc, "mounts", O_RDONLY, &fd) < 0);
	child_check(procfs_open_file(proc, "sys/none", O_RDONLY, &fd) == -ENOENT);
	return 0;
}

static void test_without_openat2(void **state)
{
	(void)state;
	run_in_child(child_careful);
}

static int child_sees_false_proc(void)
{
	int fd = -EBADF;

	if (!sandbox_enter(CLONE_NEWNS))
		return CHILD_SKIPS;
	/* As an image's volume over /proc would: CVE-2019-16884. */
	child_check(mount("tmpfs", "/proc", "tmpfs", 0, NULL) == 0);
	child_check(procfs_open(&fd) == -EINVAL);
	child_check(strcmp(error_text(), "'/proc' is not the root of procfs") == 0);
	child_check(umount2("/proc", MNT_DETACH) == 0);
	/* Procfs, but another directory of it. */
	child_check(mount("/proc/sys", "/proc", NULL, MS_BIND, NULL) == 0);
	child_check(procfs_open(&fd) == -EINVAL);
	return 0;
}

static void test_false_proc(void **state)
{
	(void)state;
	run_in_child(child_sees_false_proc);
}

/* Covers two files with others: one of the same procfs, as in CVE-2025-52881. */
static void cover(void)
{
	write_text("false", "false");
	child_check(mount("false", "/proc/sys/kernel/ostype", NULL, MS_BIND, NULL) == 0);
	child_check(mount("/proc/version", "/proc/self/comm", NULL, MS_BIND, NULL) == 0);
}

static void check_covered(void)
{
	auto_close int proc = -EBADF;
	char text[256];

	child_check(procfs_open(&proc) == 0);
	/* A fresh instance may be forbidden here; what is covered must not be read in its stead. */
	ssize_t got = procfs_read(proc, "sys/kernel/ostype", text, sizeof(text));
	child_check(got == -EPERM || (got > 0 && strcmp(text, "Linux\n") == 0));
	ssize_t comm = procfs_read(proc, "self/comm", text, sizeof(text));
	child_check(comm == got || (comm > 0 && strncmp(text, "Linux version", 13) != 0));
	child_check(procfs_read(proc, "sys/kernel/osrelease", text, sizeof(text)) > 0);
}

/* In a pid namespace of its own, that a fresh procfs may be made of. */
static int child_sees_covered(bool careful)
{
	int status;

	if (!sandbox_enter(CLONE_NEWNS | CLONE_NEWPID))
		return CHILD_SKIPS;
	pid_t pid = fork();
	if (pid == 0) {
		cover();
		if (careful)
			hide_call(SYS_openat2, ENOSYS);
		check_covered();
		_exit(0);
	}
	child_check(waitpid(pid, &status, 0) == pid && status == 0);
	return 0;
}

static int child_sees_covered_by_kernel(void)
{
	return child_sees_covered(false);
}

static int child_sees_covered_by_walk(void)
{
	return child_sees_covered(true);
}

static void test_covered_files(void **state)
{
	(void)state;
	run_in_child(child_sees_covered_by_kernel);
	run_in_child(child_sees_covered_by_walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_magic_links_and_dots_lead_nowhere),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_without_openat2),
		cmocka_unit_test(test_false_proc),
		cmocka_unit_test_setup_teardown(test_covered_files, scratch_enter, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
