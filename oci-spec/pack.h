/*
 * The structs of types.h to bytes and back, by the rows: the form of what caisson keeps for itself,
 * and reads more often than it writes.
 *
 * Every property comes with its name and length, so that a caisson of another version skips what it
 * does not know and finds absent what was not there yet.  Numbers are in the host's byte order:
 * such a file never leaves the machine.
 *
 *	object    { u8 length of name, name, value } ...
 *	value     u32 length, then: flag u8; number u64; string its bytes and a NUL; object;
 *	          list, map: { value } ...; strings: { value } ...; u32s: { u32 } ...;
 *	          pairs: { value of the key, value } ...
 *
 * The key of a map's object is packed as the property without a name.
 */
#pragma once

#include <stddef.h>

struct arena;
struct spec_schema;
struct str;

/* Appends object to out, without what is absent (spec_is_present()).  -ENOMEM, with a chain. */
int spec_pack(const struct spec_schema *schema, const void *object, struct str *out);

/*
 * The object is the arena's, and its strings point into bytes.  Words, ranges and the like were
 * checked by who packed it; what is checked is that nothing lies outside of bytes, that every
 * string ends in it, that REQUIRED texts and objects are there and ABSOLUTE paths are: -EBADMSG,
 * with a chain.
 */
int spec_unpack(struct arena *arena, const struct spec_schema *schema, const void *bytes,
	size_t size, void **ret_object);
