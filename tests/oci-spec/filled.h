/* Objects with every property set, by the rows, and whether two are the same. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcontainer/base/arena.h"
#include "oci-spec/schema.h"

/* Those of all objects. */
extern spec_schema_of *const schemas[];
extern const size_t schema_count;

struct filler {
	struct arena *arena;
	uint64_t next; /* each value differs from the others */
};

/* object: zeroed memory of the schema's size. */
void fill_object(struct filler *filler, const struct spec_schema *schema, char *object);

/* Prints which property differs. */
bool objects_equal(const struct spec_schema *schema, const char *a, const char *b);
