/*
 * What is worth saying without being an error.  Rooms below src/ call log_debug() and
 * log_warning(); where it goes (stderr, file, journal, or over the channel to the parent) is the
 * sink's business.
 */
#pragma once

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR,
};

/* Takes one line without its end.  Must not fail and must keep errno. */
typedef void log_sink(enum log_level level, const char *line, void *context);

/* Sets where lines go and from which level on; NULL drops them, which is also the start. */
void log_set_sink(log_sink *sink, void *context, enum log_level lowest);

int log_wants(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The arguments are not evaluated where nobody listens. */
#define log_debug(...) \
	do { \
		if (log_wants(LOG_LEVEL_DEBUG)) \
			log_line(LOG_LEVEL_DEBUG, __VA_ARGS__); \
	} while (0)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
