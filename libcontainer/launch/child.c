/* What the child does: stage 1, between the host and the container's namespaces. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "libcontainer/base/error.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/namespace/idmap.h"
#include "libcontainer/namespace/join.h"
#include "libcontainer/process/identity.h"
#include "libcontainer/process/limits.h"

/*
 * Now, since the files of a process that is not dumpable belong to the host's root, which we are no
 * longer when a user namespace is entered; and before, as a lowering needs the host's capability.
 */
int child_set_oom_score(struct launch *launch)
{
	if (!launch->plan->process.oom_set)
		return 0;
	return limits_set_oom(launch->procfs, &launch->plan->process);
}

int child_hide(struct launch *launch)
{
	(void)launch;
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return fail(errno, "become undumpable");
	return 0;
}

/* A change of credentials disarms the signal of the parent's death, and it must be had again. */
static int become_root(struct launch *launch)
{
	try(users_become_root(&launch->plan->users));
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail(errno, "arm the signal of the parent's death");
	return 0;
}

int child_join(struct launch *launch)
{
	const struct plan_namespaces *plan = &launch->plan->namespaces;
	bool joins_user = plan->have & ~plan->create & CLONE_NEWUSER;

	if (joins_user)
		identity_drop_groups();
	try(namespaces_join(plan, launch->joins, 0));
	namespaces_close(launch->joins);
	return joins_user ? become_root(launch) : 0;
}

/* Dumpable for as long as the maps are not written: an unprivileged parent could not open the
 * files. */
int child_unshare_user(struct launch *launch)
{
	(void)launch;
	if (unshare(CLONE_NEWUSER) < 0)
		return fail(errno, "unshare the user namespace");
	if (prctl(PR_SET_DUMPABLE, 1) < 0)
		return fail(errno, "become dumpable");
	return 0;
}

int child_become_root(struct launch *launch)
{
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return fail(errno, "become undumpable");
	return become_root(launch);
}

int child_unshare(struct launch *launch)
{
	/* The cgroup namespace is init's to make, once it is in its cgroup. */
	int flags = launch->plan->namespaces.create & ~(CLONE_NEWUSER | CLONE_NEWCGROUP);

	if (flags && unshare(flags) < 0)
		return fail(errno, "unshare namespaces");
	return 0;
}

/* The parent has put us into the pid namespace already where it could: the short road. */
int child_enter_container(struct launch *launch)
{
	int flags = launch->plan->namespaces.have;

	if (plan_takes_short_road(launch->plan))
		flags &= ~CLONE_NEWPID;
	if (flags & CLONE_NEWUSER)
		identity_drop_groups();
	try(namespaces_join_process(launch->target, flags));
	return flags & CLONE_NEWUSER ? become_root(launch) : 0;
}
