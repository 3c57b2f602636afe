#include "libcontainer/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

static struct {
	log_sink *sink;
	void *context;
	enum log_level lowest;
} target;

void log_set_sink(log_sink *sink, void *context, enum log_level lowest)
{
	target.sink = sink;
	target.context = context;
	target.lowest = lowest;
}

int log_wants(enum log_level level)
{
	return target.sink && level >= target.lowest;
}

void log_line(enum log_level level, const char *format, ...)
{
	uninitialized char line[ERROR_TEXT_SIZE];
	va_list arguments;
	int saved = errno;

	if (!log_wants(level))
		return;
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	target.sink(level, line, target.context);
	errno = saved;
}
