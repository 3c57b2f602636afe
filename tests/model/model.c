#include "tests/model/model.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define STAYS MODEL_STATES /* the state does not change */

const char *const model_state_names[MODEL_STATES] = {
	[GONE] = "gone",
	[CREATED] = "created",
	[HELD] = "created and paused",
	[RUNNING] = "running",
	[PAUSED] = "paused",
	[STOPPED] = "stopped",
	[ORPHANS] = "stopped with processes left",
};

const char *const model_verb_names[MODEL_VERBS] = {
	[CREATE] = "create",
	[RUN] = "run -d",
	[START] = "start",
	[STATE] = "state",
	[LIST] = "list",
	[PS] = "ps",
	[PROBE] = "kill 0",
	[TERM] = "kill",
	[KILL] = "kill KILL",
	[KILL_ALL] = "kill -a KILL",
	[PAUSE] = "pause",
	[RESUME] = "resume",
	[EXEC] = "exec",
	[EXEC_AWAY] = "exec -d",
	[DELETE] = "delete",
	[DELETE_FORCE] = "delete --force",
	[EXITS] = "(init exits)",
	[FORKS] = "(init forks)",
	[IS_KILLED] = "(init is killed)",
};

/* clang-format off */

#define DONE(next)         { 0, NULL, next }
#define SAYS(words)        { 0, words, STAYS }
#define FAILS(words)       { 1, words, STAYS }
#define EXEC_FAILS(words)  { 255, words, STAYS }
#define NONE               { NOT_DRAWN, NULL, STAYS }

#define ABSENT         "container does not exist"
#define EXISTS         "container with given ID already exists"
#define NOT_RUNNING    "container not running"
#define NOT_PAUSED     "container not paused"

