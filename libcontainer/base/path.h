/* Lexical work on paths: no file system is touched. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

bool path_is_absolute(const char *path);

/* The absolute path without ".", "..", doubled and trailing slashes; a relative one is taken
 * relative to base (absolute).  ".." at the root stays there.  "/" at the least. */
char *path_clean(struct arena *arena, const char *base, const char *path);

/* a + "/" + b with exactly one slash between them. */
char *path_join(struct arena *arena, const char *a, const char *b);

/* Whether path is prefix or below it: "/a/b" is below "/a", "/ab" is not.  Both clean. */
bool path_is_below(const char *path, const char *prefix);

/* The last component, pointing into path. */
const char *path_name(const char *path);
