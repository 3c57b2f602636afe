/*
 * BLAKE2b with 32 bytes of result (RFC 7693, no key): names what something was made from, and tells
 * whether bytes are what they were.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BLAKE2_SIZE 32

struct blake2 {
	uint64_t chain[8];
	uint64_t length; /* of what went into chain */
	size_t used;     /* of block */
	unsigned char block[128];
};

void blake2_begin(struct blake2 *hash);
void blake2_add(struct blake2 *hash, const void *data, size_t size);
void blake2_end(struct blake2 *hash, unsigned char ret_digest[BLAKE2_SIZE]);