/* On cgroup v1, a signal waits for a paused process until that is resumed: those are not drawn. */
static const struct model_cell cells[MODEL_VERBS][MODEL_STATES] = {
	[CREATE] = {
		[GONE]    = DONE(CREATED),
		[CREATED] = FAILS(EXISTS), [HELD]   = FAILS(EXISTS),
		[RUNNING] = FAILS(EXISTS), [PAUSED] = FAILS(EXISTS),
		[STOPPED] = FAILS(EXISTS), [ORPHANS] = FAILS(EXISTS),
	},
	[RUN] = {
		[GONE]    = DONE(RUNNING),
		[CREATED] = FAILS(EXISTS), [HELD]   = FAILS(EXISTS),
		[RUNNING] = FAILS(EXISTS), [PAUSED] = FAILS(EXISTS),
		[STOPPED] = FAILS(EXISTS), [ORPHANS] = FAILS(EXISTS),
	},
	[START] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(RUNNING),
		[HELD]    = FAILS("cannot start a container in the paused state"),
		[RUNNING] = FAILS("cannot start an already running container"),
		[PAUSED]  = FAILS("cannot start a container in the paused state"),
		[STOPPED] = FAILS("cannot start a container that has stopped"),
		[ORPHANS] = FAILS("cannot start a container that has stopped"),
	},
	[STATE] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = SAYS("\"status\": \"created\""), [HELD]    = SAYS("\"status\": \"paused\""),
		[RUNNING] = SAYS("\"status\": \"running\""), [PAUSED]  = SAYS("\"status\": \"paused\""),
		[STOPPED] = SAYS("\"status\": \"stopped\""), [ORPHANS] = SAYS("\"status\": \"stopped\""),
	},
	[LIST] = {
		[GONE]    = SAYS("null"),
		[CREATED] = SAYS("\"status\":\"created\""), [HELD]    = SAYS("\"status\":\"paused\""),
		[RUNNING] = SAYS("\"status\":\"running\""), [PAUSED]  = SAYS("\"status\":\"paused\""),
		[STOPPED] = SAYS("\"status\":\"stopped\""), [ORPHANS] = SAYS("\"status\":\"stopped\""),
	},
	[PS] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(STAYS), [HELD]    = DONE(STAYS),
		[RUNNING] = DONE(STAYS), [PAUSED]  = DONE(STAYS),
		[STOPPED] = SAYS("[]"),  [ORPHANS] = DONE(STAYS),
	},
	[PROBE] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(STAYS), [HELD]   = DONE(STAYS),
		[RUNNING] = DONE(STAYS), [PAUSED] = DONE(STAYS),
		[STOPPED] = FAILS(NOT_RUNNING), [ORPHANS] = FAILS(NOT_RUNNING),
	},
	/* The program ignores it. */
	[TERM] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(STOPPED), [HELD]   = NONE,
		[RUNNING] = DONE(STAYS),   [PAUSED] = DONE(STAYS),
		[STOPPED] = FAILS(NOT_RUNNING), [ORPHANS] = FAILS(NOT_RUNNING),
	},
	[KILL] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(STOPPED), [HELD]   = DONE(STOPPED),
		[RUNNING] = DONE(STOPPED), [PAUSED] = DONE(STOPPED),
		[STOPPED] = FAILS(NOT_RUNNING), [ORPHANS] = DONE(STOPPED),
	},
	[KILL_ALL] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(STOPPED), [HELD]   = DONE(STOPPED),
		[RUNNING] = DONE(STOPPED), [PAUSED] = DONE(STOPPED),
		[STOPPED] = DONE(STAYS),   [ORPHANS] = DONE(STOPPED),
	},
	[PAUSE] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(HELD),   [HELD]   = FAILS(NOT_RUNNING),
		[RUNNING] = DONE(PAUSED), [PAUSED] = FAILS(NOT_RUNNING),
		[STOPPED] = FAILS(NOT_RUNNING), [ORPHANS] = FAILS(NOT_RUNNING),
	},
	[RESUME] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = FAILS(NOT_PAUSED), [HELD]   = DONE(CREATED),
		[RUNNING] = FAILS(NOT_PAUSED), [PAUSED] = DONE(RUNNING),
		[STOPPED] = FAILS(NOT_PAUSED), [ORPHANS] = FAILS(NOT_PAUSED),
	},
	[EXEC] = {
		[GONE]    = EXEC_FAILS(ABSENT),
		[CREATED] = { EXEC_STATUS, NULL, STAYS },
		[HELD]    = EXEC_FAILS("cannot exec in a paused container"),
		[RUNNING] = { EXEC_STATUS, NULL, STAYS },
		[PAUSED]  = EXEC_FAILS("cannot exec in a paused container"),
		[STOPPED] = EXEC_FAILS("cannot exec in a stopped container"),
		[ORPHANS] = EXEC_FAILS("cannot exec in a stopped container"),
	},
	/* In a created one it would be left without a program that the model could tell it from. */
	[EXEC_AWAY] = {
		[GONE]    = EXEC_FAILS(ABSENT),
		[CREATED] = NONE,
		[HELD]    = EXEC_FAILS("cannot exec in a paused container"),
		[RUNNING] = DONE(STAYS),
		[PAUSED]  = EXEC_FAILS("cannot exec in a paused container"),
		[STOPPED] = EXEC_FAILS("cannot exec in a stopped container"),
		[ORPHANS] = EXEC_FAILS("cannot exec in a stopped container"),
	},
	[DELETE] = {
		[GONE]    = FAILS(ABSENT),
		[CREATED] = DONE(GONE), [HELD] = FAILS("that is not stopped: paused"),
		[RUNNING] = FAILS("that is not stopped: running"),
		[PAUSED]  = FAILS("that is not stopped: paused"),
		[STOPPED] = DONE(GONE), [ORPHANS] = DONE(GONE),
	},
	[DELETE_FORCE] = {
		[GONE]    = DONE(STAYS),
		[CREATED] = DONE(GONE), [HELD]    = DONE(GONE),
		[RUNNING] = DONE(GONE), [PAUSED]  = DONE(GONE),
		[STOPPED] = DONE(GONE), [ORPHANS] = DONE(GONE),
	},
	[EXITS] = {
		[GONE] = NONE, [CREATED] = NONE, [HELD] = NONE,
		[RUNNING] = DONE(ORPHANS),
		[PAUSED] = NONE, [STOPPED] = NONE, [ORPHANS] = NONE,
	},
	[FORKS] = {
		[GONE] = NONE, [CREATED] = NONE, [HELD] = NONE,
		[RUNNING] = DONE(STAYS),
		[PAUSED] = NONE, [STOPPED] = NONE, [ORPHANS] = NONE,
	},
	[IS_KILLED] = {
		[GONE]    = DONE(STAYS), /* nobody is there to be killed, or no more */
		[CREATED] = DONE(STOPPED), [HELD]    = NONE,
		[RUNNING] = DONE(ORPHANS), [PAUSED]  = NONE,
		[STOPPED] = DONE(STAYS),   [ORPHANS] = DONE(STAYS),
	},
};

/* What a verb says of a container that another is making; the others wait, or see nothing of it. */
static const char *const creating[MODEL_VERBS] = {
	[PROBE]     = NOT_RUNNING,
	[TERM]      = NOT_RUNNING,
	[KILL]      = NOT_RUNNING,
	[KILL_ALL]  = NOT_RUNNING,
	[PAUSE]     = NOT_RUNNING,
	[RESUME]    = NOT_PAUSED,
	[EXEC]      = "cannot exec in a container in the creating state",
	[EXEC_AWAY] = "cannot exec in a container in the creating state",
};

/* What a verb says that has waited too long for another; see store/directory.c. */
static const char *const busy[] = {
	"another command has been working on the container",
	"another command holds the container",
};
/* clang-format on */

struct model_cell model_cell(enum model_verb verb, enum model_state state, bool own)
{
	struct model_cell cell = cells[verb][state];

	if (cell.next == STAYS)
		cell.next = state;
	if (cell.next == ORPHANS && own)
		cell.next = STOPPED;
	return cell;
}

