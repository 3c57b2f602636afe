/* Runs caisson, and keeps what it answers.  No command lasts for ever: one that does is a fault. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tests/model/model.h"

#define ANSWER_SIZE 8192

struct command {
	pid_t pid;
	int pidfd;
	int output, error; /* files: what a container inherits would keep a pipe open */
	char texts[2][ANSWER_SIZE];
	struct result result;
};

/* Options of all commands. */
struct runtime {
	const char *path, *root;
	int deadline; /* milliseconds */
};

/* arguments: NULL-terminated, behind the global options.  Errors of the test itself end it. */
void command_begin(
	const struct runtime *runtime, const char *const *arguments, struct command *ret_command);
/* false: the deadline is over, and the command has been killed; ret_command->result is empty. */
bool command_end(const struct runtime *runtime, struct command *command);

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sleep_microseconds(long microseconds);
