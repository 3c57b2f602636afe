/*
 * The rows of fields/ become structs: struct spec_config, spec_mount, ... and for lists of them
 * struct spec_mount_list { items, count, set }.  Memory is the arena's that the reader was given.
 * `set` on a list tells an absent (or null) one from an empty one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/objects.h"

/* clang-format off */
struct maybe_flag { bool set; bool value; };
struct maybe_u16  { bool set; uint16_t value; };
struct maybe_u32  { bool set; uint32_t value; };
struct maybe_u64  { bool set; uint64_t value; };
struct maybe_i32  { bool set; int32_t value; };
struct maybe_i64  { bool set; int64_t value; };

struct spec_strings { const char **items; size_t count; bool set; };
struct spec_u32s    { uint32_t *items; size_t count; bool set; };
struct spec_pair    { const char *key, *value; };
struct spec_pairs   { struct spec_pair *items; size_t count; bool set; };

#define SPEC_MEMBER_flag(member, inner)       bool member;
#define SPEC_MEMBER_u16(member, inner)        uint16_t member;
#define SPEC_MEMBER_u32(member, inner)        uint32_t member;
#define SPEC_MEMBER_u64(member, inner)        uint64_t member;
#define SPEC_MEMBER_i32(member, inner)        int32_t member;
#define SPEC_MEMBER_i64(member, inner)        int64_t member;
#define SPEC_MEMBER_maybe_flag(member, inner) struct maybe_flag member;
#define SPEC_MEMBER_maybe_u16(member, inner)  struct maybe_u16 member;
#define SPEC_MEMBER_maybe_u32(member, inner)  struct maybe_u32 member;
#define SPEC_MEMBER_maybe_u64(member, inner)  struct maybe_u64 member;
#define SPEC_MEMBER_maybe_i32(member, inner)  struct maybe_i32 member;
#define SPEC_MEMBER_maybe_i64(member, inner)  struct maybe_i64 member;
#define SPEC_MEMBER_key(member, inner)        const char *member;
#define SPEC_MEMBER_string(member, inner)     const char *member;
#define SPEC_MEMBER_word(member, inner)       const char *member;
#define SPEC_MEMBER_strings(member, inner)    struct spec_strings member;
#define SPEC_MEMBER_words(member, inner)      struct spec_strings member;
#define SPEC_MEMBER_u32s(member, inner)       struct spec_u32s member;
#define SPEC_MEMBER_pairs(member, inner)      struct spec_pairs member;
#define SPEC_MEMBER_object(member, inner)     struct spec_##inner *member;
#define SPEC_MEMBER_list(member, inner)       struct spec_##inner##_list member;
#define SPEC_MEMBER_map(member, inner)        struct spec_##inner##_list member;

#define SPEC_MEMBER(kind, member, json, flags, inner, ...) SPEC_MEMBER_##kind(member, inner)
#define SPEC_STRUCT(name, ROWS) \
	struct spec_##name { ROWS(SPEC_MEMBER) }; \
	struct spec_##name##_list { struct spec_##name *items; size_t count; bool set; };

SPEC_OBJECTS(SPEC_STRUCT)
/* clang-format on */
