/*
 * What the spec demands between properties, or of a value beyond its kind: a table of rules, each
 * with a name and a check.  Pure; what depends on the host or on the command is for plan/.
 *
 * A message begins with the place: "linux.namespaces[3].type: ...".  The name of the rule that was
 * broken goes to log_debug().  What users are used to see accepted is warned of, not refused.
 */
#pragma once

struct spec_config;
struct spec_process;
struct spec_resources;

/* For create and run.  -EINVAL with a chain. */
int rules_check(const struct spec_config *config);

/* The process of exec: its rules stand for themselves. */
int rules_check_process(const struct spec_process *process);

/* Resources as they shall be: an update is to be merged with what was before. */
int rules_check_resources(const struct spec_resources *resources);
