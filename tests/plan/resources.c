/* Limits as writes: each property in v1 and in cgroup2. */
#include "tests/plan/hosts.h"

#include "libcontainer/base/log.h"

static struct spec_memory memory;
static struct spec_cpu cpu;
static struct spec_pids pids;
static struct spec_block_io block_io;
static struct spec_network network;
static char warnings[1024];

static void take_warning(enum log_level level, const char *line, void *context)
{
	(void)context;
	if (level == LOG_LEVEL_WARNING)
		(void)strncat(warnings, line, sizeof(warnings) - strlen(warnings) - 1);
}

static void begin(const struct host *which)
{
	begin_on(which);
	memory = (struct spec_memory){ 0 };
	cpu = (struct spec_cpu){ 0 };
	pids = (struct spec_pids){ 0 };
	block_io = (struct spec_block_io){ 0 };
	network = (struct spec_network){ 0 };
	resources.memory = &memory;
	resources.cpu = &cpu;
	resources.pids = &pids;
	resources.block_io = &block_io;
	resources.network = &network;
	warnings[0] = '\0';
	log_set_sink(take_warning, NULL, LOG_LEVEL_WARNING);
}

/* All writes, "FILE=VALUE" each, with "|OTHER=VALUE" and "?" behind where there is that. */
static const char *writes(void)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < plan.cgroup.write_count; i++) {
		const struct plan_cgroup_write *write = &plan.cgroup.writes[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%s", i ? " " : "",
			write->file, write->value);
		if (write->other_file)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "|%s=%s",
				write->other_file, write->other_value);
		if (write->may_be_missing)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "?");
	}
	return text;
}

#define assert_writes(expected) \
	do { \
		int code_ = decide(plan_resources); \
		if (code_ < 0) \
			test_fails("%s\n", error_text()); \
		assert_string_equal(writes(), (expected)); \
	} while (0)

static void nothing_asked_nothing_written(void **state)
{
	(void)state;
	begin(&host_v2);
	assert_writes("");
	assert_false(plan.cgroup.has_limits);
	begin(&host_v2);
	linux_.resources = NULL;
	assert_writes("");
	begin(&host_v2);
	spec.linux_ = NULL;
	assert_writes("");
	begin(&host_v2);
	memory.limit = (struct maybe_i64){ true, 0 };
	cpu.shares = (struct maybe_u64){ true, 0 };
	cpu.quota = (struct maybe_i64){ true, 0 };
	cpu.period = (struct maybe_u64){ true, 0 };
	memory.disable_oom_killer = (struct maybe_flag){ true, false };
	assert_writes("");
	assert_string_equal(warnings, "");
}

static void set_memory(int64_t limit, int64_t swap)
{
	memory.limit = (struct maybe_i64){ true, limit };
	memory.swap = (struct maybe_i64){ true, swap };
}

static void memory_in_v2(void **state)
{
	(void)state;
	begin(&host_v2);
	set_memory(1000, 1500);
	memory.reservation = (struct maybe_i64){ true, 700 };
	assert_writes("memory.max=1000 memory.swap.max=500 memory.low=700");
	assert_string_equal(plan.cgroup.writes[0].place, "linux.resources.memory.limit");
	assert_string_equal(plan.cgroup.writes[0].controller, "memory");
	assert_true(plan.cgroup.has_limits);
	begin(&host_v2);
	set_memory(1000, 1000);
	assert_writes("memory.max=1000 memory.swap.max=0?");
	begin(&host_v2);
	set_memory(1000, 0);
	assert_writes("memory.max=1000");
	begin(&host_v2);
	set_memory(1000, -1);
	assert_writes("memory.max=1000 memory.swap.max=max?");
	begin(&host_v2);
	memory.limit = (struct maybe_i64){ true, -1 };
	memory.reservation = (struct maybe_i64){ true, -1 };
	assert_writes("memory.max=max memory.swap.max=max? memory.low=max");
	begin(&host_v2);
	set_memory(-1, 0);
	memory.use_hierarchy = (struct maybe_flag){ true, true };
	assert_writes("memory.max=max memory.swap.max=max?");
	assert_string_equal(warnings, "");
}

