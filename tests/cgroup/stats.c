/* What the files of groups say, as numbers; and watching for the OOM killer. */
#include <poll.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/cgroup/stats.h"
#include "libcontainer/cgroup/watch.h"
#include "tests/cgroup/tree.h"

static struct plan_cgroup_directory directories[2];
static struct cgroup_paths paths = { directories, 1 };
static struct cgroup_stats stats;
static struct arena arena;

static int begin(void **state)
{
	int code = begin_tree(state);

	put_directory("box");
	paths.count = 1;
	error_clear();
	return code;
}

static int end(void **state)
{
	arena_done(&arena);
	arena = (struct arena){ 0 };
	return end_tree(state);
}

static void read_stats(void)
{
	if (cgroup_stats_read(&arena, &paths, &stats) < 0)
		test_fails("%s\n", error_text());
	assert_string_equal(error_text(), "");
}

static void put_v1(void)
{
	static const char *const files[][2] = {
		{ "cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_time 1\n" },
		{ "cpuacct.stat", "user 2\nsystem 3\n" },
		{ "cpuacct.usage", "77\n" },
		{ "cpuacct.usage_percpu", "70 7 \n" },
		{ "cpuacct.usage_all", "cpu user system\n0 60 10\n1 5 2\n" },
		{ "cpuset.cpus", "0-1,4\n" },
		{ "cpuset.mems", "0\n" },
		{ "cpuset.sched_load_balance", "1\n" },
		{ "cpuset.sched_relax_domain_level", "-1\n" },
		{ "memory.stat", "rss 5\ncache 4\n" },
		{ "memory.limit_in_bytes", "100\n" },
		{ "memory.usage_in_bytes", "50\n" },
		{ "memory.max_usage_in_bytes", "60\n" },
		{ "memory.failcnt", "9\n" },
		{ "memory.kmem.usage_in_bytes", "8\n" },
		{ "pids.current", "4\n" },
		{ "pids.max", "max\n" },
		{ "blkio.throttle.io_serviced_recursive", "8:0 Read 5\n8:0 Total 5\nTotal 5\n" },
		{ "blkio.throttle.io_service_bytes_recursive", "8:0 Read 4096\nTotal 4096\n" },
		{ "hugetlb.2MB.usage_in_bytes", "11\n" },
		{ "hugetlb.2MB.max_usage_in_bytes", "12\n" },
		{ "hugetlb.2MB.failcnt", "13\n" },
		{ "hugetlb.1GB.usage_in_bytes", "14\n" },
		{ "hugetlb.1GB.rsvd.usage_in_bytes", "15\n" },
		{ "hugetlb.1GB.rsvd.max_usage_in_bytes", "16\n" },
		{ "hugetlb.1GB.rsvd.failcnt", "17\n" },
	};
	char name[96];

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		(void)snprintf(name, sizeof(name), "box/%s", files[i][0]);
		put_file(name, files[i][1]);
	}
	directories[0] = planned("box", "cpu,cpuacct,cpuset,memory,pids,blkio,hugetlb");
}

static void v1(void **state)
{
	(void)state;
	put_v1();
	read_stats();
	assert_int_equal(stats.cpu.periods, 3);
	assert_int_equal(stats.cpu.throttled_periods, 2);
	assert_int_equal(stats.cpu.throttled_time, 1);
	assert_int_equal(stats.cpu.total, 77);
	assert_int_equal(stats.cpu.user, 2 * (1000000000 / sysconf(_SC_CLK_TCK)));
	assert_int_equal(stats.cpu.kernel, 3 * (1000000000 / sysconf(_SC_CLK_TCK)));
	assert_int_equal(stats.cpu.per_cpu.count, 2);
	assert_int_equal(stats.cpu.per_cpu.items[1], 7);
	assert_int_equal(stats.cpu.per_cpu_user.count, 2);
	assert_int_equal(stats.cpu.per_cpu_user.items[1], 5);
	assert_int_equal(stats.cpu.per_cpu_kernel.items[0], 10);
	assert_false(stats.cpu.pressure.set);
	assert_int_equal(stats.cpuset.cpus.count, 3);
	assert_int_equal(stats.cpuset.cpus.items[2], 4);
	assert_int_equal(stats.cpuset.mems.count, 1);
	assert_int_equal(stats.cpuset.sched_load_balance, 1);
	assert_int_equal(stats.cpuset.sched_relax_domain_level, -1);
	assert_int_equal(stats.tasks.current, 4);
	assert_int_equal(stats.tasks.limit, 0);
}

