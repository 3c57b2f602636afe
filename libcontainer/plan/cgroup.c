/* Where the container's control group is, in each hierarchy of the host. */
#include <string.h>

#include "config.h"
#include "libcontainer/base/path.h"
#include "libcontainer/plan/unit.h"

/*
 * An absolute cgroupsPath is below the mount point; a relative one, or the id where there is none,
 * below our own group, so that who was given a part of the tree stays in it.  On cgroup2 it is
 * below our parent: our own group has a process, us, and such a group can't hand controllers on.
 */
static const char *group_of(
	const struct planning *p, const struct host_hierarchy *hierarchy, const char *asked)
{
	const char *own = path_clean(p->arena, "/", hierarchy->own);

	/* Cleaned alone, so that ".." does not lead out of the part that we were given. */
	const char *below = path_clean(p->arena, "/", asked);
	if (path_is_absolute(asked))
		return below;
	if (hierarchy->unified)
		own = path_clean(p->arena, own, "..");
	return path_join(p->arena, own, below);
}

static int plan_directory(const struct planning *p, const struct host_hierarchy *hierarchy,
	const char *asked, const char *subgroup, struct plan_cgroup_directory *ret_directory)
{
	const char *clean = path_clean(p->arena, "/", asked);

	if (strcmp(clean, "/") == 0)
		return refuse(
			"linux.cgroupsPath: '%s' is not a group of the container's own", asked);
	*ret_directory = (struct plan_cgroup_directory){
		.mountpoint = hierarchy->mountpoint,
		.path = path_join(p->arena, hierarchy->mountpoint, group_of(p, hierarchy, asked)),
		.controllers = hierarchy->controllers,
		.unified = hierarchy->unified,
		.subgroup = hierarchy->unified ? subgroup : NULL,
	};
	return 0;
}

int plan_cgroup(struct planning *p)
{
	const struct spec_linux *linux_ = p->spec->linux_;
	struct plan_cgroup *cgroup = &p->plan->cgroup;
	const char *path = linux_ && linux_->cgroups_path ? linux_->cgroups_path : "";
	const char *subgroup = NULL;

	cgroup->manager = p->options->cgroup_manager;
	if (cgroup->manager == PLAN_CGROUP_DISABLED)
		return 0;
	if (cgroup->manager == PLAN_CGROUP_SYSTEMD && !WITH_SYSTEMD)
		return refuse(
			"the systemd cgroup driver is not available in this build: use cgroupfs");
	cgroup->optional = p->options->rootless;
	cgroup->has_limits = *path != '\0';
	if (p->host->hierarchy_count == 0 && (!cgroup->optional || cgroup->has_limits))
		return refuse("no control groups are mounted at '/sys/fs/cgroup'");

	if (cgroup->manager == PLAN_CGROUP_SYSTEMD) {
		try(unit_place(p, path, &path));
		try(unit_check_subgroup(p));
		subgroup = cgroup->unit.subgroup;
		/* They were asked for by name: never left out. */
		cgroup->optional = false;
	}
	cgroup->directories =
		arena_new_array(p->arena, struct plan_cgroup_directory, p->host->hierarchy_count);
	for (size_t i = 0; i < p->host->hierarchy_count; i++)
		try(plan_directory(p, &p->host->hierarchies[i], *path ? path : p->options->id,
			subgroup, &cgroup->directories[i]));
	cgroup->directory_count = p->host->hierarchy_count;
	return 0;
}
