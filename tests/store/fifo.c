#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/store/directory.h"
#include "tests/scratch.h"

/* Behind the house's own: it has a macro called fail. */
#include <cmocka.h>

enum ending { EXECUTES, REPORTS, DIES, REPORTS_NXIO, REPORTS_NOTHING };

static void report(int fd, int32_t code, const char *text)
{
	char message[256];

	memcpy(message, &code, sizeof(code));
	memcpy(message + sizeof(code), text, strlen(text));
	if (write(fd, message, sizeof(code) + strlen(text)) < 0)
		_exit(3);
}

/* Plays init, which has both fifos from its parent. */
static void play_init(int start, int report_fd, enum ending ending)
{
	char byte = 'x';

	if (ending != DIES && (read(start, &byte, 1) != 1 || byte != '\0'))
		_exit(2);
	switch (ending) {
	case EXECUTES:
		execl("/bin/sh", "sh", "-c", "exit 0", NULL);
		_exit(4);
	case REPORTS:
		report(report_fd, -EAGAIN, "exec /x\x1b[31m: try again");
		break;
	case REPORTS_NXIO:
		report(report_fd, -ENXIO, "no such device");
		break;
	case REPORTS_NOTHING:
		report(report_fd, 0, "");
		break;
	case DIES:
		break;
	}
	_exit(0);
}

static pid_t start_init(int directory, enum ending ending)
{
	int start = -EBADF, report_fd = -EBADF;

	assert_int_equal(store_make_fifos(directory, &start, &report_fd), 0);
	pid_t pid = fork();
	if (pid == 0)
		play_init(start, report_fd, ending);
	close(start);
	close(report_fd);
	return pid;
}

static void await(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int make_directory(void **state)
{
	struct scratch *scratch = *state;
	int fd = -EBADF;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	return fd;
}

static int start_and_await(int fd)
{
	auto_close int report = -EBADF;
	int r = store_start(fd, &report);

	return r < 0 ? r : store_await(report, -1);
}

static void a_program_is_executed(void **state)
{
	auto_close int fd = make_directory(state);
	struct stat facts;

	assert_false(store_has_fifo(fd));
	pid_t pid = start_init(fd, EXECUTES);
	assert_int_equal(fstatat(fd, "start.fifo", &facts, 0), 0);
	assert_int_equal(facts.st_mode, S_IFIFO | 0600);
	assert_true(store_has_fifo(fd));
	assert_int_equal(start_and_await(fd), 0);
	assert_false(store_has_fifo(fd));
	assert_int_equal(faccessat(fd, "start.fifo", F_OK, 0), -1);
	assert_int_equal(faccessat(fd, "report.fifo", F_OK, 0), -1);
	await(pid);
	/* Once only. */
	assert_int_equal(start_and_await(fd), -ENXIO);
}

static void asking_does_not_start(void **state)
{
	auto_close int fd = make_directory(state);
	pid_t pid = start_init(fd, EXECUTES);

	for (int i = 0; i < 100; i++)
		assert_true(store_has_fifo(fd));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_int_equal(start_and_await(fd), 0);
	await(pid);
}

static void words_of_init_arrive(void **state)
{
	auto_close int fd = make_directory(state);
	pid_t pid = start_init(fd, REPORTS);

	assert_int_equal(start_and_await(fd), -EAGAIN);
	/* Without what could speak to a terminal. */
	assert_string_equal(error_text(), "exec /x?[31m: try again");
	await(pid);
}

static void a_report_is_never_taken_for_a_missing_init(void **state)
{
	auto_close int fd = make_directory(state);
	pid_t pid = start_init(fd, REPORTS_NXIO);

	assert_int_equal(start_and_await(fd), -EIO);
	assert_string_equal(error_text(), "no such device");
	await(pid);
}

static void a_report_without_a_failure_is_refused(void **state)
{
	auto_close int fd = make_directory(state);
	pid_t pid = start_init(fd, REPORTS_NOTHING);

	assert_int_equal(start_and_await(fd), -EBADMSG);
	await(pid);
}

static void a_dead_init_is_noticed(void **state)
{
	auto_close int fd = make_directory(state);
	pid_t pid = start_init(fd, DIES);

	await(pid);
	assert_false(store_has_fifo(fd));
	assert_int_equal(start_and_await(fd), -ENXIO);
}

/* It is killed while we wait for its report; and a fifo that is full of nothing raises no signal.
 */
static void an_init_that_dies_later_is_noticed(void **state)
{
	auto_close int fd = make_directory(state);
	int start = -EBADF, report_fd = -EBADF;

	assert_int_equal(store_make_fifos(fd, &start, &report_fd), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char byte;

		if (read(start, &byte, 1) == 1)
			raise(SIGKILL);
		_exit(0);
	}
	close(start);
	close(report_fd);
	assert_int_equal(start_and_await(fd), 0);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/* What the start waits for may take long: it is told again and again, and is asked again. */
static void a_slow_init_is_waited_for_in_parts(void **state)
{
	auto_close int fd = make_directory(state);
	auto_close int report = -EBADF;
	int start = -EBADF, report_fd = -EBADF, gate[2];

	assert_false(store_is_unstarted(fd));
	assert_int_equal(store_make_fifos(fd, &start, &report_fd), 0);
	assert_true(store_is_unstarted(fd));
	assert_int_equal(pipe(gate), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char byte;

		close(gate[1]);
		_exit(read(start, &byte, 1) == 1 && read(gate[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(start);
	close(report_fd);
	close(gate[0]);
	assert_int_equal(store_start(fd, &report), 0);
	assert_false(store_is_unstarted(fd));
	error_clear();
	assert_int_equal(store_await(report, 1), -ETIMEDOUT);
	assert_int_equal(store_await(report, 0), -ETIMEDOUT);
	assert_string_equal(error_text(), "");
	close(gate[1]);
	assert_int_equal(store_await(report, -1), 0);
	await(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_program_is_executed),
		scratch_test(asking_does_not_start),
		scratch_test(words_of_init_arrive),
		scratch_test(a_report_is_never_taken_for_a_missing_init),
		scratch_test(a_report_without_a_failure_is_refused),
		scratch_test(a_dead_init_is_noticed),
		scratch_test(an_init_that_dies_later_is_noticed),
		scratch_test(a_slow_init_is_waited_for_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
