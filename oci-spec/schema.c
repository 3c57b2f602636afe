#include "oci-spec/schema.h"

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
