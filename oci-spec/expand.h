/*
 * Rows of the shape of fields/config.h become a schema: for schema.c, and for who describes a file
 * of its own by such rows (store/record.c).  After SPEC_STRUCT(point, POINT_ROWS) of types.h
 *
 *	SPEC_SCHEMA_FUNCTION(static, point, POINT_ROWS)
 *
 * defines spec_schema_point(), which tells of struct spec_point.  To be included by .c files only:
 * the names of the flags are short.
 */
#pragma once

#include "libcontainer/base/cleanup.h"
#include "oci-spec/schema.h"

/* clang-format off */

#define REQUIRED SPEC_REQUIRED
#define ABSOLUTE SPEC_ABSOLUTE
#define NONEMPTY SPEC_NONEMPTY
#define WRITTEN  SPEC_WRITTEN

/* What the column "inner" means depends on the kind. */
#define SPEC_INNER_flag(of)
#define SPEC_INNER_u16(of)
#define SPEC_INNER_u32(of)
#define SPEC_INNER_u64(of)
#define SPEC_INNER_i32(of)
#define SPEC_INNER_i64(of)
#define SPEC_INNER_maybe_flag(of)
#define SPEC_INNER_maybe_u16(of)
#define SPEC_INNER_maybe_u32(of)
#define SPEC_INNER_maybe_u64(of)
#define SPEC_INNER_maybe_i32(of)
#define SPEC_INNER_maybe_i64(of)
#define SPEC_INNER_key(of)
#define SPEC_INNER_string(of)
#define SPEC_INNER_word(of)    .words = &words_##of,
#define SPEC_INNER_strings(of)
#define SPEC_INNER_words(of)   .words = &words_##of,
#define SPEC_INNER_u32s(of)
#define SPEC_INNER_pairs(of)
#define SPEC_INNER_object(of)  .inner = spec_schema_##of,
#define SPEC_INNER_list(of)    .inner = spec_schema_##of,
#define SPEC_INNER_map(of)     .inner = spec_schema_##of,

/* What is behind inner is for docs/describe.c. */
#define SPEC_FIELD(kind_, member, json, flags_, inner_, ...) { \
	.name = json, .kind = SPEC_KIND_##kind_, .flags = (flags_), \
	.offset = offsetof(self, member), SPEC_INNER_##kind_(inner_) },

/* A function, as only a scope of their own lets the rows speak of the struct that they describe. */
#define SPEC_SCHEMA_FUNCTION(storage, object, ROWS) \
	storage const struct spec_schema *spec_schema_##object(void) \
	{ \
		typedef struct spec_##object self; \
		static const struct spec_field fields[] = { ROWS(SPEC_FIELD) }; \
		static const struct spec_schema schema = { \
			.name = #object, \
			.size = sizeof(self), \
			.fields = fields, \
			.count = COUNT_OF(fields), \
		}; \
		_Static_assert(COUNT_OF(fields) <= SPEC_FIELDS_MAX, "too many fields"); \
		return &schema; \
	}

/* clang-format on */
