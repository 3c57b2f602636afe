/*
 * Rules for devices.  The kernel's v1 files know of 'a' only as "everything, reset", so a rule for
 * some numbers or accesses of both types becomes one of each type here.
 */
#include "libcontainer/plan/device_rules.h"

#include <string.h>

#include "libcontainer/base/cleanup.h"

/* clang-format off */

static const struct plan_device_rule deny_all = { false, 'a', -1, -1, true, true, true };

/*
 * What no rule of the spec can take away: making nodes, which is harmless where they can't be
 * opened, and the default devices.
 */
static const struct plan_device_rule always[] = {
	{ true, 'c', -1, -1,   false, false, true },
	{ true, 'b', -1, -1,   false, false, true },
	{ true, 'c', 1, 3,     true, true, true }, /* null */
	{ true, 'c', 1, 5,     true, true, true }, /* zero */
	{ true, 'c', 1, 7,     true, true, true }, /* full */
	{ true, 'c', 1, 8,     true, true, true }, /* random */
	{ true, 'c', 1, 9,     true, true, true }, /* urandom */
	{ true, 'c', 5, 0,     true, true, true }, /* tty */
	{ true, 'c', 5, 1,     true, true, true }, /* console */
	{ true, 'c', 5, 2,     true, true, true }, /* ptmx */
	{ true, 'c', 136, -1,  true, true, true }, /* pts */
	{ true, 'c', 10, 200,  true, true, true }, /* net/tun */
};

/* clang-format on */

static bool is_for_all(const struct plan_device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 && rule->read &&
	       rule->write && rule->make;
}

static void add_rule(struct plan_cgroup *cgroup, const struct plan_device_rule *rule)
{
	struct plan_device_rule half = *rule;

	if (is_for_all(rule)) {
		cgroup->device_rules[0] = *rule;
		cgroup->device_rule_count = 1;
		return;
	}
	/* Where all is allowed, one more allowed thing is nothing, and costs a program. */
	if (rule->allow && cgroup->device_rule_count == 1 && cgroup->device_rules[0].allow)
		return;
	if (rule->type != 'a') {
		cgroup->device_rules[cgroup->device_rule_count++] = half;
		return;
	}
	half.type = 'b';
	cgroup->device_rules[cgroup->device_rule_count++] = half;
	half.type = 'c';
	cgroup->device_rules[cgroup->device_rule_count++] = half;
}

static int take_number(
	const char *place, const char *what, const struct maybe_i64 *number, int64_t *ret_number)
{
	if (number->set && (number->value < -1 || number->value > INT32_MAX))
		return refuse(
			"%s.%s: %lld is no device number", place, what, (long long)number->value);
	*ret_number = number->set ? number->value : -1;
	return 0;
}

static int take_access(const char *place, const char *access, struct plan_device_rule *rule)
{
	if (!access || !*access)
		return refuse("%s.access: device access field cannot be empty", place);
	if (access[strspn(access, "rwm")])
		return refuse("%s.access: invalid device access '%s'", place, access);
	rule->read = strchr(access, 'r') != NULL;
	rule->write = strchr(access, 'w') != NULL;
	rule->make = strchr(access, 'm') != NULL;
	return 0;
}

static int take_rule(const struct planning *p, size_t index, const struct spec_device_rule *spec,
	struct plan_device_rule *ret_rule)
{
	const char *place = arena_printf(p->arena, "linux.resources.devices[%zu]", index);
	const char *type = spec->type && *spec->type ? spec->type : "a";

	*ret_rule = (struct plan_device_rule){ .allow = spec->allow, .type = type[0] };
	if (!strchr("abc", type[0]) || type[1])
		return refuse("%s.type: invalid device type '%s'", place, type);
	try(take_number(place, "major", &spec->major, &ret_rule->major));
	try(take_number(place, "minor", &spec->minor, &ret_rule->minor));
	return take_access(place, spec->access, ret_rule);
}

int plan_device_rules(struct planning *p)
{
	const struct spec_linux *linux_ = p->spec->linux_;
	struct plan_cgroup *cgroup = &p->plan->cgroup;
	size_t count = linux_ && linux_->resources ? linux_->resources->devices.count : 0;

	/* A rule becomes two at most. */
	cgroup->device_rules = arena_new_array(
		p->arena, struct plan_device_rule, 1 + 2 * count + COUNT_OF(always));
	add_rule(cgroup, &deny_all);
	for (size_t i = 0; i < count; i++) {
		struct plan_device_rule rule;

		try(take_rule(p, i, &linux_->resources->devices.items[i], &rule));
		add_rule(cgroup, &rule);
	}
	for (size_t i = 0; i < COUNT_OF(always); i++)
		add_rule(cgroup, &always[i]);
	/* A user namespace may not limit devices, nor may a user; they have none but their own. */
	cgroup->devices_set = p->options->cgroup_manager != PLAN_CGROUP_DISABLED &&
			      p->host->hierarchy_count > 0 && p->host->uid == 0 &&
			      !p->host->in_user_namespace;
	return 0;
}
