#include "libcontainer/store/status.h"

#include <errno.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/store/directory.h"
#include "oci-spec/schema.h"
#include "oci-spec/write.h"

#define STATUSES (STATUS_STOPPED + 1)

/* clang-format off */
static const char *const names[STATUSES] = {
	[STATUS_CREATING] = "creating",
	[STATUS_CREATED]  = "created",
	[STATUS_RUNNING]  = "running",
	[STATUS_PAUSED]   = "paused",
	[STATUS_STOPPED]  = "stopped",
};

/* What a verb that is refused says; NULL: it may act.  The words are runc's: engines look for them. */
static const char *const refusals[STATUS_VERBS][STATUSES] = {
	[STATUS_VERB_START] = {
		[STATUS_CREATING] = "cannot start a container in the creating state",
		[STATUS_RUNNING]  = "cannot start an already running container",
		[STATUS_PAUSED]   = "cannot start a container in the paused state",
		[STATUS_STOPPED]  = "cannot start a container that has stopped",
	},
	[STATUS_VERB_KILL] = {
		[STATUS_CREATING] = "container not running",
		[STATUS_STOPPED]  = "container not running",
	},
	[STATUS_VERB_DELETE] = {
		[STATUS_CREATING] = "container is not stopped",
		[STATUS_RUNNING]  = "container is not stopped",
		[STATUS_PAUSED]   = "container is not stopped",
	},
	[STATUS_VERB_PAUSE] = {
		[STATUS_CREATING] = "container not running",
		[STATUS_PAUSED]   = "container not running",
		[STATUS_STOPPED]  = "container not running",
	},
	[STATUS_VERB_RESUME] = {
		[STATUS_CREATING] = "container not paused",
		[STATUS_CREATED]  = "container not paused",
		[STATUS_RUNNING]  = "container not paused",
		[STATUS_STOPPED]  = "container not paused",
	},
	[STATUS_VERB_UPDATE] = {
		[STATUS_CREATING] = "container not running",
		[STATUS_STOPPED]  = "container not running",
	},
	[STATUS_VERB_EXEC] = {
		[STATUS_CREATING] = "cannot exec in a container in the creating state",
		[STATUS_PAUSED]   = "cannot exec in a paused container",
		[STATUS_STOPPED]  = "cannot exec in a stopped container",
	},
};
/* clang-format on */

const char *status_name(enum status status)
{
	return names[status];
}

int status_allow(enum status_verb verb, enum status status)
{
	const char *words = refusals[verb][status];

	if (!words)
		return 0;
	return refuse_as(status == STATUS_STOPPED ? ESRCH : EBUSY, "%s", words);
}

int status_of(int directory, const struct record *record, const struct status_facts *facts)
{
	int r;

	if (record->phase == RECORD_CREATING) {
		r = store_is_locked(directory);
		return r < 0 ? r : r > 0 ? STATUS_CREATING : STATUS_STOPPED;
	}
	if (!facts->alive)
		return STATUS_STOPPED;
	if (facts->frozen)
		return STATUS_PAUSED;
	r = record->started ? 0 : store_has_fifo(directory);
	return r < 0 ? r : r > 0 ? STATUS_CREATED : STATUS_RUNNING;
}

static struct spec_state make_state(const struct record *record, enum status status)
{
	struct spec_state state = {
		.oci_version = record->oci_version,
		.id = record->id,
		.pid = { .set = true, .value = status == STATUS_STOPPED ? 0 : record->pid },
		.status = names[status],
		.bundle = record->bundle,
		.rootfs = record->rootfs,
		.created = record->created,
		.annotations = record->annotations,
		.owner = record->owner,
		.scope = record->unit,
	};

	state.annotations.set = record->annotations.count > 0;
	return state;
}

int status_document(const struct record *record, enum status status, bool indent, char **ret_json)
{
	auto_str struct str text = { 0 };
	const struct spec_state state = make_state(record, status);

	try(spec_write(spec_schema_state(), &state, indent, &text), "write the state");
	*ret_json = str_steal(&text);
	return *ret_json ? 0 : fail(ENOMEM, "write the state");
}

int status_process_document(const struct record *record, enum status status, pid_t pid,
	const char *metadata, char **ret_json)
{
	auto_str struct str text = { 0 };
	/* The one name that the spec has for a descriptor. */
	const char *fds[] = { "seccompFd" };
	struct spec_state state = make_state(record, status);
	const struct spec_process_state process = {
		.oci_version = record->oci_version,
		.fds = { fds, COUNT_OF(fds), true },
		.pid = pid,
		.metadata = metadata,
		.state = &state,
	};

	/* What the spec has, without additions, as runc does it here. */
	state.rootfs = state.created = state.owner = state.scope = NULL;
	try(spec_write(spec_schema_process_state(), &process, false, &text), "write the state");
	*ret_json = str_steal(&text);
	return *ret_json ? 0 : fail(ENOMEM, "write the state");
}
