/* What tests of compiled filters have in common: a filter, how it is made, and what it answers. */
#pragma once

#include <errno.h>
#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/security/seccomp.h"
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

static struct seccomp_filter filter;

static inline int teardown(void **state)
{
	(void)state;
	seccomp_filter_done(&filter);
	error_clear();
	log_set_sink(NULL, NULL, LOG_LEVEL_ERROR);
	return 0;
}

static inline uint32_t verdict_with(uint32_t architecture, int number, uint64_t a, uint64_t b)
{
	const struct seccomp_data data = { .nr = number, .arch = architecture, .args = { a, b } };

	return bpf_run(filter.instructions, filter.count, &data);
}

static inline uint32_t verdict(uint32_t architecture, int number)
{
	return verdict_with(architecture, number, 0, 0);
}

static inline void compile(const struct plan_seccomp *plan)
{
	seccomp_filter_done(&filter);
	if (seccomp_compile(plan, &filter) < 0)
		fail_msg("%s", error_text());
}

/* A filter with one rule, for x86 and a default action of EPERM. */
static inline void compile_rule(struct plan_seccomp_rule rule)
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
