/* The unit that systemd is asked for. */
#include "tests/plan/hosts.h"

#include "config.h"
#include "libcontainer/plan/unit.h"

static struct spec_pair annotations[2];

static void begin_with(const char *cgroups_path)
{
	begin_on(&host_v2);
	options.cgroup_manager = PLAN_CGROUP_SYSTEMD;
	linux_.cgroups_path = cgroups_path;
}

static void annotate(const char *key, const char *value)
{
	annotations[spec.annotations.count] = (struct spec_pair){ key, value };
	spec.annotations.items = annotations;
	spec.annotations.count++;
}

static int place(const char **ret_group)
{
	struct planning planning = {
		.arena = &arena, .spec = &spec, .options = &options, .host = &host, .plan = &plan
	};

	return unit_place(&planning, linux_.cgroups_path, ret_group);
}

/* The property's words with blanks between them; NULL where there is none. */
static const char *property(const char *name)
{
	const char *text = NULL;

	for (size_t i = 0; i < plan.cgroup.unit.property_count; i++) {
		const struct plan_unit_property *item = &plan.cgroup.unit.properties[i];

		if (strcmp(item->name, name) != 0)
			continue;
		if (text)
			test_fails("'%s' is there twice\n", name);
		text = item->signature;
		for (const char **word = item->words; *word; word++)
			text = arena_printf(&arena, "%s %s", text, *word);
	}
	return text;
}

#define assert_property(name, words) \
	do { \
		const char *is_ = property(name); \
		if (!is_ || strcmp(is_, (words)) != 0) \
			test_fails("%s is '%s', not '%s'\n", name, is_ ? is_ : "absent", (words)); \
	} while (0)

/* ---- names -------------------------------------------------------------------------------- */

static void path_becomes_unit_and_group(void **state)
{
	static const struct {
		const char *path, *unit, *group, *slice;
	} rows[] = {
		{ "", "caisson-box.scope", "/system.slice/caisson-box.scope", "s system.slice" },
		{ ":cri:x", "cri-x.scope", "/system.slice/cri-x.scope", "s system.slice" },
		{ "machine.slice:libpod:x", "libpod-x.scope", "/machine.slice/libpod-x.scope",
			"s machine.slice" },
		{ "a-b-c.slice:cri:x", "cri-x.scope", "/a.slice/a-b.slice/a-b-c.slice/cri-x.scope",
			"s a-b-c.slice" },
		{ "-.slice:cri:x", "cri-x.scope", "/cri-x.scope", "s -.slice" },
		/* As runc has it. */
		{ "a.slice::x", "-x.scope", "/a.slice/-x.scope", "s a.slice" },
		{ "a.slice:p:a-x.slice", "a-x.slice", "/a.slice/a-x.slice", NULL },
		{ ":p:x.slice", "x.slice", "/x.slice", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *group = NULL;

		begin_with(rows[i].path);
		assert_int_equal(place(&group), 0);
		assert_string_equal(plan.cgroup.unit.name, rows[i].unit);
		assert_string_equal(group, rows[i].group);
		assert_int_equal(plan.cgroup.unit.is_slice, rows[i].slice == NULL);
		assert_false(plan.cgroup.unit.user);
		if (rows[i].slice)
			assert_property("Slice", rows[i].slice);
		else
			assert_null(property("Slice"));
	}
}

static void bad_paths_are_refused(void **state)
{
	static const struct {
		const char *path, *words;
	} rows[] = {
		{ "/a/b", "slice:prefix:name" },
		{ "a.slice:b", "slice:prefix:name" },
		{ "a.slice:b:c:d", "slice:prefix:name" },
		{ "a.slice:b:", "no name" },
		{ "a:b:c", "invalid slice name: a" },
		{ ".slice:b:c", "invalid slice name" },
		{ "-a.slice:b:c", "invalid slice name" },
		{ "a--b.slice:b:c", "invalid slice name" },
		{ "a-.slice:b:c", "invalid slice name" },
		{ "../x.slice:b:c", "invalid slice name" },
		{ "a.slice:b:../c", "'/' may not be" },
		{ "a.slice:b:c d", "' ' may not be" },
		{ "a.slice:b:x+y", "'+' may not be" },
		{ "b.slice:p:a-x.slice", "'a-x.slice' is in 'a.slice', not in 'b.slice'" },
	};
	char long_path[300];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *group;

		begin_with(rows[i].path);
		assert_int_equal(place(&group), -EINVAL);
		assert_chain("linux.cgroupsPath: ");
		assert_chain(rows[i].words);
	}
	(void)snprintf(long_path, sizeof(long_path), "a.slice:b:%0260d", 1);
	begin_with(long_path);
	assert_int_equal(place(&(const char *){ NULL }), -EINVAL);
	assert_chain("at most 255");
}

