/* When a step applies: predicates on the plan, which is const, so that every role decides alike. */
#include <sched.h>

#include "libcontainer/kernel/syscall.h"
#include "libcontainer/launch/launch.h"

bool plan_takes_general_road(const struct plan *plan)
{
	return plan->namespaces.road == PLAN_ROAD_GENERAL;
}

bool plan_takes_short_road(const struct plan *plan)
{
	return plan->namespaces.road == PLAN_ROAD_SHORT;
}

bool plan_is_create(const struct plan *plan)
{
	return plan->verb == PLAN_CREATE;
}

bool plan_is_run(const struct plan *plan)
{
	return plan->verb != PLAN_CREATE;
}

bool plan_is_asserted(const struct plan *plan)
{
	return plan->assert_start;
}

/* Else `start` does. */
bool plan_asserts_program(const struct plan *plan)
{
	return plan->assert_start && plan_is_run(plan);
}

bool plan_limits_wait(const struct plan *plan)
{
	return plan->verb == PLAN_CREATE && plan->created_timeout > 0;
}

bool plan_has_cgroup(const struct plan *plan)
{
	return plan->cgroup.directory_count > 0;
}

bool plan_delegates_cgroup(const struct plan *plan)
{
	return plan->cgroup.delegated;
}

bool plan_has_unit(const struct plan *plan)
{
	return plan->cgroup.unit.name;
}

bool plan_has_first_limits(const struct plan *plan)
{
	for (size_t i = 0; i < plan->cgroup.write_count; i++)
		if (cgroup_write_is_first(&plan->cgroup, &plan->cgroup.writes[i]))
			return true;
	return false;
}

bool plan_has_last_limits(const struct plan *plan)
{
	for (size_t i = 0; i < plan->cgroup.write_count; i++)
		if (plan->cgroup.writes[i].last)
			return true;
	return false;
}

/* systemd makes a unit's. */
bool plan_makes_cgroup(const struct plan *plan)
{
	return plan_has_cgroup(plan) && !plan_has_unit(plan);
}

/* Init is born where its parent is, whom systemd has put into the unit's group. */
static bool inherits_cgroup(const struct plan *plan)
{
	if (!plan_has_unit(plan) || plan->cgroup.unit.is_slice)
		return false;
	for (size_t i = 0; i < plan->cgroup.directory_count; i++)
		if (plan->cgroup.directories[i].subgroup)
			return false;
	return true;
}

static bool joins_cgroup_namespace(const struct plan *plan)
{
	return plan->verb != PLAN_EXEC &&
	       plan->namespaces.have & ~plan->namespaces.create & CLONE_NEWCGROUP;
}

/*
 * Whether the child, at init's birth, is not who may put it into a group: somebody else in a user
 * namespace, or in another cgroup namespace, from where nobody gets into a group outside it
 * (nsdelegate, cgroups(7)).
 */
static bool child_is_elsewhere(const struct plan *plan)
{
	return plan->namespaces.have & CLONE_NEWUSER || joins_cgroup_namespace(plan);
}

/* Then it is in the group itself, and init inherits that.  Of a unit it is anyway. */
bool plan_has_child_in_cgroup(const struct plan *plan)
{
	if (plan->verb == PLAN_EXEC)
		return true;
	return plan_takes_general_road(plan) && plan_makes_cgroup(plan) && child_is_elsewhere(plan);
}

/*
 * Into cgroup2 init is born: a write to cgroup.procs waits until no processor is in the middle of
 * anything (RCU), which takes longer than all of a start.
 */
bool plan_is_born_in_cgroup(const struct plan *plan)
{
	return !plan_has_unit(plan) || inherits_cgroup(plan) || !child_is_elsewhere(plan);
}

/* Into a v1 group the parent must write it, and into any where it could not be born. */
bool plan_moves_to_cgroup(const struct plan *plan)
{
	if (!plan_is_born_in_cgroup(plan))
		return plan_has_cgroup(plan);
	for (size_t i = 0; i < plan->cgroup.directory_count; i++) {
		if (!plan->cgroup.directories[i].unified)
			return true;
	}
	return false;
}

bool plan_joins(const struct plan *plan)
{
	return plan->namespaces.join_count > 0;
}

bool plan_maps_ids(const struct plan *plan)
{
	return plan->users.mapped;
}

bool plan_new_user(const struct plan *plan)
{
	return plan->namespaces.create & CLONE_NEWUSER;
}

