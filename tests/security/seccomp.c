/* What compiled filters answer to system calls, against tables of what they should. */
#include "tests/security/filters.h"

/* An excerpt of what engines allow, long enough for a binary tree. */
/* clang-format off */
static const struct {
	const char *name;
	int x86_64, i386; /* -1: not there */
} allowed[] = {
	{ "read",                0,   3 },
	{ "write",               1,   4 },
	{ "open",                2,   5 },
	{ "close",               3,   6 },
	{ "stat",                4, 106 },
	{ "fstat",               5, 108 },
	{ "poll",                7, 168 },
	{ "lseek",               8,  19 },
	{ "mmap",                9,  90 },
	{ "mprotect",           10, 125 },
	{ "munmap",             11,  91 },
	{ "brk",                12,  45 },
	{ "ioctl",              16,  54 },
	{ "access",             21,  33 },
	{ "pipe",               22,  42 },
	{ "sched_yield",        24, 158 },
	{ "dup",                32,  41 },
	{ "pause",              34,  29 },
	{ "nanosleep",          35, 162 },
	{ "getpid",             39,  20 },
	{ "accept",             43,  -1 },
	{ "fork",               57,   2 },
	{ "vfork",              58, 190 },
	{ "execve",             59,  11 },
	{ "exit",               60,   1 },
	{ "wait4",              61, 114 },
	{ "kill",               62,  37 },
	{ "uname",              63, 122 },
	{ "fcntl",              72,  55 },
	{ "getcwd",             79, 183 },
	{ "chdir",              80,  12 },
	{ "rename",             82,  38 },
	{ "mkdir",              83,  39 },
	{ "umask",              95,  60 },
	{ "getuid",            102,  24 },
	{ "getppid",           110,  64 },
	{ "setsid",            112,  66 },
	{ "arch_prctl",        158, 384 },
	{ "gettid",            186, 224 },
	{ "futex",             202, 240 },
	{ "set_tid_address",   218, 258 },
	{ "exit_group",        231, 252 },
	{ "openat",            257, 295 },
	{ "prlimit64",         302, 340 },
	{ "getrandom",         318, 355 },
	{ "statx",             332, 383 },
	{ "waitid",            247, 284 },
	{ "rseq",              334, 386 },
	{ "faccessat2",        439, 439 },
	{ "futex_waitv",       449, 449 },
};
/* clang-format on */

#define NEWEST 449 /* futex_waitv, on all of them */

static void test_profile(void **state)
{
	(void)state;
	const char *names[COUNT_OF(allowed)];
	bool on_x86_64[600] = { false }, on_i386[600] = { false };

	for (size_t i = 0; i < COUNT_OF(allowed); i++) {
		names[i] = allowed[i].name;
		on_x86_64[allowed[i].x86_64] = true;
		if (allowed[i].i386 >= 0)
			on_i386[allowed[i].i386] = true;
	}
	struct plan_seccomp_rule rules[] = {
		{ .place = "linux.seccomp.syscalls[0]",
			.names = { names, COUNT_OF(names) },
			.action = "SCMP_ACT_ALLOW" },
		{ .place = "linux.seccomp.syscalls[1]",
			.names = LIST("clone3"),
			.action = "SCMP_ACT_ERRNO",
			.errno_set = true,
			.errno_ret = ENOSYS },
		{ .place = "linux.seccomp.syscalls[2]",
			.names = LIST("ptrace", "bpf"),
			.action = "SCMP_ACT_KILL_PROCESS" },
	};

	compile(&(struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ERRNO",
		.architectures = X86_FAMILY,
		.rules = rules,
		.rule_count = COUNT_OF(rules),
	});
	for (int i = 0; i < 600; i++) {
		uint32_t other = i > NEWEST ? ERRNO(ENOSYS) : ERRNO(EPERM);
		uint32_t x86_64 = on_x86_64[i] ? SECCOMP_RET_ALLOW : other;
		uint32_t i386 = on_i386[i] ? SECCOMP_RET_ALLOW : other;

		if (i == 435)
			x86_64 = i386 = ERRNO(ENOSYS);
		if (i == 101 || i == 321)
			x86_64 = SECCOMP_RET_KILL_PROCESS;
		if (i == 26 || i == 357)
			i386 = SECCOMP_RET_KILL_PROCESS;
		if (verdict(AUDIT_ARCH_X86_64, i) != x86_64)
			fail_msg("x86-64 call %d: %#x", i, verdict(AUDIT_ARCH_X86_64, i));
		if (verdict(AUDIT_ARCH_I386, i) != i386)
			fail_msg("i386 call %d: %#x", i, verdict(AUDIT_ARCH_I386, i));
	}
	/* i386 has accept(2) as number 5 of socketcall(2) only. */
	assert_int_equal(verdict_with(AUDIT_ARCH_I386, 102, 5, 0), SECCOMP_RET_ALLOW);
	/* x32 has most calls under the numbers of x86-64, but ioctl(2) is one of its own. */
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 514), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 101), ERRNO(EPERM));
}

