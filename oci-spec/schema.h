/*
 * The rows of fields/ as tables: what the reader and the writer walk, so that neither knows any
 * property by name.  One schema per object: spec_schema_config(), spec_schema_mount(), ...
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/objects.h"

struct words;

/* The column "kind"; see fields/config.h. */
enum spec_kind {
	SPEC_KIND_flag,
	SPEC_KIND_u16,
	SPEC_KIND_u32,
	SPEC_KIND_u64,
	SPEC_KIND_i32,
	SPEC_KIND_i64,
	SPEC_KIND_maybe_flag,
	SPEC_KIND_maybe_u16,
	SPEC_KIND_maybe_u32,
	SPEC_KIND_maybe_u64,
	SPEC_KIND_maybe_i32,
	SPEC_KIND_maybe_i64,
	SPEC_KIND_key,
	SPEC_KIND_string,
	SPEC_KIND_word,
	SPEC_KIND_strings,
	SPEC_KIND_words,
	SPEC_KIND_u32s,
	SPEC_KIND_pairs,
	SPEC_KIND_object,
	SPEC_KIND_list,
	SPEC_KIND_map,
};

/* The column "flags". */
enum {
	SPEC_REQUIRED = 1 << 0,
	SPEC_ABSOLUTE = 1 << 1,
	SPEC_NONEMPTY = 1 << 2,
	SPEC_WRITTEN = 1 << 3,
};

struct spec_schema;
typedef const struct spec_schema *spec_schema_of(void);

struct spec_field {
	const char *name; /* in JSON */
	enum spec_kind kind;
	uint16_t flags;
	uint16_t offset;           /* of the member in its struct */
	spec_schema_of *inner;     /* object, list, map */
	const struct words *words; /* word, words */
};

/* Most fields of one object: the reader remembers in one word which of them it has seen. */
#define SPEC_FIELDS_MAX 64

struct spec_schema {
	const char *name;
	size_t size; /* of the struct */
	const struct spec_field *fields;
	size_t count;
};

/* The shape that strings, words, u32s, pairs, lists and maps share. */
struct spec_items {
	void *items;
	size_t count;
	bool set;
};

/* What a number kind holds.  A maybe_ kind has its flag first and its value size bytes behind. */
struct spec_number {
	int64_t min;
	uint64_t max;
	size_t size;
	bool maybe;
};

/* NULL for a kind that is no number. */
const struct spec_number *spec_number_of(enum spec_kind kind);
/* The value of a member, sign-extended where the kind has a sign. */
uint64_t spec_number_load(const void *member, const struct spec_number *number);
/* Sets a member, a maybe_ one with its flag, from the two's complement bits. */
void spec_number_store(void *member, const struct spec_number *number, uint64_t bits);

/*
 * Whether there is anything to write: not for NULL, lists never set, maybe_ ones not set, plain
 * zeros and falses, and a key, which stands in front of its object.
 */
bool spec_is_present(const struct spec_field *field, const void *member);

#define SPEC_SCHEMA(name, ROWS) spec_schema_of spec_schema_##name;
SPEC_OBJECTS(SPEC_SCHEMA)
#undef SPEC_SCHEMA
