#include "libcontainer/lifecycle/update_changes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/container.h"
#include "libcontainer/kernel/file.h"
#include "oci-spec/json.h"
#include "oci-spec/read.h"
#include "oci-spec/types.h"

enum kind { SIGNED, UNSIGNED, SHORT, SIZE, TEXT };

struct row {
	const char *name; /* of the option */
	size_t option;    /* offset of its text */
	size_t object, object_size,
		member; /* where it goes: offsets in spec_resources, and there */
	enum kind kind;
};

#define OPTION(member) offsetof(struct container_update_options, member)
#define TO(object, inner, member) \
	offsetof(struct spec_resources, object), sizeof(struct spec_##inner), \
		offsetof(struct spec_##inner, member)

/* clang-format off */

static const struct row rows[] = {
	{ "blkio-weight",      OPTION(blkio_weight),      TO(block_io, block_io, weight),       SHORT },
	{ "cpu-period",        OPTION(cpu_period),        TO(cpu, cpu, period),                 UNSIGNED },
	{ "cpu-quota",         OPTION(cpu_quota),         TO(cpu, cpu, quota),                  SIGNED },
	{ "cpu-burst",         OPTION(cpu_burst),         TO(cpu, cpu, burst),                  UNSIGNED },
	{ "cpu-share",         OPTION(cpu_share),         TO(cpu, cpu, shares),                 UNSIGNED },
	{ "cpu-rt-period",     OPTION(cpu_rt_period),     TO(cpu, cpu, realtime_period),        UNSIGNED },
	{ "cpu-rt-runtime",    OPTION(cpu_rt_runtime),    TO(cpu, cpu, realtime_runtime),       SIGNED },
	{ "cpu-idle",          OPTION(cpu_idle),          TO(cpu, cpu, idle),                   SIGNED },
	{ "cpuset-cpus",       OPTION(cpuset_cpus),       TO(cpu, cpu, cpus),                   TEXT },
	{ "cpuset-mems",       OPTION(cpuset_mems),       TO(cpu, cpu, mems),                   TEXT },
	{ "memory",            OPTION(memory),            TO(memory, memory, limit),            SIZE },
	{ "memory-reservation", OPTION(memory_reservation), TO(memory, memory, reservation),    SIZE },
	{ "memory-swap",       OPTION(memory_swap),       TO(memory, memory, swap),             SIZE },
	{ "kernel-memory",     OPTION(kernel_memory),     TO(memory, memory, kernel),           SIZE },
	{ "kernel-memory-tcp", OPTION(kernel_memory_tcp), TO(memory, memory, kernel_tcp),       SIZE },
	{ "pids-limit",        OPTION(pids_limit),        TO(pids, pids, limit),                SIGNED },
};

/* clang-format on */

static int store_signed(const char *text, bool size, void *member)
{
	struct maybe_i64 number = { .set = true };

	try(size ? parse_size(text, &number.value) : parse_i64(text, &number.value));
	memcpy(member, &number, sizeof(number));
	return 0;
}

static int store_unsigned(const char *text, enum kind kind, void *member)
{
	struct maybe_u64 number = { .set = true };
	struct maybe_u16 small = { .set = true };

	try(parse_u64(text, kind == SHORT ? UINT16_MAX : INT64_MAX, &number.value));
	small.value = (uint16_t)number.value;
	if (kind == SHORT)
		memcpy(member, &small, sizeof(small));
	else
		memcpy(member, &number, sizeof(number));
	return 0;
}

static int store(const char *text, enum kind kind, void *member)
{
	switch (kind) {
	case SIGNED:
	case SIZE:
		return store_signed(text, kind == SIZE, member);
	case UNSIGNED:
	case SHORT:
		return store_unsigned(text, kind, member);
	case TEXT:
		memcpy(member, &text, sizeof(text));
		return 0;
	}
	return -EINVAL;
}

static int take_option(struct arena *arena, const struct container_update_options *o,
	const struct row *row, struct spec_resources *changes)
{
	const char *text = *(const char *const *)((const char *)o + row->option);
	char **object = (char **)((char *)changes + row->object);

	if (!text || !*text)
		return 0;
	if (!*object)
		*object = arena_alloc(arena, row->object_size);

	int code = store(text, row->kind, *object + row->member);
	if (code == -ERANGE)
		return refuse("option --%s: '%s' is too large", row->name, text);
	if (code < 0)
		return refuse("option --%s: '%s' is no %s", row->name, text,
			row->kind == SIZE ? "size" : "number");
	return 0;
}

static int read_document(struct arena *arena, const char *path, struct spec_resources *changes)
{
	struct spec_resources *document;
	struct file_text file;
	int code;

	if (strcmp(path, "-") == 0)
		code = file_read_fd(arena, STDIN_FILENO, "standard input", JSON_SIZE_MAX, &file);
	else
		code = file_read(arena, AT_FDCWD, path, JSON_SIZE_MAX, &file);
	if (code == -ENOENT)
		return fail(ENOENT, "open '%s'", path);
	try(code);
	/* By the name that the user gave: which option it was, -r or --resources, is no matter. */
	if (strcmp(path, "-") == 0)
		try(spec_read_resources(arena, file.text, file.size, &document), "standard input");
	else
		try(spec_read_resources(arena, file.text, file.size, &document), "'%s'", path);
	*changes = *document;
	return 0;
}

int update_changes(struct arena *arena, const struct container_update_options *o,
	struct spec_resources *ret_changes)
{
	struct spec_resources changes = { 0 };

	if (o->resources && *o->resources)
		try(read_document(arena, o->resources, &changes));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		try(take_option(arena, o, &rows[i], &changes));
	*ret_changes = changes;
	return 0;
}