static void v1_memory_and_traffic(void **state)
{
	(void)state;
	put_v1();
	read_stats();
	assert_int_equal(stats.memory.cache, 4);
	assert_int_equal(stats.memory.raw.count, 2);
	assert_string_equal(stats.memory.raw.items[0].name, "cache");
	assert_int_equal(stats.memory.raw.items[1].value, 5);
	assert_int_equal(stats.memory.usage.limit, 100);
	assert_int_equal(stats.memory.usage.usage, 50);
	assert_int_equal(stats.memory.usage.max, 60);
	assert_int_equal(stats.memory.usage.failures, 9);
	assert_int_equal(stats.memory.swap.limit, 0);
	assert_int_equal(stats.memory.kernel.usage, 8);
	assert_int_equal(stats.io.serviced.count, 2);
	assert_int_equal(stats.io.serviced.items[0].major, 8);
	assert_string_equal(stats.io.serviced.items[0].operation, "Read");
	assert_int_equal(stats.io.serviced.items[0].value, 5);
	assert_string_equal(stats.io.serviced.items[1].operation, "Total");
	assert_int_equal(stats.io.service_bytes.count, 1);
	assert_int_equal(stats.hugepages.count, 2);
	assert_string_equal(stats.hugepages.items[0].size, "1GB");
	assert_int_equal(stats.hugepages.items[0].usage, 15);
	assert_int_equal(stats.hugepages.items[0].max, 16);
	assert_int_equal(stats.hugepages.items[0].failures, 17);
	assert_string_equal(stats.hugepages.items[1].size, "2MB");
	assert_int_equal(stats.hugepages.items[1].usage, 11);

	/* A scheduler that keeps more, by each kind. */
	put_file("box/blkio.bfq.io_serviced_recursive", "8:0 Write 7\n");
	put_file("box/blkio.bfq.io_service_bytes_recursive", "8:0 Write 8\n");
	read_stats();
	assert_int_equal(stats.io.serviced.count, 1);
	assert_string_equal(stats.io.serviced.items[0].operation, "Write");
	put_file("box/blkio.bfq.sectors_recursive", "8:0 99\n");
	read_stats();
	assert_int_equal(stats.io.sectors.items[0].value, 99);
	assert_string_equal(stats.io.sectors.items[0].operation, "");
	assert_int_equal(stats.io.serviced.items[0].value, 7);
}

