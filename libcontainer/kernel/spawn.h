/* Running a program of the host (a hook, newuidmap) and waiting for it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct spawn {
	const char *path;        /* absolute */
	const char *const *args; /* NULL-terminated, args[0] included */
	const char *const *env;  /* NULL-terminated; NULL: empty */
	const char *directory;   /* or NULL */
	int directory_fd;        /* instead of it, above stdio; 0: none */
	const char *input;       /* written to its stdin; NULL: /dev/null */
	size_t input_size;
	int64_t timeout;  /* milliseconds; 0: none.  Its process group is killed then */
	int output;       /* descriptor for its stdout and stderr; -1: captured, see ret_output */
	int error_output; /* -1: where output goes */
};

/*
 * Runs it to its end.  ret_status as wait(2) has it; -ETIMEDOUT, with a chain, after the time
 * limit. ret_output (may be NULL) gets the last size bytes it printed, NUL-terminated. A program
 * that does not exist or can't be executed is an error of this function.
 */
int spawn_run(const struct spawn *spawn, int *ret_status, char *ret_output, size_t size);

/*
 * Runs a helper program of ours, which prints one line where it fails: those words are the chain
 * then, and -EINVAL is returned.  Its output and the time limit are as the spawn has them.
 */
int spawn_helper(const struct spawn *spawn);

/*
 * Looks up a program of the host in PATH, absolute directories only: we are in the bundle, and what
 * lies there may be the image.  -ENOENT with words.
 */
int spawn_find(const char *name, char *buffer, size_t size);
