/* What a container reads and writes, how many processes it has, and what holds it up. */
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/stats_parts.h"

static void add_entry(
	struct arena *arena, struct cgroup_io_list *list, struct cgroup_io_entry entry)
{
	if ((list->count & (list->count - 1)) == 0) {
		struct cgroup_io_entry *more = arena_new_array(
			arena, struct cgroup_io_entry, list->count ? list->count * 2 : 1);

		if (list->count)
			memcpy(more, list->items, list->count * sizeof(*more));
		list->items = more;
	}
	list->items[list->count++] = entry;
}

/* "8:0": where it ends; NULL where it is none. */
static char *take_device(char *line, struct cgroup_io_entry *entry)
{
	char *end;

	entry->major = strtoull(line, &end, 10);
	if (end == line || *end != ':')
		return NULL;
	line = end + 1;
	entry->minor = strtoull(line, &end, 10);
	return end == line || *end != ' ' ? NULL : end + 1;
}

/* ---- v1 ------------------------------------------------------------------------------- */

/* "8:0 Read 4096", or without the word; lines of totals have no device. */
static int read_list_v1(const struct sample *s, const char *file, struct cgroup_io_list *list)
{
	char *text, *line;

	*list = (struct cgroup_io_list){ 0 };
	try(stats_text(s, file, &text));
	while (text && (line = strsep(&text, "\n"))) {
		struct cgroup_io_entry entry = { .operation = "" };
		char *rest = take_device(line, &entry);

		if (!rest)
			continue;
		char *space = strchr(rest, ' ');
		if (space) {
			*space = '\0';
			entry.operation = rest;
			rest = space + 1;
		}
		entry.value = strtoull(rest, NULL, 10);
		add_entry(s->arena, list, entry);
	}
	return 0;
}

#define LIST(member) offsetof(struct cgroup_io, member)

/* clang-format off */

/* The accounts of different schedulers, from the most detailed to that which there always is.  One
 * whose first file has no line is not kept for this container. */
static const struct { const char *file; size_t list; } accounts_v1[][9] = {
	{
		{ "blkio.bfq.sectors_recursive",          LIST(sectors) },
		{ "blkio.bfq.io_service_time_recursive",  LIST(service_time) },
		{ "blkio.bfq.io_wait_time_recursive",     LIST(wait_time) },
		{ "blkio.bfq.io_merged_recursive",        LIST(merged) },
		{ "blkio.bfq.io_queued_recursive",        LIST(queued) },
		{ "blkio.bfq.time_recursive",             LIST(time) },
		{ "blkio.bfq.io_serviced_recursive",      LIST(serviced) },
		{ "blkio.bfq.io_service_bytes_recursive", LIST(service_bytes) },
		{ NULL, 0 },
	}, {
		{ "blkio.bfq.io_serviced_recursive",      LIST(serviced) },
		{ "blkio.bfq.io_service_bytes_recursive", LIST(service_bytes) },
		{ NULL, 0 },
	}, {
		{ "blkio.sectors_recursive",              LIST(sectors) },
		{ "blkio.io_service_time_recursive",      LIST(service_time) },
		{ "blkio.io_wait_time_recursive",         LIST(wait_time) },
		{ "blkio.io_merged_recursive",            LIST(merged) },
		{ "blkio.io_queued_recursive",            LIST(queued) },
		{ "blkio.time_recursive",                 LIST(time) },
		{ "blkio.io_serviced_recursive",          LIST(serviced) },
		{ "blkio.io_service_bytes_recursive",     LIST(service_bytes) },
		{ NULL, 0 },
	}, {
		{ "blkio.throttle.io_serviced_recursive",      LIST(serviced) },
		{ "blkio.throttle.io_service_bytes_recursive", LIST(service_bytes) },
		{ NULL, 0 },
	}, {
		{ "blkio.throttle.io_serviced",           LIST(serviced) },
		{ "blkio.throttle.io_service_bytes",      LIST(service_bytes) },
		{ NULL, 0 },
	},
};

/* clang-format on */

int stats_io_v1(const struct sample *s)
{
	for (size_t i = 0; i < COUNT_OF(accounts_v1); i++) {
		struct cgroup_io_list *first = NULL;

		for (size_t k = 0; accounts_v1[i][k].file; k++) {
			struct cgroup_io_list *list =
				(void *)((char *)&s->stats->io + accounts_v1[i][k].list);

			try(read_list_v1(s, accounts_v1[i][k].file, list));
			first = first ? first : list;
			if (first->count == 0)
				break; /* it is the first that we have just read */
		}
		if (first->count > 0)
			return 0;
	}
	return 0;
}

