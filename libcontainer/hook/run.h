/* Running one list of hooks, with the state on stdin: runtime-spec config.md, "POSIX-platform
 * Hooks". */
#pragma once

#include <stddef.h>

#include "libcontainer/plan/plan.h"

/* The word that errors and states use: "createRuntime". */
const char *hook_point_name(enum plan_hook_point point);

/*
 * Runs them in order.  state: the JSON text.  default_env: for hooks without env (NULL: empty).
 * Stops at the first failure: "error running createRuntime hook #0: ..." with what it printed;
 * -ETIMEDOUT where it was the time limit.
 */
int hooks_run(const struct plan_hooks *hooks, enum plan_hook_point point, const char *state,
	const char *directory, const char **default_env);
/* As above, but a failure is a warning and the rest run (poststop). */
void hooks_run_all(const struct plan_hooks *hooks, enum plan_hook_point point, const char *state,
	const char *directory);
