/* Changing limits: in which order, and what is left where it fails. */
#include <sys/inotify.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/cgroup/directory.h"
#include "tests/cgroup/tree.h"

static struct plan_cgroup_directory directories[1];
static struct plan_cgroup_write writes[8];
static struct plan_cgroup plan;
static int committed, commit_code, told, told_code;

static int begin(void **state)
{
	int code = begin_tree(state);

	put_directory("box");
	directories[0] = planned("box", "memory,cpu,blkio");
	plan = (struct plan_cgroup){
		.directories = directories, .directory_count = 1, .writes = writes
	};
	committed = commit_code = told = told_code = 0;
	error_clear();
	return code;
}

static void add_write(const char *file, const char *value)
{
	writes[plan.write_count++] = (struct plan_cgroup_write){
		.place = file, .controller = "memory", .file = file, .value = value
	};
}

static int commit(void *context)
{
	(void)context;
	committed++;
	return commit_code ? refuse_as(commit_code, "no room") : 0;
}

static void put(const char *file, const char *text)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "box/%s", file);
	put_file(name, text);
}

/* systemd, which has no word for a period without a quota. */
int cgroup_unit_set(const struct plan_unit *unit)
{
	assert_string_equal(unit->name, "c.scope");
	told++;
	put("cpu.max", "max 100000\n");
	return told_code ? refuse_as(told_code, "no bus") : 0;
}

static const char *get(const char *file)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "box/%s", file);
	return file_text(name);
}

/* ---- the order ------------------------------------------------------------------------ */

