#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "oci-spec/json.h"
#include "oci-spec/rules_parts.h"

#define PLACE "linux.seccomp."
#define NOTIFY "SCMP_ACT_NOTIFY"

/* SECCOMP_RET_DATA of the kernel. */
#define ERRNO_MAX 65535
/* A system call has six arguments. */
#define ARGUMENT_INDEX_MAX 5

static bool takes_errno(const char *action)
{
	return strcmp(action, "SCMP_ACT_ERRNO") == 0 || strcmp(action, "SCMP_ACT_TRACE") == 0;
}

static int check_default(const struct rules_subject *subject)
{
	const struct spec_seccomp *seccomp = subject->seccomp;

	/* The runtime's own calls up to execve would wait for an agent that has no descriptor yet.
	 */
	if (strcmp(seccomp->default_action, NOTIFY) == 0)
		return refuse(PLACE "defaultAction: " NOTIFY " cannot be used as default action");
	if (seccomp->default_errno_ret.set && !takes_errno(seccomp->default_action))
		return refuse(PLACE "defaultErrnoRet: %s takes no errno", seccomp->default_action);
	if (seccomp->default_errno_ret.set && seccomp->default_errno_ret.value > ERRNO_MAX)
		return refuse(PLACE "defaultErrnoRet: wants an integer from 0 to %d, got %u",
			ERRNO_MAX, seccomp->default_errno_ret.value);
	return 0;
}

static int check_errno(const struct rules_subject *subject)
{
	const struct spec_seccomp_rule_list *rules = &subject->seccomp->syscalls;

	for (size_t i = 0; i < rules->count; i++) {
		const struct maybe_u32 *value = &rules->items[i].errno_ret;

		if (value->set && !takes_errno(rules->items[i].action))
			return refuse(PLACE "syscalls[%zu].errnoRet: %s takes no errno", i,
				rules->items[i].action);
		if (value->set && value->value > ERRNO_MAX)
			return refuse(PLACE
				"syscalls[%zu].errnoRet: wants an integer from 0 to %d, got %u",
				i, ERRNO_MAX, value->value);
	}
	return 0;
}

static int check_arguments(const struct rules_subject *subject)
{
	const struct spec_seccomp_rule_list *rules = &subject->seccomp->syscalls;

	for (size_t i = 0; i < rules->count; i++)
		for (size_t j = 0; j < rules->items[i].args.count; j++)
			if (rules->items[i].args.items[j].index > ARGUMENT_INDEX_MAX)
				return refuse(PLACE "syscalls[%zu].args[%zu].index: wants an "
						    "integer from 0 to %d, got %u",
					i, j, ARGUMENT_INDEX_MAX,
					rules->items[i].args.items[j].index);
	return 0;
}

static int check_listener(const struct rules_subject *subject)
{
	const struct spec_seccomp *seccomp = subject->seccomp;

	if (seccomp->listener_metadata && !seccomp->listener_path)
		return refuse(PLACE "listenerMetadata: needs a listenerPath");
	return 0;
}

/* listenerPath is ignored where nothing is to be told of.  Of its faults engines know runc's words.
 */
static int check_notify(const struct rules_subject *subject)
{
	const struct spec_seccomp *seccomp = subject->seccomp;
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < seccomp->syscalls.count; i++) {
		const struct spec_seccomp_rule *rule = &seccomp->syscalls.items[i];

		if (strcmp(rule->action, NOTIFY) != 0)
			continue;
		if (!seccomp->listener_path)
			return refuse(PLACE
				"listenerPath: failed to connect with seccomp agent: " NOTIFY
				" of syscalls[%zu] needs one",
				i);
		if (!path_is_absolute(seccomp->listener_path))
			return refuse(PLACE "listenerPath: failed to connect with seccomp agent: "
					    "wants an absolute path, got %s",
				json_quote(quoted, sizeof(quoted), seccomp->listener_path));
		/* init tells its parent of the descriptor by write(2), under the filter. */
		for (size_t j = 0; j < rule->names.count; j++)
			if (strcmp(rule->names.items[j], "write") == 0)
				return refuse(PLACE "syscalls[%zu].names[%zu]: " NOTIFY
						    " cannot be used for the write syscall",
					i, j);
	}
	return 0;
}

static const struct rule seccomp_rules[] = {
	{ "seccomp default", check_default },
	{ "seccomp errno", check_errno },
	{ "seccomp arguments", check_arguments },
	{ "seccomp listener", check_listener },
	{ "seccomp notify", check_notify },
};
const struct rules rules_seccomp = { seccomp_rules, COUNT_OF(seccomp_rules) };
