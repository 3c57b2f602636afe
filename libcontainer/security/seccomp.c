/* What is changed here in what becomes of a profile is to be told to seccomp_cache.c: COMPILER. */
#include "libcontainer/security/seccomp.h"

#include <ctype.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/security/seccomp_merge.h"
#include "libcontainer/security/seccomp_prologue.h"

#define SYSCALL_ARGUMENTS 6
#define ARCHITECTURES_MAX 32

/* libseccomp up to 2.5.4 makes a wrong binary tree of no rules, and a small one doesn't pay. */
#define TREE_PAYS_FROM 32

struct action {
	const char *word;
	uint32_t value;
	bool takes_errno; /* in its low 16 bits: errno, or what a tracer sees */
	bool refuses;     /* as a default action it keeps new system calls from working */
};

/* clang-format off */
static const struct action actions[] = {
	{ "SCMP_ACT_KILL",         SCMP_ACT_KILL_THREAD,  false, true  },
	{ "SCMP_ACT_KILL_THREAD",  SCMP_ACT_KILL_THREAD,  false, true  },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, false, true  },
	{ "SCMP_ACT_TRAP",         SCMP_ACT_TRAP,         false, true  },
	{ "SCMP_ACT_ERRNO",        SCMP_ACT_ERRNO(0),     true,  true  },
	/* A tracer that emulates system calls wants to see the new ones as well. */
	{ "SCMP_ACT_TRACE",        SCMP_ACT_TRACE(0),     true,  false },
	{ "SCMP_ACT_LOG",          SCMP_ACT_LOG,          false, false },
	{ "SCMP_ACT_NOTIFY",       SCMP_ACT_NOTIFY,       false, false },
	{ "SCMP_ACT_ALLOW",        SCMP_ACT_ALLOW,        false, false },
};

