/* What the container's program is started with, and what is set in the container's namespaces. */
#include "libcontainer/plan/process.h"

#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/kernel/names.h"

/* Not in the spec's words ("unchanged"), but what runc and crun do, and images rely on. */
#define UMASK_DEFAULT 022

#define OOM_SCORE_MAX 1000

/* Above any RLIMIT_NOFILE; such a number is a mistake, and must not become a negative one. */
#define INHERITED_MAX (1U << 20)

static int plan_arguments(struct planning *p)
{
	const struct spec_strings *spec = &p->process->args;
	struct plan_process *plan = &p->plan->process;

	if (spec->count == 0)
		return refuse("process.args: must not be empty");
	if (!p->process->cwd || p->process->cwd[0] != '/')
		return refuse("process.cwd: must be an absolute path");
	plan->args = arena_new_array(p->arena, const char *, spec->count + 1);
	memcpy(plan->args, spec->items, spec->count * sizeof(*plan->args));
	plan->arg_count = spec->count;
	plan->cwd = p->process->cwd;
	return 0;
}

static int plan_descriptors(struct planning *p)
{
	const struct plan_options *options = p->options;

	if (options->preserve_fds > INHERITED_MAX || options->listen_fds > INHERITED_MAX)
		return refuse("too many descriptors to preserve: %u, and %u of LISTEN_FDS",
			options->preserve_fds, options->listen_fds);
	/* Theirs begin at 3, and --preserve-fds counts behind them: as they come, so they stay. */
	p->plan->process.listen_fds = options->listen_fds;
	p->plan->process.inherited_fds = options->listen_fds + options->preserve_fds;
	return 0;
}

/* ---- ids ---------------------------------------------------------------------------- */

static bool map_has(const struct plan_id_map *map, uint32_t id)
{
	for (size_t i = 0; i < map->count; i++)
		if (id >= map->items[i].inside && id - map->items[i].inside < map->items[i].count)
			return true;
	return false;
}

/* Maps are known where we write them; of a namespace that is joined, the kernel will tell. */
static int check_id(
	const struct planning *p, const struct plan_id_map *map, const char *place, uint32_t id)
{
	if (id == UINT32_MAX) /* "no change" to the system calls */
		return refuse("%s: %" PRIu32 " is not an id", place, id);
	if (p->plan->users.mapped && !map_has(map, id))
		return refuse("%s: %" PRIu32 " is not mapped in the container's user namespace",
			place, id);
	return 0;
}

enum setgroups { SETGROUPS_ALLOWED, SETGROUPS_DENIED, SETGROUPS_UNKNOWN };

/* user_namespaces(7): without privilege, a map of one's own single gid is to be had only with
 * setgroups(2) denied for good, in that namespace and all below. */
static enum setgroups find_setgroups(const struct planning *p)
{
	const struct plan_namespaces *namespaces = &p->plan->namespaces;
	const struct plan_id_map *gids = &p->plan->users.gids;
	bool joined = (namespaces->have & ~namespaces->create) & CLONE_NEWUSER;

	if (p->plan->users.deny_setgroups)
		return SETGROUPS_DENIED;
	if (joined && p->host->uid != 0) {
		if (gids->count == 0)
			return SETGROUPS_UNKNOWN;
		if (gids->count == 1 && gids->items[0].count == 1)
			return SETGROUPS_DENIED;
	}
	return p->host->in_user_namespace ? SETGROUPS_UNKNOWN : SETGROUPS_ALLOWED;
}

static int plan_groups(struct planning *p, const struct spec_u32s *gids)
{
	struct plan_process *plan = &p->plan->process;
	enum setgroups setgroups = find_setgroups(p);

	if (p->plan->users.keep_groups)
		return 0;
	if (setgroups == SETGROUPS_DENIED && gids->count > 0)
		return refuse("process.user.additionalGids: cannot set any additional groups in a "
			      "rootless container");
	/*
	 * With none asked for, those of our caller are dropped: they would open what is their
	 * group's to the container.  In doubt the kernel decides, and where it refuses, they are
	 * those of somebody without privilege.
	 */
	plan->set_groups = setgroups != SETGROUPS_DENIED;
	plan->groups_may_stay = setgroups == SETGROUPS_UNKNOWN && gids->count == 0;
	plan->groups = arena_new_array(p->arena, gid_t, gids->count);
	plan->group_count = gids->count;
	for (size_t i = 0; i < gids->count; i++) {
		char place[64];

		(void)snprintf(place, sizeof(place), "process.user.additionalGids[%zu]", i);
		try(check_id(p, &p->plan->users.gids, place, gids->items[i]));
		plan->groups[i] = gids->items[i];
	}
	return 0;
}

