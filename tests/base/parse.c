#include "tests/check.h"

#include "libcontainer/base/parse.h"

static void u64_takes_digits_alone(void **state)
{
	static const char *const bad[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"-1",
		"0x10",
		"1e2",
		"1.0",
		"a",
		"99999999999999999999999x",
	};
	uint64_t value = 7;

	(void)state;
	assert_int_equal(parse_u64("0", UINT64_MAX, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(parse_u64("18446744073709551615", UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(parse_u64("18446744073709551616", UINT64_MAX, &value), -ERANGE);
	assert_int_equal(parse_u64("11", 10, &value), -ERANGE);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(parse_u64(bad[i], UINT64_MAX, &value), -EINVAL);
	assert_true(value == UINT64_MAX); /* written on success only */
}

static void i64_reaches_both_ends(void **state)
{
	int64_t value;

	(void)state;
	assert_int_equal(parse_i64("-9223372036854775808", &value), 0);
	assert_true(value == INT64_MIN);
	assert_int_equal(parse_i64("9223372036854775807", &value), 0);
	assert_true(value == INT64_MAX);
	assert_int_equal(parse_i64("9223372036854775808", &value), -ERANGE);
	assert_int_equal(parse_i64("-9223372036854775809", &value), -ERANGE);
	assert_int_equal(parse_i64("-", &value), -EINVAL);
	assert_int_equal(parse_i64("--1", &value), -EINVAL);
}

static void u32_has_a_range(void **state)
{
	uint32_t value;

	(void)state;
	assert_int_equal(parse_u32("4294967295", &value), 0);
	assert_int_equal(value, UINT32_MAX);
	assert_int_equal(parse_u32("4294967296", &value), -ERANGE);
}

static void users_may_have_groups(void **state)
{
	uid_t uid = 1;
	gid_t gid = 2;

	(void)state;
	assert_int_equal(parse_user("1000", &uid, &gid), 0);
	assert_int_equal(uid, 1000);
	assert_int_equal(gid, 2);
	assert_int_equal(parse_user("1000:50", &uid, &gid), 1);
	assert_int_equal(gid, 50);
	assert_int_equal(parse_user("", &uid, &gid), -EINVAL);
	assert_int_equal(parse_user("1000:", &uid, &gid), -EINVAL);
	assert_int_equal(parse_user(":50", &uid, &gid), -EINVAL);
	assert_int_equal(parse_user("1:2:3", &uid, &gid), -EINVAL);
	assert_int_equal(parse_user("root", &uid, &gid), -EINVAL);
	assert_int_equal(parse_user("00000000000000000001", &uid, &gid), -EINVAL);
	/* (uid_t)-1 would leave the process the ids of the runtime. */
	assert_int_equal(parse_user("4294967295", &uid, &gid), -ERANGE);
	assert_int_equal(parse_user("0:4294967295", &uid, &gid), -ERANGE);
	assert_int_equal(uid, 1000);
	assert_int_equal(gid, 50);
}

static void durations_are_those_of_go(void **state)
{
	static const struct {
		const char *text;
		int64_t milliseconds;
	} good[] = {
		{ "5s", 5000 },
		{ "100ms", 100 },
		{ "1m30s", 90000 },
		{ "1h", 3600000 },
		{ "1.5s", 1500 },
		{ "0.25m", 15000 },
		{ "1us", 1 },
		{ "2000\u00b5s", 2 },
		{ "1ns", 1 },
		{ "1h0m0s", 3600000 },
	};
	static const char *const bad[] = { "", "5", "s", "-5s", "5 s", "5s ", "5x", "1.s", ".5s" };
	int64_t value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(parse_duration(good[i].text, &value), 0);
		assert_int_equal(value, good[i].milliseconds);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(parse_duration(bad[i], &value), -EINVAL);
	assert_int_equal(parse_duration("0s", &value), -ERANGE);
	assert_int_equal(parse_duration("9999999999999h", &value), -ERANGE);
}

static void sizes_are_those_of_docker(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} good[] = {
		{ "-1", -1 },
		{ "0", 0 },
		{ "1024", 1024 },
		{ "10b", 10 },
		{ "64k", 65536 },
		{ "64K", 65536 },
		{ "64kb", 65536 },
		{ "64KiB", 65536 },
		{ "1G", 1073741824 },
		{ "1.5m", 1572864 },
		{ "1p", 1125899906842624 },
		{ "9223372036854775807", INT64_MAX },
	};
	static const char *const bad[] = {
		"",
		"k",
		"-2",
		"-1k",
		"1x",
		"1kk",
		"1ki",
		"1 k",
		" 1",
		"1.k",
		"0x10",
	};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(parse_size(good[i].text, &value), 0);
		assert_true(value == good[i].bytes);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(parse_size(bad[i], &value), -EINVAL);
	assert_int_equal(parse_size("9223372036854775808", &value), -ERANGE);
	assert_int_equal(parse_size("8192p", &value), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64_takes_digits_alone),
		cmocka_unit_test(i64_reaches_both_ends),
		cmocka_unit_test(u32_has_a_range),
		cmocka_unit_test(users_may_have_groups),
		cmocka_unit_test(durations_are_those_of_go),
		cmocka_unit_test(sizes_are_those_of_docker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
