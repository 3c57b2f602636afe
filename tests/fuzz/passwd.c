/*
 * Any bytes as an image's /etc/passwd.  The first four are the uid looked for.  A home that is
 * found lies inside the text, on one line, and stands behind that very number.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/process/passwd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* From the home back to the line's beginning: three fields in between, and the number. */
static void check_line(const char *text, const char *home, uid_t uid)
{
	char digits[16] = "";
	const char *field = home;

	for (int colons = 0; colons < 4; colons++) {
		demand(field > text);
		for (field--; field > text && field[-1] != ':'; field--)
			demand(field[-1] != '\n');
	}
	/* gecos, gid, uid: field now begins one field too early, at the password. */
	const char *number = strchr(field, ':') + 1;
	size_t length = strcspn(number, ":");

	demand(length > 0 && length < sizeof(digits));
	memcpy(digits, number, length);
	demand(strspn(digits, "0123456789") == length);
	demand(strtoull(digits, NULL, 10) == uid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t uid;

	if (size < sizeof(uid))
		return 0;
	memcpy(&uid, data, sizeof(uid));
	size -= sizeof(uid);
	/* Exactly as large: one byte read too far is seen.  And a copy to look at as a string. */
	char *text = malloc(size ? size : 1), *copy = calloc(1, size + 1);
	const char *home;
	size_t length;

	demand(text && copy);
	memcpy(text, data + sizeof(uid), size);
	memcpy(copy, text, size);
	if (passwd_find_home(text, size, uid, &home, &length) == 0) {
		size_t at = (size_t)(home - text);

		demand(home >= text && at < size && length > 0 && length <= size - at);
		demand(home[0] == '/' && !memchr(home, '\n', length) && !memchr(home, ':', length));
		demand(uid != UINT32_MAX);
		if (!memchr(copy, '\0', size))
			check_line(copy, copy + at, uid);
	}
	free(text);
	free(copy);
	return 0;
}
