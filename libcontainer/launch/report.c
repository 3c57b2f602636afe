/* Telling why init failed, to whoever still listens. */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/launch/launch.h"

/* One write of at most PIPE_BUF bytes: an int32_t, and the text without its end.  See
 * store_start(). */
static void report_to_start(int fifo, int code)
{
	char report[PIPE_BUF];
	int32_t number = code;
	size_t length = strnlen(error_text(), sizeof(report) - sizeof(number));

	memcpy(report, &number, sizeof(number));
	memcpy(report + sizeof(number), error_text(), length);
	/* Nobody may be there: `start` was killed.  We end all the same. */
	(void)!write(fifo, report, sizeof(number) + length);
}

void launch_report_failure(const struct launch *launch, const struct channel *channel, int code)
{
	if (launch->report_fifo >= 0 && channel->fd < 0)
		report_to_start(launch->report_fifo, code);
	else
		channel_send_failure(channel, code);
}
