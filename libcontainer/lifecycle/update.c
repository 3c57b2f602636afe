#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/lifecycle/update_changes.h"
#include "libcontainer/plan/rdt.h"
#include "libcontainer/plan/update.h"
#include "libcontainer/rdt/resctrl.h"
#include "oci-spec/types.h"

/* What has been decided, for who writes it and for who saves it. */
struct updating {
	struct container *container;
	const struct spec_config *kept; /* as it was */
	struct plan_update update;
};

static int save(void *context)
{
	const struct updating *u = context;
	struct spec_config config = *u->kept;
	struct spec_linux linux_ = { 0 };

	if (config.linux_)
		linux_ = *config.linux_;
	linux_.resources = (struct spec_resources *)u->update.resources;
	config.linux_ = &linux_;
	return record_save_config(u->container->directory, &config);
}

/* The one place where limits of a container that runs are changed, whoever manages its groups. */
static int write_limits(struct updating *u)
{
	return cgroup_update(&u->update.cgroup, save, u);
}

static int decide(const struct spec_resources *changes, struct updating *u)
{
	struct container *container = u->container;
	struct cgroup_paths paths = container_cgroups(container);

	if (paths.count == 0)
		return refuse_as(
			ENOTSUP, "container has no control group whose limits could be changed");
	try(record_load_config(&container->arena, container->directory, &u->kept));

	const struct plan_update_input input = {
		.saved = u->kept->linux_ ? u->kept->linux_->resources : NULL,
		.changes = changes,
		.directories = paths.items,
		.directory_count = paths.count,
		.unit = container->record.unit,
		.unit_user = container->record.unit_user,
	};
	return plan_update(&container->arena, &input, &u->update);
}

/* Hooks may call us while `create` has the lock: what can't be is said without waiting for it. */
static int check_status(const struct container_context *c, const char *id)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, STORE_UNLOCKED, &container));
	return status_allow(STATUS_VERB_UPDATE, container.status);
}

/* First, as it is what a kernel is most likely to refuse. */
static int write_schemata(struct container *container, const struct container_update_options *o)
{
	const char *text = plan_schemata(&container->arena, o->l3_cache_schema, o->mem_bw_schema);

	if (!text[0])
		return 0;
	if (!container->record.rdt.group)
		return refuse("container has no linux.intelRdt: there is no schema to be changed");
	return resctrl_write(&container->record.rdt, text);
}

static int update(const struct container_context *c, const struct container_update_options *o)
{
	auto_container struct container container = CONTAINER_NONE;
	auto_arena struct arena arena = { 0 };
	struct spec_resources changes;
	struct updating u = { .container = &container };

	try(update_changes(&arena, o, &changes));
	try(check_status(c, o->id));
	/* Locked: the next update begins with what this one has saved. */
	try(container_open(c, o->id, STORE_LOCKED, &container));
	try(status_allow(STATUS_VERB_UPDATE, container.status));
	try(write_schemata(&container, o));
	try(decide(&changes, &u));
	return write_limits(&u);
}

int container_update(const struct container_context *c, const struct container_update_options *o)
{
	try(update(c, o), "update '%s'", o->id);
	return 0;
}
