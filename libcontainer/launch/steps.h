/*
 * The start of a container as a table of steps, walked by each process for the rows that are its
 * own, top to bottom.  A SEND is a row of one role and has its WAIT as a row of another, so the
 * table can be checked without forking: tests/launch/create_steps.c proves that no message is lost
 * and nobody waits for ever.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcontainer/launch/protocol.h"

struct launch;
struct plan;

enum step_kind { STEP_RUN, STEP_SEND, STEP_WAIT };

struct step {
	enum launch_role who;
	enum step_kind kind;
	const char *name;                      /* what is done; put in front of errors */
	bool whole;                            /* but not here: engines know the whole message */
	bool (*when)(const struct plan *plan); /* NULL: always */
	int (*run)(struct launch *launch);     /* NULL for plain messages */
	void (*undo)(
		struct launch *launch); /* parent only: takes it back when a later step fails */
	enum launch_message message;    /* of SEND and WAIT */
};

struct step_table {
	const struct step *rows;
	size_t count;
};

extern const struct step_table create_steps, exec_steps;

/*
 * Runs the rows of the launch's roles.  The parent undoes what it did, last first, when one fails.
 * Any other process tells the parent and returns the code.
 */
int steps_walk(struct launch *launch, const struct step_table *table);

const char *role_name(int roles);

#define STEP(role, words, condition, function, undoing) \
	{ \
		.who = (role), .kind = STEP_RUN, .name = (words), .when = (condition), \
		.run = (function), .undo = (undoing) \
	}
#define STEP_WHOLE(role, words, condition, function, undoing) \
	{ \
		.who = (role), .kind = STEP_RUN, .name = (words), .whole = true, \
		.when = (condition), .run = (function), .undo = (undoing) \
	}
#define SEND(role, msg, condition) \
	{ \
		.who = (role), .kind = STEP_SEND, .when = (condition), .message = MSG_##msg \
	}
#define WAIT(role, msg, condition) \
	{ \
		.who = (role), .kind = STEP_WAIT, .when = (condition), .message = MSG_##msg \
	}
/* Messages that carry something: the function sends or receives. */
#define SEND_BY(role, msg, condition, function) \
	{ \
		.who = (role), .kind = STEP_SEND, .when = (condition), .run = (function), \
		.message = MSG_##msg \
	}
#define WAIT_BY(role, msg, condition, function) \
	{ \
		.who = (role), .kind = STEP_WAIT, .when = (condition), .run = (function), \
		.message = MSG_##msg \
	}
