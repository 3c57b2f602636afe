/* Running one list of hooks, with the state on stdin: runtime-spec config.md, "POSIX-platform
 * Hooks". */
#pragma once

#include <stddef.h>

#include "libcontainer/plan/plan.h"

/* What is the same for all hooks of one list. */
struct hooks_setting {
	const char *state;        /* JSON text, for their stdin */
	const char *directory;    /* or NULL */
	int directory_fd;         /* instead of it, above stdio; 0: none */
	const char **default_env; /* for hooks without env; NULL: empty */
	int output, error_output; /* -EBADF: captured, for the message of a failure */
};

/*
 * Runs them in order.  Stops at the first failure: "error running createRuntime hook #0: ..." with
 * what it printed; -ETIMEDOUT where it was the time limit.
 */
int hooks_run(const struct plan_hooks *hooks, enum plan_hook_point point,
	const struct hooks_setting *setting);
/* As above, but a failure is a warning and the rest run (poststop). */
void hooks_run_all(const struct plan_hooks *hooks, enum plan_hook_point point,
	const struct hooks_setting *setting);

/*
 * Opens the files that the plan has for what hooks print, made where they do not exist, to append
 * to.  The caller closes them; -EBADF where there is none.  A FIFO that nobody reads is an error.
 */
int hooks_open_outputs(const struct plan *plan, int *ret_output, int *ret_error_output);
