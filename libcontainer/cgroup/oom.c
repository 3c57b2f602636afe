/* What the memory controller tells about a container that died. */
#include <stdlib.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* 0 where it is not known, or "max". */
static uint64_t read_number(int dir, const char *file, const char *other)
{
	char text[64];

	if (file_read_into(dir, file, text, sizeof(text)) > 0)
		return strtoull(text, NULL, 10);
	return other ? read_number(dir, other, NULL) : 0;
}

int cgroup_oom_killed(const struct cgroup_paths *paths, uint64_t *ret_limit, uint64_t *ret_usage)
{
	auto_close int dir = -EBADF;
	uint64_t kills = 0;
	int index = directory_find(paths->items, paths->count, "memory");

	*ret_limit = *ret_usage = 0;
	if (index < 0)
		return 0;

	bool unified = paths->items[index].unified;
	int code = directory_open(&paths->items[index], &dir);
	if (code == 0)
		code = control_read_key(
			dir, unified ? "memory.events" : "memory.oom_control", "oom_kill", &kills);
	if (is_gone(code)) {
		error_clear();
		return 0;
	}
	try(code, "'%s'", paths->items[index].path);
	if (kills == 0)
		return 0;
	/* The most that it used: now that a process is dead it uses less. */
	*ret_limit = read_number(dir, unified ? "memory.max" : "memory.limit_in_bytes", NULL);
	*ret_usage = unified ? read_number(dir, "memory.peak", "memory.current")
			     : read_number(dir, "memory.max_usage_in_bytes", NULL);
	return 1;
}
