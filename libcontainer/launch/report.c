/* Telling why init failed, to whoever still listens. */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/launch/launch.h"

/* One write of at most PIPE_BUF bytes: an int32_t, and the text without its end.  See
 * store_start(). */
size_t launch_make_report(char *report, int code, const char *text)
{
	int32_t number = code;
	size_t length = strnlen(text, PIPE_BUF - sizeof(number));

	memcpy(report, &number, sizeof(number));
	memcpy(report + sizeof(number), text, length);
	return sizeof(number) + length;
}

static void report_to_start(int fifo, int code)
{
	char report[PIPE_BUF];
	size_t size = launch_make_report(report, code, error_text());

	/* Nobody may be there: `start` was killed.  We end all the same. */
	(void)!write(fifo, report, size);
}

void launch_report_failure(const struct launch *launch, const struct channel *channel, int code)
{
	if (launch->report_fifo >= 0 && channel->fd < 0)
		report_to_start(launch->report_fifo, code);
	else
		channel_send_failure(channel, code);
}
