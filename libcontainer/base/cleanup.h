/*
 * Cleanup attributes: local variables that free themselves, and visible transfer of ownership.
 * Declare them at the top of a block and initialise them there: auto_close int fd = -EBADF.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define auto_free __attribute__((cleanup(cleanup_free)))
#define auto_close __attribute__((cleanup(cleanup_close)))
#define auto_closedir __attribute__((cleanup(cleanup_closedir)))
#define auto_fclose __attribute__((cleanup(cleanup_fclose)))

/*
 * For large buffers that are written before they are read: -ftrivial-auto-var-init would touch all
 * their pages, in each of the processes.
 */
#define uninitialized __attribute__((uninitialized))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

/* Closes and disarms; keeps errno, so that it may stand between a failure and its report. */
static inline void fd_close(int *fd)
{
	int saved = errno;

	/* Not written either: after a fork that would cost a copy of its page. */
	if (*fd < 0)
		return;
	(void)close(*fd);
	*fd = -EBADF;
	errno = saved;
}

static inline void cleanup_close(int *fd)
{
	fd_close(fd);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

/* Takes the descriptor out of its variable: the caller owns it now. */
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -EBADF;
	return stolen;
}

/* Takes the pointer out of its variable, keeping its type. */
#define steal_ptr(p) \
	({ \
		__typeof__(p) *steal_p_ = &(p); \
		__typeof__(p) steal_v_ = *steal_p_; \
		*steal_p_ = NULL; \
		steal_v_; \
	})

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
