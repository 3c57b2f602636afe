#include "tests/oci-spec/filled.h"

#include "tests/check.h"

#include "libcontainer/base/names.h"
#include "oci-spec/types.h"

#define SCHEMA(name, ROWS) spec_schema_##name,
spec_schema_of *const schemas[] = { SPEC_OBJECTS(SCHEMA) };
const size_t schema_count = COUNT_OF(schemas);

/* ---- an object with every property set ---------------------------------------------- */

static const char *fill_text(struct filler *filler, const struct spec_field *field)
{
	filler->next++;
	if (field->words)
		return field->words->items[filler->next % field->words->count];
	return arena_printf(
		filler->arena, "/\"text\" %llu \xc3\xa9\n", (unsigned long long)filler->next);
}

static void fill_number(struct filler *filler, const struct spec_number *number, char *target)
{
	/* The ends of the range are the hard ones. */
	uint64_t bits = filler->next++ % 2 ? number->max : (uint64_t)number->min;

	if (bits == 0)
		bits = 1;
	if (number->maybe) {
		*(bool *)target = true;
		target += number->size;
	}
	memcpy(target, &bits, number->size); /* little endian or all ones alike */
}

static void *fill_items(struct filler *filler, const struct spec_field *field, size_t count)
{
	char *items;

	if (field->kind == SPEC_KIND_u32s) {
		uint32_t *numbers = arena_new_array(filler->arena, uint32_t, count);
		for (size_t i = 0; i < count; i++)
			numbers[i] = UINT32_MAX - (uint32_t)filler->next++;
		return numbers;
	}
	if (field->kind == SPEC_KIND_pairs) {
		struct spec_pair *pairs = arena_new_array(filler->arena, struct spec_pair, count);
		for (size_t i = 0; i < count; i++)
			pairs[i] = (struct spec_pair){ fill_text(filler, field),
				fill_text(filler, field) };
		return pairs;
	}
	if (!field->inner) {
		const char **texts = arena_new_array(filler->arena, const char *, count);
		for (size_t i = 0; i < count; i++)
			texts[i] = fill_text(filler, field);
		return texts;
	}
	items = arena_array(filler->arena, count, field->inner()->size);
	for (size_t i = 0; i < count; i++)
		fill_object(filler, field->inner(), items + i * field->inner()->size);
	return items;
}

void fill_object(struct filler *filler, const struct spec_schema *schema, char *object)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];
		char *target = object + field->offset;

		if (spec_number_of(field->kind))
			fill_number(filler, spec_number_of(field->kind), target);
		else if (field->kind == SPEC_KIND_flag)
			*(bool *)target = true;
		else if (field->kind == SPEC_KIND_maybe_flag)
			*(struct maybe_flag *)target =
				(struct maybe_flag){ true, filler->next++ % 2 };
		else if (field->kind == SPEC_KIND_object)
			*(void **)target = fill_items(filler, field, 1);
		else if (field->kind == SPEC_KIND_key || field->kind == SPEC_KIND_string ||
			 field->kind == SPEC_KIND_word)
			*(const char **)target = fill_text(filler, field);
		else
			*(struct spec_items *)target =
				(struct spec_items){ fill_items(filler, field, 3), 3, true };
	}
}

/* ---- comparing ---------------------------------------------------------------------- */

static bool items_equal(
	const struct spec_field *field, const struct spec_items *a, const struct spec_items *b)
{
	if (a->set != b->set || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (field->kind == SPEC_KIND_u32s) {
			if (((uint32_t *)a->items)[i] != ((uint32_t *)b->items)[i])
				return false;
		} else if (field->kind == SPEC_KIND_pairs) {
			const struct spec_pair *one = a->items, *other = b->items;
			if (strcmp(one[i].key, other[i].key) != 0 ||
				strcmp(one[i].value, other[i].value) != 0)
				return false;
		} else if (field->inner) {
			size_t at = i * field->inner()->size;
			if (!objects_equal(
				    field->inner(), (char *)a->items + at, (char *)b->items + at))
				return false;
		} else if (strcmp(((char **)a->items)[i], ((char **)b->items)[i]) != 0) {
			return false;
		}
	}
	return true;
}

static bool field_equal(const struct spec_field *field, const char *a, const char *b)
{
	const struct spec_number *number = spec_number_of(field->kind);

	if (number && number->maybe)
		return *(bool *)a == *(bool *)b &&
		       memcmp(a + number->size, b + number->size, number->size) == 0;
	if (number)
		return memcmp(a, b, number->size) == 0;
	switch (field->kind) {
	case SPEC_KIND_flag:
		return *(bool *)a == *(bool *)b;
	case SPEC_KIND_maybe_flag:
		return memcmp(a, b, sizeof(struct maybe_flag)) == 0;
	case SPEC_KIND_object:
		return objects_equal(field->inner(), *(char **)a, *(char **)b);
	case SPEC_KIND_key:
	case SPEC_KIND_string:
	case SPEC_KIND_word:
		return strcmp(*(char **)a, *(char **)b) == 0;
	default:
		return items_equal(field, (struct spec_items *)a, (struct spec_items *)b);
	}
}

bool objects_equal(const struct spec_schema *schema, const char *a, const char *b)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];

		if (!field_equal(field, a + field->offset, b + field->offset)) {
			print_error("%s.%s differs\n", schema->name, field->name);
			return false;
		}
	}
	return true;
}