bool model_expects(const struct model_cell *cell, const struct result *result)
{
	if (result->status != cell->status)
		return false;
	/* Who succeeds has nothing to complain of. */
	if (cell->status == 0 && result->error[0] != '\0')
		return false;
	return !cell->words ||
	       strstr(cell->status == 0 ? result->output : result->error, cell->words);
}

/* ---- two at once ---------------------------------------------------------------------- */

static bool is_reader(enum model_verb verb)
{
	return verb == STATE || verb == LIST || verb == PS;
}

static bool is_deadly(enum model_verb verb)
{
	return verb == KILL || verb == KILL_ALL || verb == DELETE_FORCE || verb == DELETE ||
	       verb == IS_KILLED || verb == TERM;
}

static bool makes_container(enum model_verb verb)
{
	return verb == CREATE || verb == RUN;
}

static bool sends_signal(enum model_verb verb)
{
	return verb == PROBE || verb == TERM || verb == KILL || verb == KILL_ALL;
}

static bool has_words(const struct model_cell *cell, const struct result *result)
{
	return cell->status > 0 && cell->words && model_expects(cell, result);
}

static bool is_busy(enum model_verb verb, const struct result *result)
{
	if (result->status != (verb == EXEC || verb == EXEC_AWAY ? 255 : 1))
		return false;
	for (size_t i = 0; i < COUNT_OF(busy); i++) {
		if (strstr(result->error, busy[i]))
			return true;
	}
	return false;
}

/* The verb says that it came at the wrong moment; the other has made that moment. */
static bool is_refused(enum model_verb verb, enum model_verb other, const struct result *result)
{
	const struct model_cell early = { verb == EXEC || verb == EXEC_AWAY ? 255 : 1,
		creating[verb], STAYS };

	if (is_deadly(other) &&
		(has_words(&cells[verb][STOPPED], result) || has_words(&cells[verb][GONE], result)))
		return true;
	if (makes_container(other) && has_words(&early, result))
		return true;
	return !is_reader(other) && other != PROBE && is_busy(verb, result);
}

/* What nobody sees when one verb comes after the other: the other's work half done. */
static bool is_glimpse(enum model_verb verb, enum model_verb other, const struct result *result)
{
	bool makes = makes_container(other);

	if (result->status == 0 && result->error[0] == '\0') {
		if (verb == PS)
			return makes || is_deadly(other);
		/* Who is dying of one signal still takes another. */
		if (sends_signal(verb))
			return is_deadly(other);
		if (verb == STATE || verb == LIST)
			return (makes && strstr(result->output, "creating")) ||
			       (is_deadly(other) && strstr(result->output, "stopped"));
	}
	/* Its process was under way when it was killed. */
	return verb == EXEC && is_deadly(other) && result->status == 128 + 9;
}

static bool answers(const struct pair *pair, int which, enum model_state state,
	const struct result results[2], enum model_state *ret_next)
{
	enum model_verb verb = pair->verbs[which];
	struct model_cell cell = model_cell(verb, state, pair->own);

	if (cell.status == NOT_DRAWN)
		return false;
	*ret_next = cell.next;
	return model_expects(&cell, &results[which]);
}

static model_states judge_order(const struct pair *pair, int first, const struct result results[2])
{
	enum model_state between, after;

	if (!answers(pair, first, pair->state, results, &between))
		return 0;
	return answers(pair, !first, between, results, &after) ? 1U << after : 0;
}

/* On cgroup v1 a paused process has to be thawed to die: for a moment the container is not paused.
 */
static bool is_between(const struct pair *pair, int aside, const struct result *result)
{
	enum model_verb other = pair->verbs[!aside];
	enum model_state thawed = pair->state == PAUSED ? RUNNING : CREATED;
	struct model_cell cell = model_cell(pair->verbs[aside], thawed, pair->own);

	return (pair->state == PAUSED || pair->state == HELD) &&
	       (other == KILL || other == KILL_ALL || other == DELETE_FORCE) &&
	       cell.status != NOT_DRAWN && model_expects(&cell, result);
}

/* Only the other did something; the one was refused for that, or saw it half done. */
static model_states judge_aside(const struct pair *pair, int aside, const struct result results[2])
{
	enum model_verb verb = pair->verbs[aside], other = pair->verbs[!aside];
	enum model_state after;

	if (results[!aside].status != 0)
		return 0;
	if (!is_refused(verb, other, &results[aside]) &&
		!is_glimpse(verb, other, &results[aside]) &&
		!is_between(pair, aside, &results[aside]))
		return 0;
	return answers(pair, !aside, pair->state, results, &after) ? 1U << after : 0;
}

model_states model_judge(const struct pair *pair, const struct result results[2])
{
	model_states states = 0;

	for (int first = 0; first < 2; first++)
		states |= judge_order(pair, first, results) | judge_aside(pair, first, results);
	/* A verb may find init gone before it could make the children that it leaves. */
	if (states & (1U << ORPHANS | 1U << STOPPED) && !pair->own)
		states |= 1U << ORPHANS | 1U << STOPPED;
	return states;
}
