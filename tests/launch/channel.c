/* The channel over a real socket pair, with a peer that lies and a peer that dies. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/launch/channel.h"
#include "tests/check.h"

static struct channel ours, theirs;

static int make_pair(void **state)
{
	(void)state;
	error_clear();
	if (channel_make(&ours, "init") < 0)
		return -1;
	theirs = ours;
	channel_turn(&theirs, "the parent");
	/* Of one process both ends: what turning closed is ours. */
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	channel_close(&theirs);
	ours = (struct channel){ .fd = fds[0], .peer_fd = -EBADF, .peer = "init" };
	theirs = (struct channel){ .fd = fds[1], .peer_fd = -EBADF, .peer = "the parent" };
	return 0;
}

static int close_pair(void **state)
{
	(void)state;
	channel_close(&ours);
	channel_close(&theirs);
	log_set_sink(NULL, NULL, LOG_LEVEL_ERROR);
	return 0;
}

static void messages_arrive(void **state)
{
	int32_t code = 0;

	(void)state;
	assert_int_equal(channel_send(&theirs, MSG_READY, 7, -1), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, &code, NULL), 0);
	assert_int_equal(code, 7);
}

static void descriptors_arrive_close_on_exec(void **state)
{
	auto_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	auto_close int received = -EBADF;

	(void)state;
	assert_int_equal(channel_send(&theirs, MSG_CONSOLE, 0, null), 0);
	assert_int_equal(channel_expect(&ours, MSG_CONSOLE, NULL, &received), 0);
	assert_true(received > 2);
	assert_true(fcntl(received, F_GETFD) & FD_CLOEXEC);
}

static void a_missing_descriptor_is_none(void **state)
{
	int received = 99;

	(void)state;
	assert_int_equal(channel_send(&theirs, MSG_CONSOLE, 0, -1), 0);
	assert_int_equal(channel_expect(&ours, MSG_CONSOLE, NULL, &received), 0);
	assert_int_equal(received, -EBADF);
}

static void another_message_is_named(void **state)
{
	(void)state;
	assert_int_equal(channel_send(&theirs, MSG_READY, 0, -1), 0);
	assert_int_equal(channel_expect(&ours, MSG_WANT_HOOKS, NULL, NULL), -EPROTO);
	assert_string_equal(error_text(), "init sent READY where WANT_HOOKS was expected");
}

static void a_failure_becomes_ours(void **state)
{
	(void)state;
	(void)fail(EACCES, "open '/x'");
	channel_send_failure(&theirs, -EACCES);
	error_clear();
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EACCES);
	assert_string_equal(error_text(), "open '/x': permission denied");

	/* As of a console socket whose owner has gone: not to be taken for the end of the channel.
	 */
	(void)fail(EPIPE, "send the terminal");
	channel_send_failure(&theirs, -EPIPE);
	error_clear();
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
	assert_string_equal(error_text(), "send the terminal: broken pipe");
}

static char logged[64];

static void keep_line(enum log_level level, const char *line, void *context)
{
	(void)context;
	assert_int_equal(level, LOG_LEVEL_WARNING);
	strncpy(logged, line, sizeof(logged) - 1);
}

static void lines_are_logged_on_the_way(void **state)
{
	(void)state;
	log_set_sink(keep_line, NULL, LOG_LEVEL_DEBUG);
	assert_int_equal(channel_send_text(&theirs, MSG_LOG, LOG_LEVEL_WARNING, "careful"), 0);
	assert_int_equal(channel_send(&theirs, MSG_READY, 0, -1), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), 0);
	assert_string_equal(logged, "careful");
}

static void the_peers_end_is_no_message(void **state)
{
	(void)state;
	channel_close(&theirs);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPIPE);
	assert_int_equal(channel_expect_end(&ours), 0);
}

static void a_killed_peer_is_an_end(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	channel_close(&theirs);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPIPE);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A read fails then before its last packets come. */
static void a_peer_that_did_not_read_all_still_gives_its_reason(void **state)
{
	(void)state;
	assert_int_equal(channel_send(&ours, MSG_RELEASE, 0, -1), 0);
	(void)fail(EIO, "read the release");
	channel_send_failure(&theirs, -EIO);
	channel_close(&theirs);
	error_clear();
	assert_int_equal(channel_expect_end(&ours), -EIO);
	assert_non_null(strstr(error_text(), "read the release"));
}

