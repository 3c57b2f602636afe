/*
 * Fixed point rather than libm: a static program would carry its tables of logarithms for this one
 * formula.  The test proves that the results are the same for every number of shares.
 */
#include "libcontainer/plan/weights.h"

#include <stdbool.h>

/* Numbers with FRACTION binary digits behind the point. */
#define FRACTION 48
#define ONE (UINT64_C(1) << FRACTION)

__extension__ typedef unsigned __int128 wide;

static uint64_t multiply(uint64_t a, uint64_t b)
{
	return (uint64_t)(((wide)a * b) >> FRACTION);
}

/* Digit by digit: the square of a mantissa is 2 or more where the next digit is 1. */
static uint64_t log2_of(uint64_t number)
{
	unsigned int whole = 63 - (unsigned int)__builtin_clzll(number);
	uint64_t mantissa = number << (62 - whole); /* 1 to 2, with 62 digits */
	uint64_t fraction = 0;

	for (int digit = 0; digit < FRACTION; digit++) {
		wide square = ((wide)mantissa * mantissa) >> 62;
		bool two = square >> 63 != 0;

		fraction = fraction << 1 | two;
		mantissa = (uint64_t)(square >> two);
	}
	return (uint64_t)whole << FRACTION | fraction;
}

/* By the series of e^(x ln 2) for the part behind the point. */
static uint64_t power_of_two(uint64_t exponent)
{
	const uint64_t ln2 = 0xb17217f7d1cf; /* ln(2) * 2^48 */
	uint64_t x = multiply(exponent & (ONE - 1), ln2);
	uint64_t term = ONE, sum = ONE;

	for (unsigned int n = 1; term; n++) {
		term = multiply(term, x) / n;
		sum += term;
	}
	return sum << (exponent >> FRACTION);
}

uint64_t weight_of_shares(uint64_t shares)
{
	const uint64_t log2_of_10 = 0x35269e12f346e; /* log2(10) * 2^48 */
	/* Rounding is at most 2^-32 here, and no result but the whole ones is that near to one. */
	const uint64_t tolerance = UINT64_C(1) << (FRACTION - 30);

	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;

	uint64_t l = log2_of(shares);
	/* (l^2 + 125 l) / 612 - 7 / 34, and 7 / 34 is 126 / 612. */
	uint64_t exponent = (multiply(l, l) + 125 * l - 126 * ONE) / 612;
	uint64_t weight = power_of_two(multiply(exponent, log2_of_10));
	return (weight - tolerance + ONE - 1) >> FRACTION;
}

uint64_t weight_of_blkio(uint64_t weight)
{
	if (weight < 10)
		return 1;
	return 1 + (weight - 10) * 9999 / 990;
}
