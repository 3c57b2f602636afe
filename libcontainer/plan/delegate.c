/* Whether the container's group becomes its user's: config-linux, "Cgroup ownership". */
#include <sched.h>

#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/parts.h"

static bool can_write_cgroups(const struct plan_root *plan)
{
	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct plan_mount *mount = &plan->mounts[i];

		if (mount->kind == PLAN_MOUNT_CGROUP && !(mount->attr_set & MOUNT_ATTR_RDONLY))
			return true;
	}
	return false;
}

/* Of a user namespace that is joined we do not know the maps. */
static bool find_owner(const struct planning *p, uint32_t *ret_uid)
{
	const struct plan_namespaces *namespaces = &p->plan->namespaces;

	if (namespaces->create & CLONE_NEWUSER)
		return plan_id_outside(&p->plan->users.uids, p->plan->process.uid, ret_uid);
	*ret_uid = p->plan->process.uid;
	return !(namespaces->have & CLONE_NEWUSER);
}

int plan_delegation(struct planning *p)
{
	struct plan_cgroup *cgroup = &p->plan->cgroup;
	uint32_t owner;

	if (!(p->plan->namespaces.create & CLONE_NEWCGROUP) || !can_write_cgroups(&p->plan->root))
		return 0;
	/* Beside hierarchies of v1, containers do not see it. */
	if (cgroup->directory_count != 1 || !cgroup->directories[0].unified)
		return 0;
	/* What we make is ours without that. */
	if (!find_owner(p, &owner) || owner == p->host->uid)
		return 0;
	cgroup->delegated = true;
	cgroup->owner = owner;
	return 0;
}