/* ---- cgroup2 -------------------------------------------------------------------------- */

/* "8:0 rbytes=1 wbytes=2 ...": in the words of v1; what v1 had no word for is left out. */
static void take_pair(const struct sample *s, const struct cgroup_io_entry *device, char *pair)
{
	static const struct {
		const char *key, *operation;
		size_t list;
	} pairs[] = {
		{ "rbytes", "Read", LIST(service_bytes) },
		{ "wbytes", "Write", LIST(service_bytes) },
		{ "dbytes", "Discard", LIST(service_bytes) },
		{ "rios", "Read", LIST(serviced) },
		{ "wios", "Write", LIST(serviced) },
		{ "dios", "Discard", LIST(serviced) },
	};
	char *value = strchr(pair, '=');

	if (!value)
		return;
	*value++ = '\0';
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		if (strcmp(pair, pairs[i].key) != 0)
			continue;
		struct cgroup_io_entry entry = *device;
		entry.operation = pairs[i].operation;
		entry.value = strtoull(value, NULL, 10);
		add_entry(s->arena, (void *)((char *)&s->stats->io + pairs[i].list), entry);
	}
}

int stats_io_v2(const struct sample *s)
{
	char *text, *line, *pair;

	try(stats_text(s, "io.stat", &text));
	while (text && (line = strsep(&text, "\n"))) {
		struct cgroup_io_entry device = { 0 };
		char *rest = take_device(line, &device);

		while (rest && (pair = strsep(&rest, " ")))
			take_pair(s, &device, pair);
	}
	return 0;
}

/* ---- pids ----------------------------------------------------------------------------- */

int stats_tasks(const struct sample *s)
{
	struct cgroup_tasks *tasks = &s->stats->tasks;
	char *text;

	try(stats_number(s, "pids.max", &tasks->limit));
	if (tasks->limit == UINT64_MAX)
		tasks->limit = 0;
	try(stats_text(s, "pids.current", &text));
	if (text) {
		tasks->current = strtoull(text, NULL, 10);
		return 0;
	}
	/* Without the controller there are still the processes to be counted. */
	auto_pids struct pids pids = { 0 };
	try(pids_collect(s->dir, &pids));
	tasks->current = pids.count;
	return 0;
}

/* ---- pressure ------------------------------------------------------------------------- */

/* "avg10=1.50" in hundredths; the kernel writes two digits behind the point. */
static uint64_t hundredths(const char *text)
{
	char *point;
	uint64_t whole = strtoull(text, &point, 10);

	return whole * 100 + (*point == '.' ? strtoull(point + 1, NULL, 10) : 0);
}

static void take_pressure(char *line, struct cgroup_pressure_line *ret_line)
{
	const struct {
		const char *key;
		uint64_t *target;
	} averages[] = {
		{ "avg10=", &ret_line->avg10 },
		{ "avg60=", &ret_line->avg60 },
		{ "avg300=", &ret_line->avg300 },
	};
	const char *total = strstr(line, "total=");

	for (size_t i = 0; i < COUNT_OF(averages); i++) {
		const char *found = strstr(line, averages[i].key);

		if (found)
			*averages[i].target = hundredths(found + strlen(averages[i].key));
	}
	if (total)
		ret_line->total = strtoull(total + strlen("total="), NULL, 10);
}

static int read_pressure(const struct sample *s, const char *file, struct cgroup_pressure *pressure)
{
	char *text, *line;

	try(stats_text(s, file, &text));
	pressure->set = text != NULL;
	while (text && (line = strsep(&text, "\n"))) {
		if (strncmp(line, "some ", 5) == 0)
			take_pressure(line, &pressure->some);
		else if (strncmp(line, "full ", 5) == 0)
			take_pressure(line, &pressure->full);
	}
	return 0;
}

int stats_pressure(const struct sample *s)
{
	try(read_pressure(s, "cpu.pressure", &s->stats->cpu.pressure));
	try(read_pressure(s, "memory.pressure", &s->stats->memory.pressure));
	return read_pressure(s, "io.pressure", &s->stats->io.pressure);
}
