/*
 * Any bytes as choices of a system call filter, compiled: what comes out is a program that the
 * kernel takes, and its verdicts are those that the rules of the profile allow.  A profile as text
 * would be JSON first of all, which is for config.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/security/seccomp.h"
#include "libcontainer/security/seccomp_merge.h"
#include "tests/security/bpf.h"

#define RULES_MAX 24
#define NAMES_MAX 6
#define ARGUMENTS_MAX 4
#define PROBES 16

/* Of these libseccomp makes wrong programs, or none in a lifetime; only the worst are refused. */
static bool is_mixed_up(const struct plan_seccomp *plan)
{
	for (size_t i = 0; i < plan->rule_count; i++)
		for (size_t j = 0; j < plan->rule_count; j++)
			if (seccomp_rules_may_mix(plan, i, j))
				return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Numbers are those of x86-64; -1: it has no such call. */
static const struct {
	const char *name;
	int number;
} calls[] = {
	{ "read", 0 },
	{ "open", 2 },
	{ "close", 3 },
	{ "mmap", 9 },
	{ "ioctl", 16 },
	{ "shmget", 29 },
	{ "socket", 41 },
	{ "connect", 42 },
	{ "sendmsg", 46 },
	{ "socketpair", 53 },
	{ "clone", 56 },
	{ "semget", 64 },
	{ "fcntl", 72 },
	{ "chown", 92 },
	{ "ptrace", 101 },
	{ "personality", 135 },
	{ "prctl", 157 },
	{ "semtimedop", 220 },
	{ "ppoll", 271 },
	{ "unshare", 272 },
	{ "bpf", 321 },
	{ "openat2", 437 },
	{ "ipc", -1 },
	{ "socketcall", -1 },
	{ "arm_fadvise64_64", -1 },
	{ "no_such_call", -1 },
};

static const struct {
	const char *word;
	uint32_t value;
	bool takes_errno, refuses;
} actions[] = {
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, false, false },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, true, true },
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, false, true },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, false, true },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false, true },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP, false, true },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE, true, false },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG, false, false },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF, false, false },
	{ "SCMP_ACT_SOMETHING", 0, false, false },
};

static const char *const operators[] = { "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
	"SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_SOMETHING" };

static const char *const architectures[] = { "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
	"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_S390X", "SCMP_ARCH_MIPSEL64",
	"SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_SOMETHING" };

