/* The options before the command, and what they make of the context that every verb gets. */
#pragma once

#include <stdbool.h>

#include "libcontainer/container.h"
#include "src/options.h"

struct globals {
	const char *root, *log, *log_format, *log_level, *cgroup_manager;
	enum container_tristate rootless;
	bool debug, systemd_cgroup, version;
};

extern struct globals globals;
extern const struct option globals_options[];

/* Makes the context of the parsed options.  Its strings live as long as the program. */
int globals_context(struct container_context *ret_context);
