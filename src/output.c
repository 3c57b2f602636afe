#include "src/output.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "libcontainer/base/error.h"

/* Writes text and end, in one call where the kernel takes all of it. */
static int output_write(const char *text, const char *end)
{
	if (!text)
		return fail(ENOMEM, "write to standard output");

	struct iovec parts[] = {
		{ .iov_base = (char *)text, .iov_len = strlen(text) },
		{ .iov_base = (char *)end, .iov_len = strlen(end) },
	};
	while (parts[0].iov_len + parts[1].iov_len > 0) {
		ssize_t written = writev(STDOUT_FILENO, parts, 2);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(errno, "write to standard output");
		for (int i = 0; i < 2; i++) {
			size_t taken = (size_t)written < parts[i].iov_len ? (size_t)written
									  : parts[i].iov_len;
			parts[i].iov_base = (char *)parts[i].iov_base + taken;
			parts[i].iov_len -= taken;
			written -= (ssize_t)taken;
		}
	}
	return 0;
}

int output_text(const char *text)
{
	return output_write(text, "");
}

int output_line(const char *text)
{
	return output_write(text, "\n");
}
