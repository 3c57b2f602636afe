/*
 * passwd(5) as the image has it: foreign bytes, parsed strictly.  An entry is found by its number
 * and never by its name, so that a user called "1000" whose uid is 0 is nobody's (CVE-2016-3697).
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/*
 * The home directory of the first entry with this uid: points into text, of ret_length bytes, an
 * absolute path without NUL.  -ENOENT, plain, where there is no such entry or its home is no
 * absolute path.  Lines that are no entries (six fields at least, decimal ids, a name) are skipped.
 */
int passwd_find_home(
	const char *text, size_t size, uid_t uid, const char **ret_home, size_t *ret_length);
