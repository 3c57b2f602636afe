#include "libcontainer/kernel/fd.h"

#include <errno.h>
#include <sys/mman.h>

#include "libcontainer/kernel/syscall.h"
#include "tests/kernel/sandbox.h"

static int child_without_stdin(void)
{
	int high, fd;

	child_check(close(STDIN_FILENO) == 0);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	child_check(fd == STDIN_FILENO);
	child_check(fd_above_stdio(&fd) == 0);
	child_check(fd > STDERR_FILENO);
	child_check(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	child_check(fcntl(STDIN_FILENO, F_GETFD) < 0);

	high = fd;
	child_check(fd_above_stdio(&fd) == 0 && fd == high);
	fd = -EBADF;
	child_check(fd_above_stdio(&fd) == 0 && fd == -EBADF);
	return 0;
}

static void test_above_stdio(void **state)
{
	(void)state;
	run_in_child(child_without_stdin);
}

/* Opens 3 and up to a number behind the first batch of the fallback. */
static void open_some(void)
{
	child_check(close_range(3, ~0U, 0) == 0);
	child_check(dup2(STDIN_FILENO, 3) == 3);
	child_check(dup2(STDIN_FILENO, 4) == 4);
	child_check(dup2(STDIN_FILENO, 700) == 700);
}

static int child_marks(void)
{
	open_some();
	child_check(fd_cloexec_from(4) == 0);
	child_check(fcntl(3, F_GETFD) == 0);
	child_check(fcntl(4, F_GETFD) == FD_CLOEXEC);
	child_check(fcntl(700, F_GETFD) == FD_CLOEXEC);
	child_check(fcntl(5, F_GETFD) < 0);
	return 0;
}

static int child_closes(void)
{
	open_some();
	child_check(fd_close_from(4) == 0);
	child_check(fcntl(3, F_GETFD) == 0);
	child_check(fcntl(4, F_GETFD) < 0);
	child_check(fcntl(700, F_GETFD) < 0);
	return 0;
}

/* A filter stays, so that each of these is a child of its own; open_some() needs the call itself.
 */
static void hide_close_range(int error)
{
	open_some();
	hide_call(SYS_close_range, error);
}

static int child_marks_without_close_range(void)
{
	hide_close_range(ENOSYS);
	child_check(fd_cloexec_from(4) == 0);
	child_check(fcntl(3, F_GETFD) == 0);
	child_check(fcntl(4, F_GETFD) == FD_CLOEXEC);
	child_check(fcntl(700, F_GETFD) == FD_CLOEXEC);
	return 0;
}

static int child_closes_without_close_range(void)
{
	hide_close_range(EPERM);
	child_check(fd_close_from(4) == 0);
	child_check(fcntl(3, F_GETFD) == 0);
	child_check(fcntl(4, F_GETFD) < 0);
	child_check(fcntl(700, F_GETFD) < 0);
	return 0;
}

static void test_ranges(void **state)
{
	(void)state;
	run_in_child(child_marks);
	run_in_child(child_closes);
	run_in_child(child_marks_without_close_range);
	run_in_child(child_closes_without_close_range);
}

static void test_close_on_exec(void **state)
{
	int fd = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(fd_set_cloexec(fd, true), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fd_set_cloexec(fd, false), 0);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	(void)close(fd);
	assert_int_equal(fd_set_cloexec(fd, true), -EBADF);
}

static void test_sealed_memory_stays_as_it_is(void **state)
{
	char path[FD_PATH_SIZE];
	struct stat facts;
	int fd;

	(void)state;
	assert_int_equal(fd_memfd("test", true, &fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstat(fd, &facts), 0);
	assert_int_equal(facts.st_mode & 0111, 0111);
	assert_int_equal(fd_write_all(fd, "abc", 3), 0);
	assert_false(fd_is_sealed(fd));
	assert_int_equal(fd_seal(fd), 0);
	assert_true(fd_is_sealed(fd));
	assert_int_equal(write(fd, "d", 1), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	int again = open(fd_path(fd, path), O_WRONLY | O_CLOEXEC);
	assert_true(again < 0 || write(again, "d", 1) < 0);
	(void)close(again);
	assert_int_equal(fd_seal(fd), -EPERM);
	(void)close(fd);

	assert_false(fd_is_sealed(STDIN_FILENO));
	assert_false(fd_is_sealed(-1));
}

static void test_plain_memory_is_not_executable(void **state)
{
	struct stat facts;
	int fd;

	(void)state;
	assert_int_equal(fd_memfd("test", false, &fd), 0);
	assert_int_equal(fstat(fd, &facts), 0);
	/* Before Linux 6.3 all of them are executable. */
	int probe = memfd_create("probe", MFD_NOEXEC_SEAL);
	if (probe >= 0)
		assert_int_equal(facts.st_mode & 0111, 0);
	(void)close(probe);
	assert_int_equal(fd_seal(fd), 0);
	(void)close(fd);
}

static void test_path(void **state)
{
	char path[FD_PATH_SIZE];

	(void)state;
	assert_string_equal(fd_path(2147483647, path), "/proc/self/fd/2147483647");
}

static void test_write_all(void **state)
{
	static char data[3 * 65536];
	int ends[2], status;
	size_t total = 0;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		_exit(fd_write_all(ends[1], data, sizeof(data)) == 0 ? 0 : 1);
	}
	(void)close(ends[1]);
	/* More than a pipe holds: it takes several writes. */
	for (ssize_t got = 1; got > 0; total += (size_t)got)
		got = read(ends[0], data, 5000);
	assert_int_equal(total, sizeof(data));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(fd_write_all(ends[0], "x", 1), -EBADF);
	(void)close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_above_stdio),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_close_on_exec),
		cmocka_unit_test(test_sealed_memory_stays_as_it_is),
		cmocka_unit_test(test_plain_memory_is_not_executable),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_write_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
