/* Resources over resources, by the rows: see update.h. */
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/plan/update.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

/* clang-format off */

/* Limits that may be 0. */
static const struct { const char *schema, *field; } zeros[] = {
	{ "memory", "swappiness" },
	{ "cpu",    "burst" },
	{ "cpu",    "idle" },
	{ "pids",   "limit" },
	{ "rdma",   "hcaHandles" },
	{ "rdma",   "hcaObjects" },
};

/* How many of an item's first properties say what it is for. */
static const struct { const char *schema; size_t count; } keys[] = {
	{ "weight_device",      2 },
	{ "throttle_device",    2 },
	{ "hugepage_limit",     1 },
	{ "interface_priority", 1 },
	{ "rdma",               1 },
};

/* clang-format on */

static const void *merge_object(struct arena *arena, const struct spec_schema *schema,
	const char *saved, const char *changes);

static bool is_text(enum spec_kind kind)
{
	return kind == SPEC_KIND_string || kind == SPEC_KIND_word || kind == SPEC_KIND_key;
}

static size_t size_of(const struct spec_field *field)
{
	const struct spec_number *number = spec_number_of(field->kind);

	if (number) /* a flag stands in front of a maybe_ one, with as much room */
		return number->size * (number->maybe ? 2 : 1);
	if (field->kind == SPEC_KIND_flag)
		return sizeof(bool);
	if (field->kind == SPEC_KIND_maybe_flag)
		return sizeof(struct maybe_flag);
	return is_text(field->kind) || field->kind == SPEC_KIND_object ? sizeof(void *)
								       : sizeof(struct spec_items);
}

/* Whether this is how a Go program says that it does not speak of the property. */
static bool is_unset(
	const struct spec_schema *schema, const struct spec_field *field, const char *member)
{
	const struct spec_number *number = spec_number_of(field->kind);
	static const char nothing[8];

	if (!number || !number->maybe || memcmp(member + number->size, nothing, number->size) != 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(zeros); i++)
		if (strcmp(schema->name, zeros[i].schema) == 0 &&
			strcmp(field->name, zeros[i].field) == 0)
			return false;
	return true;
}

/* ---- lists -------------------------------------------------------------------------- */

static bool is_same(const struct spec_field *field, const char *a, const char *b)
{
	a += field->offset;
	b += field->offset;
	if (!is_text(field->kind))
		return memcmp(a, b, size_of(field)) == 0;
	return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

static bool is_for_the_same(const struct spec_schema *schema, const char *a, const char *b)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(schema->name, keys[i].schema) == 0)
			count = keys[i].count;
	for (size_t i = 0; i < count; i++)
		if (!is_same(&schema->fields[i], a, b))
			return false;
	return count > 0;
}

static struct spec_items merge_list(struct arena *arena, const struct spec_schema *inner,
	const struct spec_items *saved, const struct spec_items *changes)
{
	size_t size = inner->size;
	char *items = arena_array(arena, saved->count + changes->count, size);
	struct spec_items list = { items, saved->count, true };

	if (saved->count)
		memcpy(items, saved->items, saved->count * size);
	for (size_t i = 0; i < changes->count; i++) {
		const char *change = (const char *)changes->items + i * size;
		size_t at = 0;

		while (at < list.count && !is_for_the_same(inner, items + at * size, change))
			at++;
		if (at == list.count)
			memcpy(items + list.count++ * size, change, size);
		else
			memcpy(items + at * size,
				merge_object(arena, inner, items + at * size, change), size);
	}
	return list;
}

static struct spec_pairs merge_pairs(
	struct arena *arena, const struct spec_pairs *saved, const struct spec_pairs *changes)
{
	struct spec_pair *items =
		arena_new_array(arena, struct spec_pair, saved->count + changes->count);
	struct spec_pairs pairs = { items, saved->count, true };

	if (saved->count)
		memcpy(items, saved->items, saved->count * sizeof(*items));
	for (size_t i = 0; i < changes->count; i++) {
		size_t at = 0;

		while (at < pairs.count && strcmp(items[at].key, changes->items[i].key) != 0)
			at++;
		pairs.count += at == pairs.count;
		items[at] = changes->items[i];
	}
	return pairs;
}

/* ---- objects ------------------------------------------------------------------------ */

static void merge_field(
	struct arena *arena, const struct spec_field *field, char *member, const char *change)
{
	struct spec_items list;
	struct spec_pairs pairs;
	const void *object;

	switch (field->kind) {
	case SPEC_KIND_object:
		object = merge_object(arena, field->inner(), *(const char *const *)member,
			*(const char *const *)change);
		memcpy(member, &object, sizeof(object));
		break;
	case SPEC_KIND_list:
	case SPEC_KIND_map:
		list = merge_list(arena, field->inner(), (const struct spec_items *)member,
			(const struct spec_items *)change);
		memcpy(member, &list, sizeof(list));
		break;
	case SPEC_KIND_pairs:
		pairs = merge_pairs(arena, (const struct spec_pairs *)member,
			(const struct spec_pairs *)change);
		memcpy(member, &pairs, sizeof(pairs));
		break;
	default:
		memcpy(member, change, size_of(field));
	}
}

static const void *merge_object(struct arena *arena, const struct spec_schema *schema,
	const char *saved, const char *changes)
{
	char *object = arena_alloc(arena, schema->size);

	if (saved)
		memcpy(object, saved, schema->size);
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];
		const char *change = changes + field->offset;

		/* A plain number or flag is part of an item: its 0 is a value. */
		if (spec_number_of(field->kind) && !spec_number_of(field->kind)->maybe)
			memcpy(object + field->offset, change, size_of(field));
		else if (spec_is_present(field, change) && !is_unset(schema, field, change))
			merge_field(arena, field, object + field->offset, change);
	}
	return object;
}

const struct spec_resources *update_merge(struct arena *arena, const struct spec_resources *saved,
	const struct spec_resources *changes)
{
	return merge_object(
		arena, spec_schema_resources(), (const char *)saved, (const char *)changes);
}