static void users_own_is_below_its_manager(void **state)
{
	struct host_hierarchy below = { "", "/sys/fs/cgroup",
		"/user.slice/user-7.slice/user@7.service/app.slice/x.scope", true };
	const char *group = NULL;

	(void)state;
	begin_with("");
	options.user_systemd = options.rootless = true;
	host.uid = 1000;
	assert_int_equal(place(&group), 0);
	assert_true(plan.cgroup.unit.user);
	assert_string_equal(group, "/user.slice/user-1000.slice/user@1000.service/user.slice/"
				   "caisson-box.scope");
	assert_property("Slice", "s user.slice");

	begin_with("a-b.slice:p:x");
	options.user_systemd = true;
	host.hierarchies = &below;
	assert_int_equal(place(&group), 0);
	assert_string_equal(
		group, "/user.slice/user-7.slice/user@7.service/a.slice/a-b.slice/p-x.scope");
}

/* ---- the whole part ------------------------------------------------------------------------- */

static int decide_all(void)
{
	int r = decide(plan_annotations);

	if (r == 0)
		r = decide(plan_cgroup);
	if (r == 0)
		r = decide(plan_resources);
	return r == 0 ? decide(plan_unit) : r;
}

static void directories_are_the_units(void **state)
{
	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	begin_with("a.slice:p:x");
	options.rootless = true;
	annotate("run.oci.systemd.subgroup", "inner");
	assert_int_equal(decide_all(), 0);
	assert_int_equal(plan.cgroup.directory_count, 1);
	assert_string_equal(plan.cgroup.directories[0].path, "/sys/fs/cgroup/a.slice/p-x.scope");
	assert_string_equal(plan.cgroup.directories[0].subgroup, "inner");
	assert_false(plan.cgroup.optional);

	begin_with("a.slice:p:x");
	host = host_hybrid;
	assert_int_equal(decide_all(), 0);
	assert_string_equal(
		plan.cgroup.directories[2].path, "/sys/fs/cgroup/memory/a.slice/p-x.scope");
	assert_property("BlockIOAccounting", "b true");
	assert_null(property("IOAccounting"));
}

static void subgroup_is_one_plain_name(void **state)
{
	static const char *const names[] = { "..", ".", "a/b", "../x", "/x", ".hidden" };

	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		begin_with("");
		spec.annotations.count = 0;
		annotate("run.oci.systemd.subgroup", names[i]);
		assert_int_equal(decide_all(), -EINVAL);
		assert_chain("run.oci.systemd.subgroup");
	}
	begin_with("");
	annotate("run.oci.systemd.subgroup", "");
	assert_int_equal(decide_all(), 0);
	assert_null(plan.cgroup.directories[0].subgroup);
}

static void every_unit_has_these(void **state)
{
	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	begin_with("");
	assert_int_equal(decide_all(), 0);
	assert_property("Description", "s caisson container box");
	assert_property("Delegate", "b true");
	assert_property("DefaultDependencies", "b false");
	assert_property("MemoryAccounting", "b true");
	assert_property("CPUAccounting", "b true");
	assert_property("TasksAccounting", "b true");
	assert_property("IOAccounting", "b true");
	assert_null(property("MemoryMax"));
	assert_null(property("CPUQuotaPerSecUSec"));

	begin_with(":p:x.slice");
	assert_int_equal(decide_all(), 0);
	assert_null(property("Delegate"));
}

/* ---- limits --------------------------------------------------------------------------------- */

