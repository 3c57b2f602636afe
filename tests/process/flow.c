/* Our own stdio, used without waiting for it, whoever it belongs to. */
#include "tests/process/child.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>

#include "libcontainer/process/flow.h"

#define OTHER_USER 65534

static void open_pty(int *ret_master, int *ret_slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	child_check(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	*ret_slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	child_check(*ret_slave >= 0 && fchmod(*ret_slave, 0600) == 0);
	*ret_master = master;
}

/* Our own file is non-blocking, and the one that others have, too, is not. */
static void check_own(int fd, int flags)
{
	struct flow_end end = flow_end_open(fd, flags);

	child_check(end.fd >= 0 && end.fd != fd && end.piece == SIZE_MAX);
	child_check(fcntl(end.fd, F_GETFL) & O_NONBLOCK);
	child_check(fcntl(end.fd, F_GETFD) == FD_CLOEXEC);
	child_check(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	flow_end_close(&end);
	child_check(end.fd < 0);
}

static void open_what_is_ours(void *context)
{
	int pipes[2], sockets[2], master, slave;
	struct flow_end end;

	(void)context;
	child_check(pipe2(pipes, O_CLOEXEC) == 0);
	check_own(pipes[0], O_RDONLY);
	check_own(pipes[1], O_WRONLY);
	open_pty(&master, &slave);
	check_own(slave, O_RDONLY);
	child_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	end = flow_end_open(sockets[0], O_WRONLY);
	child_check(end.fd >= 0 && end.is_socket && !(fcntl(end.fd, F_GETFL) & O_NONBLOCK));
	end = flow_end_open(999, O_RDONLY);
	child_check(end.fd < 0);
}

static void own_files_are_non_blocking(void **state)
{
	(void)state;
	child_run(open_what_is_ours, NULL);
}

/* As under su(1): neither the pipe nor the terminal can be opened by name. */
static void open_what_is_of_others(void *context)
{
	int pipes[2], master, slave, other, other_slave;
	struct flow_end end;

	(void)context;
	if (geteuid() != 0)
		_exit(CHILD_SKIP);
	child_check(pipe2(pipes, O_CLOEXEC) == 0);
	open_pty(&master, &slave);
	open_pty(&other, &other_slave);
	child_check(setsid() > 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
	child_check(setresuid(OTHER_USER, OTHER_USER, OTHER_USER) == 0);
	/* The change of ids closes our own /proc/self/fd to us. */
	child_check(prctl(PR_SET_DUMPABLE, 1) == 0);

	end = flow_end_open(pipes[1], O_WRONLY);
	child_check(end.fd >= 0 && end.piece == PIPE_BUF);
	/* The terminal that controls us has a name that anyone may open. */
	check_own(slave, O_WRONLY);
	end = flow_end_open(other_slave, O_WRONLY);
	child_check(end.fd >= 0 && end.piece == 1);
}

static void stdio_of_others_does_not_make_us_wait(void **state)
{
	(void)state;
	child_run(open_what_is_of_others, NULL);
}

/* A full pipe that can't be made non-blocking takes a piece at a time, and never stops us. */
static void fill_pipe(void *context)
{
	struct flow_end end = { .piece = PIPE_BUF };
	struct flow flow = { .from = -EBADF, .own = &end };
	struct pollfd items[2];
	int pipes[2];
	size_t moved, total = 0;

	(void)context;
	child_check(pipe2(pipes, O_CLOEXEC) == 0);
	end.fd = flow.to = pipes[1];
	do {
		/* Anew each time: it is the pipe that is looked at. */
		flow.start = 0;
		flow.end = sizeof(flow.data);
		flow_poll(&flow, items);
		child_check(poll(items, 2, 0) >= 0);
		moved = flow_move(&flow, items);
		child_check(moved <= PIPE_BUF);
		total += moved;
	} while (moved > 0);
	child_check(total == (size_t)fcntl(pipes[1], F_GETPIPE_SZ));
}

static void a_full_pipe_does_not_stop_us(void **state)
{
	(void)state;
	child_run(fill_pipe, NULL);
}

/* Else poll(2) would return at once, all the time: POLLHUP. */
static void lose_slave(void *context)
{
	int pipes[2], master, slave;

	(void)context;
	open_pty(&master, &slave);
	child_check(pipe2(pipes, O_CLOEXEC) == 0);
	struct flow_end end = { .fd = pipes[0], .piece = SIZE_MAX };
	struct flow flow = { .from = pipes[0], .to = master, .own = &end };
	struct pollfd items[2];
	struct termios modes;
	/* In raw mode nothing is thrown away. */
	child_check(tcgetattr(slave, &modes) == 0);
	cfmakeraw(&modes);
	child_check(tcsetattr(slave, TCSANOW, &modes) == 0 && close(slave) == 0);

	/* It takes what it has room for, and then it is left alone. */
	size_t taken = 0;
	for (int i = 0; i < 1000 && !flow.closed; i++) {
		flow.start = 0;
		flow.end = sizeof(flow.data);
		memset(flow.data, 'k', sizeof(flow.data));
		flow_poll(&flow, items);
		child_check(items[0].fd == -1 && items[1].fd == master);
		child_check(poll(items, 2, 0) == 1);
		taken += flow_move(&flow, items);
	}
	child_check(taken > 0 && flow.closed && flow.to == master && !flow_is_empty(&flow));
	flow_poll(&flow, items);
	child_check(items[0].fd == -1 && items[1].fd == -1);
}

/* The other way there is nothing to be read, but that is not the end. */
static void lose_writer(void *context)
{
	int pipes[2], master, slave;
	char name[64];

	(void)context;
	open_pty(&master, &slave);
	child_check(ttyname_r(slave, name, sizeof(name)) == 0);
	child_check(pipe2(pipes, O_CLOEXEC) == 0);
	struct flow_end end = { .fd = pipes[1], .piece = SIZE_MAX };
	struct flow flow = { .from = master, .to = pipes[1], .own = &end };
	struct pollfd items[2];
	child_check(close(slave) == 0);
	flow_poll(&flow, items);
	child_check(poll(items, 2, 0) == 1 && flow_move(&flow, items) == 0);
	child_check(flow.closed && flow.from == master);
	flow_poll(&flow, items);
	child_check(items[0].fd == -1 && items[1].fd == -1);
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	child_check(slave >= 0 && write(slave, "back", 4) == 4);
	flow.closed = false;
	flow_poll(&flow, items);
	child_check(poll(items, 2, 1000) == 1 && flow_move(&flow, items) == 4);
	child_check(flow.end == 4 && memcmp(flow.data, "back", 4) == 0);
}

static void a_full_pty_without_a_slave_is_left_alone(void **state)
{
	(void)state;
	child_run(lose_slave, NULL);
}

static void a_pty_without_writers_is_not_at_its_end(void **state)
{
	(void)state;
	child_run(lose_writer, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_files_are_non_blocking),
		cmocka_unit_test(stdio_of_others_does_not_make_us_wait),
		cmocka_unit_test(a_full_pipe_does_not_stop_us),
		cmocka_unit_test(a_full_pty_without_a_slave_is_left_alone),
		cmocka_unit_test(a_pty_without_writers_is_not_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
