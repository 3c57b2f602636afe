#include "libcontainer/lifecycle/foreground.h"

#include <errno.h>
#include <sys/prctl.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/process/terminal.h"

int foreground_begin(bool subreaper)
{
	/* Processes that outlive init of a shared pid namespace are ours to reap, not our caller's.
	 */
	if (subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return fail(errno, "become a subreaper");
	return terminal_block_signals();
}

int foreground_wait(struct launch *launch, int *ret_status)
{
	struct terminal_relay *relay = NULL;

	if (launch->console >= 0) {
		try(terminal_relay_start(launch->console, &relay), "relay the terminal");
		(void)steal_fd(&launch->console);
	}
	int r = terminal_wait(relay, launch->init_pidfd, ret_status);
	terminal_relay_done(relay);
	return r;
}
