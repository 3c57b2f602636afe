/* What an update writes: what it asks for, and what is spelled differently by that; no more. */
#include "tests/plan/hosts.h"

#include "libcontainer/base/str.h"
#include "libcontainer/plan/update.h"
#include "oci-spec/read.h"
#include "oci-spec/schema.h"
#include "oci-spec/write.h"

static struct plan_cgroup_directory v1[] = {
	{ .mountpoint = "/sys/fs/cgroup/cpu",
		.path = "/sys/fs/cgroup/cpu/c",
		.controllers = "cpu" },
	{ .mountpoint = "/sys/fs/cgroup/memory",
		.path = "/sys/fs/cgroup/memory/c",
		.controllers = "memory" },
	{ .mountpoint = "/sys/fs/cgroup/blkio",
		.path = "/sys/fs/cgroup/blkio/c",
		.controllers = "blkio" },
	{ .mountpoint = "/sys/fs/cgroup/pids",
		.path = "/sys/fs/cgroup/pids/c",
		.controllers = "pids" },
};
static struct plan_cgroup_directory v2[] = {
	{ .mountpoint = "/sys/fs/cgroup",
		.path = "/sys/fs/cgroup/c",
		.controllers = "",
		.unified = true },
};

static struct plan_update update;

/* Quotes are single here. */
static const struct spec_resources *resources_of(const char *text)
{
	struct spec_resources *read;
	char *copy = arena_strdup(&arena, text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	if (spec_read_resources(&arena, copy, strlen(copy), &read) < 0)
		test_fails("%s: %s\n", text, error_text());
	return read;
}

static int decide_update(bool unified, const char *saved, const char *changes)
{
	const struct plan_update_input input = {
		.saved = saved ? resources_of(saved) : NULL,
		.changes = resources_of(changes),
		.directories = unified ? v2 : v1,
		.directory_count = unified ? COUNT_OF(v2) : COUNT_OF(v1),
	};

	return plan_update(&arena, &input, &update);
}

static const char *writes(void)
{
	static char text[2048];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < update.cgroup.write_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%s", i ? " " : "",
			update.cgroup.writes[i].file, update.cgroup.writes[i].value);
	return text;
}

static void expect(const char *saved, const char *changes, const char *on_v1, const char *on_v2)
{
	for (int unified = 0; unified < 2; unified++) {
		if (decide_update(unified, saved, changes) < 0)
			test_fails("%s\n", error_text());
		assert_string_equal(writes(), unified ? on_v2 : on_v1);
		assert_false(update.cgroup.devices_set);
	}
}

/* What is saved, in single quotes. */
static void expect_saved(const char *expected)
{
	auto_str struct str text = { 0 };

	assert_int_equal(spec_write(spec_schema_resources(), update.resources, false, &text), 0);
	for (char *c = text.text; *c; c++)
		if (*c == '"')
			*c = '\'';
	assert_string_equal(text.text, expected);
}

static int begin(void **state)
{
	(void)state;
	return begin_on(&host_v2);
}

static void only_what_is_asked_for(void **state)
{
	(void)state;
	expect("{'pids':{'limit':5},'memory':{'limit':1000,'reservation':10}}",
		"{'memory':{'limit':2000}}", "memory.limit_in_bytes=2000", "memory.max=2000");
	expect_saved("{'memory':{'limit':2000,'reservation':10},'pids':{'limit':5}}");
	expect(NULL, "{'pids':{'limit':0}}", "pids.max=0", "pids.max=0");
	expect_saved("{'pids':{'limit':0}}");
	expect("{'pids':{'limit':5}}", "{}", "", "");
	/* The same once more is written: someone else may have changed the file. */
	expect("{'pids':{'limit':5}}", "{'pids':{'limit':5}}", "pids.max=5", "pids.max=5");
}

