#include "tests/check.h"

#include <errno.h>

#include "libcontainer/plan/process.h"
#include "tests/plan/hosts.h"

#define LONG_BITS (8 * sizeof(unsigned long))

static struct spec_exec_cpu_affinity affinity;

/* Plans exec with this list as final, or any other verb. */
static int decide_for(enum plan_verb verb, const char *final)
{
	struct planning p = {
		.arena = &arena,
		.spec = &spec,
		.process = &process,
		.options = &options,
		.host = &host_v2,
		.plan = &plan,
	};

	plan = (struct plan){ 0 };
	options = (struct plan_options){ .verb = verb };
	affinity = (struct spec_exec_cpu_affinity){ .final = final };
	process = (struct spec_process){ .exec_cpu_affinity = &affinity };
	spec = (struct spec_config){ .process = &process };
	error_clear();
	return plan_affinity(&p);
}

static bool has_cpu(const struct plan_bits *cpus, size_t cpu)
{
	return cpu / LONG_BITS < cpus->size / sizeof(long) &&
	       cpus->bits[cpu / LONG_BITS] >> cpu % LONG_BITS & 1;
}

static void assert_cpus(const char *list, const char *expected)
{
	assert_int_equal(decide_for(PLAN_EXEC, list), 0);
	for (size_t cpu = 0; cpu < strlen(expected); cpu++)
		if (has_cpu(&plan.process.final_cpus, cpu) != (expected[cpu] == '1'))
			test_fails("\"%s\": cpu %zu\n", list, cpu);
	assert_false(has_cpu(&plan.process.final_cpus, strlen(expected)));
}

static void lists_are_understood(void **state)
{
	(void)state;
	assert_cpus("0", "1");
	assert_cpus("1,3", "0101");
	assert_cpus("0-2,5", "111001");
	assert_cpus("2-2", "001");
	assert_cpus(" 1 , 0-1,\t3\n", "1101");
	assert_cpus(",1,,", "01");

	assert_int_equal(decide_for(PLAN_EXEC, "63-64,65535"), 0);
	assert_false(has_cpu(&plan.process.final_cpus, 62));
	assert_true(has_cpu(&plan.process.final_cpus, 63));
	assert_true(has_cpu(&plan.process.final_cpus, 64));
	assert_false(has_cpu(&plan.process.final_cpus, 65));
	assert_true(has_cpu(&plan.process.final_cpus, 65535));
	assert_int_equal(plan.process.final_cpus.size, 65536 / 8);
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const lists[] = { ",", " ", "x", "1-", "-1", "3-1", "1-2-3", "0x1", "+1",
		"1.5", "65536", "0-65536", "99999999999999999999", "1 2" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		if (decide_for(PLAN_EXEC, lists[i]) != -EINVAL)
			test_fails("\"%s\" was not refused\n", lists[i]);
		assert_non_null(strstr(error_text(), "process.execCPUAffinity.final: "));
		/* Create tells of it, too: exec would be late. */
		assert_int_equal(decide_for(PLAN_CREATE, lists[i]), -EINVAL);
	}
}

static void it_is_for_exec_alone(void **state)
{
	(void)state;
	assert_int_equal(decide_for(PLAN_CREATE, "0"), 0);
	assert_null(plan.process.final_cpus.bits);
	assert_int_equal(decide_for(PLAN_EXEC, ""), 0);
	assert_null(plan.process.final_cpus.bits);
	assert_int_equal(decide_for(PLAN_EXEC, NULL), 0);
	assert_null(plan.process.final_cpus.bits);
}

/* A --process file replaces all that the container has for exec, or nothing of it. */
static void the_container_has_it_for_exec(void **state)
{
	struct spec_exec_cpu_affinity containers = { .initial = "2", .final = "0" },
				      own = { "1", NULL };
	struct spec_process container = { .exec_cpu_affinity = &containers }, other = { 0 };
	struct planning p = { .arena = &arena, .options = &options, .plan = &plan };

	(void)state;
	options = (struct plan_options){ .verb = PLAN_EXEC };
	spec = (struct spec_config){ .process = &container };
	p.spec = &spec;
	p.process = &other;
	plan = (struct plan){ 0 };
	assert_int_equal(plan_affinity(&p), 0);
	assert_true(has_cpu(&plan.process.initial_cpus, 2));
	assert_true(has_cpu(&plan.process.final_cpus, 0));

	other.exec_cpu_affinity = &own;
	plan = (struct plan){ 0 };
	assert_int_equal(plan_affinity(&p), 0);
	assert_true(has_cpu(&plan.process.initial_cpus, 1));
	assert_false(has_cpu(&plan.process.initial_cpus, 2));
	assert_null(plan.process.final_cpus.bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_understood),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(it_is_for_exec_alone),
		cmocka_unit_test(the_container_has_it_for_exec),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
