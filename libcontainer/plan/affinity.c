/* execCPUAffinity: lists of cpus as the kernel's cpuset files have them, "0-3,8". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/parse.h"
#include "libcontainer/plan/process.h"

#define LONG_BITS (8 * sizeof(unsigned long))

struct cpu_range {
	uint64_t first, last;
};

/* Without spaces around. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static int parse_range(char *text, struct cpu_range *ret_range)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash++ = '\0';
	if (parse_u64(text, PLAN_CPUS_MAX - 1, &ret_range->first) < 0)
		return -EINVAL;
	ret_range->last = ret_range->first;
	if (dash && parse_u64(dash, PLAN_CPUS_MAX - 1, &ret_range->last) < 0)
		return -EINVAL;
	return ret_range->first > ret_range->last ? -EINVAL : 0;
}

/* As in runc, commas too many are no fault; no cpu at all is. */
static int parse_cpus(struct arena *arena, const char *list, struct plan_cpus *ret_cpus)
{
	unsigned long *bits = arena_new_array(arena, unsigned long, PLAN_CPUS_MAX / LONG_BITS);
	char *next = arena_strdup(arena, list), *item;
	uint64_t highest = 0;
	bool any = false;

	while ((item = strsep(&next, ","))) {
		struct cpu_range range;

		item = trim(item);
		if (!item[0])
			continue;
		if (parse_range(item, &range) < 0)
			return -EINVAL;
		for (uint64_t cpu = range.first; cpu <= range.last; cpu++)
			bits[cpu / LONG_BITS] |= 1UL << cpu % LONG_BITS;
		highest = range.last > highest ? range.last : highest;
		any = true;
	}
	if (!any)
		return -EINVAL;
	*ret_cpus = (struct plan_cpus){ bits, (highest / LONG_BITS + 1) * sizeof(*bits) };
	return 0;
}

static int plan_cpus(
	struct planning *p, const char *name, const char *list, struct plan_cpus *ret_cpus)
{
	if (!list || !list[0])
		return 0;
	if (parse_cpus(p->arena, list, ret_cpus) < 0)
		return refuse("process.execCPUAffinity.%s: wants a list of cpus below %d such as "
			      "\"0-3,8\", got \"%s\"",
			name, PLAN_CPUS_MAX, list);
	return 0;
}

int plan_affinity(struct planning *p)
{
	const struct spec_process *container = p->spec->process;
	const struct spec_exec_cpu_affinity *spec = p->process->exec_cpu_affinity;
	struct plan_process *plan = &p->plan->process;

	/* A --process file that says nothing of it leaves what the container has for exec. */
	if (!spec && container)
		spec = container->exec_cpu_affinity;
	if (!spec)
		return 0;
	/* Also for a container's init, which it isn't for: what can't be done is told at create. */
	try(plan_cpus(p, "initial", spec->initial, &plan->initial_cpus));
	try(plan_cpus(p, "final", spec->final, &plan->final_cpus));
	if (p->options->verb != PLAN_EXEC)
		plan->initial_cpus = plan->final_cpus = (struct plan_cpus){ 0 };
	return 0;
}
