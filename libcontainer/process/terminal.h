/*
 * The container's terminal: pty(7) from the container's own devpts, by descriptor; the console
 * socket; and the relay between it and our own terminal for a foreground run.
 */
#pragma once

#include <sys/types.h>

#include "libcontainer/plan/plan.h"

/*
 * Opens a new pty from dev/pts/ptmx below root (checked: devpts, 5:2; CVE-2025-52565); the slave by
 * TIOCGPTPEER, owned by uid; window size as planned.
 */
int terminal_open(int root, const struct plan_process *plan, int *ret_master, int *ret_slave);
/* Makes the slave our controlling terminal and stdio (setsid has been called). */
int terminal_take(int slave);
/* Sends the master over a connected console socket, as runc does: one message, "/dev/pts/ptmx". */
int terminal_send(int socket, int master);

/*
 * For a foreground run, as soon as the master is there and before the program runs, so that its
 * first line and first look at the size are right: the size of our own terminal where the spec has
 * none, and no "\r\n".  terminal_relay_start() does it again.  Ours is whichever of stdio is a
 * terminal, else /dev/tty.
 */
int terminal_prepare(int master);

/*
 * The relay of a foreground run or exec, from the host's side of things (it uses /proc/self/fd).
 * Raw mode is for a stdin that is a terminal; without any terminal there is just no size to follow.
 * On success it owns master.
 */
struct terminal_relay;
int terminal_relay_start(int master, struct terminal_relay **ret_relay);

/*
 * One loop: forwards the signals that we get to pidfd's process, our child; relays both directions;
 * follows the window size; reaps orphans; until the process has ended and its output is drained.
 * relay is NULL where there is no terminal: signals and waiting only.  ret_status as wait(2) has
 * it.  Signals were blocked by terminal_block_signals().  notify may be NULL, too; it is ended by
 * the caller.
 */
struct notify_relay;
int terminal_wait(
	struct terminal_relay *relay, struct notify_relay *notify, int pidfd, int *ret_status);

/* Restores our terminal and closes the master.  NULL is allowed. */
void terminal_relay_done(struct terminal_relay *relay);

/* Blocks all signals that are to be forwarded or waited for; before init is started. */
int terminal_block_signals(void);

/* For init, in front of the program: no signal is blocked, and each has its default action,
 * whatever our caller blocked or ignored. */
int terminal_restore_signals(void);
