/*
 * Telling a service manager that a container is ready: sd_notify(3), with NOTIFY_SOCKET in the
 * environment of create and run, or of create and start.  As in runc, `run --detach` and `start`
 * wait until the program has sent READY=1 or has ended, however long that takes, and tell of init
 * as the main process; a run in the foreground waits anyway, and stays the main process itself.
 */
#pragma once

#include <sys/types.h>

#include "libcontainer/process/notify_socket.h"

/* That of our caller, or NULL. */
const char *notify_address(void);

/*
 * Takes the socket over; nothing is done where it is -EBADF.  What goes wrong is warned of: the
 * container runs.
 */
void notify_await(int *socket, const char *address, pid_t pid, int pidfd);
