#include "libcontainer/kernel/socket.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

static int pair[2];

static int make_pair(void **state)
{
	(void)state;
	return socket_pair(pair);
}

static int close_pair(void **state)
{
	(void)state;
	fd_close(&pair[0]);
	fd_close(&pair[1]);
	return 0;
}

static void test_one_packet_per_message(void **state)
{
	char data[16];
	size_t count = 0;

	(void)state;
	assert_int_equal(fcntl(pair[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(pair[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(socket_send(pair[0], "one", 3, NULL, 0), 0);
	assert_int_equal(socket_send(pair[0], "three", 5, NULL, 0), 0);
	assert_int_equal(socket_receive(pair[1], data, sizeof(data), NULL, &count), 3);
	assert_memory_equal(data, "one", 3);
	assert_int_equal(socket_receive(pair[1], data, sizeof(data), NULL, &count), 5);
	fd_close(&pair[0]);
	assert_int_equal(socket_receive(pair[1], data, sizeof(data), NULL, &count), 0);
	/* No SIGPIPE. */
	assert_int_equal(socket_send(pair[1], "x", 1, NULL, 0), -EPIPE);
}

static void test_descriptors(void **state)
{
	int sent[4], came[4];
	size_t count = 4;
	char data;

	(void)state;
	for (int i = 0; i < 4; i++) {
		sent[i] = memfd_create("sent", MFD_CLOEXEC);
		assert_int_equal(write(sent[i], &"0123"[i], 1), 1);
	}
	assert_int_equal(socket_send(pair[0], "x", 1, sent, 4), 0);
	assert_int_equal(socket_receive(pair[1], &data, 1, came, &count), 1);
	assert_int_equal(count, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fcntl(came[i], F_GETFD), FD_CLOEXEC);
		assert_int_equal(pread(came[i], &data, 1, 0), 1);
		assert_int_equal(data, '0' + i);
		fd_close(&came[i]);
	}

	count = 4;
	assert_int_equal(socket_send(pair[0], "x", 1, sent, 1), 0);
	assert_int_equal(socket_receive(pair[1], &data, 1, came, &count), 1);
	assert_int_equal(count, 1);
	fd_close(&came[0]);
	for (int i = 0; i < 4; i++)
		fd_close(&sent[i]);
}

/* Nothing of a message that is refused may stay open. */
static void test_unexpected_descriptors_are_closed(void **state)
{
	const int sent[] = { 0, 0, 0, 0 };
	int came[4] = { -1, -1, -1, -1 };
	size_t before = open_descriptors(), count = 1;
	char data;

	(void)state;
	assert_int_equal(socket_send(pair[0], "x", 1, sent, 2), 0);
	assert_int_equal(socket_receive(pair[1], &data, 1, came, &count), -EBADMSG);
	assert_int_equal(came[0], -1);
	count = 0;
	assert_int_equal(socket_send(pair[0], "x", 1, sent, 4), 0);
	assert_int_equal(socket_receive(pair[1], &data, 1, NULL, &count), -EBADMSG);
	/* Cut data, with descriptors that would have been welcome. */
	count = 4;
	assert_int_equal(socket_send(pair[0], "xy", 2, sent, 2), 0);
	assert_int_equal(socket_receive(pair[1], &data, 1, came, &count), -EBADMSG);
	assert_int_equal(open_descriptors(), before);
}

/* A peer that is not ours may send more than our buffer holds. */
static void test_flood_of_descriptors(void **state)
{
	enum { MANY = 50 };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(MANY * sizeof(int))];
	} control = { 0 };
	char byte = 'x', data;
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	size_t before = open_descriptors(), count = 4;
	int came[4];

	(void)state;
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(MANY * sizeof(int));
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	assert_int_equal(socket_receive(pair[1], &data, 1, came, &count), -EBADMSG);
	assert_int_equal(open_descriptors(), before);
}

static void test_impossible_messages(void **state)
{
	const int fds[5] = { 0 };

	(void)state;
	assert_int_equal(socket_send(pair[0], "x", 1, fds, 5), -EINVAL);
	assert_int_equal(socket_send(pair[0], "", 0, NULL, 0), -EINVAL);
}

/* Listens on a socket at name in the present directory. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void assert_talks(int listener, int fd)
{
	char data[4] = "";
	int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(read(accepted, data, 3), 3);
	assert_string_equal(data, "abc");
	(void)close(accepted);
}

static void test_connect(void **state)
{
	auto_close int fd = -EBADF;
	auto_close int listener = listen_at("s");

	(void)state;
	assert_int_equal(socket_connect("s", &fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_talks(listener, fd);
	fd_close(&fd);
	assert_int_equal(socket_connect("none", &fd), -ENOENT);
	assert_string_equal(error_text(), "connect to 'none': no such file or directory");
	write_text("file", "");
	assert_int_equal(socket_connect("file", &fd), -ECONNREFUSED);
}

static void test_connect_to_a_long_path(void **state)
{
	char path[PATH_MAX], name[201];
	auto_close int fd = -EBADF;

	memset(name, 'n', 200);
	name[200] = '\0';
	assert_int_equal(mkdir(name, 0700), 0);
	assert_int_equal(chdir(name), 0);
	auto_close int listener = listen_at("s");
	(void)snprintf(path, sizeof(path), "%s/%s/s", ((struct scratch *)*state)->path, name);
	assert_int_equal(socket_connect(path, &fd), 0);
	assert_talks(listener, fd);
	fd_close(&fd);
	path[strlen(path) - 1] = 'x';
	assert_int_equal(socket_connect(path, &fd), -ENOENT);
}

/* More than any socket's buffer, to a peer that reads: all of it, and one descriptor. */
static void test_send_all(void **state)
{
	static char sent[4 << 20], came[sizeof(sent)];
	auto_close int listener = listen_at("s");
	auto_close int fd = -EBADF;
	size_t got = 0, count = 1;
	int with = -EBADF, status;

	(void)state;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7);
	assert_int_equal(socket_connect("s", &fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(-socket_send_all(fd, sent, sizeof(sent), fd, 10));
	auto_close int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n = socket_receive(accepted, came, sizeof(came), &with, &count);
	assert_true(n > 0 && (size_t)n < sizeof(came));
	assert_int_equal(count, 1);
	fd_close(&with);
	for (got = (size_t)n; got < sizeof(came); got += (size_t)n) {
		n = read(accepted, came + got, sizeof(came) - got);
		assert_true(n > 0);
	}
	assert_memory_equal(came, sent, sizeof(sent));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_send_all_to_nobody(void **state)
{
	static char sent[4 << 20];
	auto_close int listener = listen_at("s");
	auto_close int fd = -EBADF;

	(void)state;
	assert_int_equal(socket_connect("s", &fd), 0);
	assert_int_equal(socket_send_all(fd, sent, sizeof(sent), fd, 1), -EAGAIN);
	fd_close(&fd);
	assert_int_equal(socket_connect("s", &fd), 0);
	fd_close(&listener);
	assert_int_equal(socket_send_all(fd, "x", 1, fd, 1), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_packet_per_message, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_descriptors, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			test_unexpected_descriptors_are_closed, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_flood_of_descriptors, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_impossible_messages, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_connect, scratch_enter, scratch_remove),
		cmocka_unit_test_setup_teardown(
			test_connect_to_a_long_path, scratch_enter, scratch_remove),
		cmocka_unit_test_setup_teardown(test_send_all, scratch_enter, scratch_remove),
		cmocka_unit_test_setup_teardown(
			test_send_all_to_nobody, scratch_enter, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
