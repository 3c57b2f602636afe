#include "oci-spec/read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/path.h"
#include "oci-spec/json.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

/* ---- places ------------------------------------------------------------------------- */

/* Where we are in the document: frames of the callers' stack, written out only for a message. */
struct place {
	const struct place *parent; /* NULL: name is what all begins with, or "" */
	enum { PLACE_MEMBER, PLACE_ITEM, PLACE_ENTRY } kind;
	const char *name; /* MEMBER: ".name"; ENTRY: "["name"]", a key that the user chose */
	size_t index;     /* ITEM: "[index]" */
};

#define PLACE_SIZE 512
#define VALUE_SIZE 80

/* Returns the bytes used of buffer; what does not fit is cut. */
static size_t place_write(const struct place *place, char *buffer, size_t size)
{
	char quoted[VALUE_SIZE];
	size_t used = 0;
	int more;

	if (place->parent)
		used = place_write(place->parent, buffer, size);
	if (place->kind == PLACE_ITEM)
		more = snprintf(buffer + used, size - used, "[%zu]", place->index);
	else if (place->kind == PLACE_ENTRY)
		more = snprintf(buffer + used, size - used, "[%s]",
			json_quote(quoted, sizeof(quoted), place->name));
	else
		more = snprintf(
			buffer + used, size - used, "%s%s", used > 0 ? "." : "", place->name);
	if (more < 0)
		return used;
	return (size_t)more < size - used ? used + (size_t)more : size - 1;
}

static int refuse_place(const struct place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3), cold));

static int refuse_place(const struct place *place, const char *format, ...)
{
	char where[PLACE_SIZE] = "", what[ERROR_TEXT_SIZE - PLACE_SIZE];
	va_list arguments;

	(void)place_write(place, where, sizeof(where));
	va_start(arguments, format);
	(void)vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	return refuse("%s: %s", where, what);
}

/* "wants an integer, got "x"" */
static int refuse_value(
	const struct place *place, const struct json_value *value, const char *wanted)
{
	char got[VALUE_SIZE];

	switch (value->kind) {
	case JSON_NULL:
		return refuse_place(place, "wants %s, got null", wanted);
	case JSON_BOOL:
		return refuse_place(
			place, "wants %s, got %s", wanted, value->truth ? "true" : "false");
	case JSON_NUMBER:
		return refuse_place(place, "wants %s, got %.60s", wanted, value->text);
	case JSON_STRING:
		return refuse_place(place, "wants %s, got %s", wanted,
			json_quote(got, sizeof(got), value->text));
	case JSON_ARRAY:
		return refuse_place(place, "wants %s, got an array", wanted);
	case JSON_OBJECT:
		break;
	}
	return refuse_place(place, "wants %s, got an object", wanted);
}

/* ---- values ------------------------------------------------------------------------- */

static bool is_integer(const char *text)
{
	text += *text == '-';
	return text[strspn(text, "0123456789")] == '\0';
}

/* As the two's complement bits of what the kind holds. */
static int read_number(const struct place *place, const struct json_value *value,
	const struct spec_number *number, uint64_t *ret_bits)
{
	char wanted[80];
	int64_t integer = 0;
	int code;

	if (value->kind != JSON_NUMBER || !is_integer(value->text))
		return refuse_value(place, value, "an integer");
	if (number->min < 0) {
		code = parse_i64(value->text, &integer);
		if (code == 0 && (integer < number->min || integer > (int64_t)number->max))
			code = -ERANGE;
		if (code == 0)
			*ret_bits = (uint64_t)integer;
	} else {
		code = parse_u64(value->text, number->max, ret_bits);
	}
	if (code == 0)
		return 0;
	(void)snprintf(wanted, sizeof(wanted), "an integer from %" PRId64 " to %" PRIu64,
		number->min, number->max);
	return refuse_value(place, value, wanted);
}

static int read_bool(const struct place *place, const struct json_value *value, bool *ret_truth)
{
	if (value->kind != JSON_BOOL)
		return refuse_value(place, value, "true or false");
	*ret_truth = value->truth;
	return 0;
}

static int check_word(
	const struct place *place, const struct json_value *value, const struct words *words)
{
	char quoted[VALUE_SIZE];

	if (words_has(words, value->text))
		return 0;
	return refuse_place(place, "unknown %s %s", words->what,
		json_quote(quoted, sizeof(quoted), value->text));
}

static int read_string(struct arena *arena, const struct place *place,
	const struct json_value *value, const struct spec_field *field, const char **ret_text)
{
	if (value->kind != JSON_STRING)
		return refuse_value(place, value, "a string");
	/* Go's encoders leave empty ones out, its decoders can't tell them apart. */
	if (!value->text[0] && !(field->flags & SPEC_REQUIRED))
		return 0;
	if (field->words)
		try(check_word(place, value, field->words));
	if ((field->flags & SPEC_NONEMPTY) && !value->text[0])
		return refuse_place(place, "must not be empty");
	if ((field->flags & SPEC_ABSOLUTE) && !path_is_absolute(value->text))
		return refuse_value(place, value, "an absolute path");
	*ret_text = arena_strdup(arena, value->text);
	return 0;
}

