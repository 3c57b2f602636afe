/* Reading what a container uses: which reader for which controller, and what they share. */
#include "libcontainer/cgroup/stats.h"

#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/stats_parts.h"
#include "libcontainer/kernel/file.h"

/* memory.stat has some kilobytes, io.stat a line for each device. */
#define TEXT_MAX ((size_t)1024 * 1024)

/* clang-format off */

/* Each controller is read where it is, so that of a hybrid host both versions have a say.  What every
 * group of cgroup2 has belongs to no controller. */
static const struct {
	const char *controller;
	stats_reader *v1, *v2;
} readers[] = {
	{ "cpu",     stats_cpu_v1,       stats_cpu_v2 },
	{ "cpuacct", stats_cpuacct_v1,   NULL },
	{ "cpuset",  stats_cpuset_v1,    NULL },
	{ "memory",  stats_memory_v1,    stats_memory_v2 },
	{ "pids",    stats_tasks,        stats_tasks },
	{ "blkio",   stats_io_v1,        NULL },
	{ "io",      NULL,               stats_io_v2 },
	{ "hugetlb", stats_hugepages_v1, stats_hugepages_v2 },
	{ "",        NULL,               stats_pressure },
};

/* clang-format on */

int stats_text(const struct sample *s, const char *file, char **ret_text)
{
	struct file_text text;
	int code = file_read(s->arena, s->dir, file, TEXT_MAX, &text);

	*ret_text = NULL;
	/* PSI that is switched off answers with EOPNOTSUPP. */
	if (is_gone(code) || code == -EOPNOTSUPP) {
		error_clear();
		return 0;
	}
	if (code == 0)
		*ret_text = text.text;
	return code;
}

int stats_number(const struct sample *s, const char *file, uint64_t *ret_number)
{
	char *text;

	try(stats_text(s, file, &text));
	if (!text)
		*ret_number = 0;
	else
		*ret_number = strncmp(text, "max", 3) == 0 ? UINT64_MAX : strtoull(text, NULL, 10);
	return 0;
}

void stats_add(struct arena *arena, struct cgroup_numbers *list, uint64_t number)
{
	if ((list->count & (list->count - 1)) == 0) {
		uint64_t *more =
			arena_new_array(arena, uint64_t, list->count ? list->count * 2 : 1);

		if (list->count)
			memcpy(more, list->items, list->count * sizeof(*more));
		list->items = more;
	}
	list->items[list->count++] = number;
}

int stats_keys(const struct sample *s, const char *file, const struct stats_key *keys, size_t count)
{
	char *text, *line;

	try(stats_text(s, file, &text));
	while (text && (line = strsep(&text, "\n"))) {
		char *value = strchr(line, ' ');

		if (!value)
			continue;
		*value++ = '\0';
		for (size_t i = 0; i < count; i++)
			if (strcmp(line, keys[i].name) == 0)
				*keys[i].target = strtoull(value, NULL, 10) * keys[i].unit;
	}
	return 0;
}

int cgroup_stats_read(
	struct arena *arena, const struct cgroup_paths *paths, struct cgroup_stats *ret_stats)
{
	*ret_stats = (struct cgroup_stats){ 0 };
	for (size_t i = 0; i < COUNT_OF(readers); i++) {
		auto_close int dir = -EBADF;
		int home = directory_find(paths->items, paths->count, readers[i].controller);

		if (home < 0)
			continue;
		const struct plan_cgroup_directory *directory = &paths->items[home];
		stats_reader *reader = directory->unified ? readers[i].v2 : readers[i].v1;
		if (!reader)
			continue;
		int code = directory_open(directory, &dir);
		if (code == -ENOENT)
			continue;
		try(code);
		try(reader(&(struct sample){ arena, dir, ret_stats }), "'%s'", directory->path);
	}
	return 0;
}
