/*
 * The one voice: errors, warnings and debug lines, as text or JSON, on standard error or in the log
 * that --log names.  One line is one write(2), so that lines of processes that share a log don't
 * mix.  What comes from a container cannot put control characters on a terminal or break a line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "libcontainer/base/log.h"

/*
 * Says where lines go from now on, and becomes the sink of base/log.h.  log is a file, to which
 * lines are appended, "file:PATH", "journald:NAME" or "syslog:NAME"; NULL or "" is standard error.
 * format is "text", "json" or NULL for text.
 */
int report_open(const char *log, const char *format, bool debug);

/* The lowest level that is logged, by one of the words that runtimes have for it; after
 * report_open(). */
int report_set_level(const char *word);

/* The error of this command, once: into the log, and where that is elsewhere, on standard error. */
void report_error(const char *text);

/* Room for any line that base/log.h can bring, every byte of it escaped. */
struct report_line {
	char text[16384];
	size_t length;
};

enum report_format {
	REPORT_TEXT,  /* time="2026-01-31T12:00:00Z" level=error msg="container \"a\" ..." */
	REPORT_JSON,  /* {"level":"error","msg":"container \"a\" ...","time":"2026-01-31T12:00:00Z"}
		       */
	REPORT_PLAIN, /* container "a" ... */
};

/*
 * The line, its end included, as a log has it.  What does not fit is cut off, but the line stays
 * well-formed.
 */
void report_format(enum report_format format, enum log_level level, time_t now, const char *text,
	struct report_line *ret_line);
