/*
 * The error chain: a function returns 0 (or a count) or -errno and leaves words about it here;
 * src/ prints them once.  One chain per process, in fixed storage, so that it works after fork
 * and when memory is out; it travels between the roles as the text that error_text() gives.
 *
 *	return fail(errno, "open '%s'", path);           starts a chain:  open 'x': no such file
 *	return refuse("%s: wants an integer", place);    starts one without an errno's text
 *	try(mount_apply(m), "mount '%s'", m->target);    returns early, with context put in front
 *	try(idmap_write(p));                             returns early, adds nothing
 *
 * An expected miss (-ENOENT and its like) is returned plain, with no chain; a caller who handles a
 * failure instead of passing it on calls error_clear().
 */
#pragma once

#include <stddef.h>

/* Longest text of a chain, its NUL included. */
#define ERROR_TEXT_SIZE 2048

/* Starts a chain "FORMAT: what errno means".  Takes errno or -errno; returns -errno. */
int fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/* Starts a chain of these words alone, for what no errno explains.  Returns -EINVAL. */
int refuse(const char *format, ...) __attribute__((format(printf, 1, 2), cold));

/* As refuse(), with the code that the caller wants returned.  Takes errno or -errno. */
int refuse_as(int error, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/*
 * Puts "FORMAT: " in front of the chain and returns code unchanged.  Starts a chain from code where
 * the present one belongs to another failure.  An empty format adds nothing.
 */
int error_context(int code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/* Takes over a chain that came from another process.  Returns code. */
int error_set(int code, const char *text);

/* The chain's words; "" where there is none.  Valid until the chain changes. */
const char *error_text(void);

void error_clear(void);

/* What an errno means, as the kernel's users know it, but in lower case as runc prints it. */
const char *error_name(int error, char *buffer, size_t size);

/* Returns from the calling function where call is negative; used only as a statement. */
#define try(call, ...) \
	do { \
		int try_code_ = (call); \
		if (try_code_ < 0) \
			return error_context(try_code_, "" __VA_ARGS__); \
	} while (0)