/* ---- arrays and maps ---------------------------------------------------------------- */

static int check_kind(
	const struct place *place, const struct json_value *value, enum json_kind kind)
{
	if (value->kind != kind)
		return refuse_value(place, value, kind == JSON_ARRAY ? "an array" : "an object");
	return 0;
}

static int read_strings(struct arena *arena, const struct place *place,
	const struct json_value *value, const struct words *words, struct spec_strings *target)
{
	struct place item = { .parent = place, .kind = PLACE_ITEM };

	try(check_kind(place, value, JSON_ARRAY));
	const char **items = arena_new_array(arena, const char *, value->count);
	for (const struct json_value *child = value->first; child; child = child->next) {
		if (child->kind != JSON_STRING)
			return refuse_value(&item, child, "a string");
		if (words)
			try(check_word(&item, child, words));
		items[item.index++] = arena_strdup(arena, child->text);
	}
	*target = (struct spec_strings){ items, value->count, true };
	return 0;
}

static int read_u32s(struct arena *arena, const struct place *place, const struct json_value *value,
	struct spec_u32s *target)
{
	const struct spec_number *number = spec_number_of(SPEC_KIND_u32);
	struct place item = { .parent = place, .kind = PLACE_ITEM };

	try(check_kind(place, value, JSON_ARRAY));
	uint32_t *items = arena_new_array(arena, uint32_t, value->count);
	for (const struct json_value *child = value->first; child; child = child->next) {
		uint64_t bits;

		try(read_number(&item, child, number, &bits));
		items[item.index++] = (uint32_t)bits;
	}
	*target = (struct spec_u32s){ items, value->count, true };
	return 0;
}

static int read_pairs(struct arena *arena, const struct place *place,
	const struct json_value *value, struct spec_pairs *target)
{
	struct place entry = { .parent = place, .kind = PLACE_ENTRY };
	size_t count = 0;

	try(check_kind(place, value, JSON_OBJECT));
	struct spec_pair *items = arena_new_array(arena, struct spec_pair, value->count);
	for (const struct json_value *child = value->first; child; child = child->next) {
		entry.name = child->key;
		if (child->kind != JSON_STRING)
			return refuse_value(&entry, child, "a string");
		items[count].key = arena_strdup(arena, child->key);
		items[count++].value = arena_strdup(arena, child->text);
	}
	*target = (struct spec_pairs){ items, count, true };
	return 0;
}

static int read_object(struct arena *arena, const struct place *place,
	const struct json_value *value, const struct spec_schema *schema, char *object);

static int read_list(struct arena *arena, const struct place *place, const struct json_value *value,
	const struct spec_schema *inner, struct spec_items *target)
{
	struct place item = { .parent = place, .kind = PLACE_ITEM };

	try(check_kind(place, value, JSON_ARRAY));
	char *items = arena_array(arena, value->count, inner->size);
	for (const struct json_value *child = value->first; child; child = child->next) {
		try(read_object(arena, &item, child, inner, items + item.index * inner->size));
		item.index++;
	}
	*target = (struct spec_items){ items, value->count, true };
	return 0;
}

static int read_map(struct arena *arena, const struct place *place, const struct json_value *value,
	const struct spec_schema *inner, struct spec_items *target)
{
	struct place entry = { .parent = place, .kind = PLACE_ENTRY };

	try(check_kind(place, value, JSON_OBJECT));
	char *items = arena_array(arena, value->count, inner->size), *object = items;
	for (const struct json_value *child = value->first; child; child = child->next) {
		entry.name = child->key;
		try(read_object(arena, &entry, child, inner, object));
		/* Its first row is the one of kind "key". */
		*(const char **)(object + inner->fields[0].offset) =
			arena_strdup(arena, child->key);
		object += inner->size;
	}
	*target = (struct spec_items){ items, value->count, true };
	return 0;
}

/* ---- objects ------------------------------------------------------------------------ */

/* The kinds that are a struct spec_items; target is its member. */
static int read_many(struct arena *arena, const struct place *place, const struct json_value *value,
	const struct spec_field *field, void *target)
{
	const struct spec_items *items = target;

	if (field->kind == SPEC_KIND_u32s)
		try(read_u32s(arena, place, value, target));
	else if (field->kind == SPEC_KIND_pairs)
		try(read_pairs(arena, place, value, target));
	else if (field->kind == SPEC_KIND_list)
		try(read_list(arena, place, value, field->inner(), target));
	else if (field->kind == SPEC_KIND_map)
		try(read_map(arena, place, value, field->inner(), target));
	else
		try(read_strings(arena, place, value, field->words, target));
	if ((field->flags & SPEC_NONEMPTY) && items->count == 0)
		return refuse_place(place, "must not be empty");
	return 0;
}

