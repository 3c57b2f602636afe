#include <errno.h>
#include <stdio.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/launch/launch.h"

const char *role_name(int roles)
{
	if (roles & ROLE_PARENT)
		return "parent";
	return roles & ROLE_INIT ? "init" : "child";
}

const struct channel *launch_channel(const struct launch *launch, enum launch_message message)
{
	const struct launch_message_facts *facts = &launch_messages[message];
	bool with_child = facts->from == ROLE_CHILD || facts->to == ROLE_CHILD;

	/* On the short road the child is init. */
	if (with_child && plan_takes_general_road(launch->plan))
		return &launch->child;
	return &launch->init;
}

/*
 * End-of-file: the peer died without a word.  Where its cgroup counted an OOM kill, that is why,
 * and the limit is what has to be changed.
 */
static int explain_end(const struct launch *launch, enum launch_message message)
{
	const struct channel *channel = launch_channel(launch, message);
	uint64_t limit = 0, usage = 0;

	if (!(launch->roles & ROLE_PARENT))
		return refuse_as(
			EPIPE, "the parent ended before it sent %s", launch_messages[message].name);
	if (launch->cgroups.count > 0 && cgroup_oom_killed(&launch->cgroups, &limit, &usage) > 0)
		return refuse_as(ENOMEM,
			"%s was killed, as the container ran out of memory: the "
			"limit is %llu bytes, the use was %llu",
			channel->peer, (unsigned long long)limit, (unsigned long long)usage);
	/* Who may not write(2) any more can't tell, either. */
	return refuse_as(EPIPE, "%s ended unexpectedly (at %s)%s", channel->peer,
		launch_messages[message].name,
		launch->plan->seccomp.set && message == MSG_READY
			? ": linux.seccomp may forbid what a start needs"
			: "");
}

static int explain(const struct launch *launch, enum launch_message message, bool sending, int code)
{
	if (code != -EPIPE)
		return code;
	/* A peer that failed left its reason, which a send does not see. */
	int reason = sending ? channel_expect_end(launch_channel(launch, message)) : -EPIPE;

	return reason < 0 && reason != -EPIPE ? reason : explain_end(launch, message);
}

int launch_send(const struct launch *launch, enum launch_message message, int32_t code, int fd)
{
	int r = channel_send(launch_channel(launch, message), message, code, fd);

	return explain(launch, message, true, r);
}

int launch_expect(
	const struct launch *launch, enum launch_message message, int32_t *ret_code, int *ret_fd)
{
	int r = channel_expect(launch_channel(launch, message), message, ret_code, ret_fd);

	return explain(launch, message, false, r);
}

static int take_message(struct launch *launch, const struct step *row)
{
	bool sending = row->kind == STEP_SEND;

	if (row->run)
		return explain(launch, row->message, sending, row->run(launch));
	return sending ? launch_send(launch, row->message, 0, -1)
		       : launch_expect(launch, row->message, NULL, NULL);
}

static int take_step(struct launch *launch, const struct step *row)
{
	if (row->kind != STEP_RUN)
		return take_message(launch, row);

	int r = row->run(launch);
	if (r >= 0 || row->whole)
		return r;
	if (launch->roles & ROLE_PARENT)
		return error_context(r, "%s", row->name);
	return error_context(r, "%s: %s", role_name(launch->roles), row->name);
}

static bool applies(const struct launch *launch, const struct step *row)
{
	return (row->who & launch->roles) && (!row->when || row->when(launch->plan));
}

static void undo_steps(struct launch *launch, const struct step_table *table, size_t failed)
{
	for (size_t i = failed; i-- > 0;) {
		if (table->rows[i].undo && applies(launch, &table->rows[i]))
			table->rows[i].undo(launch);
	}
}

int steps_walk(struct launch *launch, const struct step_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct step *row = &table->rows[i];

		if (!applies(launch, row))
			continue;
		int r = take_step(launch, row);
		if (r >= 0)
			continue;

		uninitialized char text[ERROR_TEXT_SIZE];
		(void)snprintf(text, sizeof(text), "%s", error_text());
		undo_steps(launch, table, i);
		return error_set(r, text);
	}
	return 0;
}
