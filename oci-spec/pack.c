#include "oci-spec/pack.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

struct packer {
	struct str *out;
	int code; /* the first failure; what follows is left out */
};

static void put(struct packer *packer, const void *data, size_t size)
{
	if (packer->code == 0)
		packer->code = str_append_data(packer->out, data, size);
}

/* Leaves room for the length of a value; value_end() writes it. */
static size_t value_begin(struct packer *packer)
{
	const uint32_t later = 0;

	put(packer, &later, sizeof(later));
	return packer->out->length;
}

static void value_end(struct packer *packer, size_t start)
{
	size_t length = packer->out->length - start;
	uint32_t number = (uint32_t)length;

	if (packer->code == 0 && length > UINT32_MAX)
		packer->code = -EOVERFLOW;
	if (packer->code == 0)
		memcpy(packer->out->text + start - sizeof(number), &number, sizeof(number));
}

static void put_string(struct packer *packer, const char *text)
{
	size_t start = value_begin(packer);

	put(packer, text, strlen(text) + 1);
	value_end(packer, start);
}

static void put_object(struct packer *packer, const struct spec_schema *schema, const char *object);

static void put_items(
	struct packer *packer, const struct spec_field *field, const struct spec_items *items)
{
	const struct spec_pairs *pairs = (const struct spec_pairs *)items;
	const struct spec_strings *strings = (const struct spec_strings *)items;

	for (size_t i = 0; i < items->count; i++) {
		switch (field->kind) {
		case SPEC_KIND_pairs:
			put_string(packer, pairs->items[i].key);
			put_string(packer, pairs->items[i].value);
			break;
		case SPEC_KIND_list:
		case SPEC_KIND_map: {
			const struct spec_schema *inner = field->inner();
			size_t start = value_begin(packer);

			put_object(packer, inner, (const char *)items->items + i * inner->size);
			value_end(packer, start);
			break;
		}
		default:
			put_string(packer, strings->items[i]);
		}
	}
}

static void put_value(struct packer *packer, const struct spec_field *field, const char *member)
{
	const struct spec_number *number = spec_number_of(field->kind);
	const struct spec_items *items = (const struct spec_items *)member;
	const char *text;
	uint64_t bits;

	if (number) {
		bits = spec_number_load(member, number);
		put(packer, &bits, sizeof(bits));
		return;
	}
	switch (field->kind) {
	case SPEC_KIND_flag:
		put(packer, member, 1);
		break;
	case SPEC_KIND_maybe_flag:
		put(packer, &((const struct maybe_flag *)member)->value, 1);
		break;
	case SPEC_KIND_key:
	case SPEC_KIND_string:
	case SPEC_KIND_word:
		text = *(const char *const *)member;
		put(packer, text, strlen(text) + 1);
		break;
	case SPEC_KIND_object:
		put_object(packer, field->inner(), *(const char *const *)member);
		break;
	case SPEC_KIND_u32s:
		put(packer, items->items, items->count * sizeof(uint32_t));
		break;
	default:
		put_items(packer, field, items);
	}
}

static bool is_packed(const struct spec_field *field, const char *member)
{
	if (field->kind == SPEC_KIND_key)
		return *(const char *const *)member != NULL;
	return spec_is_present(field, member);
}

static void put_object(struct packer *packer, const struct spec_schema *schema, const char *object)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];
		const char *member = object + field->offset;
		uint8_t length = (uint8_t)strlen(field->name);

		if (!is_packed(field, member))
			continue;
		put(packer, &length, 1);
		put(packer, field->name, length);
		size_t start = value_begin(packer);
		put_value(packer, field, member);
		value_end(packer, start);
	}
}

int spec_pack(const struct spec_schema *schema, const void *object, struct str *out)
{
	struct packer packer = { .out = out };

	put_object(&packer, schema, object);
	if (packer.code < 0)
		return fail(packer.code, "pack '%s'", schema->name);
	return 0;
}
