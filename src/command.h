/*
 * Commands: each is one row that says how it is called and what it is for, and one function that
 * turns options into a call of container.h and its result into output.  One file per command.
 */
#pragma once

#include <stdbool.h>

#include "libcontainer/container.h"
#include "src/options.h"

/* One call of a command, its options taken in. */
struct command_call {
	const struct container_context *context;
	char **arguments; /* NULL-terminated; as many as the command's row allows */
	int status;       /* the exit status of a success; 0 at first */
};

#define COMMAND_ANY_NUMBER (-1)

struct command {
	const char *name;
	const char *arguments;        /* "ID [SIGNAL]" */
	const char *summary;          /* one line */
	const char *description;      /* lines, indented by three */
	const struct option *options; /* NULL: none */
	enum options_order order;
	int minimum, maximum;           /* number of arguments */
	int (*check)(char **arguments); /* what the numbers don't say; NULL: nothing */
	bool sealed;                    /* starts processes in a container: from a sealed copy */
	int failure;                    /* exit status of a failure; 0 stands for 1 */
	int (*run)(struct command_call *call);
};

/* NULL-terminated. */
extern const struct command *const commands[];

extern const struct command command_create, command_delete, command_events, command_exec,
	command_features, command_help, command_kill, command_list, command_pause, command_ps,
	command_resume, command_run, command_spec, command_start, command_state, command_update;

/* Fails in runc's words where there is none of that name. */
int command_find(const char *name, const struct command **ret_command);

/* Checks the number of arguments, and what else can be wrong in how the command is called. */
int command_check(const struct command *command, char **arguments);

/* The help of a command, or of the program where command is NULL.  NULL where memory is out. */
char *command_describe(const struct command *command);

/* What a shell would make of a status of wait(2). */
int command_status(int wait_status);
