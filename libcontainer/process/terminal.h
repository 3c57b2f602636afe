/*
 * The container's terminal: pty(7) from the container's own devpts, by descriptor; the console socket;
 * and the relay between it and our own terminal for a foreground run.
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
/* Sends the master over a connected console socket, as runc does. */
int terminal_send(int socket, int master);

/* The relay of a foreground run or exec.  Not made where our stdin is no terminal: then raw mode is skipped. */
struct terminal_relay;
int terminal_relay_start(int master, struct terminal_relay **ret_relay);
/*
 * One loop: forwards signals that we get to pidfd's process, relays both directions, follows the window size,
 * until the process has ended and its output is drained.  master may be -1: signals and waiting only
 * (relay is NULL then).  ret_status as wait(2).  signals were blocked by terminal_block_signals().
 */
int terminal_wait(struct terminal_relay *relay, int pidfd, int *ret_status);
void terminal_relay_done(struct terminal_relay *relay); /* restores our terminal */

/* Blocks all signals that are to be forwarded or waited for; before init is started.  The mask before is
 * kept for init to restore: terminal_restore_signals(). */
int terminal_block_signals(void);
int terminal_restore_signals(void);
