/* What memory a container uses. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/stats_parts.h"

/* PREFIX.FILE of one account; all are 0 where there is none. */
static int read_part(const struct sample *s, const char *prefix, const char *file, uint64_t *ret)
{
	return stats_number(s, arena_printf(s->arena, "%s.%s", prefix, file), ret);
}

/* ---- memory.stat ---------------------------------------------------------------------- */

static int compare_counters(const void *a, const void *b)
{
	const struct cgroup_counter *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int read_raw(const struct sample *s, struct cgroup_counters *raw)
{
	size_t lines = 1;
	char *text, *line;

	try(stats_text(s, "memory.stat", &text));
	if (!text)
		return 0;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	raw->items = arena_new_array(s->arena, struct cgroup_counter, lines);
	while ((line = strsep(&text, "\n"))) {
		char *value = strchr(line, ' ');

		if (!value)
			continue;
		*value++ = '\0';
		raw->items[raw->count++] =
			(struct cgroup_counter){ line, strtoull(value, NULL, 10) };
	}
	qsort(raw->items, raw->count, sizeof(*raw->items), compare_counters);
	return 0;
}

static uint64_t raw_find(const struct cgroup_counters *raw, const char *name)
{
	for (size_t i = 0; i < raw->count; i++)
		if (strcmp(raw->items[i].name, name) == 0)
			return raw->items[i].value;
	return 0;
}

/* ---- memory --------------------------------------------------------------------------- */

static int read_use_v1(const struct sample *s, const char *prefix, struct cgroup_memory_use *use)
{
	try(read_part(s, prefix, "limit_in_bytes", &use->limit));
	try(read_part(s, prefix, "usage_in_bytes", &use->usage));
	try(read_part(s, prefix, "max_usage_in_bytes", &use->max));
	return read_part(s, prefix, "failcnt", &use->failures);
}

int stats_memory_v1(const struct sample *s)
{
	struct cgroup_memory *memory = &s->stats->memory;

	try(read_raw(s, &memory->raw));
	memory->cache = raw_find(&memory->raw, "cache");
	try(read_use_v1(s, "memory", &memory->usage));
	try(read_use_v1(s, "memory.memsw", &memory->swap));
	try(read_use_v1(s, "memory.kmem", &memory->kernel));
	return read_use_v1(s, "memory.kmem.tcp", &memory->kernel_tcp);
}

static int read_use_v2(const struct sample *s, const char *prefix, struct cgroup_memory_use *use)
{
	try(read_part(s, prefix, "max", &use->limit));
	try(read_part(s, prefix, "current", &use->usage));
	return read_part(s, prefix, "peak", &use->max);
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

int stats_memory_v2(const struct sample *s)
{
	struct cgroup_memory *memory = &s->stats->memory;

	try(read_raw(s, &memory->raw));
	memory->cache = raw_find(&memory->raw, "file");
	try(read_use_v2(s, "memory", &memory->usage));
	try(read_use_v2(s, "memory.swap", &memory->swap));
	/* As v1 tells it: memory and swap together, of which there is no common peak. */
	memory->swap.usage = add(memory->swap.usage, memory->usage.usage);
	memory->swap.limit = add(memory->swap.limit, memory->usage.limit);
	memory->swap.max = 0;
	return 0;
}

/* ---- hugetlb -------------------------------------------------------------------------- */

static int compare_sizes(const void *a, const void *b)
{
	const struct cgroup_hugepages *x = a, *y = b;

	return strcmp(x->size, y->size);
}

static void add_size(const struct sample *s, const char *size, size_t length)
{
	struct cgroup_hugepage_list *list = &s->stats->hugepages;

	if ((list->count & (list->count - 1)) == 0) {
		struct cgroup_hugepages *more = arena_new_array(
			s->arena, struct cgroup_hugepages, list->count ? list->count * 2 : 1);

		if (list->count)
			memcpy(more, list->items, list->count * sizeof(*more));
		list->items = more;
	}
	list->items[list->count++] =
		(struct cgroup_hugepages){ .size = arena_strndup(s->arena, size, length) };
}

/* The sizes that there are files "hugetlb.SIZE.TAIL" of. */
static int find_sizes(const struct sample *s, const char *tail)
{
	static const char head[] = "hugetlb.";
	struct cgroup_hugepage_list *list = &s->stats->hugepages;
	int copy = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (copy < 0)
		return is_gone(-errno) ? 0 : fail(errno, "open a control group");
	auto_closedir DIR *stream = fdopendir(copy);
	if (!stream) {
		fd_close(&copy);
		return fail(errno, "list a control group");
	}
	for (const struct dirent *entry; (entry = readdir(stream));) {
		const char *size = entry->d_name + sizeof(head) - 1;

		if (strncmp(entry->d_name, head, sizeof(head) - 1) == 0 &&
			strcmp(size + strcspn(size, "."), tail) == 0)
			add_size(s, size, strcspn(size, "."));
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_sizes);
	return 0;
}

/* Reservations, where the kernel counts them: they are what a limit stops first. */
static const char *account_of(const struct sample *s, const char *size, const char *tail)
{
	const char *reserved = arena_printf(s->arena, "hugetlb.%s.rsvd", size);
	const char *file = arena_printf(s->arena, "%s.%s", reserved, tail);

	return faccessat(s->dir, file, F_OK, 0) == 0 ? reserved
						     : arena_printf(s->arena, "hugetlb.%s", size);
}

int stats_hugepages_v1(const struct sample *s)
{
	struct cgroup_hugepage_list *list = &s->stats->hugepages;

	try(find_sizes(s, ".usage_in_bytes"));
	for (size_t i = 0; i < list->count; i++) {
		const char *account = account_of(s, list->items[i].size, "usage_in_bytes");

		try(read_part(s, account, "usage_in_bytes", &list->items[i].usage));
		try(read_part(s, account, "max_usage_in_bytes", &list->items[i].max));
		try(read_part(s, account, "failcnt", &list->items[i].failures));
	}
	return 0;
}

int stats_hugepages_v2(const struct sample *s)
{
	struct cgroup_hugepage_list *list = &s->stats->hugepages;

	try(find_sizes(s, ".current"));
	for (size_t i = 0; i < list->count; i++) {
		struct cgroup_hugepages *pages = &list->items[i];
		const struct stats_key key = { "max", &pages->failures, 1 };

		try(read_part(s, account_of(s, pages->size, "current"), "current", &pages->usage));
		try(stats_keys(
			s, arena_printf(s->arena, "hugetlb.%s.events", pages->size), &key, 1));
	}
	return 0;
}
