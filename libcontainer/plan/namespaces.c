/* Which namespaces are made, which are joined, in which order, and by which road init comes to be.
 */
#include <sched.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/parts.h"

/*
 * The order of joining.  User first, as the rest belong to it, or must be entered with its
 * capabilities; mount last, since paths and /proc are the host's until then.
 */
static const int join_order[] = {
	CLONE_NEWUSER,
	CLONE_NEWPID,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	CLONE_NEWNET,
	CLONE_NEWCGROUP,
	CLONE_NEWTIME,
	CLONE_NEWNS,
};

static const struct spec_namespace *find_namespace(const struct planning *p, int flag)
{
	const struct spec_namespace_list *list = &p->spec->linux_->namespaces;
	uint64_t value;

	for (size_t i = 0; i < list->count; i++) {
		if (names_find(&names_namespaces, list->items[i].type, &value) == 0 &&
			(int)value == flag)
			return &list->items[i];
	}
	return NULL;
}

static void add_join(struct planning *p, const struct spec_namespace *namespace, int flag)
{
	struct plan_namespaces *plan = &p->plan->namespaces;

	plan->joins[plan->join_count++] = (struct plan_join){
		.flag = flag,
		.place = arena_printf(p->arena, "linux.namespaces[%zu].path",
			(size_t)(namespace - p->spec->linux_->namespaces.items)),
		.name = namespace->type,
		.path = namespace->path && namespace->path[0] ? namespace->path : NULL,
	};
}

static void plan_time_offsets(struct planning *p)
{
	const struct spec_time_offset_list *list = &p->spec->linux_->time_offsets;
	struct plan_namespaces *plan = &p->plan->namespaces;

	for (size_t i = 0; i < list->count && i < COUNT_OF(plan->time_offsets); i++) {
		plan->time_offsets[plan->time_offset_count++] = (struct plan_time_offset){
			.clock = list->items[i].key,
			.secs = list->items[i].secs,
			.nanosecs = list->items[i].nanosecs,
		};
	}
}

static void plan_net_devices(struct planning *p)
{
	const struct spec_net_device_list *list = &p->spec->linux_->net_devices;
	struct plan_network *plan = &p->plan->network;

	plan->devices = arena_new_array(p->arena, struct plan_net_device, list->count);
	for (size_t i = 0; i < list->count; i++) {
		const struct spec_net_device *spec = &list->items[i];

		plan->devices[plan->device_count++] = (struct plan_net_device){
			.place = arena_printf(p->arena, "linux.netDevices.%s", spec->key),
			.name = spec->key,
			.new_name = spec->name ? spec->name : spec->key,
		};
	}
}

/*
 * One clone3() makes init where nothing is to be joined.  A time namespace can't be made by it, as
 * its offsets could no longer be written.
 */
static enum plan_road choose_road(const struct planning *p)
{
	const struct plan_namespaces *plan = &p->plan->namespaces;

	/*
	 * Whoever is in the container's pid namespace is seen by its processes, and one with
	 * CAP_SYS_PTRACE reaches all that it has: the host's root by /proc/PID/root, while the
	 * other namespaces are not yet entered.  So the child enters them, and then init is born.
	 */
	if (p->options->verb == PLAN_EXEC)
		return PLAN_ROAD_GENERAL;
	if (p->options->general_road || plan->join_count > 0 || (plan->create & CLONE_NEWTIME))
		return PLAN_ROAD_GENERAL;
	/* Born into a user namespace init makes the network's itself, and nobody waits for it. */
	if ((plan->create & CLONE_NEWUSER) && p->plan->network.device_count > 0)
		return PLAN_ROAD_GENERAL;
	if (p->options->cgroup_manager == PLAN_CGROUP_SYSTEMD)
		return PLAN_ROAD_GENERAL;
	return PLAN_ROAD_SHORT;
}

int plan_namespaces(struct planning *p)
{
	struct plan_namespaces *plan = &p->plan->namespaces;

	if (!p->spec->linux_)
		return refuse("linux: is required");
	for (size_t i = 0; i < COUNT_OF(join_order); i++) {
		int flag = join_order[i];
		const struct spec_namespace *namespace = find_namespace(p, flag);

		if (!namespace)
			continue;
		plan->have |= flag;
		if (p->options->verb == PLAN_EXEC || (namespace->path && namespace->path[0]))
			add_join(p, namespace, flag);
		else
			plan->create |= flag;
	}
	if (p->options->verb != PLAN_EXEC) {
		plan_time_offsets(p);
		plan_net_devices(p);
	}
	plan->road = choose_road(p);
	plan->by_root = p->host->uid == 0;
	p->plan->network.loopback_up = plan->create & CLONE_NEWNET;
	return 0;
}
