/*
 * A timer that execve(2) takes away: timer_create(2), not setitimer(2).  By the system calls, as
 * glibc's functions bring its threads, and with them its resolver, into a static program.
 */
#pragma once

#include <stdint.h>

/* SIGALRM for the calling process after so many seconds, and then every second. */
int timer_alarm(int64_t seconds);
