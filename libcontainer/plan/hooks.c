#include <inttypes.h>

#include "libcontainer/plan/parts.h"

/* 68 years: what is longer would only overflow where deadlines are computed. */
#define TIMEOUT_MAX INT32_MAX

/* As execve(2) wants it. */
static const char **strings_terminated(struct arena *arena, const struct spec_strings *strings)
{
	const char **copy = arena_new_array(arena, const char *, strings->count + 1);

	for (size_t i = 0; i < strings->count; i++)
		copy[i] = strings->items[i];
	return copy;
}

static int hook_decide(struct planning *p, const struct spec_hook *hook, const char *place,
	struct plan_hook *ret_hook)
{
	struct plan_hook plan = { .path = hook->path, .env_set = hook->env.set };

	/* The spec: "if set, timeout MUST be greater than zero". */
	if (hook->timeout.set && hook->timeout.value <= 0)
		return refuse("%s.timeout: %" PRId64 " is not greater than zero", place,
			hook->timeout.value);
	if (hook->timeout.set)
		plan.timeout =
			hook->timeout.value < TIMEOUT_MAX ? hook->timeout.value : TIMEOUT_MAX;
	plan.env = strings_terminated(p->arena, &hook->env);
	if (hook->args.count > 0) {
		plan.args = strings_terminated(p->arena, &hook->args);
	} else {
		plan.args = arena_new_array(p->arena, const char *, 2);
		plan.args[0] = hook->path;
	}
	*ret_hook = plan;
	return 0;
}

static int hooks_decide(struct planning *p, enum plan_hook_point point, const char *name,
	const struct spec_hook_list *list)
{
	struct plan_hooks *hooks = &p->plan->hooks[point];

	hooks->items = arena_new_array(p->arena, struct plan_hook, list->count);
	hooks->count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		const char *place = arena_printf(p->arena, "hooks.%s[%zu]", name, i);

		try(hook_decide(p, &list->items[i], place, &hooks->items[i]));
	}
	return 0;
}

int plan_hooks(struct planning *p)
{
	const struct spec_hooks *hooks = p->spec->hooks;

	/* They belong to the container's life, of which exec is no step. */
	if (!hooks || p->options->verb == PLAN_EXEC)
		return 0;
	try(hooks_decide(p, PLAN_HOOK_PRESTART, "prestart", &hooks->prestart));
	try(hooks_decide(p, PLAN_HOOK_CREATE_RUNTIME, "createRuntime", &hooks->create_runtime));
	try(hooks_decide(
		p, PLAN_HOOK_CREATE_CONTAINER, "createContainer", &hooks->create_container));
	try(hooks_decide(p, PLAN_HOOK_START_CONTAINER, "startContainer", &hooks->start_container));
	try(hooks_decide(p, PLAN_HOOK_POSTSTART, "poststart", &hooks->poststart));
	try(hooks_decide(p, PLAN_HOOK_POSTSTOP, "poststop", &hooks->poststop));
	return 0;
}
