/* What a foreground run and exec do while their program runs. */
#pragma once

#include <stdbool.h>

#include "libcontainer/launch/launch.h"

/* Before the launch: signals are kept for the program; its orphans come to us (subreaper). */
int foreground_begin(bool subreaper);

/*
 * Forwards signals and relays the terminal, if there is one, until the program has ended.  On
 * failure it is killed: nobody would ever hear how it ends.
 */
int foreground_wait(struct launch *launch, int *ret_status);