/* Updates, and says in which order files were written, by a letter each: m, s(wap), q, p, b, i. */
static const char *order_of_update(void)
{
	static const struct {
		const char *file;
		char letter;
	} letters[] = {
		{ "memory.limit_in_bytes", 'm' },
		{ "memory.memsw.limit_in_bytes", 's' },
		{ "cpu.cfs_quota_us", 'q' },
		{ "cpu.cfs_period_us", 'p' },
		{ "cpu.cfs_burst_us", 'b' },
		{ "cpu.idle", 'i' },
		{ "cpu.shares", 'h' },
	};
	static char order[16];
	char buffer[4096] __attribute__((aligned(8)));
	int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	size_t used = 0;

	assert_true(inotify_add_watch(notify, in_tree("box"), IN_MODIFY) >= 0);
	if (cgroup_update(&plan, commit, NULL) < 0)
		test_fails("%s\n", error_text());
	ssize_t size = read(notify, buffer, sizeof(buffer));
	for (ssize_t at = 0; at < size;) {
		const struct inotify_event *event = (const void *)(buffer + at);

		for (size_t i = 0; i < COUNT_OF(letters); i++)
			if (strcmp(event->name, letters[i].file) == 0)
				order[used++] = letters[i].letter;
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	(void)close(notify);
	order[used] = '\0';
	return order;
}

static const char *memory_order(
	const char *from, const char *from_both, const char *to, const char *to_both)
{
	plan.write_count = 0;
	put("memory.limit_in_bytes", from);
	put("memory.memsw.limit_in_bytes", from_both);
	add_write("memory.limit_in_bytes", to);
	add_write("memory.memsw.limit_in_bytes", to_both);
	return order_of_update();
}

/* At no time is the limit of memory above that of memory and swap: v1 refuses that. */
static void memory_never_exceeds_memory_and_swap(void **state)
{
	(void)state;
	assert_string_equal(memory_order("200", "300", "100", "150"), "ms");
	assert_string_equal(memory_order("200", "300", "400", "500"), "sm");
	assert_string_equal(memory_order("200", "600", "400", "500"), "ms");
	assert_string_equal(memory_order("400", "500", "200", "600"), "sm");
	assert_string_equal(memory_order("200", "300", "-1", "-1"), "sm");
	assert_string_equal(get("memory.limit_in_bytes"), "-10"); /* files keep their tails here */
	assert_int_equal(committed, 5);
}

/* Values of burst, quota and period. */
struct times {
	const char *burst, *quota, *period;
};

static const char *cpu_order(struct times from, struct times to)
{
	plan.write_count = 0;
	put("cpu.cfs_burst_us", from.burst);
	put("cpu.cfs_quota_us", from.quota);
	put("cpu.cfs_period_us", from.period);
	add_write("cpu.cfs_burst_us", to.burst);
	add_write("cpu.cfs_quota_us", to.quota);
	add_write("cpu.cfs_period_us", to.period);
	return order_of_update();
}

/* The burst is never above the quota, and the share of time never above both the old and new. */
static void quota_goes_with_its_period(void **state)
{
	static const struct {
		struct times from, to;
		const char *order;
	} cases[] = {
		{ { "1", "5", "10" }, { "2", "6", "12" }, "pqb" },
		{ { "4", "5", "10" }, { "1", "2", "04" }, "bqp" },
		{ { "4", "5", "10" }, { "1", "2", "20" }, "pbq" },
		{ { "1", "2", "10" }, { "4", "5", "08" }, "qbp" },
		{ { "1", "-1", "10" }, { "4", "5", "10" }, "bqp" },
		{ { "1", "2", "10" }, { "1", "-1", "10" }, "qbp" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(cpu_order(cases[i].from, cases[i].to), cases[i].order);
}

static void idle_is_a_switch(void **state)
{
	(void)state;
	put("cpu.shares", "2000");
	put("cpu.idle", "0");
	add_write("cpu.shares", "1000");
	add_write("cpu.idle", "1");
	assert_string_equal(order_of_update(), "hi");
}

/* ---- failing -------------------------------------------------------------------------- */

static void what_was_written_is_written_back(void **state)
{
	(void)state;
	put("pids.max", "20\n");
	put("cpu.shares", "1024\n");
	add_write("pids.max", "30");
	add_write("cpu.shares", "0512");
	add_write("nonesuch", "1");
	assert_int_equal(cgroup_update(&plan, commit, NULL), -ENOENT);
	assert_chain("nonesuch: the controller 'memory' of this kernel has no such file");
	assert_string_equal(get("pids.max"), "20\n");
	assert_string_equal(get("cpu.shares"), "1024\n");
	assert_int_equal(committed, 0);
}

static void what_cannot_be_saved_is_written_back(void **state)
{
	(void)state;
	put("pids.max", "20\n");
	add_write("pids.max", "30");
	commit_code = ENOSPC;
	assert_int_equal(cgroup_update(&plan, commit, NULL), -ENOSPC);
	assert_chain("no room");
	assert_string_equal(get("pids.max"), "20\n");
	commit_code = 0;
	assert_int_equal(cgroup_update(&plan, commit, NULL), 0);
	assert_string_equal(get("pids.max"), "30\n");
}

static void a_group_that_is_gone(void **state)
{
	(void)state;
	directories[0] = planned("gone", "memory");
	add_write("pids.max", "30");
	assert_int_equal(cgroup_update(&plan, commit, NULL), -EINVAL);
	assert_chain("pids.max: the container has no group of the controller 'memory'");
	assert_int_equal(committed, 0);
}

static void a_file_that_need_not_be(void **state)
{
	(void)state;
	put("io.weight", "default 100\n");
	add_write("memory.swap.max", "max");
	writes[0].may_be_missing = true;
	add_write("io.bfq.weight", "200");
	writes[1].other_file = "io.weight";
	writes[1].other_value = "default 300";
	assert_int_equal(cgroup_update(&plan, commit, NULL), 0);
	assert_string_equal(get("io.weight"), "default 300\n");
	commit_code = ENOSPC;
	put("io.weight", "default 100\n");
	assert_int_equal(cgroup_update(&plan, commit, NULL), -ENOSPC);
	assert_string_equal(get("io.weight"), "default 100\n");
}

/* What it leaves alone is not written twice: shares could not be, once cpu.idle is 1. */
static void files_have_the_last_word(void **state)
{
	struct plan_unit_property properties[1] = { { .name = "CPUQuotaPeriodUSec" } };

	(void)state;
	put("cpu.max", "50000 900000\n");
	put("cpu.weight", "100\n");
	add_write("cpu.max", "max 900000");
	add_write("cpu.weight", "200");
	plan.unit.name = "c.scope";
	assert_int_equal(cgroup_update(&plan, commit, NULL), 0);
	assert_int_equal(told, 0); /* nothing that would be a property */
	plan.unit.properties = properties;
	plan.unit.property_count = 1;
	int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	assert_true(inotify_add_watch(notify, in_tree("box/cpu.weight"), IN_MODIFY) >= 0);
	assert_int_equal(cgroup_update(&plan, commit, NULL), 0);
	assert_true(told == 1 && committed == 2);
	assert_true(strncmp(get("cpu.max"), "max 900000", 10) == 0);
	char events[4096] __attribute__((aligned(8)));
	assert_int_equal(read(notify, events, sizeof(events)), sizeof(struct inotify_event));
	(void)close(notify);

	told_code = ENOENT;
	put("cpu.max", "50000 900000\n");
	assert_int_equal(cgroup_update(&plan, commit, NULL), -ENOENT);
	assert_chain("no bus");
	assert_true(strncmp(get("cpu.max"), "50000 900000", 12) == 0 && committed == 2);
}

/* Files keep the last write here, which shows the order; on a kernel with BFQ the group's weight
 * makes it forget those of devices. */
static void weights_of_devices_are_put_back_last(void **state)
{
	(void)state;
	put("io.bfq.weight", "default 100\n8:0 50\n");
	add_write("io.bfq.weight", "200");
	add_write("io.bfq.weight", "8:0 70");
	commit_code = ENOSPC;
	assert_int_equal(cgroup_update(&plan, commit, NULL), -ENOSPC);
	assert_true(strncmp(get("io.bfq.weight"), "8:0 50", 6) == 0);

	/* Also where the update did not come to them. */
	put("io.bfq.weight", "default 100\n8:0 50\n");
	plan.write_count = 0;
	add_write("io.bfq.weight", "200");
	add_write("missing", "1");
	add_write("io.bfq.weight", "8:0 70");
	assert_int_equal(cgroup_update(&plan, commit, NULL), -ENOENT);
	assert_true(strncmp(get("io.bfq.weight"), "8:0 50", 6) == 0);
}

/* ---- what is used already ------------------------------------------------------------- */

static void less_than_is_used_is_refused(void **state)
{
	(void)state;
	put("memory.usage_in_bytes", "1000\n");
	put("memory.memsw.usage_in_bytes", "1500\n");
	put("pids.max", "20\n");
	add_write("pids.max", "30");
	plan.memory_check.limit = 999;
	assert_int_equal(cgroup_update(&plan, commit, NULL), -EBUSY);
	assert_chain("rejecting memory limit 999: 1000 bytes are used");
	plan.memory_check.limit = 1000;
	plan.memory_check.with_swap = 1499;
	assert_int_equal(cgroup_update(&plan, commit, NULL), -EBUSY);
	assert_chain("rejecting memory+swap limit 1499: 1500 bytes are used");
	plan.memory_check.limit = 999; /* both: the one that runc names */
	assert_int_equal(cgroup_update(&plan, commit, NULL), -EBUSY);
	assert_chain("rejecting memory+swap limit 1499: 1500 bytes are used");
	plan.memory_check.limit = 1000;
	assert_string_equal(get("pids.max"), "20\n");
	plan.memory_check.with_swap = 1500;
	assert_int_equal(cgroup_update(&plan, commit, NULL), 0);

	directories[0] = planned("box", "");
	put("memory.current", "1000\n");
	put("memory.swap.current", "20\n");
	put("cgroup.controllers", "memory\n");
	(void)put_file("cgroup.controllers", "memory\n");
	plan.memory_check.with_swap = 1019;
	assert_int_equal(cgroup_update(&plan, commit, NULL), -EBUSY);
	assert_chain("rejecting memory+swap limit 1019: 1020 bytes are used");
}

/* ---- former values -------------------------------------------------------------------- */

static void former_values(void **state)
{
	static const struct {
		const char *file, *text, *value, *former;
	} cases[] = {
		{ "memory.max", "max\n", "5", "max" },
		{ "cpu.max", "max 100000\n", "5 10", "max 100000" },
		{ "cpuset.cpus", "\n", "0-1", "\n" },
		{ "cpuset.mems", "", "0", "\n" },
		{ "io.max",
			"8:0 rbps=1 wbps=max riops=max wiops=max\n"
			"8:16 rbps=2 wbps=max riops=max wiops=max\n",
			"8:16 wbps=5", "8:16 rbps=2 wbps=max riops=max wiops=max" },
		{ "io.max", "8:1 rbps=1 wbps=max riops=max wiops=max\n", "8:16 rbps=5",
			"8:16 rbps=max wbps=max riops=max wiops=max" },
		{ "io.weight", "default 100\n8:0 50\n", "8:0 70", "8:0 50" },
		{ "io.weight", "default 100\n8:0 50\n", "8:1 70", "8:1 default" },
		{ "io.weight", "default 100\n8:0 50\n", "70", "default 100" },
		{ "blkio.throttle.read_bps_device", "8:0 100\n", "8:0 7", "8:0 100" },
		{ "blkio.throttle.read_bps_device", "", "8:0 7", "8:0 0" },
		{ "rdma.max", "mlx hca_handle=2 hca_object=max\n", "mlx hca_object=5",
			"mlx hca_handle=2 hca_object=max" },
		{ "net_prio.ifpriomap", "lo 0\neth0 5\n", "eth0 7", "eth0 5" },
		{ "memory.oom_control", "oom_kill_disable 1\nunder_oom 0\noom_kill 3\n", "0", "1" },
	};
	struct arena arena = { 0 };

	(void)state;
	int dir = open(in_tree("box"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *former = NULL;

		put(cases[i].file, cases[i].text);
		assert_int_equal(
			former_value(&arena, dir, cases[i].file, cases[i].value, &former), 0);
		assert_string_equal(former, cases[i].former);
	}
	const char *former;
	assert_int_equal(former_value(&arena, dir, "nonesuch", "1", &former), -ENOENT);
	assert_string_equal(error_text(), "");
	(void)close(dir);
	arena_done(&arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end_tree)
	const struct CMUnitTest tests[] = {
		TEST(memory_never_exceeds_memory_and_swap),
		TEST(quota_goes_with_its_period),
		TEST(idle_is_a_switch),
		TEST(what_was_written_is_written_back),
		TEST(what_cannot_be_saved_is_written_back),
		TEST(a_group_that_is_gone),
		TEST(a_file_that_need_not_be),
		TEST(files_have_the_last_word),
		TEST(weights_of_devices_are_put_back_last),
		TEST(less_than_is_used_is_refused),
		TEST(former_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
