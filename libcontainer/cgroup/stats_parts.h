/* Private to cgroup/: readers of stats.h, one per controller and version, and what they share. */
#pragma once

#include "libcontainer/base/arena.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/cgroup/stats.h"

struct sample {
	struct arena *arena;
	int dir; /* of the controller */
	struct cgroup_stats *stats;
};

typedef int stats_reader(const struct sample *s);

/* stats_cpu.c */
stats_reader stats_cpu_v1, stats_cpu_v2, stats_cpuacct_v1, stats_cpuset_v1;
/* stats_memory.c */
stats_reader stats_memory_v1, stats_memory_v2, stats_hugepages_v1, stats_hugepages_v2;
/* stats_io.c */
stats_reader stats_io_v1, stats_io_v2, stats_tasks, stats_pressure;

/* The text of a file, to be taken apart; NULL where it is gone, or the kernel keeps no such
 * account. */
int stats_text(const struct sample *s, const char *file, char **ret_text);
/* Its one number: 0 where it is gone, UINT64_MAX for "max". */
int stats_number(const struct sample *s, const char *file, uint64_t *ret_number);
/* Appends to list, which has room for powers of two. */
void stats_add(struct arena *arena, struct cgroup_numbers *list, uint64_t number);

/* A line that begins with a word: what stands behind the word goes to its place. */
struct stats_key {
	const char *name;
	uint64_t *target;
	uint64_t unit; /* a factor */
};

int stats_keys(
	const struct sample *s, const char *file, const struct stats_key *keys, size_t count);
