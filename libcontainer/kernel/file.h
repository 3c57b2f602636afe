/* Whole files: reading, replacing atomically, and writing values to /proc and cgroup files. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct arena;

struct file_text {
	char *text;  /* the arena's, NUL-terminated */
	size_t size; /* without that NUL */
};

/*
 * Reads all of a file below dir (AT_FDCWD or a descriptor); at most limit bytes, -EFBIG beyond.
 * -ENOENT comes plain, without a chain.
 */
int file_read(
	struct arena *arena, int dir, const char *path, size_t limit, struct file_text *ret_file);
/* As file_read(), of a file in a directory of ours, which is no symlink: -ELOOP. */
int file_read_own(
	struct arena *arena, int dir, const char *name, size_t limit, struct file_text *ret_file);
/* As file_read(), of an open descriptor, from its present offset; name is for messages. */
int file_read_fd(
	struct arena *arena, int fd, const char *name, size_t limit, struct file_text *ret_file);
/*
 * Reads into a fixed buffer without an arena; NUL-terminates; returns the length.  -EFBIG if
 * larger; -ENOENT comes plain.
 */
ssize_t file_read_into(int dir, const char *path, char *buffer, size_t size);

/* One write(2) of the text to an existing file (no O_CREAT): for /proc and cgroup files. */
int file_write_value(int dir, const char *path, const char *value);

/*
 * Replaces dir/name: writes ".name.tmp" beside it with O_EXCL, renames it.  name is one component.
 * A leftover temporary of a killed process is replaced.  The umask applies to mode.
 */
int file_replace(int dir, const char *name, const void *data, size_t size, mode_t mode);
