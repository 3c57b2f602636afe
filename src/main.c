#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "src/program.h"

/*
 * A caller may have closed some of the first three descriptors; the next file opened would take
 * such a place and be read and written as standard input or output.  One call tells.
 */
static bool stdio_fill(void)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO }, { .fd = STDOUT_FILENO },
		{ .fd = STDERR_FILENO } };

	if (poll(fds, COUNT_OF(fds), 0) <= 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		/* Ascending, so each open takes the lowest place that is free: this one. */
		if (fds[i].revents & POLLNVAL && open("/dev/null", O_RDWR) < 0)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	/* Without all three there may be no place to report to. */
	if (!stdio_fill())
		return EXIT_FAILURE;
	return program_run(argc, argv);
}
