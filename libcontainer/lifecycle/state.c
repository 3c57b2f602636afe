#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/lifecycle/open.h"

static int state_read(const struct container_context *c, const char *id, char **ret_json)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, STORE_UNLOCKED, &container));
	return status_document(&container.record, container.status, true, ret_json);
}

int container_state(const struct container_context *c, const char *id, char **ret_json)
{
	try(state_read(c, id, ret_json), "state '%s'", id);
	return 0;
}
