#include "oci-spec/schema.h"

#include <string.h>

#include "libcontainer/base/names.h"
#include "oci-spec/expand.h"
#include "oci-spec/types.h"

/* clang-format off */

#define SCHEMA(object, ROWS) SPEC_SCHEMA_FUNCTION(extern, object, ROWS)
SPEC_OBJECTS(SCHEMA)

#define CHECK_LIST(object, ROWS) \
	_Static_assert(sizeof(struct spec_##object##_list) == sizeof(struct spec_items) && \
		offsetof(struct spec_##object##_list, count) == offsetof(struct spec_items, count) && \
		offsetof(struct spec_##object##_list, set) == offsetof(struct spec_items, set), \
		"the lists of one object are not of the common shape");
SPEC_OBJECTS(CHECK_LIST)

static const struct spec_number numbers[] = {
	[SPEC_KIND_u16]       = { 0,         UINT16_MAX, 2, false },
	[SPEC_KIND_u32]       = { 0,         UINT32_MAX, 4, false },
	[SPEC_KIND_u64]       = { 0,         UINT64_MAX, 8, false },
	[SPEC_KIND_i32]       = { INT32_MIN, INT32_MAX,  4, false },
	[SPEC_KIND_i64]       = { INT64_MIN, INT64_MAX,  8, false },
	[SPEC_KIND_maybe_u16] = { 0,         UINT16_MAX, 2, true },
	[SPEC_KIND_maybe_u32] = { 0,         UINT32_MAX, 4, true },
	[SPEC_KIND_maybe_u64] = { 0,         UINT64_MAX, 8, true },
	[SPEC_KIND_maybe_i32] = { INT32_MIN, INT32_MAX,  4, true },
	[SPEC_KIND_maybe_i64] = { INT64_MIN, INT64_MAX,  8, true },
};

#define CHECK_MAYBE(type) \
	_Static_assert(offsetof(struct maybe_##type, set) == 0 && \
		offsetof(struct maybe_##type, value) == sizeof(((struct maybe_##type *)0)->value), \
		"the value does not stand its own size behind the flag")
CHECK_MAYBE(u16);
CHECK_MAYBE(u32);
CHECK_MAYBE(u64);
CHECK_MAYBE(i32);
CHECK_MAYBE(i64);

/* clang-format on */

const struct spec_number *spec_number_of(enum spec_kind kind)
{
	if (kind >= COUNT_OF(numbers) || numbers[kind].size == 0)
		return NULL;
	return &numbers[kind];
}

uint64_t spec_number_load(const void *member, const struct spec_number *number)
{
	const char *source = member;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	if (number->maybe)
		source += number->size;
	switch (number->size) {
	case sizeof(u16):
		memcpy(&u16, source, sizeof(u16));
		return u16;
	case sizeof(u32):
		memcpy(&u32, source, sizeof(u32));
		return number->min < 0 ? (uint64_t)(int64_t)(int32_t)u32 : u32;
	default:
		memcpy(&u64, source, sizeof(u64));
		return u64;
	}
}

void spec_number_store(void *member, const struct spec_number *number, uint64_t bits)
{
	uint16_t u16 = (uint16_t)bits;
	uint32_t u32 = (uint32_t)bits;
	const void *source = &bits;
	char *target = member;

	if (number->size == sizeof(u16))
		source = &u16;
	else if (number->size == sizeof(u32))
		source = &u32;
	if (number->maybe) {
		*(bool *)member = true;
		target += number->size;
	}
	memcpy(target, source, number->size);
}

bool spec_is_present(const struct spec_field *field, const void *member)
{
	const struct spec_number *number = spec_number_of(field->kind);
	const struct spec_items *items = member;

	if (number && !number->maybe)
		return spec_number_load(member, number) != 0;
	switch (field->kind) {
	case SPEC_KIND_key:
		return false;
	case SPEC_KIND_string:
	case SPEC_KIND_word:
	case SPEC_KIND_object:
		return *(const void *const *)member != NULL;
	case SPEC_KIND_strings:
	case SPEC_KIND_words:
	case SPEC_KIND_u32s:
	case SPEC_KIND_pairs:
	case SPEC_KIND_list:
	case SPEC_KIND_map:
		/* Who fills a list by hand need not say that it is set. */
		return items->set || items->count > 0;
	default:
		return *(const bool *)member; /* a flag, and the flag of the maybe_ kinds */
	}
}