static const char *const flags[] = { "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
	"SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	"SECCOMP_FILTER_FLAG_SOMETHING" };

static const uint64_t values[] = { 0, 1, 2, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x100000001, 0x1ffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff };

/* What libseccomp forgets when it is to say no, is not ours to free. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

struct profile {
	struct plan_seccomp plan;
	struct plan_seccomp_rule rules[RULES_MAX];
	struct plan_seccomp_argument arguments[RULES_MAX][ARGUMENTS_MAX];
	const char *names[RULES_MAX][NAMES_MAX];
	const char *architectures[4], *flags[4];
};

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static uint64_t take_value(struct input *input)
{
	return values[take(input) % COUNT_OF(values)];
}

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void make_list(struct input *input, const char *const *words, size_t word_count,
	const char **items, struct plan_paths *ret_list)
{
	*ret_list = (struct plan_paths){ items, take(input) % 5 };
	for (size_t i = 0; i < ret_list->count; i++)
		items[i] = words[take(input) % word_count];
}

static void make_rule(struct input *input, struct profile *profile, size_t at)
{
	struct plan_seccomp_rule *rule = &profile->rules[at];
	uint8_t shape = take(input);

	*rule = (struct plan_seccomp_rule){
		.place = "linux.seccomp.syscalls[N]",
		.names = { profile->names[at], 1 + (shape & 7) % NAMES_MAX },
		.action = actions[take(input) % COUNT_OF(actions)].word,
		.errno_set = shape & 8,
		.arguments = profile->arguments[at],
		.argument_count = (shape >> 4) % (ARGUMENTS_MAX + 1),
	};
	rule->errno_ret = rule->errno_set ? (uint32_t)take(input) * 259 : 0;
	for (size_t i = 0; i < rule->names.count; i++)
		profile->names[at][i] = calls[take(input) % COUNT_OF(calls)].name;
	for (size_t i = 0; i < rule->argument_count; i++) {
		uint8_t choice = take(input);

		profile->arguments[at][i] = (struct plan_seccomp_argument){
			.index = choice & 7,
			.op = operators[(choice >> 3) % COUNT_OF(operators)],
			.value = take_value(input),
			.value_two = choice & 0x40 ? take_value(input) : 0,
		};
	}
}

static void make_profile(struct input *input, struct profile *profile)
{
	struct plan_seccomp *plan = &profile->plan;
	uint8_t shape = take(input);

	plan->set = true;
	plan->default_action = actions[take(input) % COUNT_OF(actions)].word;
	plan->default_errno_set = shape & 1;
	plan->default_errno = shape & 1 ? (uint32_t)take(input) * 259 : 0;
	plan->listener_path = shape & 2 ? "/agent" : NULL;
	plan->flags_set = shape & 4;
	if (shape & 4)
		make_list(input, flags, COUNT_OF(flags), profile->flags, &plan->flags);
	if (shape & 8)
		make_list(input, architectures, COUNT_OF(architectures), profile->architectures,
			&plan->architectures);
	plan->rules = profile->rules;
	while (plan->rule_count < RULES_MAX && input->size > 0)
		make_rule(input, profile, plan->rule_count++);
}

/* ---- the program ------------------------------------------------------------------------- */

/* What seccomp_check_filter() and bpf_check_classic() of the kernel ask for. */
static void check_program(const struct seccomp_filter *filter)
{
	demand(filter->instructions && filter->count > 0 && filter->count <= BPF_MAXINSNS);
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *now = &filter->instructions[i];
		size_t left = filter->count - i - 1;

		switch (now->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			demand(now->k % 4 == 0 && now->k < sizeof(struct seccomp_data));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
		case BPF_RET | BPF_K:
			break;
		case BPF_JMP | BPF_JA:
			demand(now->k < left);
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			demand(now->jt < left && now->jf < left);
			break;
		default:
			abort();
		}
	}
	demand(filter->instructions[filter->count - 1].code == (BPF_RET | BPF_K));
}

/* ---- its verdicts ------------------------------------------------------------------------ */

static uint32_t value_of(const char *word, bool errno_set, uint32_t error, bool *ret_refuses)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (strcmp(actions[i].word, word) == 0) {
			*ret_refuses = actions[i].refuses;
			return actions[i].value |
			       (actions[i].takes_errno ? (errno_set ? error : EPERM) : 0);
		}
	abort();
}

static bool argument_holds(
	const struct plan_seccomp_argument *argument, const struct seccomp_data *data)
{
	uint64_t value = data->args[argument->index];

	if (strcmp(argument->op, "SCMP_CMP_NE") == 0)
		return value != argument->value;
	if (strcmp(argument->op, "SCMP_CMP_LT") == 0)
		return value < argument->value;
	if (strcmp(argument->op, "SCMP_CMP_LE") == 0)
		return value <= argument->value;
	if (strcmp(argument->op, "SCMP_CMP_EQ") == 0)
		return value == argument->value;
	if (strcmp(argument->op, "SCMP_CMP_GE") == 0)
		return value >= argument->value;
	if (strcmp(argument->op, "SCMP_CMP_GT") == 0)
		return value > argument->value;
	return (value & argument->value) == (argument->value_two & argument->value);
}

/* Two comparisons of one argument make all of them alternatives, as with runc. */
static bool rule_holds(const struct plan_seccomp_rule *rule, const struct seccomp_data *data)
{
	unsigned int seen = 0;
	size_t held = 0;
	bool alternatives = false;

	for (size_t i = 0; i < rule->argument_count; i++) {
		alternatives = alternatives || seen & 1U << rule->arguments[i].index;
		seen |= 1U << rule->arguments[i].index;
		held += argument_holds(&rule->arguments[i], data);
	}
	return alternatives ? held > 0 : held == rule->argument_count;
}

