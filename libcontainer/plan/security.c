#include <string.h>

#include "libcontainer/plan/parts.h"

static const char *text_or_null(const char *text)
{
	return text && *text != '\0' ? text : NULL;
}

/* What exec's process leaves open is as in the container; for the container itself both are one. */
static const char *text_inherited(const char *own, const char *container)
{
	return text_or_null(own) ? own : text_or_null(container);
}

static int decide_labels(struct planning *p)
{
	static const struct spec_process none;
	const struct spec_process *own = p->process ? p->process : &none;
	const struct spec_process *container = p->spec->process ? p->spec->process : &none;
	struct plan_process *process = &p->plan->process;
	const char *profile = text_inherited(own->apparmor_profile, container->apparmor_profile);
	const char *label = text_inherited(own->selinux_label, container->selinux_label);

	/* Engines say "unconfined" on every host: without AppArmor that is so anyway. */
	if (profile && !p->host->apparmor && strcmp(profile, "unconfined") == 0)
		profile = NULL;
	/* What asks for confinement must get it, or not run. */
	if (profile && !p->host->apparmor)
		return refuse(
			"process.apparmorProfile: apparmor profile is specified in config, but "
			"apparmor is disabled or not supported");
	if (label && !p->host->selinux)
		return refuse("process.selinuxLabel: selinux label is specified in config, but "
			      "selinux is disabled or not supported");
	process->apparmor_profile = profile;
	process->selinux_label = label;
	return 0;
}

/*
 * A session keyring of the container's own: the caller's may hold keys of the host.  exec joins it
 * by the same name.
 */
static void decide_keyring(struct planning *p)
{
	if (!p->options->no_new_keyring)
		p->plan->process.keyring = arena_printf(p->arena, "_ses.%s", p->options->id);
}

static void decide_rule(struct planning *p, const struct spec_seccomp_rule *rule, size_t number,
	struct plan_seccomp_rule *ret_rule)
{
	struct plan_seccomp_argument *arguments =
		arena_new_array(p->arena, struct plan_seccomp_argument, rule->args.count);

	for (size_t i = 0; i < rule->args.count; i++) {
		const struct spec_seccomp_argument *argument = &rule->args.items[i];

		arguments[i] = (struct plan_seccomp_argument){
			.index = argument->index,
			.value = argument->value,
			.value_two = argument->value_two,
			.op = argument->op,
		};
	}
	*ret_rule = (struct plan_seccomp_rule){
		.place = arena_printf(p->arena, "linux.seccomp.syscalls[%zu]", number),
		.names = { rule->names.items, rule->names.count },
		.action = rule->action,
		.errno_set = rule->errno_ret.set,
		.errno_ret = rule->errno_ret.value,
		.arguments = arguments,
		.argument_count = rule->args.count,
	};
}

bool plan_seccomp_notifies(const struct spec_seccomp *spec)
{
	for (size_t i = 0; i < spec->syscalls.count; i++)
		if (strcmp(spec->syscalls.items[i].action, "SCMP_ACT_NOTIFY") == 0)
			return true;
	return false;
}

/* What is kept for exec has no rules, and a listener only where a rule wants one. */
static bool has_listener(const struct planning *p, const struct spec_seccomp *spec)
{
	if (p->options->verb == PLAN_EXEC && spec->syscalls.count == 0)
		return text_or_null(spec->listener_path);
	return plan_seccomp_notifies(spec);
}

static int decide_seccomp(struct planning *p)
{
	const struct spec_seccomp *spec = p->spec->linux_ ? p->spec->linux_->seccomp : NULL;
	struct plan_seccomp *plan = &p->plan->seccomp;

	if (!spec)
		return 0;
	/* The spec: listenerMetadata "MUST NOT be set if listenerPath is not set". */
	if (text_or_null(spec->listener_metadata) && !text_or_null(spec->listener_path))
		return refuse("linux.seccomp.listenerMetadata: is set without listenerPath");
	*plan = (struct plan_seccomp){
		.set = true,
		/*
		 * Without no_new_privs the kernel wants CAP_SYS_ADMIN, which init has only before
		 * it drops its capabilities; with it the later the better: what comes before is not
		 * filtered.
		 */
		.late = p->plan->process.no_new_privileges,
		.default_action = spec->default_action,
		.default_errno_set = spec->default_errno_ret.set,
		.default_errno = spec->default_errno_ret.value,
		.architectures = { spec->architectures.items, spec->architectures.count },
		.flags = { spec->flags.items, spec->flags.count },
		.flags_set = spec->flags.set,
		.listener_path = text_or_null(spec->listener_path),
		.listener_metadata = text_or_null(spec->listener_metadata),
		.rules = arena_new_array(p->arena, struct plan_seccomp_rule, spec->syscalls.count),
		.rule_count = spec->syscalls.count,
	};
	/* The spec: without a rule that notifies, listenerPath is ignored. */
	if (!has_listener(p, spec))
		plan->listener_path = plan->listener_metadata = NULL;
	for (size_t i = 0; i < spec->syscalls.count; i++)
		decide_rule(p, &spec->syscalls.items[i], i, &plan->rules[i]);
	return 0;
}

int plan_security(struct planning *p)
{
	try(decide_labels(p));
	decide_keyring(p);
	return decide_seccomp(p);
}
