/* linux.intelRdt: which group, made or found, and what is written to it. */
#include "tests/plan/hosts.h"

#include "libcontainer/plan/rdt.h"

#define STRINGS(...) \
	{ \
		.items = (const char *[]){ __VA_ARGS__ }, \
		.count = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
		.set = true \
	}

static int begin(void **state)
{
	(void)state;
	(void)begin_on(&host_v2);
	options.id = "box";
	return 0;
}

static const struct plan_rdt *planned(const struct spec_intel_rdt *rdt)
{
	linux_.intel_rdt = (struct spec_intel_rdt *)rdt;
	plan.rdt = (struct plan_rdt){ 0 };
	assert_int_equal(decide(plan_rdt), 0);
	return &plan.rdt;
}

static void none_is_none(void **state)
{
	(void)state;
	assert_false(planned(NULL)->set);
}

static void without_a_closid_the_group_is_the_containers(void **state)
{
	const struct spec_intel_rdt empty = { 0 }, monitored = { .enable_monitoring = true };

	(void)state;
	const struct plan_rdt *rdt = planned(&empty);
	assert_true(rdt->set && rdt->make && rdt->may_make);
	assert_string_equal(rdt->group, "box");
	assert_null(rdt->schemata);
	assert_null(rdt->monitor);
	assert_null(rdt->mountpoint);
	assert_string_equal(planned(&monitored)->monitor, "box");
}

static void a_closid_is_made_for_a_schema_alone(void **state)
{
	struct spec_intel_rdt named = { .clos_id = "gold" };

	(void)state;
	const struct plan_rdt *rdt = planned(&named);
	assert_string_equal(rdt->group, "gold");
	assert_false(rdt->make || rdt->may_make);
	named.schemata = (struct spec_strings)STRINGS("L2:0=f");
	rdt = planned(&named);
	assert_true(!rdt->make && rdt->may_make);
	assert_string_equal(rdt->schemata, "L2:0=f\n");
	named = (struct spec_intel_rdt){ .clos_id = "/", .enable_monitoring = true };
	rdt = planned(&named);
	assert_string_equal(rdt->group, "");
	assert_string_equal(rdt->monitor, "box");
}

static void schemata_have_an_order(void **state)
{
	const struct spec_intel_rdt all = {
		.l3_cache_schema = "L3:0=f\nMB:0=99\nL3CODE:0=1",
		.mem_bw_schema = "MB:0=20",
		.schemata = STRINGS("L2:0=3", "MB:1=30"),
	};
	const struct spec_intel_rdt alone = { .l3_cache_schema = "L3:0=f\nMB:0=99\n" };

	(void)state;
	/* The spec: memBwSchema has the last word about "MB:", where there is one. */
	assert_string_equal(
		planned(&all)->schemata, "L3:0=f\nL3CODE:0=1\nMB:0=20\nL2:0=3\nMB:1=30\n");
	assert_string_equal(planned(&alone)->schemata, "L3:0=f\nMB:0=99\n");
	assert_string_equal(plan_schemata(&arena, NULL, NULL), "");
	assert_string_equal(plan_schemata(&arena, "", "MB:0=5"), "MB:0=5\n");
}

static void names_of_the_file_system_are_refused(void **state)
{
	struct spec_intel_rdt named = { .clos_id = "mon_groups" };

	(void)state;
	linux_.intel_rdt = &named;
	assert_int_equal(decide(plan_rdt), -EINVAL);
	assert_chain("linux.intelRdt.closID: 'mon_groups' is the file system's own");
}

#define row(function) cmocka_unit_test_setup_teardown(function, begin, end_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(none_is_none),
		row(without_a_closid_the_group_is_the_containers),
		row(a_closid_is_made_for_a_schema_alone),
		row(schemata_have_an_order),
		row(names_of_the_file_system_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