static void period_and_quota_keep_each_other(void **state)
{
	(void)state;
	expect("{'cpu':{'quota':1000,'period':5000}}", "{'cpu':{'period':6000}}",
		"cpu.cfs_quota_us=1000 cpu.cfs_period_us=6000", "cpu.max=1000 6000");
	expect("{'cpu':{'quota':1000,'period':5000}}", "{'cpu':{'quota':2000}}",
		"cpu.cfs_quota_us=2000", "cpu.max=2000 5000");
	expect("{'cpu':{'quota':1000,'period':5000}}", "{'cpu':{'quota':-1}}",
		"cpu.cfs_quota_us=-1", "cpu.max=max 5000");
	expect_saved("{'cpu':{'quota':-1,'period':5000}}");
	expect("{'cpu':{'shares':100}}", "{'cpu':{'period':6000}}", "cpu.cfs_period_us=6000",
		"cpu.max=max 6000");
}

static void swap_follows_memory(void **state)
{
	(void)state;
	expect("{'memory':{'limit':1000,'swap':3000}}", "{'memory':{'limit':2000}}",
		"memory.limit_in_bytes=2000 memory.memsw.limit_in_bytes=3000",
		"memory.max=2000 memory.swap.max=1000");
	expect("{'memory':{'limit':1000,'swap':3000}}", "{'memory':{'swap':4000}}",
		"memory.memsw.limit_in_bytes=4000", "memory.swap.max=3000");
	/* No limit of memory is none of swap either, unless that is asked for. */
	expect("{'memory':{'limit':1000,'swap':3000}}", "{'memory':{'limit':-1}}",
		"memory.limit_in_bytes=-1 memory.memsw.limit_in_bytes=-1",
		"memory.max=max memory.swap.max=max");
	expect_saved("{'memory':{'limit':-1}}");
	for (int unified = 0; unified < 2; unified++) {
		assert_int_equal(decide_update(unified, "{'memory':{'limit':1000,'swap':3000}}",
					 "{'memory':{'limit':4000}}"),
			-EINVAL);
		assert_chain("memory+swap limit should be >= memory limit");
		assert_int_equal(decide_update(unified, NULL, "{'memory':{'swap':4000}}"), -EINVAL);
		assert_chain("unable to set swap limit without memory limit");
	}
}

/* As engines written in Go say it. */
static void zero_is_not_set(void **state)
{
	(void)state;
	expect("{'memory':{'limit':1000},'cpu':{'shares':512}}",
		"{'memory':{'limit':0,'swap':0},'cpu':{'shares':0,'quota':0},'blockIO':{'weight':0}"
		"}",
		"memory.limit_in_bytes=1000 cpu.shares=512", "memory.max=1000 cpu.weight=59");
	expect_saved("{'memory':{'limit':1000},'cpu':{'shares':512},'blockIO':{}}");
	expect("{'cpu':{'burst':100,'quota':500,'idle':1}}", "{'cpu':{'burst':0,'idle':0}}",
		"cpu.cfs_burst_us=0 cpu.idle=0", "cpu.max.burst=0 cpu.idle=0");
	expect_saved("{'cpu':{'quota':500,'burst':0,'idle':0}}");
}

