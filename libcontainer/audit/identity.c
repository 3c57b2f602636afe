/* Ids, groups and the maps of a user namespace; ids are compared as they are in the container. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

/* ---- maps --------------------------------------------------------------------------------- */

static int append_map(const struct plan_id_map *map, struct str *text)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct plan_id_range *range = &map->items[i];

		try(str_printf(text, "%s%u %u %u", i > 0 ? ", " : "", range->inside, range->outside,
			range->count));
	}
	return 0;
}

AUDIT_ROW_FUNCTION(audit_plan_uid_map)
{
	const struct plan_users *users = &view->audit->plan->users;

	(void)row;
	(void)item;
	return users->mapped ? append_map(&users->uids, text) : 0;
}

AUDIT_ROW_FUNCTION(audit_plan_gid_map)
{
	const struct plan_users *users = &view->audit->plan->users;

	(void)row;
	(void)item;
	return users->mapped ? append_map(&users->gids, text) : 0;
}

/* One range of a map, "INSIDE OUTSIDE COUNT" with blanks before each. */
static bool take_range(const char *line, struct plan_id_range *ret_range)
{
	char *end;
	unsigned long inside = strtoul(line, &end, 10);
	unsigned long outside = strtoul(end, &end, 10);
	unsigned long count = strtoul(end, &end, 10);

	*ret_range = (struct plan_id_range){ (uint32_t)inside, (uint32_t)outside, (uint32_t)count };
	return count > 0;
}

/* The kernel shows more than a handful sorted, by what is outside. */
static int compare_ranges(const void *a, const void *b)
{
	const struct plan_id_range *left = a, *right = b;

	return left->inside < right->inside ? -1 : left->inside > right->inside;
}

static int read_map(struct audit_view *view, const char *name, struct plan_id_map *ret_map)
{
	struct plan_id_map map = { 0 };
	const char *content, *line;
	size_t count = 0;

	try(view_read(view, view->pid, name, &content));
	for (const char *at = content; (at = strchr(at, '\n')); at++)
		count++;
	map.items = arena_new_array(&view->arena, struct plan_id_range, count + 1);
	for (size_t i = 0; (line = view_line(view, content, i)); i++)
		if (take_range(line, &map.items[map.count]))
			map.count++;
	*ret_map = map;
	return 0;
}

/* In the order of the plan: the order is no part of what a map is. */
AUDIT_ROW_FUNCTION(audit_find_map)
{
	const struct plan_users *users = &view->audit->plan->users;
	const struct plan_id_map *planned = row->name[0] == 'u' ? &users->uids : &users->gids;
	struct plan_id_map found = { 0 }, wanted;
	size_t size = planned->count * sizeof(*planned->items);

	(void)item;
	try(read_map(view, row->name, &found));
	wanted = *planned;
	wanted.items = arena_alloc(&view->arena, size + 1);
	memcpy(wanted.items, planned->items, size);
	qsort(wanted.items, wanted.count, sizeof(*wanted.items), compare_ranges);
	qsort(found.items, found.count, sizeof(*found.items), compare_ranges);
	if (found.count == wanted.count && memcmp(found.items, wanted.items, size) == 0)
		return append_map(planned, text);
	return append_map(&found, text);
}

AUDIT_ROW_FUNCTION(audit_plan_setgroups)
{
	const struct plan_users *users = &view->audit->plan->users;

	(void)row;
	(void)item;
	return users->mapped && users->deny_setgroups ? str_append(text, "deny") : 0;
}

AUDIT_ROW_FUNCTION(audit_find_setgroups)
{
	const char *content;

	(void)row;
	(void)item;
	try(view_read(view, view->pid, "setgroups", &content));
	return str_append_data(text, content, strcspn(content, "\n"));
}

/* ---- ids ----------------------------------------------------------------------------------- */