static const struct { const char *word; enum scmp_compare value; } operators[] = {
	{ "SCMP_CMP_NE",        SCMP_CMP_NE        },
	{ "SCMP_CMP_LT",        SCMP_CMP_LT        },
	{ "SCMP_CMP_LE",        SCMP_CMP_LE        },
	{ "SCMP_CMP_EQ",        SCMP_CMP_EQ        },
	{ "SCMP_CMP_GE",        SCMP_CMP_GE        },
	{ "SCMP_CMP_GT",        SCMP_CMP_GT        },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

/* of_listener: it says how calls that an agent is told of wait, and the kernel refuses it without. */
static const struct { const char *word; unsigned int value; bool of_listener; } filter_flags[] = {
	/* Init has one thread, and execve(2) ends all others. */
	{ "SECCOMP_FILTER_FLAG_TSYNC",              0,                                      false },
	{ "SECCOMP_FILTER_FLAG_LOG",                SECCOMP_FILTER_FLAG_LOG,                false },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW",         SECCOMP_FILTER_FLAG_SPEC_ALLOW,         false },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, true  },
};
/* clang-format on */

/* What is at hand while one filter is made. */
struct compilation {
	const struct plan_seccomp *plan;
	scmp_filter_ctx context;
	const struct action *default_action;
	uint32_t default_value;
	uint32_t architectures[ARCHITECTURES_MAX]; /* SCMP_ARCH_*, the native one first */
	size_t architecture_count;
};

static const struct action *action_named(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (strcmp(actions[i].word, word) == 0)
			return &actions[i];
	return NULL;
}

/* The action's value with its errno.  errno_ret: NULL where the profile has none. */
static int action_make(const char *place, const char *word, const uint32_t *errno_ret,
	const struct action **ret_action, uint32_t *ret_value)
{
	const struct action *action = action_named(word);

	if (!action)
		return refuse("%s: action %s is not supported", place, word);
	if (errno_ret && !action->takes_errno)
		return refuse("%s: action %s takes no errno", place, word);
	if (errno_ret && *errno_ret > SECCOMP_RET_DATA)
		return refuse("%s: errno %u is above %u", place, *errno_ret, SECCOMP_RET_DATA);
	*ret_action = action;
	*ret_value = action->value;
	if (action->takes_errno)
		*ret_value |= errno_ret ? *errno_ret : EPERM;
	return 0;
}

/* "SCMP_ARCH_X86_64" is "x86_64" for libseccomp, which knows best what it can do; 0: it can't. */
static uint32_t architecture_token(const char *word)
{
	static const char prefix[] = "SCMP_ARCH_";
	char name[32] = "";

	if (!str_starts(word, prefix))
		return 0;
	word += sizeof(prefix) - 1;
	for (size_t i = 0; word[i] != '\0'; i++) {
		if (i + 1 >= sizeof(name))
			return 0;
		name[i] = (char)tolower((unsigned char)word[i]);
	}
	return seccomp_arch_resolve_name(name);
}

static int architectures_add(struct compilation *c)
{
	c->architectures[c->architecture_count++] = seccomp_arch_native();
	for (size_t i = 0; i < c->plan->architectures.count; i++) {
		const char *word = c->plan->architectures.items[i];
		uint32_t token = architecture_token(word);

		if (token == 0 || c->architecture_count == ARCHITECTURES_MAX)
			return refuse("linux.seccomp.architectures[%zu]: '%s' is not supported by "
				      "libseccomp %s",
				i, word, seccomp_library_version());
		if (seccomp_arch_exist(c->context, token) == 0)
			continue;
		int error = seccomp_arch_add(c->context, token);
		if (error < 0)
			return refuse_as(error,
				"linux.seccomp.architectures[%zu]: '%s' cannot be in one "
				"filter with this machine's",
				i, word);
		c->architectures[c->architecture_count++] = token;
	}
	return 0;
}

/* Converts a rule's comparisons into an array that the caller frees. */
static int conditions_make(
	const struct plan_seccomp_rule *rule, struct scmp_arg_cmp **ret_conditions)
{
	auto_free struct scmp_arg_cmp *conditions =
		calloc(rule->argument_count + 1, sizeof(*conditions));

	if (!conditions)
		return fail(ENOMEM, "%s", rule->place);
	for (size_t i = 0; i < rule->argument_count; i++) {
		const struct plan_seccomp_argument *argument = &rule->arguments[i];
		size_t op = 0;

		if (argument->index >= SYSCALL_ARGUMENTS)
			return refuse("%s.args[%zu].index: %u is not below %d", rule->place, i,
				argument->index, SYSCALL_ARGUMENTS);
		while (op < COUNT_OF(operators) && strcmp(operators[op].word, argument->op) != 0)
			op++;
		if (op == COUNT_OF(operators))
			return refuse("%s.args[%zu].op: '%s' is not supported", rule->place, i,
				argument->op);
		conditions[i] = (struct scmp_arg_cmp){ argument->index, operators[op].value,
			argument->value, argument->value_two };
	}
	*ret_conditions = steal_ptr(conditions);
	return 0;
}

/*
 * Whether two comparisons are about one argument, which libseccomp refuses in one rule.  Profiles
 * that do so mean alternatives, since runc once made a rule of each comparison and still does so
 * here.
 */
static bool conditions_are_alternatives(const struct scmp_arg_cmp *conditions, size_t count)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < count; i++) {
		if (seen & 1U << conditions[i].arg)
			return true;
		seen |= 1U << conditions[i].arg;
	}
	return false;
}

/* By a number of its own, or as one of the calls of socketcall(2) or ipc(2): see seccomp.h's
 * __PNR_. */
static bool architecture_has(uint32_t architecture, const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(architecture, name);

	if (number <= -100 && number > -200)
		return seccomp_syscall_resolve_name_arch(architecture, "socketcall") >= 0;
	if (number <= -200 && number > -300)
		return seccomp_syscall_resolve_name_arch(architecture, "ipc") >= 0;
	return number >= 0;
}

/*
 * libseccomp (2.5.4) loads the number of the call where it compares the first one, and does not
 * where that is one that the architecture does not have (socketcall on x86-64): then none of the
 * rules ever holds.  So those that all have come first, of which the order stays as it is.
 */
static bool is_everywhere(const struct compilation *c, const char *name)
{
	for (size_t i = 0; i < c->architecture_count; i++)
		if (!architecture_has(c->architectures[i], name))
			return false;
	return true;
}