static void items_of_lists_are_matched(void **state)
{
	(void)state;
	expect("{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':100},"
	       "{'major':8,'minor':16,'rate':200}]}}",
		"{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':16,'rate':0},"
		"{'major':9,'minor':0,'rate':5}]}}",
		"blkio.throttle.read_bps_device=8:16 0 blkio.throttle.read_bps_device=9:0 5",
		"io.max=8:16 rbps=max io.max=9:0 rbps=5");
	expect_saved("{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':100},"
		     "{'major':8,'minor':16,'rate':0},{'major':9,'minor':0,'rate':5}]}}");
	/* The group's own is the kernel's for all devices, so theirs come behind it again. */
	expect("{'blockIO':{'weight':50,'weightDevice':[{'major':8,'minor':0,'weight':20}]}}",
		"{'blockIO':{'weight':60}}", "blkio.bfq.weight=60 blkio.bfq.weight_device=8:0 20",
		"io.bfq.weight=60 io.bfq.weight=8:0 20");
	expect("{'blockIO':{'weight':50,'weightDevice':[{'major':8,'minor':0,'weight':20}]}}",
		"{'blockIO':{'weight':0}}", "blkio.bfq.weight=50 blkio.bfq.weight_device=8:0 20",
		"io.bfq.weight=50 io.bfq.weight=8:0 20");
	expect("{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':20,'leafWeight':30}]}}",
		"{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':40}]}}",
		"blkio.bfq.weight_device=8:0 40", "io.bfq.weight=8:0 40");
	expect_saved("{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':40,"
		     "'leafWeight':30}]}}");

	assert_int_equal(decide_update(true,
				 "{'hugepageLimits':[{'pageSize':'2MB','limit':5}],"
				 "'unified':{'memory.high':'5','memory.min':'1'}}",
				 "{'hugepageLimits':[{'pageSize':'2MB','limit':7}],"
				 "'rdma':{'mlx':{'hcaHandles':0}},'unified':{'memory.high':'6'}}"),
		0);
	assert_string_equal(writes(), "hugetlb.2MB.max=7 hugetlb.2MB.rsvd.max=7 "
				      "rdma.max=mlx hca_handle=0 memory.high=6");
	expect_saved("{'hugepageLimits':[{'pageSize':'2MB','limit':7}],"
		     "'rdma':{'mlx':{'hcaHandles':0}},"
		     "'unified':{'memory.high':'6','memory.min':'1'}}");
}

/* A plugin may have added rules to those of create: they must not go. */
static void devices_are_left_alone(void **state)
{
	static const char saved[] = "{'devices':[{'allow':false,'access':'rwm'}]}";

	(void)state;
	expect(saved, "{'devices':[{'allow':true,'access':'rwm'}],'pids':{'limit':7}}",
		"pids.max=7", "pids.max=7");
	expect_saved("{'devices':[{'allow':false,'access':'rwm'}],'pids':{'limit':7}}");
}

static void use_is_checked_where_that_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(decide_update(true, NULL, "{'memory':{'limit':1000,'swap':1500}}"), 0);
	assert_int_equal(update.cgroup.memory_check.limit, 0);
	assert_int_equal(decide_update(true, "{'memory':{'swap':1500,'limit':7}}",
				 "{'memory':{'limit':1000,'checkBeforeUpdate':true}}"),
		0);
	assert_int_equal(update.cgroup.memory_check.limit, 1000);
	assert_int_equal(update.cgroup.memory_check.with_swap, 1500);
	/* Asked for once, it stays asked for; but only where memory is changed. */
	assert_int_equal(decide_update(true, "{'memory':{'limit':5,'checkBeforeUpdate':true}}",
				 "{'pids':{'limit':1}}"),
		0);
	assert_int_equal(update.cgroup.memory_check.limit, 0);
	assert_int_equal(decide_update(true, "{'memory':{'limit':5,'checkBeforeUpdate':true}}",
				 "{'memory':{'limit':-1}}"),
		0);
	assert_int_equal(update.cgroup.memory_check.limit, 0);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	assert_int_equal(decide_update(true, NULL, "{'cpu':{'idle':2}}"), -EINVAL);
	assert_chain("linux.resources.cpu.idle");
	assert_int_equal(
		decide_update(true, "{'cpu':{'quota':1000}}", "{'cpu':{'burst':2000}}"), -EINVAL);
	assert_chain("linux.resources.cpu.burst");
	assert_int_equal(decide_update(false, NULL, "{'unified':{'memory.high':'5'}}"), -EINVAL);
	assert_chain("linux.resources.unified");
	assert_int_equal(
		decide_update(false, NULL, "{'hugepageLimits':[{'pageSize':'2MB','limit':5}]}"),
		-EINVAL);
	assert_chain("no 'hugetlb' controller");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end_test)
	const struct CMUnitTest tests[] = {
		TEST(only_what_is_asked_for),
		TEST(period_and_quota_keep_each_other),
		TEST(swap_follows_memory),
		TEST(zero_is_not_set),
		TEST(items_of_lists_are_matched),
		TEST(devices_are_left_alone),
		TEST(use_is_checked_where_that_is_asked_for),
		TEST(what_is_wrong_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