static void v2(void **state)
{
	(void)state;
	directories[0] = planned("box", "");
	put_file("box/cpu.stat", "usage_usec 9\nuser_usec 5\nsystem_usec 4\nnr_periods 3\n"
				 "nr_throttled 2\nthrottled_usec 1\n");
	put_file("box/cpu.pressure", "some avg10=1.50 avg60=0.05 avg300=100.00 total=7\n"
				     "full avg10=0.00 avg60=0.00 avg300=0.00 total=3\n");
	put_file("box/memory.stat", "anon 1\nfile 6\n");
	put_file("box/memory.current", "50\n");
	put_file("box/memory.max", "100\n");
	put_file("box/memory.peak", "70\n");
	put_file("box/memory.swap.current", "5\n");
	put_file("box/memory.swap.max", "max\n");
	put_file("box/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6 x=7\n8:16 \n");
	put_file("box/hugetlb.2MB.current", "11\n");
	put_file("box/hugetlb.2MB.events", "max 12\n");
	put_file("box/pids.current", "3\n");
	put_file("box/pids.max", "9\n");
	read_stats();
	assert_int_equal(stats.cpu.total, 9000);
	assert_int_equal(stats.cpu.user, 5000);
	assert_int_equal(stats.cpu.kernel, 4000);
	assert_int_equal(stats.cpu.throttled_time, 1000);
	assert_true(stats.cpu.pressure.set);
	assert_int_equal(stats.cpu.pressure.some.avg10, 150);
	assert_int_equal(stats.cpu.pressure.some.avg60, 5);
	assert_int_equal(stats.cpu.pressure.some.avg300, 10000);
	assert_int_equal(stats.cpu.pressure.some.total, 7);
	assert_int_equal(stats.cpu.pressure.full.total, 3);
	assert_false(stats.memory.pressure.set);
	assert_int_equal(stats.memory.cache, 6);
	assert_int_equal(stats.memory.usage.max, 70);
	assert_int_equal(stats.memory.swap.usage, 55);
	assert_true(stats.memory.swap.limit == UINT64_MAX);
	assert_int_equal(stats.io.service_bytes.count, 3);
	assert_string_equal(stats.io.service_bytes.items[2].operation, "Discard");
	assert_int_equal(stats.io.serviced.items[1].value, 4);
	assert_int_equal(stats.hugepages.items[0].usage, 11);
	assert_int_equal(stats.hugepages.items[0].failures, 12);
	assert_int_equal(stats.tasks.current, 3);
	assert_int_equal(stats.tasks.limit, 9);
}

static void hybrid_is_read_from_both(void **state)
{
	(void)state;
	put_v1();
	put_directory("two");
	directories[0] = planned("box", "cpu,memory");
	directories[1] = planned("two", "");
	paths.count = 2;
	put_file("two/cpu.stat", "usage_usec 9\nnr_periods 99\n");
	put_file("two/hugetlb.2MB.current", "11\n");
	put_file("two/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
	put_file("two/cgroup.procs", "5\n6\n");
	read_stats();
	assert_int_equal(stats.cpu.periods, 3);
	assert_int_equal(stats.memory.usage.usage, 50);
	assert_int_equal(stats.hugepages.count, 1);
	assert_int_equal(stats.cpu.pressure.some.total, 7);
	/* Without a controller for them, processes are counted. */
	assert_int_equal(stats.tasks.current, 2);
}

static void what_is_gone_is_nothing(void **state)
{
	struct cgroup_watch watch;

	(void)state;
	directories[0] = planned("box", "cpu,cpuacct,cpuset,memory,pids,blkio,hugetlb");
	read_stats();
	directories[0] = planned("gone", "");
	read_stats();
	assert_int_equal(stats.tasks.current, 0);
	assert_int_equal(cgroup_watch_open(&paths, &watch), 0);
	assert_int_equal(watch.fd, -EBADF);
	assert_int_equal(cgroup_watch_oom(&watch), 0);
	cgroup_watch_close(&watch);
}

static void the_oom_killer_is_seen(void **state)
{
	struct cgroup_watch watch;
	struct pollfd event = { .events = POLLIN };

	(void)state;
	directories[0] = planned("box", "");
	put_file("box/memory.events", "oom 1\noom_kill 1\n");
	assert_int_equal(cgroup_watch_open(&paths, &watch), 0);
	event.fd = watch.fd;
	assert_int_equal(cgroup_watch_oom(&watch), 0);
	assert_int_equal(poll(&event, 1, 0), 0);
	put_file("box/memory.events", "oom 2\noom_kill 2\n");
	assert_int_equal(poll(&event, 1, 0), 1);
	assert_int_equal(cgroup_watch_oom(&watch), 1);
	assert_int_equal(cgroup_watch_oom(&watch), 0);
	assert_int_equal(poll(&event, 1, 0), 0);
	/* Other events of the file are none of these. */
	put_file("box/memory.events", "oom 3\noom_kill 2\n");
	assert_int_equal(poll(&event, 1, 0), 1);
	assert_int_equal(cgroup_watch_oom(&watch), 0);
	cgroup_watch_close(&watch);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(v1),
		TEST(v1_memory_and_traffic),
		TEST(v2),
		TEST(hybrid_is_read_from_both),
		TEST(what_is_gone_is_nothing),
		TEST(the_oom_killer_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