/* A new user namespace must be there first: what clone3() makes is its caller's. */
bool plan_unshares(const struct plan *plan)
{
	return plan_takes_general_road(plan) || plan_new_user(plan);
}

/* Init is born into its user namespace, where a lowering is not its own to do. */
bool plan_scores_by_parent(const struct plan *plan)
{
	return plan_takes_short_road(plan) && plan_new_user(plan);
}

bool plan_scores_by_child(const struct plan *plan)
{
	return !plan_scores_by_parent(plan);
}

bool plan_new_time(const struct plan *plan)
{
	return plan->namespaces.create & CLONE_NEWTIME;
}

bool plan_new_cgroup_namespace(const struct plan *plan)
{
	return plan->namespaces.create & CLONE_NEWCGROUP;
}

bool plan_has_net_devices(const struct plan *plan)
{
	return plan->network.device_count > 0;
}

bool plan_has_rdt(const struct plan *plan)
{
	return plan->rdt.set;
}

bool plan_has_nodes(const struct plan *plan)
{
	for (size_t i = 0; i < plan->devices.count; i++) {
		if (plan->devices.items[i].by_parent)
			return true;
	}
	return false;
}

bool plan_has_sources(const struct plan *plan)
{
	for (size_t i = 0; i < plan->root.mount_count; i++) {
		if (plan->root.mounts[i].source_by_parent)
			return true;
	}
	return plan_has_nodes(plan);
}

bool plan_maps_mounts(const struct plan *plan)
{
	for (size_t i = 0; i < plan->root.mount_count; i++) {
		if (plan->root.mounts[i].idmap != PLAN_IDMAP_NONE)
			return true;
	}
	return false;
}

bool plan_has_terminal(const struct plan *plan)
{
	return plan->process.terminal;
}

bool plan_has_console_socket(const struct plan *plan)
{
	return plan->process.terminal && plan->console_socket;
}

bool plan_relays_terminal(const struct plan *plan)
{
	return plan->process.terminal && !plan->console_socket;
}

bool plan_has_pidfd_socket(const struct plan *plan)
{
	return plan->pidfd_socket;
}

bool plan_is_notified(const struct plan *plan)
{
	return plan->notify_socket;
}

/* While there is a hook that a start runs. */
bool plan_redirects_hooks(const struct plan *plan)
{
	return (plan->hook_output || plan->hook_error_output) &&
	       (plan_has_hooks(plan) || plan_has_start_hooks(plan) ||
		       plan_has_poststart_hooks(plan));
}

bool plan_has_host_hooks(const struct plan *plan)
{
	return plan->hooks[PLAN_HOOK_PRESTART].count > 0 ||
	       plan->hooks[PLAN_HOOK_CREATE_RUNTIME].count > 0;
}

bool plan_has_container_hooks(const struct plan *plan)
{
	return plan->hooks[PLAN_HOOK_CREATE_CONTAINER].count > 0;
}

bool plan_has_hooks(const struct plan *plan)
{
	return plan_has_host_hooks(plan) || plan_has_container_hooks(plan);
}

bool plan_has_start_hooks(const struct plan *plan)
{
	return plan->hooks[PLAN_HOOK_START_CONTAINER].count > 0;
}

bool plan_has_poststart_hooks(const struct plan *plan)
{
	return plan->verb == PLAN_RUN && plan->hooks[PLAN_HOOK_POSTSTART].count > 0;
}

/* Without no_new_privs, loading needs a capability that the program may not keep. */
bool plan_has_initial_cpus(const struct plan *plan)
{
	return plan->process.initial_cpus.bits != NULL;
}

bool plan_raises_limits(const struct plan *plan)
{
	return plan->namespaces.have & CLONE_NEWUSER && plan->process.rlimit_count > 0;
}

bool plan_has_filter(const struct plan *plan)
{
	return plan->seccomp.set;
}

bool plan_loads_filter_early(const struct plan *plan)
{
	return plan->seccomp.set && !plan->seccomp.late;
}

bool plan_loads_filter_late(const struct plan *plan)
{
	return plan->seccomp.set && plan->seccomp.late;
}

bool plan_has_agent(const struct plan *plan)
{
	return plan->seccomp.set && plan->seccomp.listener_path;
}

bool plan_has_agent_early(const struct plan *plan)
{
	return plan_has_agent(plan) && plan_loads_filter_early(plan);
}

bool plan_has_agent_late(const struct plan *plan)
{
	return plan_has_agent(plan) && plan_loads_filter_late(plan);
}
