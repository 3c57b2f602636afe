#include "libcontainer/kernel/datagram.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "tests/scratch.h"

static void expect(int receiver, const char *text)
{
	char data[64] = { 0 };

	assert_int_equal(recv(receiver, data, sizeof(data) - 1, MSG_DONTWAIT), strlen(text));
	assert_string_equal(data, text);
}

static void bound_for_all_and_in_place_of_what_was_there(void **state)
{
	struct scratch *scratch = *state;
	auto_close int first = -EBADF, second = -EBADF, client = -EBADF;
	char path[128];
	struct stat facts;
	mode_t saved = umask(0077);

	assert_int_equal(datagram_bind(scratch->dir, "n.sock", &first), 0);
	assert_int_equal(umask(saved), 0077);
	assert_int_equal(fstatat(scratch->dir, "n.sock", &facts, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(facts.st_mode, S_IFSOCK | 0777);
	assert_int_equal(fcntl(first, F_GETFD), FD_CLOEXEC);

	/* A link that somebody has left there is no way to somewhere else. */
	assert_int_equal(unlinkat(scratch->dir, "n.sock", 0), 0);
	assert_int_equal(symlinkat("elsewhere", scratch->dir, "n.sock"), 0);
	assert_int_equal(datagram_bind(scratch->dir, "n.sock", &second), 0);
	assert_int_equal(faccessat(scratch->dir, "elsewhere", F_OK, 0), -1);

	(void)snprintf(path, sizeof(path), "%s/n.sock", scratch->path);
	assert_int_equal(datagram_connect(path, &client), 0);
	assert_int_equal(send(client, "hello", 5, 0), 5);
	expect(second, "hello");
}

static void a_directory_in_its_place_is_told(void **state)
{
	struct scratch *scratch = *state;
	int fd = -EBADF;

	assert_int_equal(mkdirat(scratch->dir, "n.sock", 0755), 0);
	assert_int_equal(datagram_bind(scratch->dir, "n.sock", &fd), -EISDIR);
	assert_int_equal(fd, -EBADF);
}

static void abstract_names(void **state)
{
	struct sockaddr_un here = { .sun_family = AF_UNIX };
	auto_close int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	auto_close int client = -EBADF;
	char name[256];

	(void)state;
	int length = snprintf(here.sun_path + 1, sizeof(here.sun_path) - 1, "caisson-%d", getpid());
	assert_int_equal(bind(server, (struct sockaddr *)&here,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)),
		0);
	(void)snprintf(name, sizeof(name), "@caisson-%d", getpid());
	assert_int_equal(datagram_connect(name, &client), 0);
	assert_int_equal(send(client, "x", 1, 0), 1);
	expect(server, "x");

	memset(name, 'x', sizeof(name));
	name[0] = '@';
	name[109] = '\0';
	assert_int_equal(datagram_connect(name, &client), -ENAMETOOLONG);
	/* The longest there is: nobody has it. */
	name[108] = '\0';
	assert_int_equal(datagram_connect(name, &client), -ECONNREFUSED);
}

static void long_paths(void **state)
{
	struct scratch *scratch = *state;
	auto_close int dir = -EBADF, server = -EBADF, client = -EBADF;
	char name[121] = { 0 }, path[256];

	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(mkdirat(scratch->dir, name, 0755), 0);
	dir = openat(scratch->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(datagram_bind(dir, "n.sock", &server), 0);
	(void)snprintf(path, sizeof(path), "%s/%s/n.sock", scratch->path, name);
	assert_int_equal(datagram_connect(path, &client), 0);
	assert_int_equal(send(client, "x", 1, 0), 1);
	expect(server, "x");
}

static void what_is_no_address(void **state)
{
	struct scratch *scratch = *state;
	char path[128];
	int fd = -EBADF;

	assert_int_equal(datagram_connect("relative", &fd), -EAFNOSUPPORT);
	assert_int_equal(datagram_connect("vsock:2:1234", &fd), -EAFNOSUPPORT);
	(void)snprintf(path, sizeof(path), "%s/nonesuch", scratch->path);
	assert_int_equal(datagram_connect(path, &fd), -ENOENT);
	assert_non_null(strstr(error_text(), path));
	assert_int_equal(fd, -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(bound_for_all_and_in_place_of_what_was_there),
		scratch_test(a_directory_in_its_place_is_told),
		scratch_test(abstract_names),
		scratch_test(long_paths),
		scratch_test(what_is_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
