#include "oci-spec/write.h"

#include "libcontainer/base/error.h"
#include "oci-spec/json.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

static void write_object(
	struct json_writer *writer, const struct spec_schema *schema, const char *object);

/* ---- numbers ------------------------------------------------------------------------ */

static void write_number(
	struct json_writer *writer, const char *source, const struct spec_number *number)
{
	uint64_t bits = spec_number_load(source, number);

	if (number->min < 0)
		json_signed(writer, (int64_t)bits);
	else
		json_unsigned(writer, bits);
}

/* ---- arrays and maps ---------------------------------------------------------------- */

static void write_strings(struct json_writer *writer, const struct spec_strings *strings)
{
	json_open(writer, '[');
	for (size_t i = 0; i < strings->count; i++) {
		json_item(writer);
		json_string(writer, strings->items[i]);
	}
	json_close(writer, ']');
}

static void write_u32s(struct json_writer *writer, const struct spec_u32s *numbers)
{
	json_open(writer, '[');
	for (size_t i = 0; i < numbers->count; i++) {
		json_item(writer);
		json_unsigned(writer, numbers->items[i]);
	}
	json_close(writer, ']');
}

static void write_pairs(struct json_writer *writer, const struct spec_pairs *pairs)
{
	json_open(writer, '{');
	for (size_t i = 0; i < pairs->count; i++) {
		json_key(writer, pairs->items[i].key);
		json_string(writer, pairs->items[i].value);
	}
	json_close(writer, '}');
}

static void write_list(
	struct json_writer *writer, const struct spec_schema *inner, const struct spec_items *list)
{
	const char *items = list->items;

	json_open(writer, '[');
	for (size_t i = 0; i < list->count; i++) {
		json_item(writer);
		write_object(writer, inner, items + i * inner->size);
	}
	json_close(writer, ']');
}

static void write_map(
	struct json_writer *writer, const struct spec_schema *inner, const struct spec_items *map)
{
	const char *items = map->items;

	json_open(writer, '{');
	for (size_t i = 0; i < map->count; i++) {
		const char *object = items + i * inner->size;

		json_key(writer, *(const char *const *)(object + inner->fields[0].offset));
		write_object(writer, inner, object);
	}
	json_close(writer, '}');
}

/* ---- objects ------------------------------------------------------------------------ */

static void write_field(
	struct json_writer *writer, const struct spec_field *field, const char *source)
{
	const struct spec_number *number = spec_number_of(field->kind);
	const char *text;

	if (number) {
		write_number(writer, source, number);
		return;
	}
	switch (field->kind) {
	case SPEC_KIND_flag:
		json_bool(writer, *(const bool *)source);
		break;
	case SPEC_KIND_maybe_flag:
		json_bool(writer, ((const struct maybe_flag *)source)->value);
		break;
	case SPEC_KIND_object:
		write_object(writer, field->inner(), *(const char *const *)source);
		break;
	case SPEC_KIND_strings:
	case SPEC_KIND_words:
		write_strings(writer, (const struct spec_strings *)source);
		break;
	case SPEC_KIND_u32s:
		write_u32s(writer, (const struct spec_u32s *)source);
		break;
	case SPEC_KIND_pairs:
		write_pairs(writer, (const struct spec_pairs *)source);
		break;
	case SPEC_KIND_list:
		write_list(writer, field->inner(), (const struct spec_items *)source);
		break;
	case SPEC_KIND_map:
		write_map(writer, field->inner(), (const struct spec_items *)source);
		break;
	default:
		text = *(const char *const *)source;
		json_string(writer, text ? text : "");
	}
}

static void write_object(
	struct json_writer *writer, const struct spec_schema *schema, const char *object)
{
	json_open(writer, '{');
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];
		const char *source = object + field->offset;

		if (!(field->flags & (SPEC_REQUIRED | SPEC_WRITTEN)) &&
			!spec_is_present(field, source))
			continue;
		json_key(writer, field->name);
		write_field(writer, field, source);
	}
	json_close(writer, '}');
}

int spec_write(const struct spec_schema *schema, const void *object, bool indent, struct str *out)
{
	struct json_writer writer = { .out = out, .indent = indent };

	write_object(&writer, schema, object);
	if (writer.code < 0)
		return fail(writer.code, "write '%s' as JSON", schema->name);
	return 0;
}