static void memory_in_v1(void **state)
{
	(void)state;
	begin(&host_v1);
	set_memory(1000, 1500);
	memory.reservation = (struct maybe_i64){ true, 700 };
	memory.swappiness = (struct maybe_u64){ true, 0 };
	memory.disable_oom_killer = (struct maybe_flag){ true, true };
	assert_writes("memory.limit_in_bytes=1000 memory.memsw.limit_in_bytes=1500 "
		      "memory.soft_limit_in_bytes=700 memory.swappiness=0 memory.oom_control=1");
	begin(&host_v1);
	memory.limit = (struct maybe_i64){ true, -1 };
	assert_writes("memory.limit_in_bytes=-1 memory.memsw.limit_in_bytes=-1?");
	begin(&host_v1);
	set_memory(1000, 0);
	assert_writes("memory.limit_in_bytes=1000");
	begin(&host_v1);
	memory.limit = (struct maybe_i64){ true, 1000 };
	memory.use_hierarchy = (struct maybe_flag){ true, true };
	assert_writes("memory.use_hierarchy=1? memory.limit_in_bytes=1000");
	begin(&host_v1);
	memory.use_hierarchy = (struct maybe_flag){ true, false };
	assert_writes("");
	assert_non_null(strstr(warnings, "memory.useHierarchy is ignored"));
}

static void swap_wants_memory(void **state)
{
	(void)state;
	for (int v2 = 0; v2 < 2; v2++) {
		begin(v2 ? &host_v2 : &host_v1);
		set_memory(1000, 999);
		assert_int_equal(decide(plan_resources), -EINVAL);
		assert_chain("linux.resources.memory.swap: memory+swap limit should be >= memory");
		begin(v2 ? &host_v2 : &host_v1);
		memory.swap = (struct maybe_i64){ true, 999 };
		assert_int_equal(decide(plan_resources), -EINVAL);
		assert_chain("unable to set swap limit without memory limit");
	}
}

static void what_v2_lacks_is_warned_of(void **state)
{
	(void)state;
	begin(&host_v2);
	memory.swappiness = (struct maybe_u64){ true, 60 };
	memory.disable_oom_killer = (struct maybe_flag){ true, true };
	memory.kernel = (struct maybe_i64){ true, 1000 };
	cpu.realtime_period = (struct maybe_u64){ true, 1000 };
	network.class_id = (struct maybe_u32){ true, 5 };
	memory.use_hierarchy = (struct maybe_flag){ true, false };
	assert_writes("");
	assert_non_null(strstr(warnings, "memory.useHierarchy is ignored"));
	assert_non_null(strstr(warnings, "memory.swappiness is ignored"));
	assert_non_null(strstr(warnings, "memory.disableOOMKiller is ignored"));
	assert_non_null(strstr(warnings, "memory.kernel is ignored"));
	assert_non_null(strstr(warnings, "cpu.realtimePeriod is ignored"));
	assert_non_null(strstr(warnings, "network.classID is ignored"));
	begin(&host_v2);
	memory.swappiness = (struct maybe_u64){ true, 101 };
	assert_int_equal(decide(plan_resources), -EINVAL);
	assert_chain("invalid memory swappiness value: 101");
}

static void cpu_limits(void **state)
{
	(void)state;
	for (int v2 = 0; v2 < 2; v2++) {
		begin(v2 ? &host_v2 : &host_v1);
		cpu = (struct spec_cpu){ .shares = { true, 512 },
			.quota = { true, 50000 },
			.period = { true, 100000 },
			.burst = { true, 7 },
			.idle = { true, 1 },
			.cpus = "0-1",
			.mems = "0" };
		assert_writes(v2 ? "cpuset.cpus=0-1 cpuset.mems=0 cpu.weight=59 "
				   "cpu.max.burst=7 cpu.max=50000 100000 cpu.idle=1"
				 : "cpuset.cpus=0-1 cpuset.mems=0 cpu.shares=512 "
				   "cpu.cfs_burst_us=7 cpu.cfs_quota_us=50000 "
				   "cpu.cfs_period_us=100000 cpu.idle=1");
	}
	begin(&host_v1);
	cpu.realtime_runtime = (struct maybe_i64){ true, 500 };
	cpu.realtime_period = (struct maybe_u64){ true, 1000 };
	assert_writes("cpu.rt_runtime_us=500 cpu.rt_period_us=1000");
	begin(&host_v2);
	cpu.quota = (struct maybe_i64){ true, -1 };
	assert_writes("cpu.max=max");
	begin(&host_v2);
	cpu.quota = (struct maybe_i64){ true, 50000 };
	assert_writes("cpu.max=50000");
	begin(&host_v2);
	cpu.period = (struct maybe_u64){ true, 50000 };
	assert_writes("cpu.max=max 50000");
	begin(&host_v2);
	cpu.cpus = "0\n1";
	assert_int_equal(decide(plan_resources), -EINVAL);
	begin(&host_v2);
	cpu.shares = (struct maybe_u64){ true, UINT64_MAX };
	assert_int_equal(decide(plan_resources), -EINVAL);
}

static void pids_limit(void **state)
{
	static const struct {
		int64_t limit;
		const char *writes;
	} rows[] = { { 20, "pids.max=20" }, { 0, "pids.max=0" }, { -1, "pids.max=max" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows) * 2; i++) {
		begin(i % 2 ? &host_v2 : &host_v1);
		pids.limit = (struct maybe_i64){ true, rows[i / 2].limit };
		assert_writes(rows[i / 2].writes);
	}
}

