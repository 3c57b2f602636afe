#include "libcontainer/lifecycle/stats_json.h"

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/stats.h"
#include "oci-spec/json.h"

enum kind {
	NUMBER,   /* uint64_t, written always */
	COUNT,    /* uint64_t, left out where 0 */
	SIGNED,   /* int64_t, written always */
	AVERAGE,  /* uint64_t, in hundredths */
	NUMBERS,  /* struct cgroup_numbers, left out where empty, as are the next two */
	COUNTERS, /* struct cgroup_counters */
	TRAFFIC,  /* struct cgroup_io_list */
	PAGES,    /* struct cgroup_hugepage_list */
	PRESSURE, /* struct cgroup_pressure, left out where the kernel has none */
	OBJECT,   /* whose rows have offsets in the same struct */
	NOTHING,  /* null */
};

struct row {
	const char *key;
	enum kind kind;
	size_t offset;
	const struct row *inner; /* OBJECT: its rows, to that without a key */
};

#define AT(member) offsetof(struct cgroup_stats, member)
#define IN(type, member) offsetof(struct cgroup_##type, member)

/* clang-format off */

static const struct row line_rows[] = {
	{ "avg10",  AVERAGE, IN(pressure_line, avg10),  NULL },
	{ "avg60",  AVERAGE, IN(pressure_line, avg60),  NULL },
	{ "avg300", AVERAGE, IN(pressure_line, avg300), NULL },
	{ "total",  NUMBER,  IN(pressure_line, total),  NULL },
	{ 0 },
};

static const struct row usage_rows[] = {
	{ "total",         COUNT,   AT(cpu.total),          NULL },
	{ "percpu",        NUMBERS, AT(cpu.per_cpu),        NULL },
	{ "percpu_kernel", NUMBERS, AT(cpu.per_cpu_kernel), NULL },
	{ "percpu_user",   NUMBERS, AT(cpu.per_cpu_user),   NULL },
	{ "kernel",        NUMBER,  AT(cpu.kernel),         NULL },
	{ "user",          NUMBER,  AT(cpu.user),           NULL },
	{ 0 },
};

static const struct row throttling_rows[] = {
	{ "periods",          COUNT, AT(cpu.periods),           NULL },
	{ "throttledPeriods", COUNT, AT(cpu.throttled_periods), NULL },
	{ "throttledTime",    COUNT, AT(cpu.throttled_time),    NULL },
	{ 0 },
};

static const struct row cpu_rows[] = {
	{ "usage",      OBJECT,   0,                usage_rows },
	{ "throttling", OBJECT,   0,                throttling_rows },
	{ "psi",        PRESSURE, AT(cpu.pressure), NULL },
	{ 0 },
};

static const struct row cpuset_rows[] = {
	{ "cpus",                     NUMBERS, AT(cpuset.cpus),                     NULL },
	{ "cpu_exclusive",            NUMBER,  AT(cpuset.cpu_exclusive),            NULL },
	{ "mems",                     NUMBERS, AT(cpuset.mems),                     NULL },
	{ "mem_hardwall",             NUMBER,  AT(cpuset.mem_hardwall),             NULL },
	{ "mem_exclusive",            NUMBER,  AT(cpuset.mem_exclusive),            NULL },
	{ "memory_migrate",           NUMBER,  AT(cpuset.memory_migrate),           NULL },
	{ "memory_spread_page",       NUMBER,  AT(cpuset.memory_spread_page),       NULL },
	{ "memory_spread_slab",       NUMBER,  AT(cpuset.memory_spread_slab),       NULL },
	{ "memory_pressure",          NUMBER,  AT(cpuset.memory_pressure),          NULL },
	{ "sched_load_balance",       NUMBER,  AT(cpuset.sched_load_balance),       NULL },
	{ "sched_relax_domain_level", SIGNED,  AT(cpuset.sched_relax_domain_level), NULL },
	{ 0 },
};

#define MEMORY_ROWS(part) { \
	{ "limit",   NUMBER, AT(memory.part.limit),    NULL }, \
	{ "usage",   COUNT,  AT(memory.part.usage),    NULL }, \
	{ "max",     COUNT,  AT(memory.part.max),      NULL }, \
	{ "failcnt", NUMBER, AT(memory.part.failures), NULL }, \
	{ 0 }, \
}

