#include <inttypes.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "oci-spec/json.h"
#include "oci-spec/rules_parts.h"

static int check_args(const struct rules_subject *subject)
{
	if (subject->process->args.count == 0)
		return refuse("process.args: args must not be empty");
	return 0;
}

static int check_env(const struct rules_subject *subject)
{
	const struct spec_strings *env = &subject->process->env;
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < env->count; i++) {
		const char *equals = strchr(env->items[i], '=');

		if (!equals || equals == env->items[i])
			return refuse("process.env[%zu]: invalid environment variable: %s", i,
				json_quote(quoted, sizeof(quoted), env->items[i]));
	}
	return 0;
}

/* (uid_t)-1 means "leave it" to setresuid(2): such a process would keep the ids of the runtime. */
#define NO_ID UINT32_MAX

static int check_user(const struct rules_subject *subject)
{
	const struct spec_user *user = subject->process->user;

	if (!user)
		return 0;
	if (user->uid == NO_ID)
		return refuse("process.user.uid: %" PRIu32 " is no user", NO_ID);
	if (user->gid == NO_ID)
		return refuse("process.user.gid: %" PRIu32 " is no group", NO_ID);
	for (size_t i = 0; i < user->additional_gids.count; i++)
		if (user->additional_gids.items[i] == NO_ID)
			return refuse("process.user.additionalGids[%zu]: %" PRIu32 " is no group",
				i, NO_ID);
	return 0;
}

static int check_rlimits(const struct rules_subject *subject)
{
	const struct spec_rlimit_list *rlimits = &subject->process->rlimits;

	for (size_t i = 0; i < rlimits->count; i++) {
		const struct spec_rlimit *rlimit = &rlimits->items[i];

		if (rlimit->soft > rlimit->hard)
			return refuse("process.rlimits[%zu].soft: %" PRIu64
				      " is above the hard limit %" PRIu64,
				i, rlimit->soft, rlimit->hard);
		/* Few different ones exist, so the loops end early. */
		for (size_t j = 0; j < i; j++)
			if (strcmp(rlimits->items[j].type, rlimit->type) == 0)
				return refuse("process.rlimits[%zu].type: \"%s\" is there twice", i,
					rlimit->type);
	}
	return 0;
}

static int check_oom_score(const struct rules_subject *subject)
{
	const struct maybe_i32 *score = &subject->process->oom_score_adj;

	if (score->set && (score->value < -1000 || score->value > 1000))
		return refuse(
			"process.oomScoreAdj: wants an integer from -1000 to 1000, got %" PRId32,
			score->value);
	return 0;
}

static int check_console_size(const struct rules_subject *subject)
{
	const struct spec_console_size *size = subject->process->console_size;

	/* struct winsize has shorts. */
	if (size && (size->height > UINT16_MAX || size->width > UINT16_MAX))
		return refuse("process.consoleSize: wants at most %d, got %" PRIu64 " by %" PRIu64,
			UINT16_MAX, size->height, size->width);
	return 0;
}

/* ---- scheduling --------------------------------------------------------------------- */

static bool policy_is(const struct spec_scheduler *scheduler, const char *one, const char *other)
{
	return strcmp(scheduler->policy, one) == 0 || strcmp(scheduler->policy, other) == 0;
}

static int check_scheduler(const struct rules_subject *subject)
{
	const struct spec_scheduler *scheduler = subject->process->scheduler;

	if (!scheduler)
		return 0;
	if (scheduler->nice < -20 || scheduler->nice > 19)
		return refuse(
			"process.scheduler.nice: wants an integer from -20 to 19, got %" PRId32,
			scheduler->nice);
	if (scheduler->priority < 0)
		return refuse("process.scheduler.priority: must not be negative, got %" PRId32,
			scheduler->priority);
	if (scheduler->priority != 0 && !policy_is(scheduler, "SCHED_FIFO", "SCHED_RR"))
		return refuse(
			"process.scheduler.priority: needs the policy SCHED_FIFO or SCHED_RR");
	if ((scheduler->runtime || scheduler->deadline || scheduler->period) &&
		strcmp(scheduler->policy, "SCHED_DEADLINE") != 0)
		return refuse("process.scheduler: runtime, deadline and period need the policy "
			      "SCHED_DEADLINE");
	return 0;
}

static int check_io_priority(const struct rules_subject *subject)
{
	const struct spec_io_priority *io = subject->process->io_priority;

	if (io && (io->priority < 0 || io->priority > 7))
		return refuse(
			"process.ioPriority.priority: wants an integer from 0 to 7, got %" PRId32,
			io->priority);
	return 0;
}

static const struct rule process_rules[] = {
	{ "args", check_args },
	{ "env", check_env },
	{ "user", check_user },
	{ "rlimits", check_rlimits },
	{ "OOM score", check_oom_score },
	{ "console size", check_console_size },
	{ "scheduler", check_scheduler },
	{ "I/O priority", check_io_priority },
};
const struct rules rules_process = { process_rules, COUNT_OF(process_rules) };
