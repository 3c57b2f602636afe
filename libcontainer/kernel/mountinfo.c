#include "libcontainer/kernel/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"

/* Of a host with a hundred thousand mounts. */
#define SIZE_MAX_READ (64U << 20)

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
	*entry = (struct mountinfo_entry){
		.id = strtol(fields[0], NULL, 10),
		.parent = strtol(fields[1], NULL, 10),
	};
	do {
		field = strsep(&line, " ");
		if (!field)
			return -EBADMSG;
		entry->shared = entry->shared || strncmp(field, "shared:", 7) == 0;
		entry->slave = entry->slave || strncmp(field, "master:", 7) == 0;
		entry->unbindable = entry->unbindable || strcmp(field, "unbindable") == 0;
	} while (strcmp(field, "-") != 0);

	char *type = strsep(&line, " ");
	char *source = strsep(&line, " ");
	if (!type || !source || !line)
		return -EBADMSG;
	entry->root = unescape(fields[3]);
	entry->mountpoint = unescape(fields[4]);
	entry->options = fields[5];
	entry->type = unescape(type);
	entry->source = unescape(source);
	entry->super_options = line;
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

/* The number that the table has for the mount of fd; statx(2) tells it only since Linux 5.8. */
static long mount_number(int fd)
{
	static const char name[] = "mnt_id:";
	char path[64], text[1024];

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (file_read_into(AT_FDCWD, path, text, sizeof(text)) < 0)
		return -1;
	const char *at = strstr(text, name);
	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

struct mount_search {
	long id, parent;
	const char *path;
};

static int visit_mount(const struct mountinfo_entry *entry, void *context)
{
	const struct mount_search *search = context;

	return entry->id == search->id && entry->parent == search->parent &&
	       strcmp(entry->mountpoint, search->path) == 0;
}

bool mountinfo_has(int fd, int below, const char *path)
{
	struct mount_search search = { mount_number(fd), mount_number(below), path };
	struct arena arena = { 0 };
	struct file_text table;

	if (search.id < 0 || search.parent < 0)
		return false;
	int r = file_read(&arena, AT_FDCWD, "/proc/self/mountinfo", SIZE_MAX_READ, &table);
	if (r == 0)
		r = mountinfo_walk(table.text, visit_mount, &search);
	arena_done(&arena);
	return r == 1;
}
