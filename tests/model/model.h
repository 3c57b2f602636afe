/*
 * What a container's life is: in each state, what each verb answers and which state it leads to.
 * One table, with runc's words where a verb is refused; engines look for those.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum model_state {
	GONE,
	CREATED,
	HELD, /* created and paused */
	RUNNING,
	PAUSED,
	STOPPED,
	ORPHANS, /* stopped, but processes are left: only without a pid namespace of its own */
	MODEL_STATES,
};

enum model_verb {
	CREATE,
	RUN, /* --detach */
	START,
	STATE,
	LIST,
	PS,
	PROBE, /* kill 0 */
	TERM,
	KILL,
	KILL_ALL,
	PAUSE,
	RESUME,
	EXEC,
	EXEC_AWAY, /* --detach: a process that stays */
	DELETE,
	DELETE_FORCE,
	/* What happens without caisson. */
	EXITS,
	FORKS,
	IS_KILLED,
	MODEL_VERBS,
};

/* The exit status of the command that is executed by EXEC. */
#define EXEC_STATUS 7
#define NOT_DRAWN (-1)

struct model_cell {
	int status;        /* exit status; NOT_DRAWN: not done in this state */
	const char *words; /* in the error or, where it succeeds, in the output; or NULL */
	enum model_state next;
};

/* What a command has answered. */
struct result {
	int status; /* exit status, or 128 and the signal */
	const char *output, *error;
};

extern const char *const model_state_names[MODEL_STATES];
extern const char *const model_verb_names[MODEL_VERBS];

/* own: the container has a pid namespace of its own, so that nothing outlives its init. */
struct model_cell model_cell(enum model_verb verb, enum model_state state, bool own);

/* Whether that is how the verb answers in the state. */
bool model_expects(const struct model_cell *cell, const struct result *result);

/* A set of states, one bit each. */
typedef unsigned int model_states;

struct pair {
	enum model_verb verbs[2];
	enum model_state state; /* before */
	bool own;
};

/*
 * The states that two verbs at once may have led to, having answered so: those of the serial orders
 * that give these answers; or one verb was refused in words that it has for a wrong state, and the
 * other did its work.  0: nothing explains the answers.
 */
model_states model_judge(const struct pair *pair, const struct result results[2]);