/* Where nothing can be started beside init any more. */
static void no_tasks_come_last(void **state)
{
	static const struct {
		int64_t limit;
		bool last;
	} rows[] = { { 0, true }, { 1, true }, { 2, false }, { -1, false } };
	struct spec_pair pair = { "pids.max", "9" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin(&host_v2);
		pids.limit = (struct maybe_i64){ true, rows[i].limit };
		assert_int_equal(decide(plan_resources), 0);
		assert_int_equal(plan.cgroup.writes[0].last, rows[i].last);

		begin(&host_v2);
		plan.hooks[PLAN_HOOK_START_CONTAINER].count = 1;
		pids.limit = (struct maybe_i64){ true, rows[i].limit };
		assert_int_equal(decide(plan_resources), rows[i].last ? -EINVAL : 0);
	}
	/* It is the last word that counts. */
	begin(&host_v2);
	pids.limit = (struct maybe_i64){ true, 0 };
	resources.unified = (struct spec_pairs){ &pair, 1, true };
	assert_writes("pids.max=0 pids.max=9");
	assert_false(plan.cgroup.writes[0].last);
	assert_false(plan.cgroup.writes[1].last);
	pair.value = "0";
	begin(&host_v2);
	pids.limit = (struct maybe_i64){ true, 5 };
	resources.unified = (struct spec_pairs){ &pair, 1, true };
	assert_writes("pids.max=5 pids.max=0");
	assert_false(plan.cgroup.writes[0].last);
	assert_true(plan.cgroup.writes[1].last);
}

static void block_io_limits(void **state)
{
	struct spec_weight_device weight = { 8, 16, { true, 500 }, { true, 300 } };
	struct spec_throttle_device rates[] = { { 8, 0, 1000 }, { 8, 1, 0 } };

	(void)state;
	for (int v2 = 0; v2 < 2; v2++) {
		begin(v2 ? &host_v2 : &host_v1);
		block_io.weight = (struct maybe_u16){ true, 750 };
		block_io.weight_device = (struct spec_weight_device_list){ &weight, 1, true };
		block_io.throttle_read_bps = (struct spec_throttle_device_list){ rates, 2, true };
		block_io.throttle_write_iops = (struct spec_throttle_device_list){ rates, 1, true };
		assert_writes(v2 ? "io.bfq.weight=750|io.weight=7475 "
				   "io.bfq.weight=8:16 500|io.weight=8:16 4950 "
				   "io.max=8:0 rbps=1000 io.max=8:1 rbps=max io.max=8:0 wiops=1000"
				 : "blkio.bfq.weight=750|blkio.weight=750 "
				   "blkio.bfq.weight_device=8:16 500|blkio.weight_device=8:16 500 "
				   "blkio.leaf_weight_device=8:16 300 "
				   "blkio.throttle.read_bps_device=8:0 1000 "
				   "blkio.throttle.read_bps_device=8:1 0 "
				   "blkio.throttle.write_iops_device=8:0 1000");
		assert_int_equal(v2,
			strstr(warnings, "blockIO.weightDevice[0].leafWeight is ignored") != NULL);
	}
	begin(&host_v1);
	block_io.leaf_weight = (struct maybe_u16){ true, 300 };
	assert_writes("blkio.leaf_weight=300");
	begin(&host_v2);
	block_io.leaf_weight = (struct maybe_u16){ true, 300 };
	assert_writes("");
	assert_non_null(strstr(warnings, "blockIO.leafWeight is ignored"));
	rates[0].minor = -1;
	begin(&host_v2);
	block_io.throttle_read_bps = (struct spec_throttle_device_list){ rates, 1, true };
	assert_int_equal(decide(plan_resources), -EINVAL);
	assert_chain("linux.resources.blockIO.throttleReadBpsDevice[0]: 8:-1 is no device number");
}

static void pages_network_rdma(void **state)
{
	struct spec_hugepage_limit pages = { "2MB", 4096 };
	struct spec_interface_priority priority = { "eth0", 3 };
	struct spec_rdma rdma = { "mlx5_1", { true, 3 }, { true, 9 } };

	(void)state;
	begin(&host_hybrid);
	resources.hugepage_limits = (struct spec_hugepage_limit_list){ &pages, 1, true };
	network.class_id = (struct maybe_u32){ true, 1048577 };
	network.priorities = (struct spec_interface_priority_list){ &priority, 1, true };
	resources.rdma = (struct spec_rdma_list){ &rdma, 1, true };
	/* v1 has neither hugetlb nor rdma here, so they are cgroup2's. */
	assert_writes("hugetlb.2MB.max=4096 hugetlb.2MB.rsvd.max=4096? net_cls.classid=1048577 "
		      "net_prio.ifpriomap=eth0 3 rdma.max=mlx5_1 hca_handle=3 hca_object=9");

	begin(&host_v1);
	resources.hugepage_limits = (struct spec_hugepage_limit_list){ &pages, 1, true };
	assert_int_equal(decide(plan_resources), -EINVAL);
	assert_chain("linux.resources.hugepageLimits[0]: this host has no 'hugetlb' controller");

	static const char *const sizes[] = { "", "2", "MB", "2M", "2MBx", "../2MB", "2MB/../x" };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		pages.page_size = sizes[i];
		begin(&host_v2);
		resources.hugepage_limits = (struct spec_hugepage_limit_list){ &pages, 1, true };
		assert_int_equal(decide(plan_resources), -EINVAL);
	}
}

