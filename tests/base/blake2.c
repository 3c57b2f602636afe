/* Against results of another implementation. */
#include "tests/check.h"

#include <stdio.h>

#include "libcontainer/base/blake2.h"

static void check(const unsigned char *data, size_t size, size_t step, const char *expected)
{
	unsigned char digest[BLAKE2_SIZE];
	char text[2 * BLAKE2_SIZE + 1];
	struct blake2 hash;

	blake2_begin(&hash);
	for (size_t at = 0; at < size; at += step)
		blake2_add(&hash, data + at, size - at < step ? size - at : step);
	blake2_end(&hash, digest);
	for (size_t i = 0; i < BLAKE2_SIZE; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(text, expected);
}

static void digests_are_those_of_the_standard(void **state)
{
	unsigned char bytes[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i % 251);
	for (size_t step = 1; step < 300; step++) {
		check((const unsigned char *)"abc", 3, step,
			"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
		check(bytes, 0, step,
			"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
		/* One block, and one byte more. */
		check(bytes, 128, step,
			"c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1");
		check(bytes, 129, step,
			"f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9");
		check(bytes, 1000, step,
			"b372d0608f720c8c3dd41e9c8eecb10143b41abe520b616607e754bf79c08331");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
