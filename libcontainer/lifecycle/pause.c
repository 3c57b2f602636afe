#include "libcontainer/base/error.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/lifecycle/open.h"

static int set_frozen(
	const struct container_context *c, const char *id, enum status_verb verb, bool frozen)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, false, &container));
	try(status_allow(verb, container.status));

	struct cgroup_paths paths = container_cgroups(&container);
	if (paths.count == 0)
		return refuse_as(ENOTSUP, "container has no cgroup that could be frozen");
	return cgroup_freeze(&paths, frozen);
}

int container_pause(const struct container_context *c, const char *id)
{
	try(set_frozen(c, id, STATUS_VERB_PAUSE, true), "pause '%s'", id);
	return 0;
}

int container_resume(const struct container_context *c, const char *id)
{
	try(set_frozen(c, id, STATUS_VERB_RESUME, false), "resume '%s'", id);
	return 0;
}
