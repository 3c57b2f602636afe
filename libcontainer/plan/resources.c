/*
 * Limits of linux.resources as writes to control files: one row per property with its file and its
 * spelling in either version.  What is a list stands in resources_lists.c.
 */
#include <limits.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/log.h"
#include "libcontainer/plan/limits.h"
#include "libcontainer/plan/weights.h"

struct reading {
	struct arena *arena;
	const struct spec_resources *resources;
	const char *place;
	int64_t number;
	const char *text; /* of a string; NULL for a number */
};

/* Spells the value for its file.  Leaves *ret_value NULL where there is nothing to write. */
typedef int spell(const struct reading *r, const char **ret_value);

enum reading_kind { NUMBER, UNSIGNED, SHORT, FLAG, TEXT };

struct limit {
	const char *place;
	size_t object, member; /* offsets in spec_resources and in what is there */
	enum reading_kind kind;
	struct {
		struct limit_file file;
		spell *spell, *spell_other;
	} v1, v2;
	/* What the kernel doesn't have: a file for swap where there is none, and for what always is
	 * so; it needs none for some values. */
	bool may_be_missing;
	size_t also; /* update: the member of that object which changes the spelling; see ALSO */
};

static int plain(const struct reading *r, const char **ret_value)
{
	*ret_value = r->text ? r->text : arena_printf(r->arena, "%lld", (long long)r->number);
	return 0;
}

/* 0 is "not set" in Go, where it cannot be told from absent: engines do send it. */
static int nonzero(const struct reading *r, const char **ret_value)
{
	return r->number == 0 ? 0 : plain(r, ret_value);
}

static int or_max(const struct reading *r, const char **ret_value)
{
	if (r->number >= 0)
		return plain(r, ret_value);
	*ret_value = "max";
	return 0;
}

static int nonzero_or_max(const struct reading *r, const char **ret_value)
{
	return r->number == 0 ? 0 : or_max(r, ret_value);
}

/* memory.swap counts memory and swap together, and so is nothing without memory.limit. */
static int check_swap(const struct reading *r)
{
	const struct maybe_i64 *limit = &r->resources->memory->limit;

	if (r->number <= 0)
		return 0;
	if (!limit->set || limit->value <= 0)
		return refuse("%s: unable to set swap limit without memory limit", r->place);
	if (r->number < limit->value)
		return refuse("%s: memory+swap limit should be >= memory limit", r->place);
	return 0;
}

static int swap_v1(const struct reading *r, const char **ret_value)
{
	try(check_swap(r));
	return nonzero(r, ret_value);
}

static int swap_v2(const struct reading *r, const char **ret_value)
{
	struct reading swap = *r;

	try(check_swap(r));
	if (r->number == 0)
		return 0;
	if (r->number > 0)
		swap.number -= r->resources->memory->limit.value;
	return or_max(&swap, ret_value);
}

static bool asks_for_swap(const struct reading *r)
{
	const struct maybe_i64 *swap = &r->resources->memory->swap;

	return swap->set && swap->value != 0;
}

/* Unlimited memory means unlimited swap too, where nothing else is said. */
static int swap_of_limit_v1(const struct reading *r, const char **ret_value)
{
	if (r->number < 0 && !asks_for_swap(r))
		*ret_value = "-1";
	return 0;
}

static int swap_of_limit_v2(const struct reading *r, const char **ret_value)
{
	if (r->number < 0 && !asks_for_swap(r))
		*ret_value = "max";
	return 0;
}

static int swappiness(const struct reading *r, const char **ret_value)
{
	if (r->number > 100)
		return refuse("%s: invalid memory swappiness value: %lld (valid range is 0-100)",
			r->place, (long long)r->number);
	return plain(r, ret_value);
}

/* Since 5.11 v1 has no other than hierarchical groups, as cgroup2 never had. */
static int use_hierarchy(const struct reading *r, const char **ret_value)
{
	if (r->number)
		return plain(r, ret_value);
	log_warning("%s is ignored: the kernel always counts what is below", r->place);
	return 0;
}

