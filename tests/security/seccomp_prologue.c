#include "libcontainer/security/seccomp_prologue.h"

#include <errno.h>
#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "libcontainer/base/cleanup.h"
#include "tests/security/bpf.h"

#define ENOSYS_VERDICT (SECCOMP_RET_ERRNO | ENOSYS)
#define X32 0x40000000U

/* The filter behind the prologue, which must start with a fresh accumulator of its own. */
#define BEHIND 0x1234U

static const struct seccomp_newest rows[] = {
	{ AUDIT_ARCH_X86_64, false, 300 },
	{ AUDIT_ARCH_I386, false, 400 },
	{ AUDIT_ARCH_X86_64, true, X32 | 350 },
	{ AUDIT_ARCH_S390X, false, 200 },
};

static uint32_t run(const struct seccomp_newest *newest, size_t row_count, uint32_t architecture,
	uint32_t number)
{
	struct sock_filter program[SECCOMP_PROLOGUE_ROW_SIZE * COUNT_OF(rows) + 1];
	const struct seccomp_data data = { .nr = (int)number, .arch = architecture };
	size_t count = seccomp_prologue_write(newest, row_count, program);

	assert_true(count <= SECCOMP_PROLOGUE_ROW_SIZE * row_count);
	program[count] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, BEHIND);
	return bpf_run(program, count + 1, &data);
}

static void test_verdicts(void **state)
{
	(void)state;
	static const struct {
		uint32_t architecture, number, verdict;
	} cases[] = {
		{ AUDIT_ARCH_X86_64, 0, BEHIND },
		{ AUDIT_ARCH_X86_64, 300, BEHIND },
		{ AUDIT_ARCH_X86_64, 301, ENOSYS_VERDICT },
		{ AUDIT_ARCH_X86_64, X32 - 1, ENOSYS_VERDICT },
		{ AUDIT_ARCH_X86_64, X32, BEHIND },
		{ AUDIT_ARCH_X86_64, X32 | 350, BEHIND },
		{ AUDIT_ARCH_X86_64, X32 | 351, ENOSYS_VERDICT },
		{ AUDIT_ARCH_I386, 400, BEHIND },
		{ AUDIT_ARCH_I386, 401, ENOSYS_VERDICT },
		/* There a call that the kernel does not know arrives as number 0. */
		{ AUDIT_ARCH_S390X, 0, ENOSYS_VERDICT },
		{ AUDIT_ARCH_S390X, 1, BEHIND },
		{ AUDIT_ARCH_S390X, 200, BEHIND },
		{ AUDIT_ARCH_S390X, 201, ENOSYS_VERDICT },
		{ AUDIT_ARCH_AARCH64, 5000, BEHIND },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint32_t verdict =
			run(rows, COUNT_OF(rows), cases[i].architecture, cases[i].number);

		if (verdict != cases[i].verdict)
			fail_msg("case %zu: verdict %#x, not %#x", i, verdict, cases[i].verdict);
	}
}

/* Without x32 in the profile its calls are for the filter, which has an action for bad
 * architectures. */
static void test_x32_alone_is_untouched(void **state)
{
	(void)state;
	assert_int_equal(run(rows, 1, AUDIT_ARCH_X86_64, X32 | 9999), BEHIND);
	assert_int_equal(run(&rows[2], 1, AUDIT_ARCH_X86_64, 9999), BEHIND);
	assert_int_equal(run(&rows[2], 1, AUDIT_ARCH_X86_64, X32 | 9999), ENOSYS_VERDICT);
}

static void test_no_rows_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(run(rows, 0, AUDIT_ARCH_X86_64, 9999), BEHIND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_x32_alone_is_untouched),
		cmocka_unit_test(test_no_rows_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
