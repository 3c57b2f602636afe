/*
 * The structs of types.h to JSON text, by the rows: what `state`, `list` and `features` print, what
 * hooks read, what is kept of a configuration.
 */
#pragma once

#include <stdbool.h>

struct spec_schema;
struct str;

/*
 * Appends object to out.  Absent properties are left out: NULL, lists never set, maybe_ ones not
 * set, plain zeros and falses; REQUIRED and WRITTEN ones are always there.  indent gives the shape
 * of Go's MarshalIndent with two spaces, no newline at the end.  -ENOMEM, with a chain.
 */
int spec_write(const struct spec_schema *schema, const void *object, bool indent, struct str *out);