static const struct row memory_usage_rows[] = MEMORY_ROWS(usage);
static const struct row memory_swap_rows[] = MEMORY_ROWS(swap);
static const struct row memory_kernel_rows[] = MEMORY_ROWS(kernel);
static const struct row memory_kernel_tcp_rows[] = MEMORY_ROWS(kernel_tcp);

static const struct row memory_rows[] = {
	{ "cache",     COUNT,    AT(memory.cache),    NULL },
	{ "usage",     OBJECT,   0,                   memory_usage_rows },
	{ "swap",      OBJECT,   0,                   memory_swap_rows },
	{ "kernel",    OBJECT,   0,                   memory_kernel_rows },
	{ "kernelTCP", OBJECT,   0,                   memory_kernel_tcp_rows },
	{ "raw",       COUNTERS, AT(memory.raw),      NULL },
	{ "psi",       PRESSURE, AT(memory.pressure), NULL },
	{ 0 },
};

static const struct row pids_rows[] = {
	{ "current", COUNT, AT(tasks.current), NULL },
	{ "limit",   COUNT, AT(tasks.limit),   NULL },
	{ 0 },
};

static const struct row blkio_rows[] = {
	{ "ioServiceBytesRecursive", TRAFFIC,  AT(io.service_bytes), NULL },
	{ "ioServicedRecursive",     TRAFFIC,  AT(io.serviced),      NULL },
	{ "ioQueueRecursive",        TRAFFIC,  AT(io.queued),        NULL },
	{ "ioServiceTimeRecursive",  TRAFFIC,  AT(io.service_time),  NULL },
	{ "ioWaitTimeRecursive",     TRAFFIC,  AT(io.wait_time),     NULL },
	{ "ioMergedRecursive",       TRAFFIC,  AT(io.merged),        NULL },
	{ "ioTimeRecursive",         TRAFFIC,  AT(io.time),          NULL },
	{ "sectorsRecursive",        TRAFFIC,  AT(io.sectors),       NULL },
	{ "psi",                     PRESSURE, AT(io.pressure),      NULL },
	{ 0 },
};

static const struct row no_rows[] = { { 0 } };

/* Nothing is told of resctrl: its monitors have files of their own.  Interfaces are those that the runtime would have
 * made itself, which none does: runc writes null, too. */
static const struct row stats_rows[] = {
	{ "cpu",                OBJECT,  0,             cpu_rows },
	{ "cpuset",             OBJECT,  0,             cpuset_rows },
	{ "memory",             OBJECT,  0,             memory_rows },
	{ "pids",               OBJECT,  0,             pids_rows },
	{ "blkio",              OBJECT,  0,             blkio_rows },
	{ "hugetlb",            PAGES,   AT(hugepages), NULL },
	{ "intel_rdt",          OBJECT,  0,             no_rows },
	{ "network_interfaces", NOTHING, 0,             NULL },
	{ 0 },
};

static const struct row page_rows[] = {
	{ "usage",   COUNT,  IN(hugepages, usage),    NULL },
	{ "max",     COUNT,  IN(hugepages, max),      NULL },
	{ "failcnt", NUMBER, IN(hugepages, failures), NULL },
	{ 0 },
};

/* clang-format on */

static void write_rows(struct json_writer *writer, const struct row *rows, const void *object);

/* ---- kinds with a shape of their own --------------------------------------------------- */

static void write_numbers(struct json_writer *writer, const struct cgroup_numbers *list)
{
	json_open(writer, '[');
	for (size_t i = 0; i < list->count; i++) {
		json_item(writer);
		json_unsigned(writer, list->items[i]);
	}
	json_close(writer, ']');
}

static void write_counters(struct json_writer *writer, const struct cgroup_counters *list)
{
	json_open(writer, '{');
	for (size_t i = 0; i < list->count; i++) {
		json_key(writer, list->items[i].name);
		json_unsigned(writer, list->items[i].value);
	}
	json_close(writer, '}');
}

