#include "libcontainer/kernel/mountinfo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "libcontainer/base/error.h"

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Turns "\040" back into the space that it stands for, in place. */
static char *unescape(char *field)
{
	char *from = strchr(field, '\\');

	if (!from)
		return field;
	char *to = from;
	while (*from) {
		if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) &&
			is_octal(from[3])) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return field;
}

/* Splits "36 35 98:0 /root /mountpoint options [optional fields] - type source super_options". */
static int parse_line(char *line, struct mountinfo_entry *entry)
{
	char *fields[6], *field;

	/* Not strtok(): a source may be empty, which leaves two spaces in a row. */
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		fields[i] = strsep(&line, " ");
		if (!fields[i])
			return -EBADMSG;
	}
	do {
		field = strsep(&line, " ");
		if (!field)
			return -EBADMSG;
	} while (strcmp(field, "-") != 0);

	char *type = strsep(&line, " ");
	char *source = strsep(&line, " ");
	if (!type || !source || !line)
		return -EBADMSG;
	*entry = (struct mountinfo_entry){
		.root = unescape(fields[3]),
		.mountpoint = unescape(fields[4]),
		.options = fields[5],
		.type = unescape(type),
		.source = unescape(source),
		.super_options = line,
	};
	return 0;
}

int mountinfo_walk(
	char *text, int (*visit)(const struct mountinfo_entry *entry, void *context), void *context)
{
	size_t number = 0;

	while (text && *text) {
		struct mountinfo_entry entry;
		char *line = strsep(&text, "\n");

		number++;
		if (parse_line(line, &entry) < 0)
			return refuse_as(EBADMSG, "mountinfo: line %zu is malformed", number);
		int r = visit(&entry, context);
		if (r != 0)
			return r;
	}
	return 0;
}
