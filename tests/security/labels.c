#include "libcontainer/security/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/kernel/spawn.h"

/* Behind error.h: it has a macro fail() of its own. */
#include <cmocka.h>

#define PROCFS 1000 /* passed through, never used */

/*
 * procfs and the helper program are replaced by these: a security module that says what the test
 * wants is on no machine.
 */
static const char *missing; /* path that procfs does not have */
static const char *given;   /* what a read returns; NULL: what was written */
static const char *full;    /* path whose writes fail */
static char opened[64];     /* the last path */
static int memory = -EBADF; /* what was written there */
static struct spawn helper;
static const char *helper_args[6];
static int helper_result;
static const char *helper_output;

int procfs_open_file(int procfs, const char *path, int flags, int *ret_fd)
{
	assert_int_equal(procfs, PROCFS);
	assert_int_equal(flags & O_ACCMODE, O_WRONLY);
	if (missing && strcmp(path, missing) == 0)
		return -ENOENT;
	(void)snprintf(opened, sizeof(opened), "%s", path);
	if (full && strcmp(path, full) == 0)
		*ret_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	else
		*ret_fd = fcntl(memory, F_DUPFD_CLOEXEC, 3);
	assert_true(*ret_fd >= 0);
	return 0;
}

static const char *written(void)
{
	static char text[256];
	ssize_t size = pread(memory, text, sizeof(text) - 1, 0);

	assert_true(size >= 0);
	text[size] = '\0';
	return text;
}

ssize_t procfs_read(int procfs, const char *path, char *buffer, size_t size)
{
	assert_int_equal(procfs, PROCFS);
	assert_string_equal(path, opened);
	(void)snprintf(buffer, size, "%s", given ? given : written());
	return (ssize_t)strlen(buffer);
}

int spawn_helper(const struct spawn *spawn)
{
	helper = *spawn;
	for (size_t i = 0; i < COUNT_OF(helper_args) && spawn->args[i]; i++)
		helper_args[i] = spawn->args[i];
	if (helper_result < 0)
		return refuse_as(helper_result, "run '%s'", spawn->path);
	return *helper_output ? refuse("%s", helper_output) : 0;
}

static int setup(void **state)
{
	(void)state;
	missing = given = full = NULL;
	helper = (struct spawn){ 0 };
	memset(helper_args, 0, sizeof(helper_args));
	helper_result = 0;
	helper_output = "";
	memory = memfd_create("attribute", MFD_CLOEXEC);
	error_clear();
	return memory < 0;
}

static int teardown(void **state)
{
	(void)state;
	fd_close(&memory);
	return 0;
}

static void test_apparmor(void **state)
{
	(void)state;
	assert_int_equal(apparmor_apply(PROCFS, "docker-default"), 0);
	assert_string_equal(opened, "self/attr/apparmor/exec");
	assert_string_equal(written(), "exec docker-default");
}

static void test_apparmor_of_old_kernels(void **state)
{
	(void)state;
	missing = "self/attr/apparmor/exec";
	assert_int_equal(apparmor_apply(PROCFS, "unconfined"), 0);
	assert_string_equal(opened, "self/attr/exec");
	assert_string_equal(written(), "exec unconfined");
	assert_string_equal(error_text(), "");
}

/* AppArmor's own refusal must not lead to the file that another module may own. */
static void test_apparmor_refusal_is_final(void **state)
{
	(void)state;
	full = "self/attr/apparmor/exec";
	assert_int_equal(apparmor_apply(PROCFS, "x"), -ENOSPC);
	assert_string_equal(opened, "self/attr/apparmor/exec");
	assert_string_equal(error_text(), "apply apparmor profile 'x': no space left on device");
}

static void test_apparmor_name_too_long(void **state)
{
	(void)state;
	char name[5000];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(apparmor_apply(PROCFS, name), -EINVAL);
	assert_string_equal(written(), "");
}

static void test_selinux(void **state)
{
	(void)state;
	assert_int_equal(selinux_apply(PROCFS, "system_u:system_r:container_t:s0:c5,c3"), 0);
	assert_string_equal(opened, "self/attr/exec");
	assert_string_equal(written(), "system_u:system_r:container_t:s0:c5,c3");
}

/* The kernel resolves aliases of types and sorts categories. */
static void test_selinux_normalised(void **state)
{
	(void)state;
	given = "system_u:system_r:container_t:s0:c3,c5";
	assert_int_equal(selinux_apply(PROCFS, "system_u:system_r:svirt_lxc_net_t:s0:c5,c3"), 0);
}

static void test_selinux_not_taken(void **state)
{
	(void)state;
	given = "";
	assert_int_equal(selinux_apply(PROCFS, "a:b:c:s0"), -EINVAL);
	assert_string_equal(error_text(),
		"apply selinux label 'a:b:c:s0': it was not taken, 'self/attr/exec' is ''");
	given = "a:bb:c:s0";
	assert_int_equal(selinux_apply(PROCFS, "a:b:c:s0"), -EINVAL);
	given = "a:b";
	assert_int_equal(selinux_apply(PROCFS, "a:b:c:s0"), -EINVAL);
}

static void test_selinux_keycreate(void **state)
{
	(void)state;
	assert_int_equal(selinux_apply_keycreate(PROCFS, "a:b:c:s0"), 0);
	assert_string_equal(opened, "self/attr/keycreate");
	assert_string_equal(written(), "a:b:c:s0");
}