static int always_so(const struct reading *r, const char **ret_value)
{
	const char *none;

	(void)ret_value;
	return r->number ? 0 : use_hierarchy(r, &none);
}

static int shares_v2(const struct reading *r, const char **ret_value)
{
	if (r->number == 0)
		return 0;
	*ret_value = arena_printf(
		r->arena, "%llu", (unsigned long long)weight_of_shares((uint64_t)r->number));
	return 0;
}

/* cpu.max takes both at once; a quota alone keeps the period. */
static int quota_v2(const struct reading *r, const char **ret_value)
{
	const struct maybe_u64 *period = &r->resources->cpu->period;
	const char *quota = NULL;

	try(nonzero_or_max(r, &quota));
	if (quota && period->set && period->value)
		quota = arena_printf(r->arena, "%s %llu", quota, (unsigned long long)period->value);
	*ret_value = quota;
	return 0;
}

static int period_v2(const struct reading *r, const char **ret_value)
{
	const struct maybe_i64 *quota = &r->resources->cpu->quota;

	if (r->number && !(quota->set && quota->value))
		*ret_value = arena_printf(r->arena, "max %lld", (long long)r->number);
	return 0;
}

static int io_weight(const struct reading *r, const char **ret_value)
{
	if (r->number == 0)
		return 0;
	*ret_value = arena_printf(
		r->arena, "%llu", (unsigned long long)weight_of_blkio((uint64_t)r->number));
	return 0;
}

