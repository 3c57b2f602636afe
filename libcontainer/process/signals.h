/*
 * Signals of a foreground command: which are forwarded to the container, and reaping what else is
 * our child.  terminal.h has what the rest of the house uses.
 */
#pragma once

#include <stdbool.h>

/* A signalfd(2), non-blocking, of all that terminal_block_signals() blocks. */
int signals_open(int *ret_fd);

/* The next signal of that descriptor; 0 where there is none.  Negative: an error. */
int signals_next(int fd);

/* Sends a signal that we got to the process; one that has ended is no error. */
void signals_forward(int pidfd, int signal);

/* Reaps the orphans that a subreaper is given, but never the process of pidfd. */
void signals_reap_others(int pidfd);

/* Whether the user means: stop, whatever you are waiting for. */
bool signals_ask_to_stop(int signal);
