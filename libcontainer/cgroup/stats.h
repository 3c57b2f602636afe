/*
 * What a container uses, as the files of its groups tell it, from whichever version has the
 * controller.  Times are in nanoseconds, sizes in bytes; 0 where the kernel does not say.  What is
 * gone (ENOENT, ENODEV) is 0, too: a container may end while it is looked at.  cgroups(7) and the
 * kernel's Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct cgroup_paths;

/* Shares of time in which some, or all, were held up; avg in hundredths of a percent, total in
 * microseconds.  psi.rst. */
struct cgroup_pressure {
	bool set;
	struct cgroup_pressure_line { uint64_t avg10, avg60, avg300, total; } some, full;
};

struct cgroup_numbers { uint64_t *items; size_t count; };

/* A number with a name, as of memory.stat. */
struct cgroup_counter { const char *name; uint64_t value; };
struct cgroup_counters { struct cgroup_counter *items; size_t count; };

struct cgroup_cpu {
	uint64_t total, user, kernel;
	struct cgroup_numbers per_cpu, per_cpu_user, per_cpu_kernel;
	uint64_t periods, throttled_periods, throttled_time;
	struct cgroup_pressure pressure;
};

struct cgroup_cpuset {
	struct cgroup_numbers cpus, mems;
	uint64_t cpu_exclusive, mem_exclusive, mem_hardwall, memory_migrate, memory_spread_page,
		memory_spread_slab, memory_pressure, sched_load_balance;
	int64_t sched_relax_domain_level;
};

/* limit is UINT64_MAX for cgroup2's "max". */
struct cgroup_memory_use { uint64_t limit, usage, max, failures; };

struct cgroup_memory {
	uint64_t cache;
	struct cgroup_memory_use usage, swap /* with memory */, kernel, kernel_tcp;
	struct cgroup_counters raw; /* by name */
	struct cgroup_pressure pressure;
};

/* limit 0: none. */
struct cgroup_tasks { uint64_t current, limit; };

struct cgroup_io_entry { uint64_t major, minor; const char *operation; uint64_t value; };
struct cgroup_io_list { struct cgroup_io_entry *items; size_t count; };

struct cgroup_io {
	struct cgroup_io_list service_bytes, serviced, queued, service_time, wait_time, merged,
		time, sectors;
	struct cgroup_pressure pressure;
};

struct cgroup_hugepages { const char *size; uint64_t usage, max, failures; };
struct cgroup_hugepage_list { struct cgroup_hugepages *items; size_t count; };

struct cgroup_stats {
	struct cgroup_cpu cpu;
	struct cgroup_cpuset cpuset; /* of v1 alone */
	struct cgroup_memory memory;
	struct cgroup_tasks tasks;
	struct cgroup_io io;
	struct cgroup_hugepage_list hugepages; /* by size */
};

/* All memory is the arena's. */
int cgroup_stats_read(
	struct arena *arena, const struct cgroup_paths *paths, struct cgroup_stats *ret_stats);
