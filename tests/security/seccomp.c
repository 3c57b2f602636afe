#include "libcontainer/security/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "tests/security/bpf.h"

/* Behind error.h: it has a macro fail() of its own. */
#include <cmocka.h>

#define LIST(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, COUNT_OF(((const char *[]){ __VA_ARGS__ })) \
	}
#define ERRNO(error) (SECCOMP_RET_ERRNO | (error))
#define X32 0x40000000

/* Verdicts are asked for x86, whose numbers are below: libseccomp makes them on any machine. */
#define X86_FAMILY LIST("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32")

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

static struct seccomp_filter filter;

static int teardown(void **state)
{
	(void)state;
	seccomp_filter_done(&filter);
	error_clear();
	log_set_sink(NULL, NULL, LOG_LEVEL_ERROR);
	return 0;
}

static uint32_t verdict_with(uint32_t architecture, int number, uint64_t a, uint64_t b)
{
	const struct seccomp_data data = { .nr = number, .arch = architecture, .args = { a, b } };

	return bpf_run(filter.instructions, filter.count, &data);
}

static uint32_t verdict(uint32_t architecture, int number)
{
	return verdict_with(architecture, number, 0, 0);
}

static void compile(const struct plan_seccomp *plan)
{
	seccomp_filter_done(&filter);
	if (seccomp_compile(plan, &filter) < 0)
		fail_msg("%s", error_text());
}

/* A filter with one rule, for x86 and a default action of EPERM. */
static void compile_rule(struct plan_seccomp_rule rule)
{
	rule.place = "linux.seccomp.syscalls[0]";
	compile(&(struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ERRNO",
		.architectures = X86_FAMILY,
		.rules = &rule,
		.rule_count = 1,
	});
}

static void expect_error(const struct plan_seccomp *plan, const char *text)
{
	assert_true(seccomp_compile(plan, &filter) < 0);
	assert_string_equal(error_text(), text);
	assert_null(filter.instructions);
	error_clear();
}

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
		});
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 0), cases[i].verdict);
		assert_int_equal(verdict(AUDIT_ARCH_I386, 3), cases[i].verdict);
		assert_int_equal(verdict(AUDIT_ARCH_X86_64, 1), SECCOMP_RET_ALLOW);
		assert_true(seccomp_knows_action(cases[i].word));
	}
	assert_false(seccomp_knows_action("SCMP_ACT_NOTIFY"));
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

static void keep_line(enum log_level level, const char *line, void *context)
{
	(void)level;
	if (strstr(line, "unknown"))
		(void)snprintf(context, 256, "%s", line);
}

static void test_unknown_call_is_left_out(void **state)
{
	(void)state;
	char line[256] = "";

	log_set_sink(keep_line, line, LOG_LEVEL_DEBUG);
	compile_rule((struct plan_seccomp_rule){
		.names = LIST("no_such_call", "read"),
		.action = "SCMP_ACT_ALLOW",
	});
	assert_string_equal(
		line, "linux.seccomp.syscalls[0]: unknown system call 'no_such_call' is left out");
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
}

static void test_no_rules(void **state)
{
	(void)state;
	compile(&(struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.architectures = X86_FAMILY,
	});
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
}

static void test_no_filter(void **state)
{
	(void)state;
	compile(&(struct plan_seccomp){ .set = false });
	assert_null(filter.instructions);
	assert_int_equal(seccomp_load_filter(&filter), 0);
}

