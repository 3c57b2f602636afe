/*
 * The host's own logs as targets of --log: the journal and syslog, by the protocols of their
 * sockets, without a library.
 */
#pragma once

#include "libcontainer/base/log.h"

struct journal {
	int fd; /* a connected datagram socket; < 0: none */
	enum { JOURNAL_JOURNALD, JOURNAL_SYSLOG } kind;
	const char *name; /* the identifier of the lines; points into the word of --log */
};

/*
 * Connects where word is "journald:NAME" or "syslog:NAME"; the name is "caisson" where empty.
 * Returns 1 then, 0 where word is something else.
 */
int journal_open(const char *word, struct journal *ret_journal);

/* Sends one line; what the log does not take is lost. */
void journal_send(const struct journal *journal, enum log_level level, const char *text);
