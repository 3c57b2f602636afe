#include "libcontainer/lifecycle/foreground.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/process/notify_socket.h"
#include "libcontainer/process/terminal.h"

/* ms; one that is frozen does not even end by SIGKILL. */
#define END_TIMEOUT 10000

int foreground_begin(bool subreaper)
{
	/* Processes that outlive init of a shared pid namespace are ours to reap, not our caller's.
	 */
	if (subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return fail(errno, "become a subreaper");
	return terminal_block_signals();
}

/* For a service manager we are the main process: our end, and its status, are the container's. */
static void begin_notify(struct launch *launch, struct notify_relay *notify)
{
	if (launch->notify < 0)
		return;
	if (notify_begin(&launch->notify, launch->plan->notify_socket, getpid(), notify) == 0)
		return;
	log_warning("NOTIFY_SOCKET: %s", error_text());
	error_clear();
}

static int relay_and_wait(struct launch *launch, int *ret_status)
{
	struct terminal_relay *relay = NULL;
	struct notify_relay notify = NOTIFY_RELAY_NONE;

	if (launch->console >= 0) {
		try(terminal_relay_start(launch->console, &relay), "relay the terminal");
		(void)steal_fd(&launch->console);
	}
	begin_notify(launch, &notify);
	int r = terminal_wait(relay, &notify, launch->init_pidfd, ret_status);
	terminal_relay_done(relay);
	/* What it had said is of no interest any more, and no failure of that hides the first. */
	notify.over = notify.over || r < 0;
	notify_end(&notify);
	return r;
}

/* Nobody would ever hear how it ends. */
static void end_program(const struct launch *launch, int code)
{
	char words[ERROR_TEXT_SIZE];
	int status;

	(void)snprintf(words, sizeof(words), "%s", error_text());
	/* Where it was reaped already, there is nothing more to do. */
	if (pidfd_signal(launch->init_pidfd, SIGKILL) == 0 &&
		pidfd_await(launch->init_pidfd, END_TIMEOUT) == 0)
		(void)pidfd_reap(launch->init_pidfd, &status);
	(void)error_set(code, words);
}

int foreground_wait(struct launch *launch, int *ret_status)
{
	int r = relay_and_wait(launch, ret_status);

	if (r < 0)
		end_program(launch, r);
	return r;
}
