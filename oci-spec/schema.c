#include "oci-spec/schema.h"

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/names.h"
#include "oci-spec/types.h"

/* clang-format off */

#define REQUIRED SPEC_REQUIRED
#define ABSOLUTE SPEC_ABSOLUTE
#define NONEMPTY SPEC_NONEMPTY
#define WRITTEN  SPEC_WRITTEN

/* What the column "inner" means depends on the kind. */
#define INNER_flag(of)
#define INNER_u16(of)
#define INNER_u32(of)
#define INNER_u64(of)
#define INNER_i32(of)
#define INNER_i64(of)
#define INNER_maybe_flag(of)
#define INNER_maybe_u16(of)
#define INNER_maybe_u32(of)
#define INNER_maybe_u64(of)
#define INNER_maybe_i32(of)
#define INNER_maybe_i64(of)
#define INNER_key(of)
#define INNER_string(of)
#define INNER_word(of)    .words = &words_##of,
#define INNER_strings(of)
#define INNER_words(of)   .words = &words_##of,
#define INNER_u32s(of)
#define INNER_pairs(of)
#define INNER_object(of)  .inner = spec_schema_##of,
#define INNER_list(of)    .inner = spec_schema_##of,
#define INNER_map(of)     .inner = spec_schema_##of,

#define FIELD(kind_, member, json, flags_, inner_) { \
	.name = json, .kind = SPEC_KIND_##kind_, .flags = (flags_), \
	.offset = offsetof(self, member), INNER_##kind_(inner_) },

/* A function, as only a scope of their own lets the rows speak of the struct that they describe. */
#define SCHEMA(object, ROWS) \
	const struct spec_schema *spec_schema_##object(void) \
	{ \
		typedef struct spec_##object self; \
		static const struct spec_field fields[] = { ROWS(FIELD) }; \
		static const struct spec_schema schema = { \
			.name = #object, \
			.size = sizeof(self), \
			.fields = fields, \
			.count = COUNT_OF(fields), \
		}; \
		_Static_assert(COUNT_OF(fields) <= SPEC_FIELDS_MAX, "too many fields"); \
		return &schema; \
	}
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
