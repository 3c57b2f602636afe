#include "src/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/clock.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/journal.h"

static struct {
	int fd; /* of the file, or standard error */
	enum report_format format;
	struct journal journal;
} target = { .fd = STDERR_FILENO, .format = REPORT_TEXT, .journal = { .fd = -EBADF } };

/* ---- lines ---------------------------------------------------------------------------- */

/* What always fits behind a text that was cut off: its end, and the time. */
#define LINE_TAIL 64

static void line_append(struct report_line *line, const char *data, size_t size)
{
	if (size > sizeof(line->text) - line->length)
		return;
	memcpy(line->text + line->length, data, size);
	line->length += size;
}

static void line_puts(struct report_line *line, const char *text)
{
	line_append(line, text, strlen(text));
}

static void line_put_time(struct report_line *line, time_t now)
{
	char text[CLOCK_TEXT_SIZE];

	line_puts(line, clock_text(&(struct timespec){ .tv_sec = now }, false, text));
}

/* The length of the UTF-8 sequence at text; 0 where it is none, or a character that is not text. */
static size_t utf8_length(const unsigned char *text)
{
	/*
	 * The lowest code point of each length: what is below was written longer than need be; of
	 * two bytes, 0x80 to 0x9f are controls of the terminal.
	 */
	static const uint32_t lowest[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	size_t length = text[0] >= 0xf8 ? 0 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f;
	if (text[0] < 0xc0 || length == 0)
		return 0;
	uint32_t point = text[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	bool surrogate = point >= 0xd800 && point <= 0xdfff;
	return point >= lowest[length] && point <= 0x10ffff && !surrogate ? length : 0;
}

/* Escapes a byte that may not stand in the line; all three forms agree on those with a letter. */
static size_t byte_escape(enum report_format format, unsigned char byte, char out[8])
{
	static const char letters[][2] = { { '\n', 'n' }, { '\t', 't' }, { '\r', 'r' },
		{ '"', '"' }, { '\\', '\\' } };

	for (size_t i = 0; i < COUNT_OF(letters); i++) {
		if (byte == (unsigned char)letters[i][0])
			return (size_t)snprintf(out, 8, "\\%c", letters[i][1]);
	}
	if (format != REPORT_JSON)
		return (size_t)snprintf(out, 8, "\\x%02x", byte);
	/* JSON has no way to say a byte; what is no UTF-8 becomes the replacement character. */
	return (size_t)snprintf(out, 8, "\\u%04x", byte < 0x80 ? byte : 0xfffdu);
}

static void line_put_escaped(struct report_line *line, enum report_format format, const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t limit = sizeof(line->text) - LINE_TAIL;

	while (*byte) {
		char escape[8];
		size_t length = utf8_length(byte);
		bool quoted = format != REPORT_PLAIN && (*byte == '"' || *byte == '\\');

		if (length && !quoted) {
			if (line->length + length > limit)
				return;
			line_append(line, (const char *)byte, length);
			byte += length;
			continue;
		}
		length = byte_escape(format, *byte++, escape);
		if (line->length + length > limit)
			return;
		line_append(line, escape, length);
	}
}

void report_format(enum report_format format, enum log_level level, time_t now, const char *text,
	struct report_line *ret_line)
{
	static const char *const levels[] = {
		[LOG_LEVEL_DEBUG] = "debug",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_ERROR] = "error",
	};

	ret_line->length = 0;
	switch (format) {
	case REPORT_TEXT:
		line_puts(ret_line, "time=\"");
		line_put_time(ret_line, now);
		line_puts(ret_line, "\" level=");
		line_puts(ret_line, levels[level]);
		line_puts(ret_line, " msg=\"");
		line_put_escaped(ret_line, format, text);
		line_puts(ret_line, "\"\n");
		return;
	case REPORT_JSON:
		line_puts(ret_line, "{\"level\":\"");
		line_puts(ret_line, levels[level]);
		line_puts(ret_line, "\",\"msg\":\"");
		line_put_escaped(ret_line, format, text);
		line_puts(ret_line, "\",\"time\":\"");
		line_put_time(ret_line, now);
		line_puts(ret_line, "\"}\n");
		return;
	case REPORT_PLAIN:
		line_put_escaped(ret_line, format, text);
		line_puts(ret_line, "\n");
		return;
	}
}

/* ---- where they go -------------------------------------------------------------------- */

static void report_send(int fd, enum report_format format, enum log_level level, const char *text)
{
	static struct report_line line; /* static: too large for the stack of a role */
	ssize_t written;

	report_format(format, level, time(NULL), text, &line);
	do {
		written = write(fd, line.text, line.length);
	} while (written < 0 && errno == EINTR);
}

static void report_sink(enum log_level level, const char *text, void *context)
{
	int saved = errno;

	(void)context;
	if (target.journal.fd >= 0)
		journal_send(&target.journal, level, text);
	else
		report_send(target.fd, target.format, level, text);
	errno = saved;
}

void report_error(const char *text)
{
	report_sink(LOG_LEVEL_ERROR, text, NULL);
	/* conmon and CRI-O read standard error even where they asked for a log. */
	if (target.fd != STDERR_FILENO || target.journal.fd >= 0)
		report_send(STDERR_FILENO, REPORT_PLAIN, LOG_LEVEL_ERROR, text);
}

static int log_file_open(const char *path)
{
	auto_close int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);

	if (fd < 0)
		return fail(errno, "log: open '%s'", path);
	target.fd = steal_fd(&fd);
	return 0;
}

int report_open(const char *log, const char *format, bool debug)
{
	/* Before all else: what goes wrong below is reported in the format that was asked for. */
	if (format && strcmp(format, "json") == 0)
		target.format = REPORT_JSON;
	else if (format && strcmp(format, "text") != 0)
		return refuse("unknown log format '%s': neither text nor json", format);

	if (log && *log) {
		int is_journal = journal_open(log, &target.journal);

		try(is_journal);
		if (!is_journal)
			try(log_file_open(strncmp(log, "file:", 5) == 0 ? log + 5 : log));
	}
	log_set_sink(report_sink, NULL, debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING);
	return 0;
}

int report_set_level(const char *word)
{
	/* crun's three, and youki's, of which we have fewer. */
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = {
		{ "error", LOG_LEVEL_ERROR },
		{ "warning", LOG_LEVEL_WARNING },
		{ "warn", LOG_LEVEL_WARNING },
		{ "info", LOG_LEVEL_WARNING },
		{ "debug", LOG_LEVEL_DEBUG },
		{ "trace", LOG_LEVEL_DEBUG },
	};

	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		if (strcmp(word, levels[i].word) != 0)
			continue;
		log_set_sink(report_sink, NULL, levels[i].level);
		return 0;
	}
	return refuse("unknown log level '%s': neither error, warning nor debug", word);
}
