#include "src/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/report.h"

static const struct {
	const char *prefix;
	struct sockaddr_un address;
} kinds[] = {
	[JOURNAL_JOURNALD] = { "journald:", { AF_UNIX, "/run/systemd/journal/socket" } },
	[JOURNAL_SYSLOG] = { "syslog:", { AF_UNIX, "/dev/log" } },
};

int journal_open(const char *word, struct journal *ret_journal)
{
	for (unsigned int kind = 0; kind < COUNT_OF(kinds); kind++) {
		const struct sockaddr_un *address = &kinds[kind].address;
		size_t length = strlen(kinds[kind].prefix);

		if (strncmp(word, kinds[kind].prefix, length) != 0)
			continue;
		auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			return fail(errno, "log: socket");
		if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
			return fail(errno, "log: connect to '%s'", address->sun_path);
		ret_journal->fd = steal_fd(&fd);
		ret_journal->kind = kind;
		ret_journal->name = word[length] ? word + length : "caisson";
		return 1;
	}
	return 0;
}

void journal_send(const struct journal *journal, enum log_level level, const char *text)
{
	static const int priorities[] = {
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
		[LOG_LEVEL_WARNING] = LOG_WARNING,
		[LOG_LEVEL_ERROR] = LOG_ERR,
	};
	static struct report_line line;
	static char packet[sizeof(line.text) + 256];
	int length;

	/* Escaped, so that a line's end in the text begins no field of its own. */
	report_format(REPORT_PLAIN, level, 0, text, &line);
	if (journal->kind == JOURNAL_JOURNALD) {
		length = snprintf(packet, sizeof(packet),
			"PRIORITY=%d\nSYSLOG_IDENTIFIER=%.100s\nMESSAGE=%.*s", priorities[level],
			journal->name, (int)line.length, line.text);
	} else {
		length = snprintf(packet, sizeof(packet), "<%d>%.100s[%d]: %.*s",
			LOG_USER | priorities[level], journal->name, (int)getpid(),
			(int)line.length - 1, line.text);
	}
	(void)send(journal->fd, packet, (size_t)length, MSG_NOSIGNAL);
}
