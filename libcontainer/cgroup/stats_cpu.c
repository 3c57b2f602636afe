/* What processors a container has used, and may use. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/stats_parts.h"

#define NANOSECONDS UINT64_C(1000000000)

int stats_cpu_v1(const struct sample *s)
{
	struct cgroup_cpu *cpu = &s->stats->cpu;
	const struct stats_key keys[] = {
		{ "nr_periods", &cpu->periods, 1 },
		{ "nr_throttled", &cpu->throttled_periods, 1 },
		{ "throttled_time", &cpu->throttled_time, 1 },
	};

	return stats_keys(s, "cpu.stat", keys, COUNT_OF(keys));
}

int stats_cpu_v2(const struct sample *s)
{
	struct cgroup_cpu *cpu = &s->stats->cpu;
	const struct stats_key keys[] = {
		{ "usage_usec", &cpu->total, 1000 },
		{ "user_usec", &cpu->user, 1000 },
		{ "system_usec", &cpu->kernel, 1000 },
		{ "nr_periods", &cpu->periods, 1 },
		{ "nr_throttled", &cpu->throttled_periods, 1 },
		{ "throttled_usec", &cpu->throttled_time, 1000 },
	};

	return stats_keys(s, "cpu.stat", keys, COUNT_OF(keys));
}

/* All numbers of a text, whatever stands between them. */
static void add_all(struct arena *arena, const char *text, struct cgroup_numbers *list)
{
	char *end;

	for (;;) {
		uint64_t number = strtoull(text, &end, 10);

		if (end == text)
			return;
		stats_add(arena, list, number);
		text = end;
	}
}

/* A line of headings, then "CPU USER SYSTEM" for each. */
static int read_per_cpu(const struct sample *s)
{
	struct cgroup_cpu *cpu = &s->stats->cpu;
	struct cgroup_numbers numbers = { 0 };
	char *text;

	try(stats_text(s, "cpuacct.usage_all", &text));
	text = text ? strchr(text, '\n') : NULL;
	if (!text)
		return 0;
	add_all(s->arena, text, &numbers);
	for (size_t i = 0; i + 2 < numbers.count; i += 3) {
		stats_add(s->arena, &cpu->per_cpu_user, numbers.items[i + 1]);
		stats_add(s->arena, &cpu->per_cpu_kernel, numbers.items[i + 2]);
	}
	return 0;
}

int stats_cpuacct_v1(const struct sample *s)
{
	struct cgroup_cpu *cpu = &s->stats->cpu;
	long ticks = sysconf(_SC_CLK_TCK); /* of a second */
	uint64_t unit = NANOSECONDS / (uint64_t)(ticks > 0 ? ticks : 100);
	const struct stats_key keys[] = {
		{ "user", &cpu->user, unit },
		{ "system", &cpu->kernel, unit },
	};
	char *text;

	try(stats_keys(s, "cpuacct.stat", keys, COUNT_OF(keys)));
	try(stats_number(s, "cpuacct.usage", &cpu->total));
	try(stats_text(s, "cpuacct.usage_percpu", &text));
	if (text)
		add_all(s->arena, text, &cpu->per_cpu);
	return read_per_cpu(s);
}

/* "0-2,7" */
static int read_list(const struct sample *s, const char *file, struct cgroup_numbers *list)
{
	char *text, *item;

	try(stats_text(s, file, &text));
	while (text && (item = strsep(&text, ",\n"))) {
		char *end;
		uint64_t first = strtoull(item, &end, 10), last = first;

		if (end == item)
			continue;
		if (*end == '-')
			last = strtoull(end + 1, NULL, 10);
		while (first <= last && last < UINT16_MAX)
			stats_add(s->arena, list, first++);
	}
	return 0;
}

int stats_cpuset_v1(const struct sample *s)
{
	struct cgroup_cpuset *cpuset = &s->stats->cpuset;
	const struct {
		const char *file;
		uint64_t *target;
	} numbers[] = {
		{ "cpuset.cpu_exclusive", &cpuset->cpu_exclusive },
		{ "cpuset.mem_exclusive", &cpuset->mem_exclusive },
		{ "cpuset.mem_hardwall", &cpuset->mem_hardwall },
		{ "cpuset.memory_migrate", &cpuset->memory_migrate },
		{ "cpuset.memory_spread_page", &cpuset->memory_spread_page },
		{ "cpuset.memory_spread_slab", &cpuset->memory_spread_slab },
		{ "cpuset.memory_pressure", &cpuset->memory_pressure },
		{ "cpuset.sched_load_balance", &cpuset->sched_load_balance },
	};
	char *text;

	try(read_list(s, "cpuset.cpus", &cpuset->cpus));
	try(read_list(s, "cpuset.mems", &cpuset->mems));
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		try(stats_number(s, numbers[i].file, numbers[i].target));
	try(stats_text(s, "cpuset.sched_relax_domain_level", &text));
	if (text)
		cpuset->sched_relax_domain_level = strtoll(text, NULL, 10);
	return 0;
}
