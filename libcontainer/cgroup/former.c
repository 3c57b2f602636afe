/* What a control file says, in the words by which it would say so again. */
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* A line for each of very many devices. */
#define TEXT_MAX ((size_t)1024 * 1024)

/* clang-format off */

/* Files with a line for each device (or what else is a line's first word), and what stands behind that
 * word to say what the lack of a line says. */
static const struct { const char *file, *none; } keyed[] = {
	{ "io.max",                           "rbps=max wbps=max riops=max wiops=max" },
	{ "io.weight",                        "default" },
	{ "io.bfq.weight",                    "default" },
	{ "io.latency",                       "target=0" },
	{ "blkio.throttle.read_bps_device",   "0" },
	{ "blkio.throttle.write_bps_device",  "0" },
	{ "blkio.throttle.read_iops_device",  "0" },
	{ "blkio.throttle.write_iops_device", "0" },
	{ "blkio.weight_device",              "0" },
	{ "blkio.bfq.weight_device",          "0" },
	{ "blkio.leaf_weight_device",         "0" },
	{ "net_prio.ifpriomap",               "0" },
	{ "rdma.max",                         "hca_handle=max hca_object=max" },
	{ "misc.max",                         "max" },
	{ "dmem.max",                         "max" },
	{ "dmem.low",                         "0" },
	{ "dmem.min",                         "0" },
};

/* clang-format on */

/* The line that begins with the word, without its end; NULL where there is none. */
static const char *find_line(struct arena *arena, const char *text, const char *word, size_t length)
{
	while (*text) {
		size_t size = strcspn(text, "\n");

		if (size > length && memcmp(text, word, length) == 0 && text[length] == ' ')
			return arena_strndup(arena, text, size);
		text += size;
		text += *text == '\n';
	}
	return NULL;
}

static const char *line_of(
	struct arena *arena, const char *text, const char *value, const char *none)
{
	size_t length = strcspn(value, " ");
	const char *line = find_line(arena, text, value, length);

	return line ? line : arena_printf(arena, "%.*s %s", (int)length, value, none);
}

static const char *first_line(struct arena *arena, const char *text)
{
	size_t size = strcspn(text, "\n");

	/* An empty write would not reach the kernel; a newline means "nothing" to it. */
	return size ? arena_strndup(arena, text, size) : "\n";
}

int former_value(
	struct arena *arena, int dir, const char *file, const char *value, const char **ret_former)
{
	static const char oom[] = "oom_kill_disable";
	struct file_text text;
	int code = file_read(arena, dir, file, TEXT_MAX, &text);

	if (code == -ENOENT)
		return -ENOENT;
	*ret_former = NULL;
	if (code < 0) { /* one that can only be written */
		error_clear();
		return 0;
	}
	if (strcmp(file, "memory.oom_control") == 0) {
		const char *line = find_line(arena, text.text, oom, sizeof(oom) - 1);

		*ret_former = line ? line + sizeof(oom) : NULL;
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(keyed); i++)
		if (strcmp(file, keyed[i].file) == 0 && strchr(value, ' ')) {
			*ret_former = line_of(arena, text.text, value, keyed[i].none);
			return 0;
		}
	*ret_former = first_line(arena, text.text);
	return 0;
}