static int load_map(struct audit_view *view, const char *name, struct plan_id_map *ret_map)
{
	static struct plan_id_range all = { 0, 0, UINT32_MAX };

	/* Our own user namespace's map is shown as its parent has it, which says nothing here. */
	if (!view_is_ours(view, "user"))
		return read_map(view, name, ret_map);
	*ret_map = (struct plan_id_map){ &all, 1 };
	return 0;
}

/* As it is inside; UINT32_MAX, which is no id, where it is not mapped. */
static uint32_t id_inside(const struct plan_id_map *map, uint32_t id)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct plan_id_range *range = &map->items[i];

		if (id >= range->outside && id - range->outside < range->count)
			return range->inside + (id - range->outside);
	}
	return UINT32_MAX;
}

static int compare_ids(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The ids of a field of status, as they are inside. */
static int read_ids(struct audit_view *view, const char *key, const char *map_name,
	uint32_t **ret_ids, size_t *ret_count)
{
	const char *field = view_field(view, view->status, key);
	struct plan_id_map map = { 0 };
	size_t count = 0;

	if (!field)
		return -ENOENT;
	try(load_map(view, map_name, &map));
	uint32_t *ids = arena_new_array(&view->arena, uint32_t, strlen(field) / 2 + 2);
	while (*field) {
		char *end;
		unsigned long id = strtoul(field, &end, 10);

		if (end == field)
			break;
		ids[count++] = id_inside(&map, (uint32_t)id);
		field = end;
	}
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

static int append_ids(const uint32_t *ids, size_t count, struct str *text)
{
	if (count == 0)
		return str_append(text, "none");
	for (size_t i = 0; i < count; i++)
		try(str_printf(text, "%s%d", i > 0 ? " " : "", (int)ids[i]));
	return 0;
}

/* Real, effective, saved, of the file system.  A program may have an id of its own: a bit. */
static int plan_four(struct audit_view *view, uint32_t id, struct str *text)
{
	const uint32_t ids[4] = { id, id, id, id };

	(void)view;
	return append_ids(ids, COUNT_OF(ids), text);
}

static int find_four(struct audit_view *view, const char *key, const char *map, struct str *text)
{
	uint32_t *ids;
	size_t count;

	if (view->moment == AUDIT_PROGRAM && audit_is_privileged_file(view))
		return -ENOENT;
	int r = read_ids(view, key, map, &ids, &count);
	return r < 0 ? r : append_ids(ids, count, text);
}

AUDIT_ROW_FUNCTION(audit_plan_uids)
{
	(void)row;
	(void)item;
	return plan_four(view, view->audit->plan->process.uid, text);
}

AUDIT_ROW_FUNCTION(audit_find_uids)
{
	(void)item;
	return find_four(view, row->name, "uid_map", text);
}

AUDIT_ROW_FUNCTION(audit_plan_gids)
{
	(void)row;
	(void)item;
	return plan_four(view, view->audit->plan->process.gid, text);
}

AUDIT_ROW_FUNCTION(audit_find_gids)
{
	(void)item;
	return find_four(view, row->name, "gid_map", text);
}

/* Where they may not be set, our caller's stay, whatever they are. */
AUDIT_ROW_FUNCTION(audit_plan_groups)
{
	const struct plan_process *plan = &view->audit->plan->process;
	size_t size = plan->group_count * sizeof(*plan->groups);

	(void)row;
	(void)item;
	if (!plan->set_groups || plan->groups_may_stay)
		return 0;
	uint32_t *ids = arena_alloc(&view->arena, size + 1);
	if (size > 0)
		memcpy(ids, plan->groups, size);
	qsort(ids, plan->group_count, sizeof(*ids), compare_ids);
	return append_ids(ids, plan->group_count, text);
}

AUDIT_ROW_FUNCTION(audit_find_groups)
{
	uint32_t *ids;
	size_t count;

	(void)item;
	int r = read_ids(view, row->name, "gid_map", &ids, &count);
	if (r < 0)
		return r;
	qsort(ids, count, sizeof(*ids), compare_ids);
	return append_ids(ids, count, text);
}
