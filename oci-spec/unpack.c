#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "oci-spec/pack.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

/* How deep objects may lie in each other: the rows' own depth is 5. */
#define PACK_DEPTH_MAX 16

struct bytes {
	const char *next, *end;
};

static int refuse_bytes(const char *name)
{
	return refuse_as(EBADMSG, "%s: is damaged", name);
}

static size_t bytes_left(const struct bytes *bytes)
{
	return (size_t)(bytes->end - bytes->next);
}

/* Cuts the next size bytes off; false: there are not so many. */
static bool take(struct bytes *bytes, size_t size, struct bytes *ret_part)
{
	if (bytes_left(bytes) < size)
		return false;
	*ret_part = (struct bytes){ bytes->next, bytes->next + size };
	bytes->next += size;
	return true;
}

static bool take_value(struct bytes *bytes, struct bytes *ret_value)
{
	struct bytes head;
	uint32_t length;

	if (!take(bytes, sizeof(length), &head))
		return false;
	memcpy(&length, head.next, sizeof(length));
	return take(bytes, length, ret_value);
}

/* Text of a whole value, NUL included. */
static bool text_of(struct bytes value, const char **ret_text)
{
	if (bytes_left(&value) == 0 || value.end[-1] != '\0')
		return false;
	*ret_text = value.next;
	return true;
}

static bool take_text(struct bytes *bytes, const char **ret_text)
{
	struct bytes value;

	return take_value(bytes, &value) && text_of(value, ret_text);
}

/* How many values there are; a cut-off one at the end is found by who takes them. */
static size_t count_values(struct bytes bytes)
{
	struct bytes value;
	size_t count = 0;

	while (take_value(&bytes, &value))
		count++;
	return count;
}

struct unpacker {
	struct arena *arena;
	unsigned int depth;
};

static int get_object(struct unpacker *unpacker, const struct spec_schema *schema,
	struct bytes bytes, char *object);

static int get_strings(struct unpacker *unpacker, const struct spec_field *field,
	struct bytes value, struct spec_strings *target)
{
	size_t count = count_values(value);
	const char **items = arena_new_array(unpacker->arena, const char *, count);

	for (size_t i = 0; i < count; i++) {
		if (!take_text(&value, &items[i]))
			return refuse_bytes(field->name);
	}
	*target = (struct spec_strings){ items, count, true };
	return bytes_left(&value) > 0 ? refuse_bytes(field->name) : 0;
}

static int get_pairs(struct unpacker *unpacker, const struct spec_field *field, struct bytes value,
	struct spec_pairs *target)
{
	size_t count = count_values(value) / 2;
	struct spec_pair *items = arena_new_array(unpacker->arena, struct spec_pair, count);

	for (size_t i = 0; i < count; i++) {
		if (!take_text(&value, &items[i].key) || !take_text(&value, &items[i].value))
			return refuse_bytes(field->name);
	}
	*target = (struct spec_pairs){ items, count, true };
	return bytes_left(&value) > 0 ? refuse_bytes(field->name) : 0;
}

static int get_u32s(struct unpacker *unpacker, const struct spec_field *field, struct bytes value,
	struct spec_u32s *target)
{
	size_t count = bytes_left(&value) / sizeof(uint32_t);
	uint32_t *items = arena_new_array(unpacker->arena, uint32_t, count);

	if (bytes_left(&value) % sizeof(uint32_t) != 0)
		return refuse_bytes(field->name);
	if (count > 0)
		memcpy(items, value.next, count * sizeof(*items));
	*target = (struct spec_u32s){ items, count, true };
	return 0;
}

static int get_list(struct unpacker *unpacker, const struct spec_field *field, struct bytes value,
	struct spec_items *target)
{
	const struct spec_schema *inner = field->inner();
	size_t count = count_values(value);
	char *items = arena_array(unpacker->arena, count, inner->size);
	struct bytes item;

	for (size_t i = 0; i < count; i++) {
		(void)take_value(&value, &item);
		try(get_object(unpacker, inner, item, items + i * inner->size), "%s", field->name);
	}
	*target = (struct spec_items){ items, count, true };
	return bytes_left(&value) > 0 ? refuse_bytes(field->name) : 0;
}

