#include "libcontainer/lifecycle/notify.h"

#include <stdlib.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"

const char *notify_address(void)
{
	const char *address = getenv("NOTIFY_SOCKET");

	return address && *address ? address : NULL;
}

void notify_await(int *socket, const char *address, pid_t pid, int pidfd)
{
	struct notify_relay relay = NOTIFY_RELAY_NONE;

	if (*socket < 0)
		return;
	int r = notify_begin(socket, address, pid, &relay);
	if (r == 0)
		r = notify_wait(&relay, pidfd);
	notify_end(&relay);
	if (r == 0)
		return;
	log_warning("NOTIFY_SOCKET: %s", error_text());
	error_clear();
}
