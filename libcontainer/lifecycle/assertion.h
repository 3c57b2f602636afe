/* `start`: whether the program of a created container is what was planned, see audit/audit.h. */
#pragma once

#include "libcontainer/lifecycle/open.h"

struct assertion {
	const char *expected; /* NULL: nothing is to be looked at */
};

#define ASSERTION_NONE \
	{ \
		.expected = NULL \
	}

/*
 * Before init is told to go on: it is traced from here on.  Nothing where nobody asked for it, at
 * create or now.
 */
int assertion_begin(const struct container_context *c, struct container *container,
	struct assertion *ret_assertion);

/*
 * Waits for the program to be executed, and looks.  0 where it is as planned and runs, and where
 * init ended before; 1 where the container was paused meanwhile.  Else the container is killed.
 */
int assertion_await(const struct assertion *assertion, const struct container *container);