static void test_flags(void **state)
{
	(void)state;
	const struct {
		struct plan_paths list;
		bool set;
		unsigned int flags;
	} cases[] = {
		{ { NULL, 0 }, false, SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ { NULL, 0 }, true, 0 },
		{ LIST("SECCOMP_FILTER_FLAG_TSYNC"), true, 0 },
		{ LIST("SECCOMP_FILTER_FLAG_LOG"), true, 2 },
		{ LIST("SECCOMP_FILTER_FLAG_SPEC_ALLOW"), true, 4 },
		{ LIST("SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG",
			  "SECCOMP_FILTER_FLAG_TSYNC"),
			true, 6 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		compile(&(struct plan_seccomp){
			.set = true,
			.default_action = "SCMP_ACT_ALLOW",
			.flags = cases[i].list,
			.flags_set = cases[i].set,
		});
		assert_int_equal(filter.flags, cases[i].flags);
	}
	assert_true(seccomp_knows_flag("SECCOMP_FILTER_FLAG_LOG"));
	assert_false(seccomp_knows_flag("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"));
}

static void test_refused(void **state)
{
	(void)state;
	struct plan_seccomp_argument argument = { 6, 0, 0, "SCMP_CMP_EQ" };
	struct plan_seccomp_rule rule = {
		.place = "linux.seccomp.syscalls[4]",
		.names = LIST("read"),
		.action = "SCMP_ACT_NOTIFY",
	};
	struct plan_seccomp plan = {
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.rules = &rule,
		.rule_count = 1,
	};

	expect_error(&plan, "linux.seccomp.syscalls[4]: action SCMP_ACT_NOTIFY is not supported");
	rule.action = "SCMP_ACT_KILL";
	rule.errno_set = true;
	expect_error(&plan, "linux.seccomp.syscalls[4]: action SCMP_ACT_KILL takes no errno");
	rule.action = "SCMP_ACT_ERRNO";
	rule.errno_ret = 65536;
	expect_error(&plan, "linux.seccomp.syscalls[4]: errno 65536 is above 65535");
	rule.errno_ret = 1;
	rule.arguments = &argument;
	rule.argument_count = 1;
	expect_error(&plan, "linux.seccomp.syscalls[4].args[0].index: 6 is not below 6");
	argument = (struct plan_seccomp_argument){ 0, 0, 0, "SCMP_CMP_XX" };
	expect_error(&plan, "linux.seccomp.syscalls[4].args[0].op: 'SCMP_CMP_XX' is not supported");

	plan = (struct plan_seccomp){ .set = true, .default_action = "SCMP_ACT_NOTIFY" };
	expect_error(&plan, "linux.seccomp: action SCMP_ACT_NOTIFY is not supported");
	plan = (struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.flags = LIST("SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
		.flags_set = true,
	};
	expect_error(&plan, "linux.seccomp.flags[1]: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is not "
			    "supported");
}

static void test_architectures(void **state)
{
	(void)state;
	struct plan_seccomp plan = {
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.architectures = LIST("SCMP_ARCH_X86_64", "SCMP_ARCH_PDP11"),
	};

	assert_true(seccomp_compile(&plan, &filter) < 0);
	assert_non_null(strstr(error_text(), "linux.seccomp.architectures[1]: 'SCMP_ARCH_PDP11' is "
					     "not supported by libseccomp"));
	assert_true(seccomp_knows_architecture("SCMP_ARCH_X86_64"));
	assert_true(seccomp_knows_architecture("SCMP_ARCH_MIPSEL64N32"));
	assert_false(seccomp_knows_architecture("SCMP_ARCH_PDP11"));
	assert_false(seccomp_knows_architecture("x86_64"));
	assert_false(
		seccomp_knows_architecture("SCMP_ARCH_0123456789012345678901234567890123456789"));
}

/* The byte order of one filter is one, and this machine's own architecture is always in it. */
static void test_foreign_byte_order(void **state)
{
	(void)state;
	bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	const char *word = little ? "SCMP_ARCH_S390X" : "SCMP_ARCH_X86_64";
	struct plan_seccomp plan = {
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.architectures = { &word, 1 },
	};

	assert_true(seccomp_compile(&plan, &filter) < 0);
	assert_non_null(strstr(error_text(), "linux.seccomp.architectures[0]: 'SCMP_ARCH_"));
	assert_non_null(strstr(error_text(), "cannot be in one filter with this machine's"));
}

/* Loads filter in a process of its own; its exit status is the number of the check that failed. */
static int load_in_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_load_filter(&filter) < 0)
			_exit(1);
		if (syscall(SYS_getppid) != -1 || errno != 99)
			_exit(2);
		if (syscall(SYS_getpgid, 0) == -1)
			_exit(3);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_kernel_takes_it(void **state)
{
	(void)state;
	struct plan_seccomp_rule rule = {
		.place = "a",
		.names = LIST("getppid"),
		.action = "SCMP_ACT_ERRNO",
		.errno_set = true,
		.errno_ret = 99,
	};

	compile(&(struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.rules = &rule,
		.rule_count = 1,
	});
	assert_int_equal(load_in_child(), 0);
}

/* A program that the kernel would refuse with EINVAL is refused with a reason. */
static void test_too_long(void **state)
{
	(void)state;
	static struct plan_seccomp_argument arguments[5000];
	size_t count = COUNT_OF(arguments);

	for (size_t i = 0; i < count; i++)
		arguments[i] = (struct plan_seccomp_argument){ 1, i * 3, 0, "SCMP_CMP_EQ" };
	struct plan_seccomp_rule rule = {
		.place = "a",
		.names = LIST("fcntl"),
		.action = "SCMP_ACT_ERRNO",
		.arguments = arguments,
		.argument_count = count,
	};
	struct plan_seccomp plan = {
		.set = true, .default_action = "SCMP_ACT_ALLOW", .rules = &rule, .rule_count = 1
	};

	assert_true(seccomp_compile(&plan, &filter) < 0);
	assert_non_null(strstr(error_text(), "instructions, the kernel takes 4096"));
}

static void test_version(void **state)
{
	(void)state;
	unsigned int major, minor, micro;

	assert_int_equal(sscanf(seccomp_library_version(), "%u.%u.%u", &major, &minor, &micro), 3);
	assert_true(major >= 2);
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
		cmocka_unit_test_teardown(test_unknown_call_is_left_out, teardown),
		cmocka_unit_test_teardown(test_no_rules, teardown),
		cmocka_unit_test_teardown(test_no_filter, teardown),
		cmocka_unit_test_teardown(test_flags, teardown),
		cmocka_unit_test_teardown(test_refused, teardown),
		cmocka_unit_test_teardown(test_architectures, teardown),
		cmocka_unit_test_teardown(test_foreign_byte_order, teardown),
		cmocka_unit_test_teardown(test_kernel_takes_it, teardown),
		cmocka_unit_test_teardown(test_too_long, teardown),
		cmocka_unit_test_teardown(test_version, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
