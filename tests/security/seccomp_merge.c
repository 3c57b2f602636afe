/* What libseccomp mistakes: refused, or compiled right all the same. */
#include "libcontainer/security/seccomp_merge.h"

#include "tests/security/filters.h"

#define WIDE 0x100000001

static struct plan_seccomp_argument one, other;
static struct plan_seccomp_rule rules[2];
static const struct plan_seccomp profile = {
	.set = true,
	.default_action = "SCMP_ACT_ALLOW",
	.architectures = X86_FAMILY,
	.rules = rules,
	.rule_count = COUNT_OF(rules),
};

/* Both about mkdir(2), and argument 0 of it. */
static void begin(
	const char *one_op, uint64_t one_value, const char *other_op, uint64_t other_value)
{
	static const char *names[] = { "mkdir" };

	one = (struct plan_seccomp_argument){ .op = one_op, .value = one_value };
	other = (struct plan_seccomp_argument){ .op = other_op, .value = other_value };
	rules[0] = (struct plan_seccomp_rule){
		.place = "linux.seccomp.syscalls[0]",
		.names = { names, 1 },
		.action = "SCMP_ACT_ERRNO",
		.arguments = &one,
		.argument_count = 1,
	};
	rules[1] = rules[0];
	rules[1].place = "linux.seccomp.syscalls[1]";
	rules[1].arguments = &other;
	error_clear();
}

static int check(void)
{
	return seccomp_check_merge(&profile, "2.5.4");
}

static void test_mistaken(void **state)
{
	(void)state;
	begin("SCMP_CMP_LT", WIDE, "SCMP_CMP_LT", 0);
	assert_int_equal(check(), -EINVAL);
	assert_string_equal(error_text(), "linux.seccomp.syscalls[0].args[0]: libseccomp 2.5.4 "
					  "mistakes it for args[0] of linux.seccomp.syscalls[1]; "
					  "2.6.1 would not");
	begin("SCMP_CMP_NE", 1, "SCMP_CMP_NE", UINT64_MAX);
	assert_int_equal(check(), -EINVAL);
	begin("SCMP_CMP_EQ", WIDE, "SCMP_CMP_GE", 1);
	assert_int_equal(check(), -EINVAL);
}

/* What the fuzzer waited for in vain. */
static void test_two_conjunctions(void **state)
{
	static struct plan_seccomp_argument first[] = {
		{ .index = 2, .op = "SCMP_CMP_LT", .value = 0 },
		{ .index = 0, .op = "SCMP_CMP_NE", .value = 0 },
	};
	static struct plan_seccomp_argument second[] = {
		{ .index = 3, .op = "SCMP_CMP_EQ", .value = 1 },
		{ .index = 0, .op = "SCMP_CMP_EQ", .value = 0 },
	};

	(void)state;
	begin("", 0, "", 0);
	rules[0].arguments = first;
	rules[1].arguments = second;
	rules[0].argument_count = rules[1].argument_count = 2;
	assert_int_equal(check(), -EINVAL);
	assert_string_equal(error_text(), "linux.seccomp.syscalls[0].args: libseccomp 2.5.4 cannot "
					  "tell them from those of linux.seccomp.syscalls[1]");
	/* One comparison is enough of the other: a call passed that only the default is for. */
	rules[1].argument_count = 1;
	assert_int_equal(check(), -EINVAL);
	/* Equalities alone, and alternatives, which are rules of one comparison. */
	first[0].op = first[1].op = "SCMP_CMP_EQ";
	assert_int_equal(check(), 0);
	rules[1].argument_count = 2;
	second[0].op = second[1].op = "SCMP_CMP_NE";
	second[0].index = 0;
	assert_int_equal(check(), 0);
}

/* The default of podman, Buildah and CRI-O: no audit messages, which are netlink's protocol 9. */
static void test_sockets_of_engines(void **state)
{
	static struct plan_seccomp_argument audit[] = {
		{ .index = 0, .op = "SCMP_CMP_EQ", .value = 16 },
		{ .index = 1, .op = "SCMP_CMP_NE", .value = 9 },
	};
	struct plan_seccomp engines = profile;

	(void)state;
	begin("SCMP_CMP_NE", 16, "", 0);
	engines.default_action = "SCMP_ACT_ERRNO";
	rules[0].action = rules[1].action = "SCMP_ACT_ALLOW";
	rules[1].arguments = audit;
	rules[1].argument_count = COUNT_OF(audit);
	compile(&engines);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, 2, 9), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, 16, 3), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, 16, 9), ERRNO(EPERM));
}

static void test_kept_apart(void **state)
{
	(void)state;
	begin("SCMP_CMP_EQ", WIDE, "SCMP_CMP_MASKED_EQ", 1);
	assert_int_equal(check(), 0);
	begin("SCMP_CMP_NE", 1, "SCMP_CMP_GT", 5);
	assert_int_equal(check(), 0);
	begin("SCMP_CMP_NE", WIDE, "SCMP_CMP_GT", 5);
	other.index = 1;
	assert_int_equal(check(), 0);
	begin("SCMP_CMP_NE", WIDE, "SCMP_CMP_GT", 5);
	rules[1].names = (struct plan_paths){ (const char *[]){ "chdir" }, 1 };
	assert_int_equal(check(), 0);
}

/* What the fuzzer found: 1 is below, and passed. */
static void test_never_compiled_wrong(void **state)
{
	(void)state;
	begin("SCMP_CMP_LT", WIDE, "SCMP_CMP_LT", 0);
	if (seccomp_compile(&profile, &filter) < 0) {
		assert_non_null(strstr(error_text(), "mistakes it for"));
		return;
	}
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, 1, 0), ERRNO(EPERM));
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, WIDE, 0), SECCOMP_RET_ALLOW);
}

/*
 * socketcall(2) is not on x86-64, and first where the others have conditions: with x32 libseccomp
 * forgot to load the number then, and nothing was ever refused.
 */
static void test_first_call_is_elsewhere(void **state)
{
	(void)state;
	begin("SCMP_CMP_NE", 1, "SCMP_CMP_NE", 1);
	rules[1].names = (struct plan_paths){ (const char *[]){ "socketcall" }, 1 };
	rules[1].argument_count = 0;
	compile(&profile);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, 2, 0), ERRNO(EPERM));
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83, 1, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 83 | X32, 2, 0), ERRNO(EPERM));
	assert_int_equal(verdict_with(AUDIT_ARCH_I386, 39, 2, 0), ERRNO(EPERM));
	assert_int_equal(verdict_with(AUDIT_ARCH_I386, 102, 2, 0), ERRNO(EPERM));

	/* socket(2) is one of its calls on i386, and has no number there of its own. */
	rules[0].names = (struct plan_paths){ (const char *[]){ "socket" }, 1 };
	compile(&profile);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 41, 2, 0), ERRNO(EPERM));
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 41, 1, 0), SECCOMP_RET_ALLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_mistaken, teardown),
		cmocka_unit_test_teardown(test_two_conjunctions, teardown),
		cmocka_unit_test_teardown(test_sockets_of_engines, teardown),
		cmocka_unit_test_teardown(test_kept_apart, teardown),
		cmocka_unit_test_teardown(test_never_compiled_wrong, teardown),
		cmocka_unit_test_teardown(test_first_call_is_elsewhere, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