static int get_flag(const struct spec_field *field, struct bytes value, void *member)
{
	bool truth = bytes_left(&value) == 1 && *value.next;

	if (bytes_left(&value) != 1)
		return refuse_bytes(field->name);
	if (field->kind == SPEC_KIND_maybe_flag)
		*(struct maybe_flag *)member = (struct maybe_flag){ true, truth };
	else
		*(bool *)member = truth;
	return 0;
}

static int get_number(const struct spec_field *field, const struct spec_number *number,
	struct bytes value, void *member)
{
	uint64_t bits;

	if (bytes_left(&value) != sizeof(bits))
		return refuse_bytes(field->name);
	memcpy(&bits, value.next, sizeof(bits));
	spec_number_store(member, number, bits);
	return 0;
}

static int get_value(
	struct unpacker *unpacker, const struct spec_field *field, struct bytes value, void *member)
{
	const struct spec_number *number = spec_number_of(field->kind);

	if (number)
		return get_number(field, number, value, member);
	switch (field->kind) {
	case SPEC_KIND_flag:
	case SPEC_KIND_maybe_flag:
		return get_flag(field, value, member);
	case SPEC_KIND_key:
	case SPEC_KIND_string:
	case SPEC_KIND_word:
		return text_of(value, member) ? 0 : refuse_bytes(field->name);
	case SPEC_KIND_object: {
		const struct spec_schema *inner = field->inner();
		char *object = arena_alloc(unpacker->arena, inner->size);

		*(char **)member = object;
		return get_object(unpacker, inner, value, object);
	}
	case SPEC_KIND_u32s:
		return get_u32s(unpacker, field, value, member);
	case SPEC_KIND_pairs:
		return get_pairs(unpacker, field, value, member);
	case SPEC_KIND_list:
	case SPEC_KIND_map:
		return get_list(unpacker, field, value, member);
	default:
		return get_strings(unpacker, field, value, member);
	}
}

/* Properties are packed in the order of the rows: the search begins where it last ended. */
static const struct spec_field *find_field(
	const struct spec_schema *schema, struct bytes name, size_t *next)
{
	size_t length = bytes_left(&name);

	for (size_t i = 0; i < schema->count; i++) {
		size_t at = (*next + i) % schema->count;
		const char *known = schema->fields[at].name;

		if (strlen(known) == length && memcmp(known, name.next, length) == 0) {
			*next = at + 1;
			return &schema->fields[at];
		}
	}
	return NULL;
}

/* Also where there is none. */
static bool is_absolute(const void *member)
{
	const char *text = *(const char *const *)member;

	return !text || path_is_absolute(text);
}

static int check_required(const struct spec_schema *schema, const char *object)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];
		bool pointer = field->kind == SPEC_KIND_string || field->kind == SPEC_KIND_word ||
			       field->kind == SPEC_KIND_key || field->kind == SPEC_KIND_object;

		if (pointer && (field->flags & SPEC_REQUIRED || field->kind == SPEC_KIND_key) &&
			!*(const void *const *)(object + field->offset))
			return refuse_as(EBADMSG, "%s: is missing", field->name);
		if (pointer && field->flags & SPEC_ABSOLUTE && !is_absolute(object + field->offset))
			return refuse_as(EBADMSG, "%s: is not absolute", field->name);
	}
	return 0;
}

static int get_object(struct unpacker *unpacker, const struct spec_schema *schema,
	struct bytes bytes, char *object)
{
	struct bytes length, name, value;
	size_t next = 0;

	if (unpacker->depth >= PACK_DEPTH_MAX)
		return refuse_bytes(schema->name);
	unpacker->depth++;
	while (bytes_left(&bytes) > 0) {
		if (!take(&bytes, 1, &length) ||
			!take(&bytes, (unsigned char)*length.next, &name) ||
			!take_value(&bytes, &value))
			return refuse_bytes(schema->name);
		const struct spec_field *field = find_field(schema, name, &next);
		if (field)
			try(get_value(unpacker, field, value, object + field->offset));
	}
	unpacker->depth--;
	return check_required(schema, object);
}

int spec_unpack(struct arena *arena, const struct spec_schema *schema, const void *bytes,
	size_t size, void **ret_object)
{
	struct unpacker unpacker = { .arena = arena };
	char *object = arena_alloc(arena, schema->size);

	try(get_object(
		    &unpacker, schema, (struct bytes){ bytes, (const char *)bytes + size }, object),
		"%s", schema->name);
	*ret_object = object;
	return 0;
}
