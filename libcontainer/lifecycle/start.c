#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/store/directory.h"

static int start_program(struct container *container)
{
	try(status_allow(STATUS_VERB_START, container->status));

	int r = store_start(container->directory);
	if (r == -ENXIO)
		return status_allow(STATUS_VERB_START, STATUS_STOPPED);
	return r;
}

/* runc's way: a container whose poststart hooks fail does not stay. */
static int start_undo(const struct container_context *c, const char *id, int code)
{
	auto_free char *words = strdup(error_text());

	if (container_delete(c, id, true) < 0)
		log_warning("after the failure: %s", error_text());
	return error_set(code, words ? words : "error running poststart hook");
}

static int start_container(const struct container_context *c, const char *id)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, true, &container));
	try(start_program(&container));

	/* Hooks may call us, and they may take their time. */
	store_unlock(container.directory);
	int r = container_run_hooks(&container, PLAN_HOOK_POSTSTART, STATUS_RUNNING);
	return r < 0 ? start_undo(c, id, r) : 0;
}

int container_start(const struct container_context *c, const char *id)
{
	try(start_container(c, id), "start '%s'", id);
	return 0;
}