static void set_unified(struct spec_pair *pair)
{
	resources.unified = (struct spec_pairs){ pair, 1, true };
}

static void unified_goes_last(void **state)
{
	struct spec_pair pair = { "memory.max", "5" };

	(void)state;
	begin(&host_v2);
	pids.limit = (struct maybe_i64){ true, 20 };
	memory.limit = (struct maybe_i64){ true, 1000 };
	set_unified(&pair);
	assert_writes("memory.max=1000 pids.max=20 memory.max=5");
	begin(&host_v2);
	pair = (struct spec_pair){ "io.max", "8:0 rbps=1\n8:1 rbps=2\n" };
	set_unified(&pair);
	assert_writes("io.max=8:0 rbps=1 io.max=8:1 rbps=2");
	assert_string_equal(plan.cgroup.writes[0].controller, "io");
	begin(&host_v2);
	pair = (struct spec_pair){ "cpuset.cpus", "" };
	set_unified(&pair);
	assert_writes("cpuset.cpus=\n");
	begin(&host_v2);
	pair = (struct spec_pair){ "cgroup.max.depth", "3" };
	set_unified(&pair);
	assert_writes("cgroup.max.depth=3");
	assert_string_equal(plan.cgroup.writes[0].controller, "");
}

static void unified_names_are_checked(void **state)
{
	static const char *const keys[] = { "", "memory", ".max", "../memory.max", "a/memory.max",
		"memory.max/..", "memory..max", "memory.max\n", "memory. max", "cgroup.procs",
		"cgroup.kill", "cgroup.freeze", "cgroup.threads" };
	struct spec_pair pair = { NULL, "1" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		pair.key = keys[i];
		begin(&host_v2);
		set_unified(&pair);
		assert_int_equal(decide(plan_resources), -EINVAL);
		assert_chain("linux.resources.unified: ");
	}
	pair.key = "memory.max";
	begin(&host_hybrid);
	set_unified(&pair);
	assert_int_equal(decide(plan_resources), -EINVAL);
	assert_chain("invalid configuration");
}

static void disabled_manager_ignores_limits(void **state)
{
	(void)state;
	begin(&host_v2);
	plan.cgroup.manager = PLAN_CGROUP_DISABLED;
	pids.limit = (struct maybe_i64){ true, 20 };
	assert_writes("");
}

/* More writes than the list has room for at first. */
static void many_writes(void **state)
{
	static struct spec_throttle_device rates[100];

	(void)state;
	begin(&host_v2);
	for (int i = 0; i < 100; i++)
		rates[i] = (struct spec_throttle_device){ 8, i, (uint64_t)i + 1 };
	block_io.throttle_read_bps = (struct spec_throttle_device_list){ rates, 100, true };
	assert_int_equal(decide(plan_resources), 0);
	assert_int_equal(plan.cgroup.write_count, 100);
	assert_string_equal(plan.cgroup.writes[0].value, "8:0 rbps=1");
	assert_string_equal(plan.cgroup.writes[99].value, "8:99 rbps=100");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_asked_nothing_written, end_test),
		cmocka_unit_test_teardown(memory_in_v2, end_test),
		cmocka_unit_test_teardown(memory_in_v1, end_test),
		cmocka_unit_test_teardown(swap_wants_memory, end_test),
		cmocka_unit_test_teardown(what_v2_lacks_is_warned_of, end_test),
		cmocka_unit_test_teardown(cpu_limits, end_test),
		cmocka_unit_test_teardown(pids_limit, end_test),
		cmocka_unit_test_teardown(no_tasks_come_last, end_test),
		cmocka_unit_test_teardown(block_io_limits, end_test),
		cmocka_unit_test_teardown(pages_network_rdma, end_test),
		cmocka_unit_test_teardown(unified_goes_last, end_test),
		cmocka_unit_test_teardown(unified_names_are_checked, end_test),
		cmocka_unit_test_teardown(disabled_manager_ignores_limits, end_test),
		cmocka_unit_test_teardown(many_writes, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
