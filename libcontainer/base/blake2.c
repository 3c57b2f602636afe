#include "libcontainer/base/blake2.h"

#include <string.h>

#define ROUNDS 12
/* The parameter block's first word: no key, fan-out and depth of 1. */
#define PARAMETERS (UINT64_C(0x01010000) | BLAKE2_SIZE)

/* clang-format off */

static const uint64_t initial[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Which words of the block a round takes; the last two rounds are as the first two. */
static const unsigned char schedule[ROUNDS - 2][16] = {
	{  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10,  4,  8,  9, 15, 13,  6,  1, 12,  0,  2, 11,  7,  5,  3 },
	{ 11,  8, 12,  0,  5,  2, 15, 13, 10, 14,  3,  6,  7,  1,  9,  4 },
	{  7,  9,  3,  1, 13, 12, 11, 14,  2,  6,  5, 10,  4,  0, 15,  8 },
	{  9,  0,  5,  7,  2,  4, 10, 15, 14,  1, 11, 12,  6,  8,  3, 13 },
	{  2, 12,  6, 10,  0, 11,  8,  3,  4, 13,  7,  5, 15, 14,  1,  9 },
	{ 12,  5,  1, 15, 14, 13,  4, 10,  0,  7,  6,  3,  9,  2,  8, 11 },
	{ 13, 11,  7, 14, 12,  1,  3,  9,  5,  0, 15,  4,  8,  6,  2, 10 },
	{  6, 15, 14,  9, 11,  3,  0,  8, 12,  2, 13,  7,  1,  4, 10,  5 },
	{ 10,  2,  8,  4,  7,  6,  1,  5, 15, 11,  9, 14,  3, 12, 13,  0 },
};

/* Columns, then diagonals, of the 4 by 4 words. */
static const unsigned char quarters[8][4] = {
	{ 0, 4,  8, 12 }, { 1, 5,  9, 13 }, { 2, 6, 10, 14 }, { 3, 7, 11, 15 },
	{ 0, 5, 10, 15 }, { 1, 6, 11, 12 }, { 2, 7,  8, 13 }, { 3, 4,  9, 14 },
};

/* clang-format on */

static uint64_t rotate_right(uint64_t value, unsigned int by)
{
	return value >> by | value << (64 - by);
}

static uint64_t load_little_endian(const unsigned char *bytes)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

static void mix(uint64_t v[16], const unsigned char at[4], uint64_t x, uint64_t y)
{
	uint64_t a = v[at[0]], b = v[at[1]], c = v[at[2]], d = v[at[3]];

	a += b + x;
	d = rotate_right(d ^ a, 32);
	c += d;
	b = rotate_right(b ^ c, 24);
	a += b + y;
	d = rotate_right(d ^ a, 16);
	c += d;
	b = rotate_right(b ^ c, 63);
	v[at[0]] = a;
	v[at[1]] = b;
	v[at[2]] = c;
	v[at[3]] = d;
}

static void compress(struct blake2 *hash, uint64_t last)
{
	uint64_t v[16], words[16];

	for (int i = 0; i < 16; i++)
		words[i] = load_little_endian(hash->block + 8 * i);
	memcpy(v, hash->chain, sizeof(hash->chain));
	memcpy(v + 8, initial, sizeof(initial));
	v[12] ^= hash->length;
	v[14] ^= last;
	for (int round = 0; round < ROUNDS; round++) {
		const unsigned char *row = schedule[round % (ROUNDS - 2)];

		for (int i = 0; i < 8; i++)
			mix(v, quarters[i], words[row[2 * i]], words[row[2 * i + 1]]);
	}
	for (int i = 0; i < 8; i++)
		hash->chain[i] ^= v[i] ^ v[i + 8];
}

void blake2_begin(struct blake2 *hash)
{
	memset(hash, 0, sizeof(*hash));
	memcpy(hash->chain, initial, sizeof(initial));
	hash->chain[0] ^= PARAMETERS;
}

/* A full block waits for what comes next, as the last one is treated differently. */
void blake2_add(struct blake2 *hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	while (size > 0) {
		if (hash->used == sizeof(hash->block)) {
			hash->length += sizeof(hash->block);
			compress(hash, 0);
			hash->used = 0;
		}
		size_t part = sizeof(hash->block) - hash->used;
		part = part < size ? part : size;
		memcpy(hash->block + hash->used, bytes, part);
		hash->used += part;
		bytes += part;
		size -= part;
	}
}

void blake2_end(struct blake2 *hash, unsigned char ret_digest[BLAKE2_SIZE])
{
	hash->length += hash->used;
	memset(hash->block + hash->used, 0, sizeof(hash->block) - hash->used);
	compress(hash, ~UINT64_C(0));
	for (size_t i = 0; i < BLAKE2_SIZE; i++)
		ret_digest[i] = (unsigned char)(hash->chain[i / 8] >> 8 * (i % 8));
}
