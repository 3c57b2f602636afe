#include "tests/process/child.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "libcontainer/kernel/socket.h"
#include "libcontainer/process/terminal.h"
#include "tests/scratch.h"

static int open_host_terminal(
	unsigned short rows, unsigned short columns, int *ret_master, int *ret_slave)
{
	const struct plan_process plan = { .uid = geteuid(), .rows = rows, .columns = columns };
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(root >= 0);
	int code = terminal_open(root, &plan, ret_master, ret_slave);
	assert_int_equal(close(root), 0);
	return code;
}

static void opens_a_pair(void **state)
{
	int master, slave;
	struct winsize size;
	struct stat stat;
	char byte;

	(void)state;
	assert_int_equal(open_host_terminal(31, 97, &master, &slave), 0);
	assert_int_equal(fcntl(master, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(slave, F_GETFD), FD_CLOEXEC);
	/* The console socket's receiver must not find it non-blocking. */
	assert_false(fcntl(master, F_GETFL) & O_NONBLOCK);
	assert_int_equal(fstat(slave, &stat), 0);
	assert_int_equal(major(stat.st_rdev), 136);
	assert_int_equal(stat.st_uid, geteuid());
	assert_int_equal(ioctl(slave, TIOCGWINSZ, &size), 0);
	assert_int_equal(size.ws_row, 31);
	assert_int_equal(size.ws_col, 97);
	assert_int_equal(write(slave, "x", 1), 1);
	assert_int_equal(read(master, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(close(master), 0);
	assert_int_equal(close(slave), 0);
}

static void leaves_the_size_where_none_is_planned(void **state)
{
	int master, slave;
	struct winsize size;

	(void)state;
	assert_int_equal(open_host_terminal(0, 0, &master, &slave), 0);
	assert_int_equal(ioctl(slave, TIOCGWINSZ, &size), 0);
	assert_int_equal(size.ws_row, 0);
	assert_int_equal(size.ws_col, 0);
	assert_int_equal(close(master), 0);
	assert_int_equal(close(slave), 0);
}

static void assert_refused(const struct scratch *scratch, const char *words)
{
	const struct plan_process plan = { .uid = geteuid() };
	int master = -1, slave = -1;

	assert_true(terminal_open(scratch->dir, &plan, &master, &slave) < 0);
	assert_non_null(strstr(error_text(), words));
	assert_int_equal(master, -1);
	assert_int_equal(slave, -1);
	error_clear();
}

/* CVE-2025-52565: nothing but the driver's ptmx is ever used; a FIFO would block for good. */
static void refuses_what_is_no_ptmx(void **state)
{
	const struct scratch *scratch = *state;

	assert_refused(scratch, "no such file or directory");
	scratch_directory(scratch, "dev");
	scratch_directory(scratch, "dev/pts");
	scratch_file(scratch, "dev/pts/ptmx", "", 0666);
	assert_refused(scratch, "'/dev/pts/ptmx' of the container is not the pty multiplexer");
	assert_int_equal(unlinkat(scratch->dir, "dev/pts/ptmx", 0), 0);
	assert_int_equal(mkfifoat(scratch->dir, "dev/pts/ptmx", 0666), 0);
	assert_refused(scratch, "'/dev/pts/ptmx' of the container is not the pty multiplexer");
	assert_int_equal(unlinkat(scratch->dir, "dev/pts/ptmx", 0), 0);
	/* Inside, this link leads nowhere; outside, it would be the host's. */
	assert_int_equal(symlinkat("/../../../../../dev/ptmx", scratch->dir, "dev/pts/ptmx"), 0);
	scratch_file(scratch, "dev/ptmx", "", 0666);
	assert_refused(scratch, "'/dev/pts/ptmx' of the container is not the pty multiplexer");
}

/* A node with the right numbers, but not of devpts, is for "/dev/ptmx" only. */
static void refuses_ptmx_outside_of_devpts(void **state)
{
	const struct scratch *scratch = *state;

	scratch_directory(scratch, "dev");
	scratch_directory(scratch, "dev/pts");
	if (mknodat(scratch->dir, "dev/pts/ptmx", S_IFCHR | 0666, makedev(5, 2)) < 0)
		skip();
	assert_refused(scratch, "'/dev/pts/ptmx' of the container is not on devpts");
	assert_int_equal(unlinkat(scratch->dir, "dev/pts/ptmx", 0), 0);
	assert_int_equal(mknodat(scratch->dir, "dev/pts/ptmx", S_IFCHR | 0666, makedev(1, 3)), 0);
	assert_refused(scratch, "'/dev/pts/ptmx' of the container is not the pty multiplexer");
}

static void take_terminal(void *context)
{
	int master, slave;

	(void)context;
	child_check(setsid() > 0);
	child_check(open_host_terminal(0, 0, &master, &slave) == 0);
	child_check(terminal_take(slave) == 0);
	for (int fd = 0; fd <= 2; fd++)
		child_check(isatty(fd) && fcntl(fd, F_GETFD) == 0);
	child_check(tcgetsid(0) == getpid());
	int own = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	child_check(own >= 0);
}

static void becomes_stdio_and_controlling(void **state)
{
	(void)state;
	child_run(take_terminal, NULL);
}

static void take_terminal_with_the_number_of_stdio(void *context)
{
	int master, slave;

	(void)context;
	child_check(setsid() > 0);
	child_check(open_host_terminal(0, 0, &master, &slave) == 0);
	child_check(dup3(slave, 1, O_CLOEXEC) == 1);
	child_check(terminal_take(1) == 0);
	for (int fd = 0; fd <= 2; fd++)
		child_check(isatty(fd) && fcntl(fd, F_GETFD) == 0);
}

static void may_have_the_number_of_stdio(void **state)
{
	(void)state;
	child_run(take_terminal_with_the_number_of_stdio, NULL);
}

static void take_file(void *context)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)context;
	child_check(terminal_take(null) == -ENOTTY);
	child_check(error_text()[0] != '\0');
}

static void what_is_no_terminal_is_not_taken(void **state)
{
	(void)state;
	child_run(take_file, NULL);
}

static void is_sent_in_one_message(void **state)
{
	int sockets[2], master, slave, received = -1;
	size_t count = 1;
	char name[64];
	struct stat sent, got;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(open_host_terminal(0, 0, &master, &slave), 0);
	assert_int_equal(terminal_send(sockets[0], master), 0);
	assert_int_equal(socket_receive(sockets[1], name, sizeof(name), &received, &count), 13);
	assert_memory_equal(name, "/dev/pts/ptmx", 13);
	assert_int_equal(count, 1);
	assert_int_equal(fstat(master, &sent), 0);
	assert_int_equal(fstat(received, &got), 0);
	assert_int_equal(sent.st_rdev, got.st_rdev);
	assert_true(isatty(received));
	const int open_fds[] = { sockets[0], sockets[1], master, slave, received };
	for (size_t i = 0; i < sizeof(open_fds) / sizeof(open_fds[0]); i++)
		assert_int_equal(close(open_fds[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_a_pair),
		cmocka_unit_test(leaves_the_size_where_none_is_planned),
		scratch_test(refuses_what_is_no_ptmx),
		scratch_test(refuses_ptmx_outside_of_devpts),
		cmocka_unit_test(becomes_stdio_and_controlling),
		cmocka_unit_test(may_have_the_number_of_stdio),
		cmocka_unit_test(what_is_no_terminal_is_not_taken),
		cmocka_unit_test(is_sent_in_one_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
