/* What the journal and syslog are sent. */
#include "src/journal.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The packet that a log would get of this line. */
static const char *packet_of(struct journal journal, enum log_level level, const char *text)
{
	static char packet[32768];
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
	auto_close int log = ends[0];
	journal.fd = ends[1];
	journal_send(&journal, level, text);
	assert_int_equal(close(ends[1]), 0);
	ssize_t length = recv(log, packet, sizeof(packet) - 1, MSG_DONTWAIT);
	assert_true(length >= 0);
	packet[length] = '\0';
	return packet;
}

static void journald_gets_fields(void **state)
{
	const struct journal journal = { -EBADF, JOURNAL_JOURNALD, "box" };

	(void)state;
	assert_string_equal(packet_of(journal, LOG_LEVEL_ERROR, "no \"such\" thing"),
		"PRIORITY=3\nSYSLOG_IDENTIFIER=box\nMESSAGE=no \"such\" thing\n");
	assert_string_equal(packet_of(journal, LOG_LEVEL_WARNING, "a"),
		"PRIORITY=4\nSYSLOG_IDENTIFIER=box\nMESSAGE=a\n");
	assert_string_equal(packet_of(journal, LOG_LEVEL_DEBUG, "a\nPRIORITY=0"),
		"PRIORITY=7\nSYSLOG_IDENTIFIER=box\nMESSAGE=a\\nPRIORITY=0\n");
}

static void syslog_gets_a_priority_and_a_tag(void **state)
{
	const struct journal journal = { -EBADF, JOURNAL_SYSLOG, "box" };
	char expected[128];

	(void)state;
	/* The facility is 1, user. */
	(void)snprintf(expected, sizeof(expected), "<11>box[%d]: a\\nb", (int)getpid());
	assert_string_equal(packet_of(journal, LOG_LEVEL_ERROR, "a\nb"), expected);
	(void)snprintf(expected, sizeof(expected), "<15>box[%d]: ", (int)getpid());
	assert_string_equal(packet_of(journal, LOG_LEVEL_DEBUG, ""), expected);
}

static void long_lines_are_sent_whole(void **state)
{
	static char text[ERROR_TEXT_SIZE];
	const struct journal journal = { -EBADF, JOURNAL_JOURNALD, "box" };

	(void)state;
	memset(text, '\1', sizeof(text) - 1);
	const char *packet = packet_of(journal, LOG_LEVEL_ERROR, text);
	assert_int_equal(strlen(packet),
		strlen("PRIORITY=3\nSYSLOG_IDENTIFIER=box\nMESSAGE=\n") + 4 * strlen(text));
}

static void files_are_not_journals(void **state)
{
	static const char *const words[] = { "log", "/var/log/journald:box", "journald", "file:x" };
	struct journal journal;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		assert_int_equal(journal_open(words[i], &journal), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journald_gets_fields),
		cmocka_unit_test(syslog_gets_a_priority_and_a_tag),
		cmocka_unit_test(long_lines_are_sent_whole),
		cmocka_unit_test(files_are_not_journals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
