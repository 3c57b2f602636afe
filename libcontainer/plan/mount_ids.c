/* Id-mapped mounts: which they are, and by whose maps. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "libcontainer/base/parse.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/parts.h"

/* One is as long as "4294967295-4294967295-4294967295"; '@' stands before it. */
#define RANGE_TEXT_SIZE 34

static bool maps_are_equal(const struct plan_id_map *a, const struct plan_id_map *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct plan_id_range *x = &a->items[i], *y = &b->items[i];

		if (x->inside != y->inside || x->outside != y->outside || x->count != y->count)
			return false;
	}
	return true;
}

/* ---- "idmap=uids=0-1000-1#1-2000-9;gids=@0-0-10", as crun has it --------------------------- */

/* With '@' the outer id is one of the container's: what is that on the host? */
static int find_outside(const struct plan_id_map *map, struct plan_id_range *range)
{
	for (size_t i = 0; i < map->count; i++) {
		uint32_t offset = range->outside - map->items[i].inside;

		if (range->outside < map->items[i].inside || offset >= map->items[i].count)
			continue;
		if (range->count > map->items[i].count - offset)
			break;
		range->outside = map->items[i].outside + offset;
		return 0;
	}
	return -ERANGE;
}

static int read_range(const char *text, size_t length, const struct plan_id_map *container,
	struct plan_id_range *ret_range)
{
	char copy[RANGE_TEXT_SIZE + 1], *rest = copy;
	bool relative = length > 0 && text[0] == '@';
	uint32_t *const numbers[] = {
		&ret_range->inside,
		&ret_range->outside,
		&ret_range->count,
	};

	if (length >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	rest += relative;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const char *word = strsep(&rest, "-");

		if (!word || parse_u32(word, numbers[i]) < 0)
			return -EINVAL;
	}
	if (rest || ret_range->count == 0)
		return -EINVAL;
	return relative ? find_outside(container, ret_range) : 0;
}

static size_t count_ranges(const char *text, size_t length)
{
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '#';
	return count;
}

/* A list of ranges in the option of a mount. */
struct range_list {
	const char *place, *text;
	size_t length;
};

static int read_ranges(struct planning *p, const struct range_list *list,
	const struct plan_id_map *container, struct plan_id_map *ret_map)
{
	const char *text = list->text, *end = text + list->length;

	ret_map->items =
		arena_new_array(p->arena, struct plan_id_range, count_ranges(text, list->length));
	ret_map->count = 0;
	while (text <= end) {
		const char *hash = memchr(text, '#', (size_t)(end - text));
		size_t size = (size_t)((hash ? hash : end) - text);
		int r = read_range(text, size, container, &ret_map->items[ret_map->count++]);

		if (r == -ERANGE)
			return refuse("%s: \"%.*s\" is relative to ids that the container's user "
				      "namespace does not map",
				list->place, (int)size, text);
		if (r < 0)
			return refuse("%s: \"%.*s\" is no range of ids, as \"0-1000-1\" is",
				list->place, (int)size, text);
		text += size + 1;
	}
	return 0;
}

int plan_mount_id_words(
	struct planning *p, const char *place, const char *words, struct plan_mount *mount)
{
	const struct plan_users *container = &p->plan->users;

	while (*words) {
		size_t length = strcspn(words, ";");
		bool uids = strncmp(words, "uids=", 5) == 0;

		if (uids || strncmp(words, "gids=", 5) == 0)
			try(read_ranges(p, &(struct range_list){ place, words + 5, length - 5 },
				uids ? &container->uids : &container->gids,
				uids ? &mount->uids : &mount->gids));
		else if (length > 0)
			return refuse("%s: \"%.*s\" is neither uids= nor gids=", place, (int)length,
				words);
		words += length;
		words += *words == ';';
	}
	if (!mount->uids.count != !mount->gids.count)
		return refuse("%s: uids= and gids= need each other", place);
	return 0;
}

/* ---- which maps --------------------------------------------------------------------------- */

/* A new user namespace that is like the container's would be one process more, for nothing. */
static void use_container_maps(const struct plan *plan, struct plan_mount *mount)
{
	if (!(plan->namespaces.create & CLONE_NEWUSER) ||
		!maps_are_equal(&mount->uids, &plan->users.uids) ||
		!maps_are_equal(&mount->gids, &plan->users.gids))
		return;
	mount->uids.count = 0;
	mount->gids.count = 0;
}

int plan_mount_ids(struct planning *p, const struct spec_mount *spec, struct plan_mount *mount)
{
	if (mount->idmap == PLAN_IDMAP_NONE)
		return 0;
	if (mount->kind != PLAN_MOUNT_FS && mount->kind != PLAN_MOUNT_BIND)
		return refuse("%s: ids can be mapped by a bind mount or a new file system only",
			mount->place);
	if (spec->uid_mappings.count > 0) {
		mount->uids = plan_id_map_of(p, &spec->uid_mappings);
		mount->gids = plan_id_map_of(p, &spec->gid_mappings);
	}
	use_container_maps(p->plan, mount);
	if (mount->uids.count > 0)
		return 0;
	if (!(p->plan->namespaces.have & CLONE_NEWUSER))
		return refuse("%s: \"idmap\" needs uidMappings and gidMappings, or a container "
			      "with a user namespace",
			mount->place);
	/* What is made in a user namespace has its ids anyway, and can't be mapped by it again. */
	if (mount->kind == PLAN_MOUNT_FS)
		mount->idmap = PLAN_IDMAP_NONE;
	return 0;
}