static int read_field(struct arena *arena, const struct place *place,
	const struct json_value *value, const struct spec_field *field, char *target)
{
	const struct spec_number *number = spec_number_of(field->kind);
	uint64_t bits;

	if (number) {
		try(read_number(place, value, number, &bits));
		spec_number_store(target, number, bits);
		return 0;
	}
	switch (field->kind) {
	case SPEC_KIND_flag:
		return read_bool(place, value, (bool *)target);
	case SPEC_KIND_maybe_flag:
		try(read_bool(place, value, &((struct maybe_flag *)target)->value));
		((struct maybe_flag *)target)->set = true;
		return 0;
	case SPEC_KIND_string:
	case SPEC_KIND_word:
		return read_string(arena, place, value, field, (const char **)target);
	case SPEC_KIND_object: {
		const struct spec_schema *inner = field->inner();
		char *object = arena_alloc(arena, inner->size);

		try(read_object(arena, place, value, inner, object));
		*(char **)target = object;
		return 0;
	}
	default:
		return read_many(arena, place, value, field, target);
	}
}

/* Engines write the properties in the order of the rows: the search begins where it last ended. */
static size_t find_field(const struct spec_schema *schema, const char *name, size_t start)
{
	for (size_t i = 0; i < schema->count; i++) {
		size_t at = start + i < schema->count ? start + i : start + i - schema->count;

		if (schema->fields[at].kind != SPEC_KIND_key &&
			strcmp(schema->fields[at].name, name) == 0)
			return at;
	}
	return schema->count;
}

static void note_unknown(const struct place *place)
{
	char where[PLACE_SIZE] = "";

	if (!log_wants(LOG_LEVEL_DEBUG))
		return;
	(void)place_write(place, where, sizeof(where));
	log_debug("%s: unknown property, ignored", where);
}

static int read_object(struct arena *arena, const struct place *place,
	const struct json_value *value, const struct spec_schema *schema, char *object)
{
	struct place member = { .parent = place, .kind = PLACE_MEMBER };
	uint64_t seen = 0;
	size_t next = 0;

	try(check_kind(place, value, JSON_OBJECT));
	for (const struct json_value *child = value->first; child; child = child->next) {
		size_t at = find_field(schema, child->key, next);

		member.name = child->key;
		if (at == schema->count) {
			note_unknown(&member);
			continue;
		}
		next = at + 1;
		if (child->kind == JSON_NULL)
			continue;
		const struct spec_field *field = &schema->fields[at];
		try(read_field(arena, &member, child, field, object + field->offset));
		seen |= (uint64_t)1 << at;
	}
	for (size_t i = 0; i < schema->count; i++) {
		member.name = schema->fields[i].name;
		if ((schema->fields[i].flags & SPEC_REQUIRED) && !(seen & (uint64_t)1 << i))
			return refuse_place(&member, "is required");
	}
	return 0;
}

/* ---- documents ---------------------------------------------------------------------- */

struct text {
	const char *data;
	size_t size;
};

/* The values are only of use while the object is made of them. */
static int read_document(struct arena *arena, const struct spec_schema *schema, const char *prefix,
	const struct json_value *value, void **ret_object)
{
	const struct place place = { .name = prefix };
	char *object = arena_alloc(arena, schema->size);

	if (value->kind != JSON_OBJECT && !prefix[0])
		return refuse_value(&(struct place){ .name = schema->name }, value, "an object");
	try(read_object(arena, &place, value, schema, object));
	*ret_object = object;
	return 0;
}

static int read_text(struct arena *arena, const struct spec_schema *schema, const char *prefix,
	struct text text, void **ret_object)
{
	struct arena scratch = { 0 };
	const struct json_value *value;

	int code = json_parse(&scratch, text.data, text.size, &value);
	if (code == 0)
		code = read_document(arena, schema, prefix, value, ret_object);
	arena_done(&scratch);
	return code;
}

int spec_read(struct arena *arena, const struct spec_schema *schema, const char *text, size_t size,
	void **ret_object)
{
	return read_text(arena, schema, schema->name, (struct text){ text, size }, ret_object);
}

int spec_read_config(
	struct arena *arena, const char *text, size_t size, struct spec_config **ret_config)
{
	void *object;

	try(read_text(arena, spec_schema_config(), "", (struct text){ text, size }, &object));
	*ret_config = object;
	return 0;
}

int spec_read_process(
	struct arena *arena, const char *text, size_t size, struct spec_process **ret_process)
{
	void *object;

	try(spec_read(arena, spec_schema_process(), text, size, &object));
	*ret_process = object;
	return 0;
}

int spec_read_resources(
	struct arena *arena, const char *text, size_t size, struct spec_resources **ret_resources)
{
	const struct spec_schema *schema = spec_schema_resources();
	void *object;

	try(read_text(arena, schema, "linux.resources", (struct text){ text, size }, &object));
	*ret_resources = object;
	return 0;
}

int spec_read_state(
	struct arena *arena, const char *text, size_t size, struct spec_state **ret_state)
{
	void *object;

	try(spec_read(arena, spec_schema_state(), text, size, &object));
	*ret_state = object;
	return 0;
}
