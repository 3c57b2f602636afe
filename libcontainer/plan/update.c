/* What of a container's limits changes: see update.h. */
#include "libcontainer/plan/update.h"

#include "libcontainer/base/log.h"
#include "libcontainer/plan/unit.h"
#include "oci-spec/rules.h"

/* The host, as far as limits ask about it: the hierarchies are those that the container is in. */
static struct host host_of_record(struct arena *arena, const struct plan_update_input *input)
{
	struct host host = { .hierarchy_count = input->directory_count };

	host.hierarchies = arena_new_array(arena, struct host_hierarchy, input->directory_count);
	for (size_t i = 0; i < input->directory_count; i++)
		host.hierarchies[i] = (struct host_hierarchy){
			.controllers = input->directories[i].controllers,
			.mountpoint = input->directories[i].mountpoint,
			.own = "/",
			.unified = input->directories[i].unified,
		};
	host.cgroup_layout = input->directory_count == 1 && input->directories[0].unified
				     ? HOST_CGROUP_V2
				     : HOST_CGROUP_V1;
	return host;
}

/*
 * Without any limit of memory a limit of memory and swap means nothing, and the rules refuse it:
 * who takes away the one, and does not speak of the other, means both.
 */
static void drop_swap(
	struct arena *arena, const struct spec_memory *change, struct spec_resources *merged)
{
	struct spec_memory *memory;

	if (!change || !change->limit.set || change->limit.value >= 0 ||
		(change->swap.set && change->swap.value != 0))
		return;
	memory = arena_new(arena, struct spec_memory);
	*memory = *merged->memory;
	memory->swap = (struct maybe_i64){ 0 };
	merged->memory = memory;
}

/* What is to be refused where more than the new limit is used already. */
static void set_check(const struct spec_resources *changes, const struct spec_resources *merged,
	struct plan_cgroup *cgroup)
{
	const struct spec_memory *memory = merged->memory;

	if (!memory || !changes->memory || !memory->check_before_update.value)
		return;
	if (changes->memory->limit.set && memory->limit.value > 0)
		cgroup->memory_check.limit = (uint64_t)memory->limit.value;
	if ((changes->memory->swap.set || changes->memory->limit.set) && memory->swap.value > 0)
		cgroup->memory_check.with_swap = (uint64_t)memory->swap.value;
}

int plan_update(
	struct arena *arena, const struct plan_update_input *input, struct plan_update *ret_update)
{
	struct spec_resources changes = *input->changes;
	struct spec_resources *merged = arena_new(arena, struct spec_resources);
	struct spec_linux linux_ = { .resources = merged };
	const struct spec_config spec = { .linux_ = &linux_ };
	const struct plan_options options = { .verb = PLAN_CREATE };
	const struct host host = host_of_record(arena, input);
	struct plan *plan = arena_new(arena, struct plan);
	struct planning p = {
		.arena = arena,
		.spec = &spec,
		.changes = &changes,
		.options = &options,
		.host = &host,
		.plan = plan,
	};

	if (changes.devices.count > 0)
		log_debug("linux.resources.devices: an update leaves devices alone");
	changes.devices = (struct spec_device_rule_list){ 0 };
	*merged = *update_merge(arena, input->saved, &changes);
	drop_swap(arena, changes.memory, merged);
	try(rules_check_resources(merged));

	plan->cgroup.directories =
		arena_new_array(arena, struct plan_cgroup_directory, input->directory_count);
	for (size_t i = 0; i < input->directory_count; i++)
		plan->cgroup.directories[i] = input->directories[i];
	plan->cgroup.directory_count = input->directory_count;
	try(plan_resources(&p));
	plan->cgroup.unit = (struct plan_unit){ .name = input->unit, .user = input->unit_user };
	if (input->unit)
		unit_add_limits(&p);
	set_check(&changes, merged, &plan->cgroup);
	*ret_update = (struct plan_update){ plan->cgroup, merged };
	return 0;
}
