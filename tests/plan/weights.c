/* The weights are what floating point makes of the formula, for every number of shares. */
#include <math.h>

#include "tests/check.h"

#include "libcontainer/plan/weights.h"

static void shares_equal_the_formula(void **state)
{
	(void)state;
	for (uint64_t shares = 3; shares < 262144; shares++) {
		double l = log2((double)shares);
		double weight = ceil(pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0));

		if (weight_of_shares(shares) != (uint64_t)weight)
			test_fails("%llu shares are %llu, not %.0f\n", (unsigned long long)shares,
				(unsigned long long)weight_of_shares(shares), weight);
	}
}

static void shares_have_ends(void **state)
{
	(void)state;
	assert_int_equal(weight_of_shares(0), 1);
	assert_int_equal(weight_of_shares(2), 1);
	assert_int_equal(weight_of_shares(1024), 100);
	assert_int_equal(weight_of_shares(262143), 10000);
	assert_int_equal(weight_of_shares(262144), 10000);
	assert_int_equal(weight_of_shares(UINT64_MAX), 10000);
}

static void blkio_is_linear(void **state)
{
	(void)state;
	assert_int_equal(weight_of_blkio(0), 1);
	assert_int_equal(weight_of_blkio(10), 1);
	assert_int_equal(weight_of_blkio(750), 7475);
	assert_int_equal(weight_of_blkio(1000), 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_equal_the_formula),
		cmocka_unit_test(shares_have_ends),
		cmocka_unit_test(blkio_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