static void write_count(struct json_writer *writer, const char *key, uint64_t number)
{
	if (number == 0)
		return;
	json_key(writer, key);
	json_unsigned(writer, number);
}

static void write_traffic(struct json_writer *writer, const struct cgroup_io_list *list)
{
	json_open(writer, '[');
	for (size_t i = 0; i < list->count; i++) {
		const struct cgroup_io_entry *entry = &list->items[i];

		json_item(writer);
		json_open(writer, '{');
		write_count(writer, "major", entry->major);
		write_count(writer, "minor", entry->minor);
		if (*entry->operation) {
			json_key(writer, "op");
			json_string(writer, entry->operation);
		}
		write_count(writer, "value", entry->value);
		json_close(writer, '}');
	}
	json_close(writer, ']');
}

static void write_pages(struct json_writer *writer, const struct cgroup_hugepage_list *list)
{
	json_open(writer, '{');
	for (size_t i = 0; i < list->count; i++) {
		json_key(writer, list->items[i].size);
		write_rows(writer, page_rows, &list->items[i]);
	}
	json_close(writer, '}');
}

static void write_pressure(struct json_writer *writer, const struct cgroup_pressure *pressure)
{
	json_open(writer, '{');
	json_key(writer, "some");
	write_rows(writer, line_rows, &pressure->some);
	json_key(writer, "full");
	write_rows(writer, line_rows, &pressure->full);
	json_close(writer, '}');
}

/* ---- rows ----------------------------------------------------------------------------- */

/* Whether there is anything to be written. */
static bool is_present(const struct row *row, const char *member)
{
	switch (row->kind) {
	case COUNT:
		return *(const uint64_t *)member != 0;
	case NUMBERS:
		return ((const struct cgroup_numbers *)member)->count > 0;
	case COUNTERS:
		return ((const struct cgroup_counters *)member)->count > 0;
	case TRAFFIC:
		return ((const struct cgroup_io_list *)member)->count > 0;
	case PRESSURE:
		return ((const struct cgroup_pressure *)member)->set;
	default:
		return true;
	}
}

static void write_row(struct json_writer *writer, const struct row *row, const char *member)
{
	switch (row->kind) {
	case NUMBER:
	case COUNT:
		json_unsigned(writer, *(const uint64_t *)member);
		return;
	case SIGNED:
		json_signed(writer, *(const int64_t *)member);
		return;
	case AVERAGE:
		json_hundredths(writer, *(const uint64_t *)member);
		return;
	case NUMBERS:
		write_numbers(writer, (const void *)member);
		return;
	case COUNTERS:
		write_counters(writer, (const void *)member);
		return;
	case TRAFFIC:
		write_traffic(writer, (const void *)member);
		return;
	case PAGES:
		write_pages(writer, (const void *)member);
		return;
	case PRESSURE:
		write_pressure(writer, (const void *)member);
		return;
	case OBJECT:
		write_rows(writer, row->inner, member);
		return;
	case NOTHING:
		json_null(writer);
	}
}

static void write_rows(struct json_writer *writer, const struct row *rows, const void *object)
{
	json_open(writer, '{');
	for (; rows->key; rows++) {
		const char *member = (const char *)object + rows->offset;

		if (!is_present(rows, member))
			continue;
		json_key(writer, rows->key);
		write_row(writer, rows, member);
	}
	json_close(writer, '}');
}

static void write_head(struct json_writer *writer, const char *type, const char *id)
{
	json_open(writer, '{');
	json_key(writer, "type");
	json_string(writer, type);
	json_key(writer, "id");
	json_string(writer, id);
}

int stats_json(const char *id, const struct cgroup_stats *stats, struct str *text)
{
	struct json_writer writer = { .out = text };

	write_head(&writer, "stats", id);
	json_key(&writer, "data");
	write_rows(&writer, stats_rows, stats);
	json_close(&writer, '}');
	return writer.code < 0 ? fail(writer.code, "write an event") : 0;
}

int stats_json_oom(const char *id, struct str *text)
{
	struct json_writer writer = { .out = text };

	write_head(&writer, "oom", id);
	json_close(&writer, '}');
	return writer.code < 0 ? fail(writer.code, "write an event") : 0;
}
