/* The words of a profile: flags, architectures, unknown calls, what is refused and how. */
#include "tests/security/filters.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect_error(const struct plan_seccomp *plan, const char *text)
{
	assert_true(seccomp_compile(plan, &filter) < 0);
	assert_string_equal(error_text(), text);
	assert_null(filter.instructions);
	error_clear();
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
	int listener = 0;

	(void)state;
	compile(&(struct plan_seccomp){ .set = false });
	assert_null(filter.instructions);
	assert_int_equal(seccomp_load_filter(&filter, &listener), 0);
	assert_int_equal(listener, -EBADF);
}

static void test_flags(void **state)
{
	(void)state;
	const struct {
		struct plan_paths list;
		bool set;
		unsigned int flags;
		const char *agent;
	} cases[] = {
		{ { NULL, 0 }, false, SECCOMP_FILTER_FLAG_SPEC_ALLOW, NULL },
		{ { NULL, 0 }, false, 12, "/agent" },
		{ { NULL, 0 }, true, 0, NULL },
		{ { NULL, 0 }, true, 8, "/agent" },
		/* The kernel takes it only where there is a listener. */
		{ LIST("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), true, 0, NULL },
		{ LIST("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", "SECCOMP_FILTER_FLAG_LOG"), true,
			42, "/agent" },
		{ LIST("SECCOMP_FILTER_FLAG_TSYNC"), true, 0, NULL },
		{ LIST("SECCOMP_FILTER_FLAG_LOG"), true, 2, NULL },
		{ LIST("SECCOMP_FILTER_FLAG_SPEC_ALLOW"), true, 4, NULL },
		{ LIST("SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG",
			  "SECCOMP_FILTER_FLAG_TSYNC"),
			true, 6, NULL },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		compile(&(struct plan_seccomp){
			.set = true,
			.default_action = "SCMP_ACT_ALLOW",
			.flags = cases[i].list,
			.flags_set = cases[i].set,
			.listener_path = cases[i].agent,
		});
		assert_int_equal(filter.flags, cases[i].flags);
	}
	assert_true(seccomp_knows_flag("SECCOMP_FILTER_FLAG_LOG"));
	assert_true(seccomp_knows_flag("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"));
	assert_false(seccomp_knows_flag("SECCOMP_FILTER_FLAG_NEW_LISTENER"));
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

	expect_error(&plan, "linux.seccomp.syscalls[4]: action SCMP_ACT_NOTIFY needs "
			    "linux.seccomp.listenerPath");
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
	expect_error(&plan, "linux.seccomp: SCMP_ACT_NOTIFY cannot be used as default action");
	plan = (struct plan_seccomp){
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.flags = LIST("SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_NEW_LISTENER"),
		.flags_set = true,
	};
	expect_error(
		&plan, "linux.seccomp.flags[1]: SECCOMP_FILTER_FLAG_NEW_LISTENER is not supported");
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
	int status, listener;

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			seccomp_load_filter(&filter, &listener) < 0)
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

/* In a process of its own: what the filter says of getppid(2) is heard on the descriptor. */
static int listen_in_child(void)
{
	pid_t pid = fork();
	int status, listener;

	if (pid == 0) {
		struct seccomp_notif notice = { 0 };

		(void)alarm(10);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			seccomp_load_filter(&filter, &listener) < 0 || listener < 0)
			_exit(1);
		if (fcntl(listener, F_GETFD) != FD_CLOEXEC)
			_exit(2);
		pid_t caller = fork();
		if (caller == 0)
			_exit(syscall(SYS_getppid) == 4321 ? 0 : 1);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0 ||
			notice.data.nr != SYS_getppid)
			_exit(3);
		struct seccomp_notif_resp answer = { .id = notice.id, .val = 4321 };
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0)
			_exit(4);
		if (waitpid(caller, &status, 0) != caller || status != 0)
			_exit(5);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_listener(void **state)
{
	(void)state;
	struct plan_seccomp_rule rule = {
		.place = "a",
		.names = LIST("getppid"),
		.action = "SCMP_ACT_NOTIFY",
	};
	const struct plan_seccomp plan = {
		.set = true,
		.default_action = "SCMP_ACT_ALLOW",
		.flags =
			LIST("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
		.flags_set = true,
		.listener_path = "/agent",
		.rules = &rule,
		.rule_count = 1,
	};

	compile(&plan);
	assert_int_equal(listen_in_child(), 0);
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
		cmocka_unit_test_teardown(test_unknown_call_is_left_out, teardown),
		cmocka_unit_test_teardown(test_no_rules, teardown),
		cmocka_unit_test_teardown(test_no_filter, teardown),
		cmocka_unit_test_teardown(test_flags, teardown),
		cmocka_unit_test_teardown(test_refused, teardown),
		cmocka_unit_test_teardown(test_architectures, teardown),
		cmocka_unit_test_teardown(test_foreign_byte_order, teardown),
		cmocka_unit_test_teardown(test_kernel_takes_it, teardown),
		cmocka_unit_test_teardown(test_listener, teardown),
		cmocka_unit_test_teardown(test_too_long, teardown),
		cmocka_unit_test_teardown(test_version, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
