/* Scheduler, io priority, personality, memory policy: the program's, as the kernel takes them. */
#include "tests/plan/hosts.h"

#include <linux/ioprio.h>
#include <sched.h>
#include <sys/personality.h>

#define STRINGS(...) \
	{ \
		.items = (const char *[]){ __VA_ARGS__ }, \
		.count = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
		.set = true \
	}

static int begin(void **state)
{
	static const char *args[] = { "sh", "-c", "true" };

	(void)state;
	(void)begin_on(&host_v2);
	process.args = (struct spec_strings){ args, 3, true };
	process.cwd = "/work";
	return 0;
}

static void assert_planned(void)
{
	assert_int_equal(decide(plan_process), 0);
	assert_string_equal(error_text(), "");
}

static void assert_refused(const char *words)
{
	plan.process = (struct plan_process){ 0 };
	assert_int_equal(decide(plan_process), -EINVAL);
	assert_chain(words);
	error_clear();
}

static void schedulers_are_checked(void **state)
{
	const struct {
		struct spec_scheduler spec;
		const char *words; /* NULL: fine */
	} rows[] = {
		{ { .policy = "SCHED_OTHER", .nice = -20 }, NULL },
		{ { .policy = "SCHED_BATCH", .nice = 20 }, "process.scheduler.nice: " },
		{ { .policy = "SCHED_IDLE", .nice = -21 }, "process.scheduler.nice: " },
		{ { .policy = "SCHED_FIFO", .priority = 99 }, NULL },
		{ { .policy = "SCHED_RR", .priority = 0 }, "process.scheduler.priority: must be" },
		{ { .policy = "SCHED_RR", .priority = 100 },
			"process.scheduler.priority: must be" },
		{ { .policy = "SCHED_RR", .priority = -1 }, "process.scheduler.priority: must be" },
		{ { .policy = "SCHED_OTHER", .priority = 1 },
			"process.scheduler.priority: is for" },
		{ { .policy = "SCHED_OTHER", .runtime = 1 }, "are for SCHED_DEADLINE only" },
		{ { .policy = "SCHED_FIFO", .priority = 1, .period = 1 }, "SCHED_DEADLINE only" },
		{ { .policy = "SCHED_DEADLINE", .runtime = 1, .deadline = 1 }, NULL },
		{ { .policy = "SCHED_DEADLINE", .runtime = 1, .deadline = 2, .period = 3 }, NULL },
		{ { .policy = "SCHED_DEADLINE" }, "wants 0 < runtime" },
		{ { .policy = "SCHED_DEADLINE", .runtime = 2, .deadline = 1 }, "wants 0 <" },
		{ { .policy = "SCHED_DEADLINE", .runtime = 1, .deadline = 2, .period = 1 },
			"wants 0 <" },
		{ { .policy = "SCHED_NONE" }, "process.scheduler.policy: unknown policy" },
		{ { .policy = NULL }, "process.scheduler.policy: unknown policy" },
		{ { .policy = "SCHED_OTHER", .flags = STRINGS("SCHED_FLAG_X") },
			"process.scheduler.flags[0]: unknown flag \"SCHED_FLAG_X\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct spec_scheduler scheduler = rows[i].spec;

		(void)begin(NULL);
		process.scheduler = &scheduler;
		if (rows[i].words)
			assert_refused(rows[i].words);
		else
			assert_planned();
	}
}

static void scheduler_is_taken_over(void **state)
{
	struct spec_scheduler scheduler = { .policy = "SCHED_DEADLINE",
		.runtime = 1,
		.deadline = 2,
		.period = UINT64_MAX,
		.flags = STRINGS("SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM") };

	(void)state;
	process.scheduler = &scheduler;
	assert_planned();
	assert_true(plan.process.scheduler.set);
	assert_int_equal(plan.process.scheduler.policy, 6);
	assert_int_equal(plan.process.scheduler.flags, 3);
	assert_int_equal(plan.process.scheduler.runtime, 1);
	assert_int_equal(plan.process.scheduler.deadline, 2);
	assert_true(plan.process.scheduler.period == UINT64_MAX);
}

static void io_priority_is_as_the_kernel_takes_it(void **state)
{
	struct spec_io_priority priority = { .class_ = "IOPRIO_CLASS_BE", .priority = 7 };

	(void)state;
	process.io_priority = &priority;
	assert_planned();
	assert_true(plan.process.io_priority_set);
	assert_int_equal(plan.process.io_priority, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
	priority.priority = 8;
	assert_refused("process.ioPriority.priority: must be from 0 to 7, not 8");
	priority.class_ = "BE";
	assert_refused("process.ioPriority.class: unknown class \"BE\"");
}

static void personality_is_taken_over(void **state)
{
	struct spec_personality personality = { .domain = "LINUX32" };

	(void)state;
	linux_.personality = &personality;
	assert_planned();
	assert_true(plan.process.personality_set);
	assert_int_equal(plan.process.personality, PER_LINUX32);
	personality.domain = "WINDOWS";
	assert_refused("linux.personality.domain: unknown domain \"WINDOWS\"");
}

static void memory_policy_is_as_the_kernel_takes_it(void **state)
{
	struct spec_memory_policy policy = {
		.mode = "MPOL_BIND",
		.nodes = "0-1,70",
		.flags = STRINGS("MPOL_F_STATIC_NODES", "MPOL_F_NUMA_BALANCING"),
	};
	const struct plan_memory_policy *planned = &plan.process.memory_policy;

	(void)state;
	assert_planned();
	assert_null(planned->name);
	linux_.memory_policy = &policy;
	assert_planned();
	assert_string_equal(planned->name, "MPOL_BIND");
	assert_int_equal(planned->mode, 2 | 1 << 15 | 1 << 13);
	assert_int_equal(planned->nodes.size, 16);
	assert_int_equal(planned->nodes.bits[0], 3);
	assert_int_equal(planned->nodes.bits[1], 1UL << 6);
	policy = (struct spec_memory_policy){ .mode = "MPOL_WEIGHTED_INTERLEAVE", .nodes = "1023" };
	assert_planned();
	assert_int_equal(planned->mode, 6);
	assert_int_equal(planned->nodes.size, 128);
	policy = (struct spec_memory_policy){ .mode = "MPOL_LOCAL", .nodes = "" };
	plan.process.memory_policy = (struct plan_memory_policy){ 0 };
	assert_planned();
	assert_null(planned->nodes.bits);
}

static void no_memory_policy_is_refused(void **state)
{
	const struct {
		struct spec_memory_policy spec;
		const char *words;
	} rows[] = {
		{ { .mode = NULL },
			"linux.memoryPolicy.mode: invalid memory policy mode: unknown" },
		{ { .mode = "MPOL_X" },
			"linux.memoryPolicy.mode: invalid memory policy mode: unknown" },
		{ { .mode = "MPOL_BIND", .nodes = "1024" },
			"linux.memoryPolicy.nodes: invalid memory policy nodes: wants" },
		{ { .mode = "MPOL_BIND", .nodes = "1-0" },
			"linux.memoryPolicy.nodes: invalid memory policy nodes: wants" },
		{ { .mode = "MPOL_BIND", .nodes = "all" },
			"linux.memoryPolicy.nodes: invalid memory policy nodes: wants" },
		{ { .mode = "MPOL_BIND", .nodes = "0", .flags = STRINGS("MPOL_F_X") },
			"linux.memoryPolicy.flags[0]: invalid memory policy flag: unknown flag" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct spec_memory_policy policy = rows[i].spec;

		linux_.memory_policy = &policy;
		assert_refused(rows[i].words);
	}
}

#define row(function) cmocka_unit_test_setup_teardown(function, begin, end_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(schedulers_are_checked),
		row(scheduler_is_taken_over),
		row(io_priority_is_as_the_kernel_takes_it),
		row(personality_is_taken_over),
		row(memory_policy_is_as_the_kernel_takes_it),
		row(no_memory_policy_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
