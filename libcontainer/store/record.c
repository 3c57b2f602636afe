#include "libcontainer/store/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/store/files.h"
#include "libcontainer/store/record_fields.h"
#include "oci-spec/expand.h"
#include "oci-spec/json.h"
#include "oci-spec/read.h"
#include "oci-spec/write.h"

/* Annotations are the only part of a record that has no bound of its own. */
#define RECORD_SIZE_MAX JSON_SIZE_MAX
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
SPEC_STRUCT(record_head, RECORD_HEAD)

SPEC_SCHEMA_FUNCTION(static, record_cgroup, RECORD_CGROUP)
SPEC_SCHEMA_FUNCTION(static, record, RECORD_ROWS)
SPEC_SCHEMA_FUNCTION(static, record_head, RECORD_HEAD)
/* clang-format on */

/* ---- saving ------------------------------------------------------------------------- */

static void record_to_fields(const struct record *record, struct spec_record *fields)
{
	*fields = (struct spec_record){
		.version = RECORD_VERSION,
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
		.no_new_keyring = record->no_new_keyring,
		.has_poststart = record->has_poststart,
		.has_poststop = record->has_poststop,
		.annotations = record->annotations,
	};
}

int record_save(int directory, const struct record *record)
{
	auto_free struct spec_record_cgroup *cgroups = NULL;
	auto_str struct str text = { 0 };
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
		};
	}
	fields.cgroups.items = cgroups;
	fields.cgroups.count = record->cgroup_count;
	fields.cgroups.set = record->cgroup_count > 0;

	try(spec_write(spec_schema_record(), &fields, false, &text), "save the record");
	return file_replace(directory, STORE_RECORD, text.text, text.length, RECORD_MODE);
}

/* ---- loading ------------------------------------------------------------------------ */

static int fields_to_record(
	struct arena *arena, const struct spec_record *fields, struct record *record)
{
	uint64_t phase = strcmp(fields->phase, phases[RECORD_CREATED]) == 0 ? RECORD_CREATED
									    : RECORD_CREATING;

	if (fields->pid > INT_MAX || fields->namespaces > INT_MAX)
		return refuse_as(EBADMSG, "pid or namespaces out of range");
	if (phase == RECORD_CREATED && fields->pid == 0)
		return refuse_as(EBADMSG, "created, but without pid");

	*record = (struct record){
		.id = fields->id,
		.bundle = fields->bundle,
		.rootfs = fields->rootfs,
		.oci_version = fields->oci_version,
		.created = fields->created,
		.owner = fields->owner ? fields->owner : "",
		.phase = (enum record_phase)phase,
		.pid = (pid_t)fields->pid,
		.start_time = fields->start_time,
		.started = fields->started,
		.own_pid_namespace = fields->own_pid_namespace,
		.namespaces = (int)fields->namespaces,
		.cgroup_count = fields->cgroups.count,
		.cgroups_made = fields->cgroups_made,
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
		};
	}
	return 0;
}

/* What cannot be read as ours may be of another version; else the first error stays. */
static int refuse_version(struct arena *arena, const char *text, size_t size, int code)
{
	auto_free char *words = strdup(error_text());
	void *head;

	if (spec_read(arena, spec_schema_record_head(), text, size, &head) == 0) {
		uint32_t version = ((struct spec_record_head *)head)->version;
		if (version != RECORD_VERSION)
			return refuse_as(ENOTSUP,
				"record has version %u, this caisson knows version %d: use the one "
				"that made the container",
				version, RECORD_VERSION);
	}
	return error_set(code, words ? words : "cannot be read");
}

int record_load(struct arena *arena, int directory, struct record *ret_record)
{
	struct record record;
	struct file_text file;
	void *object;

	int r = file_read_own(arena, directory, STORE_RECORD, RECORD_SIZE_MAX, &file);
	if (r < 0)
		return r;
	r = spec_read(arena, spec_schema_record(), file.text, file.size, &object);
	if (r < 0 || ((struct spec_record *)object)->version != RECORD_VERSION)
		r = refuse_version(arena, file.text, file.size, r < 0 ? -EBADMSG : r);
	if (r == 0)
		r = fields_to_record(arena, object, &record);
	try(r, "'%s'", STORE_RECORD);
	*ret_record = record;
	return 0;
}

/* ---- the configuration -------------------------------------------------------------- */

int record_save_config(int directory, const char *text, size_t size)
{
	return file_replace(directory, STORE_CONFIG, text, size, RECORD_MODE);
}

int record_load_config(struct arena *arena, int directory, const struct spec_config **ret_spec)
{
	struct spec_config *spec;
	struct file_text file;

	int r = file_read_own(arena, directory, STORE_CONFIG, JSON_SIZE_MAX, &file);
	if (r == -ENOENT)
		return refuse_as(ENOENT, "the container's configuration is gone");
	try(r);
	try(spec_read_config(arena, file.text, file.size, &spec), "saved '%s'", STORE_CONFIG);
	*ret_spec = spec;
	return 0;
}
