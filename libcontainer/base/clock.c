#include "libcontainer/base/clock.h"

#include <stdint.h>
#include <stdio.h>

struct date {
	long long year;
	int month, day; /* from 1 */
};

/*
 * In the proleptic Gregorian calendar, counted from a first of March, so that leap days end a
 * year.
 */
static struct date date_of(int64_t days)
{
	days += 719468; /* from 0000-03-01 to 1970-01-01 */
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int day_of_era = (int)(days - era * 146097);
	int year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * day_of_year + 2) / 153; /* March is 0 */

	return (struct date){
		.year = year_of_era + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day_of_year - (153 * month + 2) / 5 + 1,
	};
}

const char *clock_text(const struct timespec *time, int nanoseconds, char buffer[CLOCK_TEXT_SIZE])
{
	int64_t days = time->tv_sec / 86400;
	int second = (int)(time->tv_sec % 86400);
	char fraction[16] = "";

	if (second < 0) {
		second += 86400;
		days--;
	}
	struct date date = date_of(days);
	if (nanoseconds)
		(void)snprintf(fraction, sizeof(fraction), ".%09ld", time->tv_nsec);
	(void)snprintf(buffer, CLOCK_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02d%sZ", date.year,
		date.month, date.day, second / 3600, second / 60 % 60, second % 60, fraction);
	return buffer;
}
