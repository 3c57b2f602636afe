/*
 * The text of a schemata file of resctrl, a resource a line: "L3:0=ff;1=0f".  Pure: what it says is
 * compared without regard to blanks, leading zeros and the case of hexadecimal digits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether present says all that wanted does, perhaps more.  If not, ret_line and ret_length are the
 * first line of wanted that differs.
 */
bool schemata_have(
	const char *present, const char *wanted, const char **ret_line, size_t *ret_length);