/* Ends with a line feed alone, and nothing to compare it with. */
static void test_selinux_keycreate_ends(void **state)
{
	(void)state;
	given = "whatever";
	assert_int_equal(selinux_apply_keycreate(PROCFS, ""), 0);
	assert_string_equal(written(), "\n");
}

static void test_selinux_write_fails(void **state)
{
	(void)state;
	full = "self/attr/exec";
	assert_int_equal(selinux_apply(PROCFS, "a:b:c:s0"), -ENOSPC);
	assert_string_equal(error_text(), "apply selinux label 'a:b:c:s0': write 'self/attr/exec': "
					  "no space left on device");
}

static void test_check_without_labels(void **state)
{
	(void)state;
	assert_int_equal(selinux_check(NULL, ""), 0);
	assert_null(helper.path);
}

static void test_check(void **state)
{
	(void)state;
	assert_int_equal(selinux_check("p:p:p", "m:m:m"), 0);
	assert_string_equal(helper.path, LIBEXECDIR "/selinux-label");
	assert_string_equal(helper_args[0], helper.path);
	assert_string_equal(helper_args[1], "process");
	assert_string_equal(helper_args[2], "p:p:p");
	assert_string_equal(helper_args[3], "mount");
	assert_string_equal(helper_args[4], "m:m:m");
	assert_null(helper_args[5]);
}

static void test_check_of_one(void **state)
{
	(void)state;
	assert_int_equal(selinux_check("", "m:m:m"), 0);
	assert_string_equal(helper_args[1], "mount");
	assert_string_equal(helper_args[2], "m:m:m");
	assert_null(helper_args[3]);
}

static void test_check_fails(void **state)
{
	(void)state;
	helper_output = "process label 'p': not valid in the loaded policy";
	assert_int_equal(selinux_check("p", NULL), -EINVAL);
	assert_string_equal(error_text(),
		"check the selinux labels: process label 'p': not valid in "
		"the loaded policy");
	helper_result = -EACCES;
	assert_int_equal(selinux_check("p", NULL), -EACCES);
}

static void test_check_not_installed(void **state)
{
	(void)state;
	helper_result = -ENOENT;
	assert_int_equal(selinux_check("p", NULL), 0);
	assert_string_equal(error_text(), "");
}

static long session_keyring(void)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
}

static int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 99;
	return WEXITSTATUS(status);
}

/* What exec does: from another session it finds the container's by its name. */
static int join_from_outside(long container)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 11;
	if (session_keyring() == container)
		return 12;
	if (keyring_join("_ses.caisson-test") < 0)
		return 13;
	return session_keyring() == container ? 0 : 14;
}

/* In a process of its own, so that the keyring ends with it. */
static int join(void)
{
	char text[256] = "";
	unsigned int permissions = 0;

	if (keyring_join("_ses.caisson-test") < 0)
		return 1;
	long keyring = session_keyring();
	if (keyring < 0)
		return errno == ENOSYS || errno == EPERM ? 77 : 2;
	if (syscall(SYS_keyctl, KEYCTL_DESCRIBE, keyring, text, sizeof(text)) < 0)
		return 3;
	if (!strstr(text, ";_ses.caisson-test"))
		return 4;
	if (sscanf(text, "keyring;%*d;%*d;%x;", &permissions) != 1 || !(permissions & 0x80000))
		return 5;
	if (keyring_join("_ses.caisson-test") < 0 || session_keyring() != keyring)
		return 6;
	pid_t pid = fork();
	if (pid == 0)
		_exit(join_from_outside(keyring));
	return status_of(pid);
}

/* Another user has made it before us, for all to search. */
static _Noreturn void hold_anothers_keyring(int ready)
{
	const unsigned long for_all = 0x3f3f3f3f;
	char byte = 'x';

	if (setresuid(4321, 4321, 4321) < 0)
		_exit(1);
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "_ses.caisson-theirs") < 0)
		byte = 's';
	else if (syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, for_all) < 0)
		byte = 'e';
	(void)!write(ready, &byte, 1);
	for (;;)
		(void)pause();
}

static void test_keyring_of_another_user(void **state)
{
	int ends[2];
	char byte = '\0';

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0)
		hold_anothers_keyring(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	pid_t joins = fork();
	if (joins == 0)
		_exit(keyring_join("_ses.caisson-theirs") == -EPERM ? 0 : 1);
	int status = status_of(joins);
	(void)kill(pid, SIGKILL);
	(void)status_of(pid);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	if (byte == 's')
		skip(); /* no keyrings here */
	assert_int_equal(byte, 'x');
	assert_int_equal(status, 0);
}

static void test_keyring(void **state)
{
	(void)state;
	pid_t pid = fork();

	if (pid == 0)
		_exit(join());
	int status = status_of(pid);
	if (status == 77)
		skip(); /* no keyrings here */
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_apparmor),
		TEST(test_apparmor_of_old_kernels),
		TEST(test_apparmor_refusal_is_final),
		TEST(test_apparmor_name_too_long),
		TEST(test_selinux),
		TEST(test_selinux_normalised),
		TEST(test_selinux_not_taken),
		TEST(test_selinux_keycreate),
		TEST(test_selinux_keycreate_ends),
		TEST(test_selinux_write_fails),
		TEST(test_check_without_labels),
		TEST(test_check),
		TEST(test_check_of_one),
		TEST(test_check_fails),
		TEST(test_check_not_installed),
		TEST(test_keyring),
		TEST(test_keyring_of_another_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