static int rule_add(struct compilation *c, const struct plan_seccomp_rule *rule)
{
	auto_free struct scmp_arg_cmp *conditions = NULL;
	const struct action *action;
	uint32_t value;

	try(action_make(rule->place, rule->action, rule->errno_set ? &rule->errno_ret : NULL,
		&action, &value));
	try(conditions_make(rule, &conditions));
	if (value == SCMP_ACT_NOTIFY && !c->plan->listener_path)
		return refuse("%s: action %s needs linux.seccomp.listenerPath", rule->place,
			rule->action);
	/* libseccomp refuses a rule that says what the default says. */
	if (value == c->default_value)
		return 0;

	size_t count = rule->argument_count;
	bool alternatives = conditions_are_alternatives(conditions, count);
	size_t step = alternatives ? 1 : count;

	for (size_t i = 0; i < rule->names.count; i++) {
		const char *name = rule->names.items[i];
		int number = seccomp_syscall_resolve_name(name);

		/* Other negative numbers are of calls that only other architectures have. */
		if (number == __NR_SCMP_ERROR) {
			log_debug("%s: unknown system call '%s' is left out", rule->place, name);
			continue;
		}
		size_t at = 0;
		do {
			int error = seccomp_rule_add_array(
				c->context, value, number, (unsigned int)step, conditions + at);
			if (error < 0)
				return fail(error, "%s: add the rule for '%s'", rule->place, name);
			at += step;
		} while (at < count);
		if (is_everywhere(c, name))
			(void)seccomp_syscall_priority(c->context, number, 1);
	}
	return 0;
}

static size_t names_count(const struct plan_seccomp *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->rule_count; i++)
		count += plan->rules[i].names.count;
	return count;
}

/* The highest number that the profile names for an architecture; -1 where it names none. */
static int newest_number(const struct plan_seccomp *plan, uint32_t architecture)
{
	int newest = -1;

	for (size_t i = 0; i < plan->rule_count; i++) {
		const struct plan_paths *names = &plan->rules[i].names;

		for (size_t k = 0; k < names->count; k++) {
			int number =
				seccomp_syscall_resolve_name_arch(architecture, names->items[k]);

			if (number > newest)
				newest = number;
		}
	}
	return newest;
}

static size_t prologue_make(const struct compilation *c, struct sock_filter *instructions)
{
	struct seccomp_newest rows[ARCHITECTURES_MAX];
	size_t count = 0;

	if (!c->default_action->refuses || c->default_value == SCMP_ACT_ERRNO(ENOSYS))
		return 0;
	for (size_t i = 0; i < c->architecture_count; i++) {
		uint32_t token = c->architectures[i];
		bool x32 = token == SCMP_ARCH_X32;
		int number = newest_number(c->plan, token);

		if (number >= 0)
			rows[count++] = (struct seccomp_newest){ x32 ? AUDIT_ARCH_X86_64 : token,
				x32, (uint32_t)number };
	}
	return seccomp_prologue_write(rows, count, instructions);
}

/* Puts prologue and libseccomp's program together. */
static int filter_export(const struct compilation *c, struct seccomp_filter *ret_filter)
{
	struct sock_filter prologue[ARCHITECTURES_MAX * SECCOMP_PROLOGUE_ROW_SIZE];
	size_t head = prologue_make(c, prologue);
	auto_close int fd = -EBADF;
	struct stat status;

	try(fd_memfd("seccomp", false, &fd));
	int error = seccomp_export_bpf(c->context, fd);
	if (error < 0)
		return fail(error, "linux.seccomp: make the program");
	if (fstat(fd, &status) < 0)
		return fail(errno, "linux.seccomp: read the program's size");

	size_t size = (size_t)status.st_size;
	size_t count = head + size / sizeof(*prologue);
	/* The kernel would say EINVAL, as for everything else. */
	if (count > BPF_MAXINSNS)
		return refuse(
			"linux.seccomp: the program has %zu instructions, the kernel takes %d",
			count, BPF_MAXINSNS);

	auto_free struct sock_filter *program = calloc(count, sizeof(*program));
	if (!program)
		return fail(ENOMEM, "linux.seccomp: read the program");
	memcpy(program, prologue, head * sizeof(*prologue));
	ssize_t got = pread(fd, program + head, size, 0);
	if (got < 0)
		return fail(errno, "linux.seccomp: read the program");
	if ((size_t)got != size)
		return fail(EIO, "linux.seccomp: read the program");
	ret_filter->instructions = steal_ptr(program);
	ret_filter->count = count;
	return 0;
}

static bool kernel_has_flags(unsigned int flags)
{
	/* Flags are looked at before the program's address, which is none. */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}

