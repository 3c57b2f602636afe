#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/plan/parts.h"

/* Behind error.h: it has a macro fail() of its own. */
#include <cmocka.h>

static struct arena arena;
static struct plan plan;
static struct spec_process container, own;
static struct spec_seccomp seccomp;
static struct spec_linux linux_;
static struct spec_config spec;
static struct host host;
static struct plan_options options;

static int setup(void **state)
{
	(void)state;
	container = own = (struct spec_process){ 0 };
	seccomp = (struct spec_seccomp){ .default_action = "SCMP_ACT_ERRNO" };
	linux_ = (struct spec_linux){ 0 };
	spec = (struct spec_config){ .process = &container, .linux_ = &linux_ };
	host = (struct host){ 0 };
	options = (struct plan_options){ .verb = PLAN_CREATE, .id = "box" };
	plan = (struct plan){ 0 };
	error_clear();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	arena = (struct arena){ 0 };
	return 0;
}

static int decide(void)
{
	struct planning planning = {
		.arena = &arena,
		.spec = &spec,
		.process = options.verb == PLAN_EXEC ? &own : spec.process,
		.options = &options,
		.host = &host,
		.plan = &plan,
	};

	return plan_security(&planning);
}

static void expect_refused(const char *text)
{
	assert_int_equal(decide(), -EINVAL);
	assert_string_equal(error_text(), text);
}

static void test_nothing(void **state)
{
	(void)state;
	spec.linux_ = NULL;
	spec.process = NULL;
	assert_int_equal(decide(), 0);
	assert_null(plan.process.apparmor_profile);
	assert_null(plan.process.selinux_label);
	assert_false(plan.seccomp.set);
}

static void test_labels(void **state)
{
	(void)state;
	host.apparmor = host.selinux = true;
	container.apparmor_profile = "docker-default";
	container.selinux_label = "a:b:c:s0";
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.process.apparmor_profile, "docker-default");
	assert_string_equal(plan.process.selinux_label, "a:b:c:s0");
}

/* exec is confined as the container is, unless its process says how. */
static void test_labels_of_exec(void **state)
{
	(void)state;
	host.apparmor = host.selinux = true;
	options.verb = PLAN_EXEC;
	container.apparmor_profile = "docker-default";
	container.selinux_label = "a:b:c:s0";
	own.apparmor_profile = "";
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.process.apparmor_profile, "docker-default");
	assert_string_equal(plan.process.selinux_label, "a:b:c:s0");

	own.apparmor_profile = "unconfined";
	own.selinux_label = "x:y:z:s0";
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.process.apparmor_profile, "unconfined");
	assert_string_equal(plan.process.selinux_label, "x:y:z:s0");
}

static void test_apparmor_is_off(void **state)
{
	(void)state;
	container.apparmor_profile = "docker-default";
	expect_refused("process.apparmorProfile: apparmor profile is specified in config, but "
		       "apparmor is disabled or not supported");
	container.apparmor_profile = "unconfined";
	assert_int_equal(decide(), 0);
	assert_null(plan.process.apparmor_profile);
	container.apparmor_profile = "";
	assert_int_equal(decide(), 0);
}

static void test_selinux_is_off(void **state)
{
	(void)state;
	container.selinux_label = "a:b:c:s0";
	expect_refused("process.selinuxLabel: selinux label is specified in config, but selinux is "
		       "disabled or not supported");
	container.selinux_label = "";
	assert_int_equal(decide(), 0);
	assert_null(plan.process.selinux_label);
}

static void test_keyring(void **state)
{
	(void)state;
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.process.keyring, "_ses.box");
	options.verb = PLAN_EXEC;
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.process.keyring, "_ses.box");
	plan = (struct plan){ 0 };
	options.no_new_keyring = true;
	assert_int_equal(decide(), 0);
	assert_null(plan.process.keyring);
}

static void test_seccomp_place(void **state)
{
	(void)state;
	linux_.seccomp = &seccomp;
	assert_int_equal(decide(), 0);
	assert_true(plan.seccomp.set);
	assert_false(plan.seccomp.late);
	plan.process.no_new_privileges = true;
	assert_int_equal(decide(), 0);
	assert_true(plan.seccomp.late);
	options.verb = PLAN_EXEC;
	assert_int_equal(decide(), 0);
	assert_true(plan.seccomp.set);
}

