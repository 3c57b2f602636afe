#include "libcontainer/process/passwd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct field {
	const char *text;
	size_t length;
};

/* name:password:uid:gid:gecos:home[:shell]; what follows home is of no interest. */
enum { FIELD_NAME, FIELD_PASSWORD, FIELD_UID, FIELD_GID, FIELD_GECOS, FIELD_HOME, FIELDS };

static bool line_split(const char *line, size_t length, struct field fields[FIELDS])
{
	const char *end = line + length;

	for (size_t i = 0; i < FIELDS; i++) {
		const char *colon = memchr(line, ':', (size_t)(end - line));

		fields[i].text = line;
		fields[i].length = (size_t)((colon ? colon : end) - line);
		if (!colon)
			return i == FIELD_HOME;
		line = colon + 1;
	}
	return true;
}

/* Digits and nothing else: " 0", "+0", "0x0" and "" are no ids, and nothing wraps around. */
static bool field_is_id(const struct field *field, uint64_t *ret_id)
{
	uint64_t id = 0;

	if (field->length == 0 || field->length > 10)
		return false;
	for (size_t i = 0; i < field->length; i++) {
		if (field->text[i] < '0' || field->text[i] > '9')
			return false;
		id = id * 10 + (uint64_t)(field->text[i] - '0');
	}
	if (id >= UINT32_MAX) /* -1 means "no change" to the system calls */
		return false;
	*ret_id = id;
	return true;
}

static bool line_is_of(const struct field fields[FIELDS], uid_t uid)
{
	uint64_t line_uid, line_gid;

	/* '+' and '-' begin entries of NIS, '#' what people take for comments. */
	if (fields[FIELD_NAME].length == 0 || strchr("+-#", fields[FIELD_NAME].text[0]))
		return false;
	return field_is_id(&fields[FIELD_UID], &line_uid) &&
	       field_is_id(&fields[FIELD_GID], &line_gid) && line_uid == uid;
}

int passwd_find_home(
	const char *text, size_t size, uid_t uid, const char **ret_home, size_t *ret_length)
{
	const char *end = text + size;

	for (const char *line = text; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;
		struct field fields[FIELDS];

		if (line_split(line, (size_t)(stop - line), fields) && line_is_of(fields, uid)) {
			const struct field *home = &fields[FIELD_HOME];

			if (home->length == 0 || home->text[0] != '/' ||
				memchr(home->text, '\0', home->length))
				return -ENOENT;
			*ret_home = home->text;
			*ret_length = home->length;
			return 0;
		}
		line = newline ? newline + 1 : end;
	}
	return -ENOENT;
}