static int flag_add(const struct plan_seccomp *plan, size_t number, unsigned int *flags)
{
	const char *word = plan->flags.items[number];
	unsigned int listener = *flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	size_t row = 0;

	while (row < COUNT_OF(filter_flags) && strcmp(filter_flags[row].word, word) != 0)
		row++;
	if (row == COUNT_OF(filter_flags))
		return refuse("linux.seccomp.flags[%zu]: %s is not supported", number, word);

	unsigned int value = filter_flags[row].value;
	/* Of what nobody waits for there is nothing to say. */
	if (filter_flags[row].of_listener && !listener)
		return 0;
	if (value != 0 && !kernel_has_flags(value | listener))
		return refuse("linux.seccomp.flags[%zu]: %s is not supported by this kernel",
			number, word);
	*flags |= value;
	return 0;
}

int seccomp_make_flags(const struct plan_seccomp *plan, unsigned int *ret_flags)
{
	unsigned int flags = plan->listener_path ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;

	if (flags != 0 && !kernel_has_flags(flags))
		return refuse("linux.seccomp: SCMP_ACT_NOTIFY is not supported by this kernel");
	/* The spec's default where there is no list, as far as the kernel has it. */
	if (!plan->flags_set && kernel_has_flags(SECCOMP_FILTER_FLAG_SPEC_ALLOW))
		flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	for (size_t i = 0; plan->flags_set && i < plan->flags.count; i++)
		try(flag_add(plan, i, &flags));
	log_debug("seccomp filter flags: %u", flags);
	*ret_flags = flags;
	return 0;
}

static bool library_merges_wrongly(void)
{
	const struct scmp_version *version = seccomp_version();
	const unsigned int parts[] = { version->major, version->minor, version->micro };
	static const unsigned int mended[] = { 2, 6, 1 };

	for (size_t i = 0; i < COUNT_OF(mended); i++)
		if (parts[i] != mended[i])
			return parts[i] < mended[i];
	return false;
}

static int compile(struct compilation *c, struct seccomp_filter *ret_filter)
{
	if (library_merges_wrongly())
		try(seccomp_check_merge(c->plan, seccomp_library_version()));
	try(architectures_add(c));
	if (names_count(c->plan) > TREE_PAYS_FROM)
		(void)seccomp_attr_set(c->context, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* speed only */
	for (size_t i = 0; i < c->plan->rule_count; i++)
		try(rule_add(c, &c->plan->rules[i]));
	return filter_export(c, ret_filter);
}

int seccomp_compile(const struct plan_seccomp *plan, struct seccomp_filter *ret_filter)
{
	struct compilation c = { .plan = plan };
	struct seccomp_filter filter = { 0 };

	if (!plan->set) {
		*ret_filter = filter;
		return 0;
	}
	try(action_make("linux.seccomp", plan->default_action,
		plan->default_errno_set ? &plan->default_errno : NULL, &c.default_action,
		&c.default_value));
	/* Init would wait for an agent that it has not told of itself yet. */
	if (c.default_value == SCMP_ACT_NOTIFY)
		return refuse(
			"linux.seccomp: %s cannot be used as default action", plan->default_action);
	try(seccomp_make_flags(plan, &filter.flags));
	c.context = seccomp_init(c.default_value);
	if (!c.context)
		return refuse_as(ENOMEM,
			"linux.seccomp: libseccomp %s cannot begin a filter with %s",
			seccomp_library_version(), plan->default_action);
	int result = compile(&c, &filter);
	seccomp_release(c.context);
	if (result < 0)
		return result;
	*ret_filter = filter;
	return 0;
}

const char *seccomp_library_version(void)
{
	static char text[36];
	const struct scmp_version *version = seccomp_version();

	(void)snprintf(
		text, sizeof(text), "%u.%u.%u", version->major, version->minor, version->micro);
	return text;
}

uint32_t seccomp_native_architecture(void)
{
	return seccomp_arch_native();
}

bool seccomp_knows_architecture(const char *word)
{
	return architecture_token(word) != 0;
}

bool seccomp_knows_action(const char *word)
{
	return action_named(word) != NULL;
}

bool seccomp_knows_flag(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(filter_flags); i++)
		if (strcmp(filter_flags[i].word, word) == 0)
			return true;
	return false;
}
