/*
 * What tests of system calls need: a process that may go wrong, namespaces in which anybody is
 * root, and calls that are missing or forbidden.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

/* Says which line of a child failed; cmocka's asserts would go on in the child's copy of the
 * runner. */
#define child_check(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "%s:%d: child: %s (%s)\n", __FILE__, __LINE__, \
				#condition, strerrorname_np(errno)); \
			_exit(1); \
		} \
	} while (0)

/* What a child returns that may not do what its test needs. */
#define CHILD_SKIPS 77

/* Runs body in a child, and waits for it; body returns 0, or CHILD_SKIPS. */
static inline void run_in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CHILD_SKIPS)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static inline void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	(void)close(fd);
}

/* Maps the one id that its own process may map. */
static inline bool sandbox_map(const char *path, unsigned int id)
{
	char map[32];
	int length = snprintf(map, sizeof(map), "0 %u 1", id);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool mapped = fd >= 0 && write(fd, map, (size_t)length) == length;

	(void)close(fd);
	return mapped;
}

/*
 * Enters a user namespace in which we are root and nobody else exists, and the other namespaces of
 * flags, with no mount shared.  False where that is not permitted.
 */
static inline bool sandbox_enter(int flags)
{
	unsigned int uid = geteuid(), gid = getegid();

	if (unshare(CLONE_NEWUSER | flags) < 0)
		return false;
	write_text("/proc/self/setgroups", "deny");
	if (!sandbox_map("/proc/self/uid_map", uid) || !sandbox_map("/proc/self/gid_map", gid))
		return false;
	return !(flags & CLONE_NEWNS) || mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0;
}

/* From now on the system call fails with the error, in this process and its children. */
static inline void hide_call(long number, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static inline size_t open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}
