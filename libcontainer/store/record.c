#include "libcontainer/store/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/store/files.h"
#include "libcontainer/store/record_fields.h"
#include "oci-spec/expand.h"
#include "oci-spec/json.h"
#include "oci-spec/pack.h"

/* What came from a configuration can be as large as that. */
#define RECORD_SIZE_MAX ((size_t)2 * JSON_SIZE_MAX)
#define RECORD_MODE 0600

/* ---- the rows as structs and schemas ------------------------------------------------ */

/* clang-format off */
static const char *const phases[] = {
	[RECORD_CREATING] = "creating",
	[RECORD_CREATED]  = "created",
};
static const struct words words_record_phases = { "phase", phases, COUNT_OF(phases) };

SPEC_STRUCT(record_cgroup, RECORD_CGROUP)
SPEC_STRUCT(record, RECORD_ROWS)

SPEC_SCHEMA_FUNCTION(static, record_cgroup, RECORD_CGROUP)
SPEC_SCHEMA_FUNCTION(static, record, RECORD_ROWS)
/* clang-format on */

/* ---- the files ---------------------------------------------------------------------- */

#define MAGIC "caisson record "

static int save(
	int directory, const char *name, const struct spec_schema *schema, const void *object)
{
	auto_str struct str file = { 0 }, body = { 0 };

	try(spec_pack(schema, object, &body), "save '%s'", name);
	int r = str_printf(&file, MAGIC "%d %zu\n", RECORD_VERSION, body.length);
	if (r == 0)
		r = str_append_data(&file, body.text, body.length);
	if (r < 0)
		return fail(r, "save '%s'", name);
	return file_replace(directory, name, file.text, file.length, RECORD_MODE);
}

/* Of another version no more is known than the line's beginning. */
static int check_head(char *head, size_t body_size)
{
	char *size_text = strchr(head, ' ');
	uint32_t version, size;

	if (size_text)
		*size_text++ = '\0';
	if (parse_u32(head, &version) < 0)
		return refuse_as(EBADMSG, "is damaged");
	if (version != RECORD_VERSION)
		return refuse_as(ENOTSUP,
			"has version %u, this caisson knows version %d: use the one that made the "
			"container",
			version, RECORD_VERSION);
	if (!size_text || parse_u32(size_text, &size) < 0 || size != body_size)
		return refuse_as(EBADMSG, "is damaged");
	return 0;
}

/* Cuts the first line off, when it says that the rest is ours and whole. */
static int take_head(const char **bytes, size_t *size)
{
	const char *end = memchr(*bytes, '\n', *size);
	size_t magic = strlen(MAGIC), length;
	char head[64];

	if (!end || *size < magic || memcmp(*bytes, MAGIC, magic) != 0)
		return refuse_as(EBADMSG, "is damaged");
	length = (size_t)(end - *bytes) + 1;
	(void)snprintf(head, sizeof(head), "%.*s", (int)(length - 1 - magic), *bytes + magic);
	*bytes += length;
	*size -= length;
	return check_head(head, *size);
}

static int parse(struct arena *arena, const struct spec_schema *schema, const char *bytes,
	size_t size, void **ret_object)
{
	try(take_head(&bytes, &size));
	return spec_unpack(arena, schema, bytes, size, ret_object);
}

/* ---- saving ------------------------------------------------------------------------- */

static void record_to_fields(const struct record *record, struct spec_record *fields)
{
	*fields = (struct spec_record){
		.id = record->id,
		.bundle = record->bundle,
		.rootfs = record->rootfs,
		.oci_version = record->oci_version,
		.created = record->created,
		.owner = record->owner,
		.phase = phases[record->phase],
		.pid = (uint32_t)record->pid,
		.start_time = record->start_time,
		.started = record->started,
		.own_pid_namespace = record->own_pid_namespace,
		.namespaces = (uint32_t)record->namespaces,
		.cgroups_made = record->cgroups_made,
		.unit = record->unit,
		.unit_user = record->unit_user,
		.rdt_mountpoint = record->rdt.mountpoint,
		.rdt_group = record->rdt.group,
		.rdt_monitor = record->rdt.monitor,
		.rdt_group_made = record->rdt.group_made,
		.rdt_monitor_made = record->rdt.monitor_made,
		.no_new_keyring = record->no_new_keyring,
		.has_poststart = record->has_poststart,
		.has_poststop = record->has_poststop,
		.annotations = record->annotations,
	};
}

