/* Time for time limits: a clock that nobody sets. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