static void limits_become_properties(void **state)
{
	struct spec_memory memory = {
		.limit = { true, 1 << 20 }, .swap = { true, 3 << 20 }, .reservation = { true, -1 }
	};
	struct spec_cpu cpu = { .shares = { true, 1024 },
		.quota = { true, 12345 },
		.period = { true, 50000 },
		.cpus = "0-2,9",
		.mems = "0" };
	struct spec_pids pids = { .limit = { true, 7 } };

	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	begin_with("");
	resources.memory = &memory;
	resources.cpu = &cpu;
	resources.pids = &pids;
	assert_int_equal(decide_all(), 0);
	assert_property("MemoryMax", "t 1048576");
	assert_property("MemorySwapMax", "t 2097152");
	assert_property("MemoryLow", "t 18446744073709551615");
	assert_property("CPUWeight", "t 100");
	assert_property("CPUQuotaPeriodUSec", "t 50000");
	/* 24.69 % is 25 %. */
	assert_property("CPUQuotaPerSecUSec", "t 250000");
	assert_property("AllowedCPUs", "ay 2 7 2");
	assert_property("AllowedMemoryNodes", "ay 1 1");
	assert_property("TasksMax", "t 7");
}

/* One write to a file, and what it becomes; "" is nothing. */
static void file_becomes(const char *file, const char *value, const char *name, const char *words)
{
	struct plan_cgroup_write write = { .file = file, .value = value };
	struct planning planning = { .arena = &arena, .host = &host, .plan = &plan };

	begin_on(&host_v2);
	plan.cgroup.writes = &write;
	plan.cgroup.write_count = 1;
	unit_add_limits(&planning);
	/* The file says what the property does: else a daemon-reload would change it. */
	if (strcmp(file, "pids.max") == 0 && strcmp(value, "0") == 0)
		assert_string_equal(write.value, "1");
	if (*words)
		assert_property(name, words);
	else if (property(name))
		test_fails("%s '%s' becomes %s %s\n", file, value, name, property(name));
}

static void files_become_properties(void **state)
{
	(void)state;
	file_becomes("memory.max", "max", "MemoryMax", "t 18446744073709551615");
	file_becomes("memory.max", "64M", "MemoryMax", "t 67108864");
	/* systemd does not know these numbers. */
	file_becomes("memory.max", "0", "MemoryMax", "");
	file_becomes("pids.max", "0", "TasksMax", "t 1");
	file_becomes("memory.max", "lots", "MemoryMax", "");
	file_becomes("memory.swap.max", "0", "MemorySwapMax", "t 0");
	file_becomes("memory.min", "4096", "MemoryMin", "t 4096");
	file_becomes("memory.high", "4096", "MemoryHigh", "t 4096");
	file_becomes("pids.max", "max", "TasksMax", "t 18446744073709551615");
	file_becomes("cpu.weight", "10000", "CPUWeight", "t 10000");
	file_becomes("cpu.weight", "10001", "CPUWeight", "");
	file_becomes("cpu.idle", "1", "CPUWeight", "t 0");
	file_becomes("cpu.idle", "0", "CPUWeight", "");
	file_becomes("io.weight", "default 50", "IOWeight", "t 50");
	file_becomes("io.weight", "8:0 50", "IOWeight", "");
	file_becomes("cpu.max", "max", "CPUQuotaPerSecUSec", "t 18446744073709551615");
	file_becomes("cpu.max", "max 5000", "CPUQuotaPeriodUSec", "t 5000");
	file_becomes("cpu.max", "50000", "CPUQuotaPerSecUSec", "t 500000");
	file_becomes("cpu.max", "50000", "CPUQuotaPeriodUSec", "");
	file_becomes("cpu.max", "1", "CPUQuotaPerSecUSec", "t 10000");
	file_becomes(
		"cpu.max", "9223372036854775807 1", "CPUQuotaPerSecUSec", "t 18446744073709551615");
	file_becomes("cpu.max", "much", "CPUQuotaPerSecUSec", "");
	file_becomes("cpuset.cpus", "8192", "AllowedCPUs", "");
	file_becomes("cpuset.cpus", "3-1", "AllowedCPUs", "");
	file_becomes("cpuset.cpus", "0-7,15", "AllowedCPUs", "ay 2 255 128");
	file_becomes("memory.limit_in_bytes", "4096", "MemoryLimit", "t 4096");
	file_becomes("cpu.shares", "512", "CPUShares", "t 512");
	file_becomes("cpu.cfs_quota_us", "-1", "CPUQuotaPerSecUSec", "t 18446744073709551615");
	file_becomes("cpu.cfs_period_us", "5000", "CPUQuotaPeriodUSec", "t 5000");
	file_becomes("hugetlb.2MB.max", "0", "MemoryMax", "");
}