#define IN(object, inner, member) \
	offsetof(struct spec_resources, object), offsetof(struct spec_##inner, member)
/* One more than the offset of a maybe_ member: 0 is for rows without. */
#define ALSO(inner, member) (offsetof(struct spec_##inner, member) + 1)

/* clang-format off */

/*
 * One row per property; per version: controller, file, spelling, and the file (and its spelling)
 * that serves where that one is missing.  {} stands for a version that has no such limit.
 *
 * The order is that of writing where values become smaller, as they do in a new group: memory before
 * memory and swap together, burst before quota, times before their periods; cgroup/update.c goes the
 * other way where they become larger.  An idle group takes no shares.
 */
static const struct limit limits[] = {
	{ "linux.resources.cpu.cpus", IN(cpu, cpu, cpus), TEXT,
		{ { "cpuset", "cpuset.cpus" }, plain },
		{ { "cpuset", "cpuset.cpus" }, plain } },
	{ "linux.resources.cpu.mems", IN(cpu, cpu, mems), TEXT,
		{ { "cpuset", "cpuset.mems" }, plain },
		{ { "cpuset", "cpuset.mems" }, plain } },
	{ "linux.resources.memory.useHierarchy", IN(memory, memory, use_hierarchy), FLAG,
		{ { "memory", "memory.use_hierarchy" }, use_hierarchy },
		{ {}, always_so }, true },
	{ "linux.resources.memory.limit", IN(memory, memory, limit), NUMBER,
		{ { "memory", "memory.limit_in_bytes" }, nonzero },
		{ { "memory", "memory.max" }, nonzero_or_max } },
	{ "linux.resources.memory.limit", IN(memory, memory, limit), NUMBER,
		{ { "memory", "memory.memsw.limit_in_bytes" }, swap_of_limit_v1 },
		{ { "memory", "memory.swap.max" }, swap_of_limit_v2 }, true },
	{ "linux.resources.memory.swap", IN(memory, memory, swap), NUMBER,
		{ { "memory", "memory.memsw.limit_in_bytes" }, swap_v1 },
		{ { "memory", "memory.swap.max" }, swap_v2 }, true, ALSO(memory, limit) },
	{ "linux.resources.memory.reservation", IN(memory, memory, reservation), NUMBER,
		{ { "memory", "memory.soft_limit_in_bytes" }, nonzero },
		{ { "memory", "memory.low" }, nonzero_or_max } },
	{ "linux.resources.memory.swappiness", IN(memory, memory, swappiness), UNSIGNED,
		{ { "memory", "memory.swappiness" }, swappiness },
		{ {}, swappiness } },
	{ "linux.resources.memory.disableOOMKiller", IN(memory, memory, disable_oom_killer), FLAG,
		{ { "memory", "memory.oom_control" }, plain },
		{ {}, nonzero } },
	{ "linux.resources.memory.kernel", IN(memory, memory, kernel), NUMBER,
		{ {}, nonzero },
		{ {}, nonzero } },
	{ "linux.resources.memory.kernelTCP", IN(memory, memory, kernel_tcp), NUMBER,
		{ {}, nonzero },
		{ {}, nonzero } },
	{ "linux.resources.cpu.shares", IN(cpu, cpu, shares), UNSIGNED,
		{ { "cpu", "cpu.shares" }, nonzero },
		{ { "cpu", "cpu.weight" }, shares_v2 } },
	{ "linux.resources.cpu.burst", IN(cpu, cpu, burst), UNSIGNED,
		{ { "cpu", "cpu.cfs_burst_us" }, plain },
		{ { "cpu", "cpu.max.burst" }, plain } },
	{ "linux.resources.cpu.quota", IN(cpu, cpu, quota), NUMBER,
		{ { "cpu", "cpu.cfs_quota_us" }, nonzero },
		{ { "cpu", "cpu.max" }, quota_v2 }, false, ALSO(cpu, period) },
	{ "linux.resources.cpu.period", IN(cpu, cpu, period), UNSIGNED,
		{ { "cpu", "cpu.cfs_period_us" }, nonzero },
		{ { "cpu", "cpu.max" }, period_v2 } },
	{ "linux.resources.cpu.idle", IN(cpu, cpu, idle), NUMBER,
		{ { "cpu", "cpu.idle" }, plain },
		{ { "cpu", "cpu.idle" }, plain } },
	{ "linux.resources.cpu.realtimeRuntime", IN(cpu, cpu, realtime_runtime), NUMBER,
		{ { "cpu", "cpu.rt_runtime_us" }, nonzero },
		{ {}, nonzero } },
	{ "linux.resources.cpu.realtimePeriod", IN(cpu, cpu, realtime_period), UNSIGNED,
		{ { "cpu", "cpu.rt_period_us" }, nonzero },
		{ {}, nonzero } },
	{ "linux.resources.blockIO.weight", IN(block_io, block_io, weight), SHORT,
		{ { "blkio", "blkio.bfq.weight", "blkio.weight" }, nonzero, nonzero },
		{ { "io", "io.bfq.weight", "io.weight" }, nonzero, io_weight } },
	{ "linux.resources.blockIO.leafWeight", IN(block_io, block_io, leaf_weight), SHORT,
		{ { "blkio", "blkio.leaf_weight" }, nonzero },
		{ {}, nonzero } },
	{ "linux.resources.pids.limit", IN(pids, pids, limit), NUMBER,
		{ { "pids", "pids.max" }, or_max },
		{ { "pids", "pids.max" }, or_max } },
};

/* clang-format on */

static int take_unsigned(const char *place, uint64_t value, int64_t *ret_number)
{
	if (value > INT64_MAX)
		return refuse("%s: %llu is too large", place, (unsigned long long)value);
	*ret_number = (int64_t)value;
	return 0;
}

/* Reads the property of this row.  1 where it is set, 0 where not. */
static int take(const struct limit *limit, struct reading *r)
{
	/* Every member that a row can name as its object is a pointer, see oci-spec/types.h. */
	const char *object = *(const char *const *)((const char *)r->resources + limit->object);

	if (!object)
		return 0;

	const void *member = object + limit->member;
	switch (limit->kind) {
	case NUMBER:
		r->number = ((const struct maybe_i64 *)member)->value;
		return ((const struct maybe_i64 *)member)->set;
	case UNSIGNED:
		try(take_unsigned(r->place, ((const struct maybe_u64 *)member)->value, &r->number));
		return ((const struct maybe_u64 *)member)->set;
	case SHORT:
		r->number = ((const struct maybe_u16 *)member)->value;
		return ((const struct maybe_u16 *)member)->set;
	case FLAG:
		r->number = ((const struct maybe_flag *)member)->value;
		return ((const struct maybe_flag *)member)->set;
	case TEXT:
		r->text = *(const char *const *)member;
		return r->text && *r->text;
	}
	return 0;
}

/* No swap, no limit of it, or what the kernel always does: true without the file, too. */
static bool is_true_without_file(const char *value)
{
	return strcmp(value, "max") == 0 || strcmp(value, "-1") == 0 || strcmp(value, "0") == 0 ||
	       strcmp(value, "1") == 0;
}

/* Whether this limit is to be written: for update only what it asks for, or changes by that. */
static int is_wanted(const struct planning *p, const struct limit *limit, struct reading *r)
{
	struct reading change = { .resources = p->changes, .place = r->place };
	int wanted = take(limit, r);

	if (wanted <= 0 || !p->changes)
		return wanted;
	int asked = take(limit, &change);
	if (asked != 0 || !limit->also)
		return asked;

	const char *object = *(const char *const *)((const char *)p->changes + limit->object);
	return object && *(const bool *)(object + limit->also - 1);
}

static int plan_limit(
	struct planning *p, const struct spec_resources *resources, const struct limit *limit)
{
	struct reading r = {
		.arena = p->arena,
		.resources = resources,
		.place = limit->place,
	};
	enum limit_home home = LIMIT_NOWHERE;
	const char *value = NULL, *other = NULL;

	int wanted = is_wanted(p, limit, &r);
	if (wanted <= 0)
		return wanted;
	if (limit->kind == TEXT)
		try(limits_check_word(r.place, r.text));
	try(limits_home(p, r.place, &limit->v1.file, &limit->v2.file, &home));

	bool v2 = home == LIMIT_V2;
	const struct limit_file *file = v2 ? &limit->v2.file : &limit->v1.file;
	spell *spell_other = v2 ? limit->v2.spell_other : limit->v1.spell_other;
	try((v2 ? limit->v2.spell : limit->v1.spell)(&r, &value));
	if (!value)
		return 0;
	if (spell_other)
		try(spell_other(&r, &other));
	if (!file->file) {
		log_warning("%s is ignored: the kernel has no such limit%s", r.place,
			limit->v1.file.file ? " on cgroup2" : "");
		return 0;
	}
	limits_add(p, &(struct plan_cgroup_write){ r.place, file->controller, file->file, value,
			      file->other_file, other,
			      limit->may_be_missing && is_true_without_file(value) });
	return 0;
}

/*
 * With 0 as with 1 tasks nothing can be started beside init, so that the hooks which it runs come
 * before.  Those of startContainer come when only it is left to set a limit.
 */
static int put_tasks_last(const struct planning *p)
{
	const struct plan_cgroup *cgroup = &p->plan->cgroup;
	struct plan_cgroup_write *tasks = NULL;

	/* unified stands behind, and overrules. */
	for (size_t i = 0; i < cgroup->write_count; i++)
		if (strcmp(cgroup->writes[i].file, "pids.max") == 0)
			tasks = &cgroup->writes[i];
	if (!tasks || (strcmp(tasks->value, "0") != 0 && strcmp(tasks->value, "1") != 0))
		return 0;
	if (p->plan->hooks[PLAN_HOOK_START_CONTAINER].count > 0)
		return refuse("hooks.startContainer: %s of %s leaves room for no hook in the "
			      "container",
			tasks->place, tasks->value);
	tasks->last = true;
	return 0;
}

int plan_resources(struct planning *p)
{
	const struct spec_linux *linux_ = p->spec->linux_;
	struct plan_cgroup *cgroup = &p->plan->cgroup;

	if (!linux_ || !linux_->resources)
		return 0;
	if (cgroup->manager == PLAN_CGROUP_DISABLED) {
		log_debug("linux.resources is ignored: control groups are disabled");
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(limits); i++)
		try(plan_limit(p, linux_->resources, &limits[i]));
	/* What an update lists are the items that it changes. */
	const struct spec_resources *lists = p->changes ? p->changes : linux_->resources;
	try(plan_resource_lists(p, lists));
	/* The last ones, as they go before the others. */
	try(plan_unified(p, lists));
	try(put_tasks_last(p));
	cgroup->has_limits |= cgroup->write_count > 0;
	return 0;
}
