/* The user namespace: which maps, written by whom, and what the container's root is outside. */
#include <sched.h>

#include "libcontainer/plan/parts.h"

struct plan_id_map plan_id_map_of(struct planning *p, const struct spec_id_mapping_list *list)
{
	struct plan_id_map map = { arena_new_array(p->arena, struct plan_id_range, list->count),
		list->count };

	for (size_t i = 0; i < list->count; i++) {
		map.items[i] = (struct plan_id_range){
			.inside = list->items[i].container_id,
			.outside = list->items[i].host_id,
			.count = list->items[i].size,
		};
	}
	return map;
}

bool plan_id_outside(const struct plan_id_map *map, uint32_t id, uint32_t *ret_id)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct plan_id_range *range = &map->items[i];

		if (id >= range->inside && id - range->inside < range->count) {
			*ret_id = range->outside + (id - range->inside);
			return true;
		}
	}
	return false;
}

/* As crun: without a word about ids, the container's root is the caller, and there is nobody else.
 */
static struct plan_id_map map_of_own(struct planning *p, uint32_t id)
{
	struct plan_id_map map = { arena_new_array(p->arena, struct plan_id_range, 1), 1 };

	map.items[0] = (struct plan_id_range){ .inside = 0, .outside = id, .count = 1 };
	return map;
}

/* It must be mapped, as init works as root in there. */
static int find_root(const struct plan_id_map *map, const char *place, uint32_t *ret_id)
{
	if (!plan_id_outside(map, 0, ret_id))
		return refuse("%s: id 0 of the container is not mapped", place);
	return 0;
}

static bool maps_only_own_id(const struct plan_id_map *map, uint32_t id)
{
	return map->count == 1 && map->items[0].count == 1 && map->items[0].outside == id;
}

int plan_users(struct planning *p)
{
	const struct spec_linux *spec = p->spec->linux_;
	struct plan_users *plan = &p->plan->users;

	plan->uids = plan_id_map_of(p, &spec->uid_mappings);
	plan->gids = plan_id_map_of(p, &spec->gid_mappings);
	if (!(p->plan->namespaces.create & CLONE_NEWUSER)) {
		plan->mapped = false;
		return 0;
	}
	plan->mapped = true;
	if (plan->uids.count == 0)
		plan->uids = map_of_own(p, p->host->uid);
	if (plan->gids.count == 0)
		plan->gids = map_of_own(p, p->host->gid);
	try(find_root(&plan->uids, "linux.uidMappings", &plan->root_uid));
	try(find_root(&plan->gids, "linux.gidMappings", &plan->root_gid));

	/* Without privilege one may map oneself, and that only with setgroups(2) denied. */
	if (p->host->uid != 0) {
		bool alone = maps_only_own_id(&plan->uids, p->host->uid) &&
			     maps_only_own_id(&plan->gids, p->host->gid);

		plan->by_helper = !alone;
		plan->deny_setgroups = alone;
	}
	return 0;
}
