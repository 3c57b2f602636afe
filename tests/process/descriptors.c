#include "tests/process/child.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/process/execute.h"

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* A descriptor with exactly this number. */
static void make(int fd, bool cloexec)
{
	int other = open("/dev/null", O_RDWR | O_CLOEXEC);

	child_check(other >= 0);
	if (other != fd) {
		child_check(dup3(other, fd, O_CLOEXEC) == fd);
		child_check(close(other) == 0);
	}
	child_check(fcntl(fd, F_SETFD, cloexec ? FD_CLOEXEC : 0) == 0);
}

static void close_all(void)
{
	child_check(close_range(3, ~0U, 0) == 0);
}

static void keep_some(void *context)
{
	int a = 9, b = 50, c = 7;
	int *keep[] = { &b, &a, &c };

	(void)context;
	close_all();
	for (int fd = 3; fd <= 4; fd++)
		make(fd, false);
	for (int fd = 5; fd <= 60; fd++)
		make(fd, fd % 2);
	child_check(descriptors_keep(2, keep, 3) == 0);
	child_check(a == 9 && b == 50 && c == 7);
	for (int fd = 0; fd <= 200; fd++)
		child_check(is_open(fd) == (fd <= 4 || fd == 7 || fd == 9 || fd == 50));
	child_check(fcntl(3, F_GETFD) == 0 && fcntl(4, F_GETFD) == 0);
	for (size_t i = 0; i < 3; i++)
		child_check(fcntl(*keep[i], F_GETFD) == FD_CLOEXEC);
}

static void the_rest_is_closed(void **state)
{
	(void)state;
	child_run(keep_some, NULL);
}

static void keep_none(void *context)
{
	(void)context;
	close_all();
	for (int fd = 3; fd < 20; fd++)
		make(fd, false);
	child_check(descriptors_keep(0, NULL, 0) == 0);
	for (int fd = 0; fd <= 200; fd++)
		child_check(is_open(fd) == (fd <= 2));
}

static void without_any_only_stdio_is_left(void **state)
{
	(void)state;
	child_run(keep_none, NULL);
}

/* One of ours has the number of stdio: it moves, and stdio is not closed behind it. */
static void keep_stdio(void *context)
{
	int own = 0;
	int *keep[] = { &own };

	(void)context;
	close_all();
	child_check(descriptors_keep(0, keep, 1) == 0);
	child_check(own == 3 && is_open(0) && fcntl(own, F_GETFD) == FD_CLOEXEC);
}

static void ours_leave_stdio(void **state)
{
	(void)state;
	child_run(keep_stdio, NULL);
}

/* A hole among the caller's descriptors was filled by one of ours: it must not get in. */
static void preserve_a_hole(void *context)
{
	int own = 4;
	int *keep[] = { &own };

	(void)context;
	close_all();
	make(3, false);
	make(4, true);
	child_check(descriptors_keep(2, keep, 1) == -EBADF);
	child_check(
		strcmp(error_text(), "unable to stat preserved-fd 4 (of 2): it is not open") == 0);
	child_check(descriptors_keep(3, NULL, 0) == -EBADF);
	close_all();
	child_check(descriptors_keep(1, NULL, 0) == -EBADF);
}

static void holes_are_refused(void **state)
{
	(void)state;
	child_run(preserve_a_hole, NULL);
}

/* As root, with a file and a pipe to give, and a device and a socket that stay. */
static void own_stdio(void *context)
{
	char name[] = "/tmp/caisson-stdio-XXXXXX";
	int file = mkstemp(name), pipes[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct stat stat, before;

	(void)context;
	if (geteuid() != 0)
		_exit(CHILD_SKIP);
	child_check(file >= 0 && unlink(name) == 0 && pipe(pipes) == 0 && null >= 0);
	child_check(fstat(null, &before) == 0);
	child_check(fchown(file, 0, 7) == 0);
	child_check(dup2(file, 0) == 0 && dup2(pipes[1], 1) == 1 && dup2(null, 2) == 2);
	int code = descriptors_own_stdio(1234);
	child_check(fstat(0, &stat) == 0 && stat.st_uid == 1234 && stat.st_gid == 7);
	child_check(fstat(1, &stat) == 0 && stat.st_uid == 1234);
	child_check(fstat(2, &stat) == 0 && stat.st_uid == before.st_uid);
	child_check(code == 0);
}

static void files_and_pipes_are_given(void **state)
{
	(void)state;
	child_run(own_stdio, NULL);
}

static void own_closed_stdio(void *context)
{
	(void)context;
	child_check(close(1) == 0);
	child_check(descriptors_own_stdio(geteuid()) == -EBADF);
	child_check(strstr(error_text(), "stat descriptor 1: ") == error_text());
}

static void closed_stdio_is_an_error(void **state)
{
	(void)state;
	child_run(own_closed_stdio, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_is_closed),
		cmocka_unit_test(without_any_only_stdio_is_left),
		cmocka_unit_test(ours_leave_stdio),
		cmocka_unit_test(holes_are_refused),
		cmocka_unit_test(files_and_pipes_are_given),
		cmocka_unit_test(closed_stdio_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