static void test_operators(void **state)
{
	(void)state;
	static const uint64_t big = UINT64_C(0x100000000);
	static const struct {
		const char *op;
		uint64_t value, value_two, argument;
		bool matches;
	} cases[] = {
		{ "SCMP_CMP_EQ", 7, 0, 7, true },
		{ "SCMP_CMP_EQ", 7, 0, 8, false },
		{ "SCMP_CMP_EQ", 7, 0, UINT64_C(0x100000007), false },
		{ "SCMP_CMP_NE", 40, 0, 41, true },
		{ "SCMP_CMP_NE", 40, 0, 40, false },
		{ "SCMP_CMP_LT", 5, 0, 4, true },
		{ "SCMP_CMP_LT", 5, 0, 5, false },
		{ "SCMP_CMP_LE", 5, 0, 5, true },
		{ "SCMP_CMP_LE", 5, 0, 6, false },
		{ "SCMP_CMP_GE", 5, 0, 5, true },
		{ "SCMP_CMP_GE", 5, 0, 4, false },
		{ "SCMP_CMP_GT", 5, 0, 6, true },
		{ "SCMP_CMP_GT", 5, 0, 5, false },
		{ "SCMP_CMP_GT", big, 0, 6, false },
		{ "SCMP_CMP_GT", big, 0, UINT64_C(0x200000000), true },
		/* clone(2) without CLONE_NEW*: as in the profiles of engines. */
		{ "SCMP_CMP_MASKED_EQ", 0x7E020000, 0, 0x11, true },
		{ "SCMP_CMP_MASKED_EQ", 0x7E020000, 0, 0x10000011, false },
		{ "SCMP_CMP_MASKED_EQ", 0xff, 0x12, 0xab12, true },
		{ "SCMP_CMP_MASKED_EQ", 0xff, 0x12, 0xab13, false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct plan_seccomp_argument argument = { 1, cases[i].value, cases[i].value_two,
			cases[i].op };
		uint32_t expected = cases[i].matches ? SECCOMP_RET_ALLOW : ERRNO(EPERM);

		compile_rule((struct plan_seccomp_rule){
			.names = LIST("fcntl"),
			.action = "SCMP_ACT_ALLOW",
			.arguments = &argument,
			.argument_count = 1,
		});
		if (verdict_with(AUDIT_ARCH_X86_64, 72, 0, cases[i].argument) != expected)
			fail_msg("case %zu: %s", i, cases[i].op);
	}
}

static void test_arguments_are_anded(void **state)
{
	(void)state;
	struct plan_seccomp_argument arguments[] = {
		{ 0, 1, 0, "SCMP_CMP_EQ" },
		{ 1, 2, 0, "SCMP_CMP_EQ" },
	};

	compile_rule((struct plan_seccomp_rule){
		.names = LIST("fcntl"),
		.action = "SCMP_ACT_ALLOW",
		.arguments = arguments,
		.argument_count = 2,
	});
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 72, 1, 2), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 72, 1, 3), ERRNO(EPERM));
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 72, 0, 2), ERRNO(EPERM));
}

/* Several comparisons of one argument are alternatives, and then all of the rule's are. */
static void test_same_argument_is_alternatives(void **state)
{
	(void)state;
	struct plan_seccomp_argument arguments[] = {
		{ 0, 0, 0, "SCMP_CMP_EQ" },
		{ 0, 8, 0, "SCMP_CMP_EQ" },
		{ 1, 5, 0, "SCMP_CMP_EQ" },
	};

	compile_rule((struct plan_seccomp_rule){
		.names = LIST("personality"),
		.action = "SCMP_ACT_ALLOW",
		.arguments = arguments,
		.argument_count = COUNT_OF(arguments),
	});
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 135, 0, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 135, 8, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 135, 3, 5), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_with(AUDIT_ARCH_X86_64, 135, 3, 0), ERRNO(EPERM));
}

