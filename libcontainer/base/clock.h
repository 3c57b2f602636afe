/*
 * Times as text.  Not by gmtime(3) and strftime(3): these read /etc/localtime, and bring time zones
 * and locales into a static program.
 */
#pragma once

#include <stddef.h>
#include <time.h>

#define CLOCK_TEXT_SIZE 128

/* RFC 3339 in UTC: "2026-11-24T18:47:03Z", with nanoseconds "2026-11-24T18:47:03.012345678Z". */
const char *clock_text(const struct timespec *time, int nanoseconds, char buffer[CLOCK_TEXT_SIZE]);