static int plan_user(struct planning *p)
{
	static const struct spec_user root;
	const struct spec_user *spec = p->process->user ? p->process->user : &root;
	struct plan_process *plan = &p->plan->process;

	try(check_id(p, &p->plan->users.uids, "process.user.uid", spec->uid));
	try(check_id(p, &p->plan->users.gids, "process.user.gid", spec->gid));
	plan->uid = spec->uid;
	plan->gid = spec->gid;
	if (spec->umask.set)
		plan->umask = spec->umask.value & 0777;
	else
		plan->umask = plan->umask_unchanged ? p->host->umask : UMASK_DEFAULT;
	return plan_groups(p, &spec->additional_gids);
}

/* ---- limits and terminal ------------------------------------------------------------ */

static int plan_rlimits(struct planning *p)
{
	const struct spec_rlimit_list *list = &p->process->rlimits;
	struct plan_process *plan = &p->plan->process;

	plan->rlimits = arena_new_array(p->arena, struct plan_rlimit, list->count);
	for (size_t i = 0; i < list->count; i++) {
		const struct spec_rlimit *spec = &list->items[i];
		const char *place = arena_printf(p->arena, "process.rlimits[%zu]", i);
		uint64_t resource;

		if (!spec->type || names_find(&names_rlimits, spec->type, &resource) < 0)
			return refuse(
				"%s: unknown type \"%s\"", place, spec->type ? spec->type : "");
		if (spec->soft > spec->hard)
			return refuse("%s: the soft limit of %s, %" PRIu64
				      ", is above the hard one, %" PRIu64,
				place, spec->type, spec->soft, spec->hard);
		plan->rlimits[plan->rlimit_count++] = (struct plan_rlimit){
			.place = place,
			.name = spec->type,
			.resource = (int)resource,
			.soft = spec->soft,
			.hard = spec->hard,
		};
	}
	return 0;
}

static int plan_oom(struct planning *p)
{
	const struct maybe_i32 *score = &p->process->oom_score_adj;

	if (!score->set)
		return 0;
	if (score->value < -OOM_SCORE_MAX || score->value > OOM_SCORE_MAX)
		return refuse("process.oomScoreAdj: must be from %d to %d, not %d", -OOM_SCORE_MAX,
			OOM_SCORE_MAX, score->value);
	p->plan->process.oom_set = true;
	p->plan->process.oom_score_adj = score->value;
	return 0;
}

static int plan_terminal(struct planning *p)
{
	const struct spec_console_size *size = p->process->console_size;
	struct plan_process *plan = &p->plan->process;

	plan->terminal = p->process->terminal;
	if (!plan->terminal || !size)
		return 0;
	if (size->height > USHRT_MAX || size->width > USHRT_MAX)
		return refuse("process.consoleSize: %" PRIu64 " rows, %" PRIu64
			      " columns: at most %d can be set",
			size->height, size->width, USHRT_MAX);
	plan->rows = (unsigned short)size->height;
	plan->columns = (unsigned short)size->width;
	return 0;
}

int plan_process(struct planning *p)
{
	if (!p->process)
		return refuse("process: must be set");
	p->plan->process.no_new_privileges =
		p->process->no_new_privileges.set && p->process->no_new_privileges.value;
	try(plan_arguments(p));
	try(plan_descriptors(p));
	try(plan_environment(p));
	try(plan_user(p));
	try(plan_capabilities(p));
	try(plan_rlimits(p));
	try(plan_oom(p));
	try(plan_terminal(p));
	try(plan_scheduling(p));
	try(plan_memory_policy(p));
	try(plan_affinity(p));
	/* exec finds them set: they are the namespaces', not the process's. */
	if (p->options->verb != PLAN_EXEC)
		try(plan_settings(p));
	return 0;
}