int record_save(int directory, const struct record *record)
{
	auto_free struct spec_record_cgroup *cgroups = NULL;
	struct spec_record fields;

	record_to_fields(record, &fields);
	if (record->cgroup_count > 0) {
		cgroups = calloc(record->cgroup_count, sizeof(*cgroups));
		if (!cgroups)
			return fail(ENOMEM, "save the record");
	}
	for (size_t i = 0; i < record->cgroup_count; i++) {
		const struct plan_cgroup_directory *cgroup = &record->cgroups[i];

		cgroups[i] = (struct spec_record_cgroup){
			.mountpoint = cgroup->mountpoint,
			.path = cgroup->path,
			.controllers = cgroup->controllers,
			.unified = cgroup->unified,
			.subgroup = cgroup->subgroup,
		};
	}
	fields.cgroups.items = cgroups;
	fields.cgroups.count = record->cgroup_count;
	fields.cgroups.set = record->cgroup_count > 0;

	return save(directory, STORE_RECORD, spec_schema_record(), &fields);
}

/* ---- loading ------------------------------------------------------------------------ */

static int fields_to_record(
	struct arena *arena, const struct spec_record *fields, struct record *record)
{
	bool created = strcmp(fields->phase, phases[RECORD_CREATED]) == 0;

	if (!created && strcmp(fields->phase, phases[RECORD_CREATING]) != 0)
		return refuse_as(EBADMSG, "unknown phase '%s'", fields->phase);
	if (fields->pid > INT_MAX || fields->namespaces > INT_MAX)
		return refuse_as(EBADMSG, "pid or namespaces out of range");
	if (created && fields->pid == 0)
		return refuse_as(EBADMSG, "created, but without pid");

	*record = (struct record){
		.id = fields->id,
		.bundle = fields->bundle,
		.rootfs = fields->rootfs,
		.oci_version = fields->oci_version,
		.created = fields->created,
		.owner = fields->owner ? fields->owner : "",
		.phase = created ? RECORD_CREATED : RECORD_CREATING,
		.pid = (pid_t)fields->pid,
		.start_time = fields->start_time,
		.started = fields->started,
		.own_pid_namespace = fields->own_pid_namespace,
		.namespaces = (int)fields->namespaces,
		.cgroup_count = fields->cgroups.count,
		.cgroups_made = fields->cgroups_made,
		.unit = fields->unit,
		.unit_user = fields->unit_user,
		.rdt = {
			.mountpoint = fields->rdt_mountpoint,
			.group = fields->rdt_group,
			.monitor = fields->rdt_monitor,
			.group_made = fields->rdt_group && fields->rdt_group_made,
			.monitor_made = fields->rdt_monitor && fields->rdt_monitor_made,
		},
		.no_new_keyring = fields->no_new_keyring,
		.has_poststart = fields->has_poststart,
		.has_poststop = fields->has_poststop,
		.annotations = fields->annotations,
	};
	record->cgroups =
		arena_new_array(arena, struct plan_cgroup_directory, fields->cgroups.count);
	for (size_t i = 0; i < fields->cgroups.count; i++) {
		const struct spec_record_cgroup *cgroup = &fields->cgroups.items[i];

		record->cgroups[i] = (struct plan_cgroup_directory){
			.mountpoint = cgroup->mountpoint,
			.path = cgroup->path,
			.controllers = cgroup->controllers ? cgroup->controllers : "",
			.unified = cgroup->unified,
			.subgroup = cgroup->subgroup,
		};
	}
	return 0;
}

int record_parse(struct arena *arena, const void *bytes, size_t size, struct record *ret_record)
{
	void *object;

	try(parse(arena, spec_schema_record(), bytes, size, &object));
	return fields_to_record(arena, object, ret_record);
}

int record_load(struct arena *arena, int directory, struct record *ret_record)
{
	struct file_text file;

	int r = file_read_own(arena, directory, STORE_RECORD, RECORD_SIZE_MAX, &file);
	if (r < 0)
		return r;
	try(record_parse(arena, file.text, file.size, ret_record), "'%s'", STORE_RECORD);
	return 0;
}

/* ---- the configuration -------------------------------------------------------------- */

int record_save_config(int directory, const struct spec_config *spec)
{
	return save(directory, STORE_CONFIG, spec_schema_config(), spec);
}

int record_load_config(struct arena *arena, int directory, const struct spec_config **ret_spec)
{
	struct file_text file;
	void *object;

	int r = file_read_own(arena, directory, STORE_CONFIG, RECORD_SIZE_MAX, &file);
	if (r == -ENOENT)
		return refuse_as(ENOENT, "the container's configuration is gone");
	try(r);
	try(parse(arena, spec_schema_config(), file.text, file.size, &object), "'%s'",
		STORE_CONFIG);
	*ret_spec = object;
	return 0;
}