static bool rule_names(const struct plan_seccomp_rule *rule, const char *name)
{
	for (size_t i = 0; i < rule->names.count; i++)
		if (strcmp(rule->names.items[i], name) == 0)
			return true;
	return false;
}

static int newest_of(const struct plan_seccomp *plan)
{
	int newest = -1;

	for (size_t k = 0; k < COUNT_OF(calls); k++)
		for (size_t i = 0; i < plan->rule_count; i++)
			if (rule_names(&plan->rules[i], calls[k].name) && calls[k].number > newest)
				newest = calls[k].number;
	return newest;
}

/*
 * Where rules of several actions hold, which of them wins is libseccomp's to say: any may.  Where
 * none holds it is the default action, and else one that holds.
 */
static void check_verdict(
	const struct plan_seccomp *plan, uint32_t verdict, const struct seccomp_data *data)
{
	bool refuses, ignored, held = false, right = false;
	uint32_t usual = value_of(
		plan->default_action, plan->default_errno_set, plan->default_errno, &refuses);
	int newest = newest_of(plan);

	if (refuses && usual != (SECCOMP_RET_ERRNO | ENOSYS) && newest >= 0 && data->nr > newest) {
		demand(verdict == (SECCOMP_RET_ERRNO | ENOSYS));
		return;
	}
	for (size_t k = 0; k < COUNT_OF(calls); k++)
		for (size_t i = 0; calls[k].number == data->nr && i < plan->rule_count; i++) {
			const struct plan_seccomp_rule *rule = &plan->rules[i];

			if (!rule_names(rule, calls[k].name) || !rule_holds(rule, data))
				continue;
			held = true;
			right = right || verdict == value_of(rule->action, rule->errno_set,
							    rule->errno_ret, &ignored);
		}
	if (held ? right : verdict == usual)
		return;
	fprintf(stderr,
		"verdict %#x of call %d(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64
		", %#" PRIx64 ", %#" PRIx64 ")\n",
		verdict, data->nr, (uint64_t)data->args[0], (uint64_t)data->args[1],
		(uint64_t)data->args[2], (uint64_t)data->args[3], (uint64_t)data->args[4],
		(uint64_t)data->args[5]);
	abort();
}

static void probe(const struct plan_seccomp *plan, const struct seccomp_filter *filter,
	const uint8_t *data, size_t size)
{
	struct input seed = { data, size };

	for (size_t i = 0; i < PROBES; i++) {
		struct seccomp_data call = { .arch = AUDIT_ARCH_X86_64 };
		uint8_t choice = take(&seed);

		call.nr = choice < 230 ? calls[choice % COUNT_OF(calls)].number : 2 * choice;
		if (call.nr < 0)
			call.nr = choice;
		for (size_t k = 0; k < COUNT_OF(call.args); k++)
			call.args[k] = values[(choice + take(&seed)) % COUNT_OF(values)];
		uint32_t verdict = bpf_run(filter->instructions, filter->count, &call);

		check_verdict(plan, verdict, &call);
		/* Others have other numbers: that the program ends is asserted by the machine. */
		call.arch = choice & 1 ? AUDIT_ARCH_I386 : AUDIT_ARCH_AARCH64;
		(void)bpf_run(filter->instructions, filter->count, &call);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct profile profile;
	struct seccomp_filter filter = { 0 };
	struct input input = { data, size };

	memset(&profile, 0, sizeof(profile));
	error_clear();
	make_profile(&input, &profile);
	if (is_mixed_up(&profile.plan))
		return 0;
	if (seccomp_compile(&profile.plan, &filter) < 0) {
		/* What fails says where, and leaves nothing. */
		demand(strncmp(error_text(), "linux.seccomp", 13) == 0);
		demand(!filter.instructions);
		return 0;
	}
	check_program(&filter);
	if (seccomp_native_architecture() == AUDIT_ARCH_X86_64)
		probe(&profile.plan, &filter, data, size);
	seccomp_filter_done(&filter);
	return 0;
}