static void test_seccomp_fields(void **state)
{
	(void)state;
	const char *words[] = { "SCMP_ARCH_X86_64" }, *names[] = { "clone", "unshare" };
	struct spec_seccomp_argument argument = { 1, 2, 3, "SCMP_CMP_MASKED_EQ" };
	struct spec_seccomp_rule rules[] = {
		{ .names = { names, 1, true }, .action = "SCMP_ACT_ALLOW" },
		{ .names = { names, 2, true },
			.action = "SCMP_ACT_ERRNO",
			.errno_ret = { true, 38 },
			.args = { &argument, 1, true } },
		{ .names = { names, 1, true }, .action = "SCMP_ACT_NOTIFY" },
	};

	seccomp.default_errno_ret = (struct maybe_u32){ true, 1 };
	seccomp.architectures = (struct spec_strings){ words, 1, true };
	seccomp.flags = (struct spec_strings){ NULL, 0, true };
	seccomp.syscalls = (struct spec_seccomp_rule_list){ rules, COUNT_OF(rules), true };
	seccomp.listener_path = "/run/agent.sock";
	seccomp.listener_metadata = "m";
	linux_.seccomp = &seccomp;
	assert_int_equal(decide(), 0);

	const struct plan_seccomp *made = &plan.seccomp;
	assert_string_equal(made->default_action, "SCMP_ACT_ERRNO");
	assert_true(made->default_errno_set);
	assert_int_equal(made->default_errno, 1);
	assert_int_equal(made->architectures.count, 1);
	assert_string_equal(made->architectures.items[0], words[0]);
	assert_true(made->flags_set);
	assert_int_equal(made->flags.count, 0);
	assert_string_equal(made->listener_path, "/run/agent.sock");
	assert_string_equal(made->listener_metadata, "m");
	assert_int_equal(made->rule_count, 3);

	assert_string_equal(made->rules[0].place, "linux.seccomp.syscalls[0]");
	assert_false(made->rules[0].errno_set);
	assert_int_equal(made->rules[0].argument_count, 0);

	const struct plan_seccomp_rule *rule = &made->rules[1];
	assert_string_equal(rule->place, "linux.seccomp.syscalls[1]");
	assert_int_equal(rule->names.count, 2);
	assert_string_equal(rule->names.items[1], "unshare");
	assert_string_equal(rule->action, "SCMP_ACT_ERRNO");
	assert_true(rule->errno_set);
	assert_int_equal(rule->errno_ret, 38);
	assert_int_equal(rule->argument_count, 1);
	assert_int_equal(rule->arguments[0].index, 1);
	assert_int_equal(rule->arguments[0].value, 2);
	assert_int_equal(rule->arguments[0].value_two, 3);
	assert_string_equal(rule->arguments[0].op, "SCMP_CMP_MASKED_EQ");
}

/* The spec: it is ignored where no rule has anybody told; of exec's the rules are not known. */
static void test_listener_without_a_rule(void **state)
{
	(void)state;
	const char *names[] = { "clone" };
	struct spec_seccomp_rule rule = { .names = { names, 1, true }, .action = "SCMP_ACT_ALLOW" };
	struct spec_config config = { .linux_ = &linux_ };

	seccomp.syscalls = (struct spec_seccomp_rule_list){ &rule, 1, true };
	seccomp.listener_path = "/run/agent.sock";
	linux_.seccomp = &seccomp;
	assert_int_equal(decide(), 0);
	assert_null(plan.seccomp.listener_path);
	assert_null(plan_kept(&arena, &config)->linux_->seccomp->listener_path);
	rule.action = "SCMP_ACT_NOTIFY";
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.seccomp.listener_path, "/run/agent.sock");
	linux_.seccomp = plan_kept(&arena, &config)->linux_->seccomp;
	options.verb = PLAN_EXEC;
	assert_int_equal(decide(), 0);
	assert_string_equal(plan.seccomp.listener_path, "/run/agent.sock");
}

static void test_absent_flags_differ(void **state)
{
	(void)state;
	linux_.seccomp = &seccomp;
	assert_int_equal(decide(), 0);
	assert_false(plan.seccomp.flags_set);
}

static void test_metadata_without_listener(void **state)
{
	(void)state;
	seccomp.listener_metadata = "m";
	linux_.seccomp = &seccomp;
	expect_refused("linux.seccomp.listenerMetadata: is set without listenerPath");
	seccomp.listener_metadata = "";
	assert_int_equal(decide(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_labels),
		TEST(test_labels_of_exec),
		TEST(test_apparmor_is_off),
		TEST(test_selinux_is_off),
		TEST(test_keyring),
		TEST(test_seccomp_place),
		TEST(test_seccomp_fields),
		TEST(test_listener_without_a_rule),
		TEST(test_absent_flags_differ),
		TEST(test_metadata_without_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