static void test_actions(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		bool errno_set;
		uint32_t errno_ret, verdict;
	} cases[] = {
		{ "SCMP_ACT_KILL", false, 0, SECCOMP_RET_KILL_THREAD },
		{ "SCMP_ACT_KILL_THREAD", false, 0, SECCOMP_RET_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", false, 0, SECCOMP_RET_KILL_PROCESS },
		{ "SCMP_ACT_TRAP", false, 0, SECCOMP_RET_TRAP },
		{ "SCMP_ACT_ERRNO", false, 0, ERRNO(EPERM) },
		{ "SCMP_ACT_ERRNO", true, 99, ERRNO(99) },
		{ "SCMP_ACT_ERRNO", true, 0, ERRNO(0) },
		{ "SCMP_ACT_TRACE", false, 0, SECCOMP_RET_TRACE | EPERM },
		{ "SCMP_ACT_TRACE", true, 77, SECCOMP_RET_TRACE | 77 },
		{ "SCMP_ACT_LOG", false, 0, SECCOMP_RET_LOG },
		{ "SCMP_ACT_NOTIFY", false, 0, SECCOMP_RET_USER_NOTIF },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct plan_seccomp_rule rule = {
			.place = "linux.seccomp.syscalls[0]",
			.names = LIST("read"),
			.action = cases[i].word,
			.errno_set = cases[i].errno_set,
			.errno_ret = cases[i].errno_ret,
		};

		compile(&(struct plan_seccomp){
			.set = true,
			.default_action = "SCMP_ACT_ALLOW",
			.architectures = X86_FAMILY,
			.rules = &rule,
			.rule_count = 1,
			.listener_path = "/agent",
		});
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 0), cases[i].verdict);
		assert_int_equal(verdict(AUDIT_ARCH_I386, 3), cases[i].verdict);
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 1), SECCOMP_RET_ALLOW);
		assert_true(seccomp_knows_action(cases[i].word));
	}
}

/* Which default actions give new system calls ENOSYS, and what they give an old one. */
static void test_new_calls(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		bool errno_set;
		uint32_t errno_ret, known, new;
	} cases[] = {
		{ "SCMP_ACT_ERRNO", false, 0, ERRNO(EPERM), ERRNO(ENOSYS) },
		{ "SCMP_ACT_ERRNO", true, EACCES, ERRNO(EACCES), ERRNO(ENOSYS) },
		{ "SCMP_ACT_ERRNO", true, ENOSYS, ERRNO(ENOSYS), ERRNO(ENOSYS) },
		{ "SCMP_ACT_KILL_PROCESS", false, 0, SECCOMP_RET_KILL_PROCESS, ERRNO(ENOSYS) },
		{ "SCMP_ACT_KILL", false, 0, SECCOMP_RET_KILL_THREAD, ERRNO(ENOSYS) },
		{ "SCMP_ACT_TRAP", false, 0, SECCOMP_RET_TRAP, ERRNO(ENOSYS) },
		{ "SCMP_ACT_TRACE", false, 0, SECCOMP_RET_TRACE | EPERM,
			SECCOMP_RET_TRACE | EPERM },
		{ "SCMP_ACT_LOG", false, 0, SECCOMP_RET_LOG, SECCOMP_RET_LOG },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		/* The newest call counts though its rule says what the default does, or isn't
		 * known. */
		struct plan_seccomp_rule rules[] = {
			{ .place = "a",
				.names = LIST("read", "no_such_call"),
				.action = "SCMP_ACT_ALLOW" },
			{ .place = "b",
				.names = LIST("statx"),
				.action = cases[i].word,
				.errno_set = cases[i].errno_set,
				.errno_ret = cases[i].errno_ret },
		};

		compile(&(struct plan_seccomp){
			.set = true,
			.default_action = cases[i].word,
			.default_errno_set = cases[i].errno_set,
			.default_errno = cases[i].errno_ret,
			.architectures = X86_FAMILY,
			.rules = rules,
			.rule_count = COUNT_OF(rules),
		});
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 332), cases[i].known);
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 333), cases[i].new);
		assert_int_equal(verdict(AUDIT_ARCH_I386, 383), cases[i].known);
		assert_int_equal(verdict(AUDIT_ARCH_I386, 384), cases[i].new);
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 332), cases[i].known);
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 333), cases[i].new);
	}
}

/* What an architecture that the profile does not have does: its numbers mean other calls. */
static void test_other_architectures_are_killed(void **state)
{
	(void)state;
	struct plan_seccomp_rule rule = {
		.place = "a", .names = LIST("read", "statx"), .action = "SCMP_ACT_ALLOW"
	};

	compile(&(struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ERRNO",
		.architectures = LIST("SCMP_ARCH_X86_64"),
		.rules = &rule,
		.rule_count = 1,
	});
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 0), SECCOMP_RET_KILL_THREAD);
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, X32 | 9999), SECCOMP_RET_KILL_THREAD);
	assert_int_equal(verdict(AUDIT_ARCH_MIPS64, 5000), SECCOMP_RET_KILL_THREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_profile, teardown),
		cmocka_unit_test_teardown(test_operators, teardown),
		cmocka_unit_test_teardown(test_arguments_are_anded, teardown),
		cmocka_unit_test_teardown(test_same_argument_is_alternatives, teardown),
		cmocka_unit_test_teardown(test_actions, teardown),
		cmocka_unit_test_teardown(test_new_calls, teardown),
		cmocka_unit_test_teardown(test_other_architectures_are_killed, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