/* A program that is executed has been released before. */
static void the_end_of_a_peer_that_did_not_read_all_is_no_success(void **state)
{
	(void)state;
	assert_int_equal(channel_send(&ours, MSG_RELEASE, 0, -1), 0);
	channel_close(&theirs);
	assert_int_equal(channel_expect_end(&ours), -EPIPE);
}

static void a_message_at_the_end_is_refused(void **state)
{
	(void)state;
	assert_int_equal(channel_send(&theirs, MSG_READY, 0, -1), 0);
	assert_int_equal(channel_expect_end(&ours), -EPROTO);
}

static void garbage_is_refused(void **state)
{
	struct launch_header header = { .type = MSG_READY, .length = 5 };

	(void)state;
	assert_int_equal(write(theirs.fd, "x", 1), 1);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
	/* A length that is not that of the packet. */
	assert_int_equal(write(theirs.fd, &header, sizeof(header)), sizeof(header));
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
	/* A line's level is an index, of who prints it. */
	assert_int_equal(channel_send(&theirs, MSG_LOG, LOG_LEVEL_ERROR + 1, -1), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
	assert_int_equal(channel_send(&theirs, MSG_LOG, -1, -1), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
	header = (struct launch_header){ .type = MSG_COUNT };
	assert_int_equal(write(theirs.fd, &header, sizeof(header)), sizeof(header));
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
}

static void long_texts_are_cut(void **state)
{
	char text[LAUNCH_PAYLOAD_MAX + 100];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(channel_send_text(&theirs, MSG_FAILED, -EIO, text), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EIO);
	assert_int_equal(strlen(error_text()), ERROR_TEXT_SIZE - 1);
}

/* The peer may be the container's: whatever it says, it is an error, and one with words. */
static void failures_are_failures(void **state)
{
	static const int32_t codes[] = { 0, 1, EPIPE, -EPIPE, INT32_MIN, INT32_MAX, -4096 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		error_clear();
		assert_int_equal(channel_send_text(&theirs, MSG_FAILED, codes[i], ""), 0);
		assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EPROTO);
		assert_string_equal(error_text(), "no reason was given");
	}
}

static int questions;

static int answer(void *context)
{
	if (++questions < 3)
		return 0;
	if (context)
		return channel_send(&theirs, MSG_READY, 0, -1);
	return refuse_as(EBUSY, "enough");
}

/* Every time that nothing has come for a while; until it says no, or something comes. */
static void silence_is_asked_about(void **state)
{
	(void)state;
	assert_int_equal(channel_watch(&ours, answer, NULL), 0);
	questions = 0;
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), -EBUSY);
	assert_string_equal(error_text(), "enough");
	assert_int_equal(questions, 3);

	auto_close int none = 77;
	assert_int_equal(channel_expect(&ours, MSG_CONSOLE, NULL, &none), -EBUSY);
	assert_int_equal(none, -EBADF);

	questions = 0;
	assert_int_equal(channel_watch(&ours, answer, &ours), 0);
	assert_int_equal(channel_expect(&ours, MSG_READY, NULL, NULL), 0);
	assert_int_equal(questions, 3);
}

int main(void)
{
#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, make_pair, close_pair)
	const struct CMUnitTest tests[] = {
		PAIR_TEST(messages_arrive),
		PAIR_TEST(descriptors_arrive_close_on_exec),
		PAIR_TEST(a_missing_descriptor_is_none),
		PAIR_TEST(another_message_is_named),
		PAIR_TEST(a_failure_becomes_ours),
		PAIR_TEST(lines_are_logged_on_the_way),
		PAIR_TEST(the_peers_end_is_no_message),
		PAIR_TEST(a_killed_peer_is_an_end),
		PAIR_TEST(a_peer_that_did_not_read_all_still_gives_its_reason),
		PAIR_TEST(the_end_of_a_peer_that_did_not_read_all_is_no_success),
		PAIR_TEST(a_message_at_the_end_is_refused),
		PAIR_TEST(garbage_is_refused),
		PAIR_TEST(long_texts_are_cut),
		PAIR_TEST(failures_are_failures),
		PAIR_TEST(silence_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
