/* What create and run have in common: their options, and the dry run. */
#pragma once

#include <stdbool.h>

#include "src/command.h"

struct creation {
	struct container_create_options options;
	bool dry_run;
	const char *format; /* of the dry run */
};

extern struct creation creation;

/* clang-format off */
#define CREATION_OPTIONS \
	TEXT("bundle", 'b', "DIR", &creation.options.bundle, \
		"directory of the bundle (default: the current one)"), \
	TEXT("config", 'f', "FILE", &creation.options.config, \
		"configuration (default: config.json of the bundle)"), \
	TEXT("console-socket", 0, "SOCKET", &creation.options.console_socket, \
		"unix socket that gets the terminal"), \
	TEXT("pidfd-socket", 0, "SOCKET", &creation.options.pidfd_socket, \
		"unix socket that gets a descriptor of the first process"), \
	TEXT("pid-file", 0, "FILE", &creation.options.pid_file, \
		"file that gets the pid of the container's first process"), \
	FLAG("no-pivot", 0, &creation.options.no_pivot, \
		"move the root instead of pivot_root(2): for a ramdisk"), \
	FLAG("no-new-keyring", 0, &creation.options.no_new_keyring, \
		"keep the caller's session keyring"), \
	NUMBER("preserve-fds", 0, "N", &creation.options.preserve_fds, \
		"hand on N more descriptors, from 3 on"), \
	FLAG("dry-run", 0, &creation.dry_run, \
		"print what would be done, and do nothing"), \
	TEXT("format", 0, "FORMAT", &creation.format, \
		"of --dry-run: text (default) or json"), \
	FLAG("general-road", 0, &creation.options.general_road, NULL), \
	TEXT("resctrl", 0, "DIR", &creation.options.resctrl, NULL)
/* clang-format on */

/* Prints what create, or run, would do. */
int creation_dry_run(struct command_call *call, bool run);
