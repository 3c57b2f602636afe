#include "libcontainer/base/path.h"

#include <string.h>

#include "libcontainer/base/arena.h"

bool path_is_absolute(const char *path)
{
	return path[0] == '/';
}

/* Appends the components of path behind end, which stands behind the clean path begun at start. */
static char *clean_append(char *start, char *end, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && memcmp(path, "..", 2) == 0) {
			while (end > start && *--end != '/')
				;
		} else if (length > 0 && !(length == 1 && path[0] == '.')) {
			*end++ = '/';
			memcpy(end, path, length);
			end += length;
		}
		path += length;
		path += *path == '/';
	}
	return end;
}

char *path_clean(struct arena *arena, const char *base, const char *path)
{
	if (path_is_absolute(path))
		base = "";

	/* A slash for each of the two, as neither need begin with one, and the NUL. */
	char *start = arena_alloc(arena, strlen(base) + strlen(path) + 3);
	char *end = clean_append(start, start, base);
	end = clean_append(start, end, path);
	if (end == start)
		*end++ = '/';
	/* ".." may have left bytes of what it removed. */
	*end = '\0';
	return start;
}

char *path_join(struct arena *arena, const char *a, const char *b)
{
	size_t length = strlen(a);

	while (length > 0 && a[length - 1] == '/')
		length--;
	b += strspn(b, "/");

	size_t tail = strlen(b);
	char *joined = arena_alloc(arena, length + tail + 2);
	memcpy(joined, a, length);
	joined[length] = '/';
	memcpy(joined + length + 1, b, tail);
	return joined;
}

bool path_is_below(const char *path, const char *prefix)
{
	size_t length = strlen(prefix);

	/* "/" ends in the slash that must follow any other prefix. */
	if (length > 0 && prefix[length - 1] == '/')
		length--;
	return strncmp(path, prefix, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