/* The last write counts, as for the kernel. */
static void unified_goes_before(void **state)
{
	struct spec_memory memory = { .limit = { true, 1 << 20 } };
	struct spec_pair pairs[] = { { "memory.max", "2097152" }, { "memory.high", "max" } };

	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	begin_with("");
	resources.memory = &memory;
	resources.unified = (struct spec_pairs){ pairs, COUNT_OF(pairs), true };
	assert_int_equal(decide_all(), 0);
	assert_property("MemoryMax", "t 2097152");
	assert_property("MemoryHigh", "t 18446744073709551615");
}

/* ---- annotations ---------------------------------------------------------------------------- */

static void annotations_become_properties(void **state)
{
	static const struct {
		const char *key, *value, *name, *words;
	} rows[] = {
		{ "TimeoutStopUSec", "uint64 123456789", "TimeoutStopUSec", "t 123456789" },
		{ "TimeoutStopSec", "uint64 5", "TimeoutStopUSec", "t 5000000" },
		{ "TimeoutStopSec", "7", "TimeoutStopUSec", "t 7000000" },
		{ "TimeoutStopSec", "1.25", "TimeoutStopUSec", "t 1250000" },
		{ "CollectMode", "'inactive-or-failed'", "CollectMode", "s inactive-or-failed" },
		{ "After", "['a.service', \"b.service\"]", "After", "as 2 a.service b.service" },
		{ "Delegation", "true", "Delegation", "b true" },
		/* After ours, in whose place it comes. */
		{ "Description", "'mine'", "Description", "s mine" },
	};

	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin_with("");
		annotate(arena_printf(&arena, "org.systemd.property.%s", rows[i].key),
			rows[i].value);
		annotate("org.systemd.other", "x");
		assert_int_equal(decide_all(), 0);
		assert_property(rows[i].name, rows[i].words);
	}
}

static void bad_annotations_are_refused(void **state)
{
	static const struct {
		const char *key, *value, *words;
	} rows[] = {
		{ "", "1", "name incorrect" },
		{ "Ab", "1", "name incorrect: too short" },
		{ "A.b", "1", "name incorrect" },
		{ "Ab1", "1", "name incorrect" },
		{ "PIDs", "[uint32 1]", "runtime's own" },
		{ "Slice", "'-.slice'", "runtime's own" },
		{ "Delegate", "false", "runtime's own" },
		{ "TimeoutStopSec", "'5'", "no number of seconds" },
		{ "TimeoutStopSec", "-5", "no number of seconds" },
		{ "TimeoutStopSec", "uint64 18446744073709551615", "no number of seconds" },
		{ "Description", "words", "value parse error" },
		{ "TasksMax", "uint32 4294967296", "value parse error" },
	};

	(void)state;
	if (!WITH_SYSTEMD)
		skip();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin_with("");
		annotate(arena_printf(&arena, "org.systemd.property.%s", rows[i].key),
			rows[i].value);
		assert_int_equal(decide_all(), -EINVAL);
		assert_chain("annotation org.systemd.property.");
		assert_chain(rows[i].words);
	}
}

/* They are for systemd alone: who has another driver is not kept from anything. */
static void annotations_are_nothing_without_the_driver(void **state)
{
	(void)state;
	begin_with("/x");
	options.cgroup_manager = PLAN_CGROUP_CGROUPFS;
	annotate("org.systemd.property.A", "nonsense");
	annotate("run.oci.systemd.subgroup", "..");
	assert_int_equal(decide_all(), 0);
	assert_null(plan.cgroup.unit.name);
	assert_int_equal(plan.cgroup.unit.property_count, 0);
	assert_null(plan.cgroup.directories[0].subgroup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(path_becomes_unit_and_group, end_test),
		cmocka_unit_test_teardown(bad_paths_are_refused, end_test),
		cmocka_unit_test_teardown(users_own_is_below_its_manager, end_test),
		cmocka_unit_test_teardown(directories_are_the_units, end_test),
		cmocka_unit_test_teardown(subgroup_is_one_plain_name, end_test),
		cmocka_unit_test_teardown(every_unit_has_these, end_test),
		cmocka_unit_test_teardown(limits_become_properties, end_test),
		cmocka_unit_test_teardown(files_become_properties, end_test),
		cmocka_unit_test_teardown(unified_goes_before, end_test),
		cmocka_unit_test_teardown(annotations_become_properties, end_test),
		cmocka_unit_test_teardown(bad_annotations_are_refused, end_test),
		cmocka_unit_test_teardown(annotations_are_nothing_without_the_driver, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
