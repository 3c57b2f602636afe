/* A function of a test in a process of its own: what it changes (ids, limits, stdio) ends with it.
 */
#pragma once

/* Before cmocka.h, which has a macro fail(). */
#include "libcontainer/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_SKIP 77

/* For children: cmocka's own assertions would jump out of the fork. */
#define child_check(condition) \
	do { \
		if (!(condition)) { \
			(void)dprintf(2, "%s:%d: %s (%s; errno %d)\n", __FILE__, __LINE__, \
				#condition, error_text(), errno); \
			_exit(1); \
		} \
	} while (0)

/* Runs it; returns the status of wait(2). */
static inline int child_status(void (*function)(void *context), void *context)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		function(context);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Runs it, which must end with 0, or with CHILD_SKIP where this machine does not allow it. */
static inline void child_run(void (*function)(void *context), void *context)
{
	int status = child_status(function, context);

	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CHILD_SKIP)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}
