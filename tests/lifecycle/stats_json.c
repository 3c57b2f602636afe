/* Events as JSON, to the letter of what runc prints. */
#include "tests/check.h"

#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/stats.h"
#include "libcontainer/lifecycle/stats_json.h"

static void nothing_but_zeros(void **state)
{
	const struct cgroup_stats stats = { 0 };
	auto_str struct str text = { 0 };

	(void)state;
	assert_int_equal(stats_json("box", &stats, &text), 0);
	assert_string_equal(text.text,
		"{\"type\":\"stats\",\"id\":\"box\",\"data\":{"
		"\"cpu\":{\"usage\":{\"kernel\":0,\"user\":0},\"throttling\":{}},"
		"\"cpuset\":{\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,"
		"\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
		"\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":0},"
		"\"memory\":{\"usage\":{\"limit\":0,\"failcnt\":0},\"swap\":{\"limit\":0,"
		"\"failcnt\":0},\"kernel\":{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,"
		"\"failcnt\":0}},"
		"\"pids\":{},\"blkio\":{},\"hugetlb\":{},\"intel_rdt\":{},"
		"\"network_interfaces\":null}}");
}

static void numbers_of_all_kinds(void **state)
{
	static uint64_t items[] = { 1, 2 };
	static struct cgroup_io_entry entries[] = { { 8, 0, "Read", 5 }, { 0, 0, "", 0 } };
	static struct cgroup_hugepages pages[] = { { "1GB", 0, 0, 0 }, { "2MB", 3, 4, 5 } };
	static struct cgroup_counter raw[] = { { "anon", 0 }, { "file", 7 } };
	static const char *const parts[] = {
		"\"usage\":{\"total\":9,\"percpu\":[1,2],\"percpu_kernel\":[1,2],"
		"\"percpu_user\":[1,2],\"kernel\":3,\"user\":4}",
		"\"throttling\":{\"periods\":5,\"throttledPeriods\":6,\"throttledTime\":7},"
		"\"psi\":{\"some\":{\"avg10\":1.5,\"avg60\":0.05,\"avg300\":100,\"total\":8},"
		"\"full\":{\"avg10\":0,\"avg60\":0,\"avg300\":0,\"total\":0}}}",
		"\"cpuset\":{\"cpus\":[1,2],\"cpu_exclusive\":0,\"mems\":[1,2],",
		"\"sched_relax_domain_level\":-1}",
		"\"memory\":{\"cache\":1,\"usage\":{\"limit\":18446744073709551615,\"usage\":2,"
		"\"max\":3,\"failcnt\":4}",
		"\"raw\":{\"anon\":0,\"file\":7}}",
		"\"pids\":{\"current\":1,\"limit\":2}",
		"\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"op\":\"Read\",\"value\":5},"
		"{}],\"ioQueueRecursive\":[{\"major\":8,",
		"\"hugetlb\":{\"1GB\":{\"failcnt\":0},\"2MB\":{\"usage\":3,\"max\":4,"
		"\"failcnt\":5}}",
	};
	const struct cgroup_numbers list = { items, 2 };
	const struct cgroup_stats stats = {
		.cpu = { 9, 4, 3, list, list, list, 5, 6, 7,
			{ true, { 150, 5, 10000, 8 }, { 0 } } },
		.cpuset = { .cpus = list, .mems = list, .sched_relax_domain_level = -1 },
		.memory = { .cache = 1, .usage = { UINT64_MAX, 2, 3, 4 }, .raw = { raw, 2 } },
		.tasks = { 1, 2 },
		.io = { .service_bytes = { entries, 2 }, .queued = { entries, 2 } },
		.hugepages = { pages, 2 },
	};
	auto_str struct str text = { 0 };

	(void)state;
	assert_int_equal(stats_json("a", &stats, &text), 0);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (!strstr(text.text, parts[i]))
			test_fails("'%s' is not in %s\n", parts[i], text.text);
	assert_null(strchr(text.text, '\n'));
}

static void oom(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	assert_int_equal(stats_json_oom("box", &text), 0);
	assert_string_equal(text.text, "{\"type\":\"oom\",\"id\":\"box\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_zeros),
		cmocka_unit_test(numbers_of_all_kinds),
		cmocka_unit_test(oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
