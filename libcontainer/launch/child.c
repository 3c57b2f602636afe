/* What the child does: stage 1, between the host and the container's namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/namespace/idmap.h"
#include "libcontainer/namespace/join.h"
#include "libcontainer/process/execute.h"
#include "libcontainer/process/identity.h"
#include "libcontainer/process/limits.h"
#include "libcontainer/security/labels.h"

int child_take_birthplace(struct launch *launch)
{
	return channel_expect(&launch->child, MSG_UNIT_MADE, NULL, &launch->birthplace);
}

/*
 * Now, since the files of a process that is not dumpable belong to the host's root, which we are no
 * longer when a user namespace is entered; and before, as a lowering needs the host's capability.
 */
int child_set_oom_score(struct launch *launch)
{
	return limits_set_oom(launch->procfs, 0, &launch->plan->process);
}

int child_hide(struct launch *launch)
{
	(void)launch;
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return fail(errno, "become undumpable");
	return 0;
}

/*
 * A change of credentials disarms the signal of the parent's death, and makes us as dumpable as
 * fs.suid_dumpable says, which may be 1: both must be had again.
 */
static int become_root(struct launch *launch)
{
	try(users_become_root(&launch->plan->users));
	try(child_hide(launch));
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail(errno, "arm the signal of the parent's death");
	return 0;
}

int child_join(struct launch *launch)
{
	const struct plan_namespaces *plan = &launch->plan->namespaces;
	bool joins_user = plan->have & ~plan->create & CLONE_NEWUSER;

	if (joins_user && !launch->plan->users.keep_groups)
		identity_drop_groups();
	try(namespaces_join(plan, launch->joins, 0));
	namespaces_close(launch->joins);
	return joins_user ? become_root(launch) : 0;
}

/*
 * On the short road it is there by now.  Dumpable for as long as the maps are not written: an
 * unprivileged parent could not open the files.
 */
int child_unshare_user(struct launch *launch)
{
	if (plan_takes_general_road(launch->plan) && unshare(CLONE_NEWUSER) < 0)
		return fail(errno, "unshare the user namespace");
	if (prctl(PR_SET_DUMPABLE, 1) < 0)
		return fail(errno, "become dumpable");
	return 0;
}

int child_become_root(struct launch *launch)
{
	return become_root(launch);
}

int child_unshare(struct launch *launch)
{
	/* The cgroup namespace is init's to make, once it is in its cgroup. */
	int flags = launch->plan->namespaces.create & ~(CLONE_NEWUSER | CLONE_NEWCGROUP);

	if (plan_takes_short_road(launch->plan))
		flags &= ~CLONE_NEWPID;

	if (flags && unshare(flags) < 0)
		return fail(errno, "unshare namespaces");
	return 0;
}

/* By the host's own proc, while that is there.  They are for the program that init executes. */
int child_set_labels(struct launch *launch)
{
	const struct plan_process *plan = &launch->plan->process;

	/* Of the keyring that init joins; execve(2) ends its effect. */
	if (plan->keyring && plan->selinux_label)
		try(selinux_apply_keycreate(launch->procfs, plan->selinux_label));
	if (plan->apparmor_profile)
		try(apparmor_apply(launch->procfs, plan->apparmor_profile));
	if (plan->selinux_label)
		try(selinux_apply(launch->procfs, plan->selinux_label));
	return 0;
}

/* A container without a mount namespace has its root by chroot(2), and so must who comes later. */
static int change_root(int root)
{
	if (fchdir(root) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return fail(errno, "chroot");
	return 0;
}

int child_enter_container(struct launch *launch)
{
	int flags = launch->plan->namespaces.have;
	const char *path = launch->record->rootfs;
	auto_close int root = -EBADF;

	if (!(flags & CLONE_NEWNS)) {
		root = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (root < 0)
			return fail(errno, "open the container's root '%s'", path);
	}
	if ((flags & CLONE_NEWUSER) && !launch->plan->users.keep_groups)
		identity_drop_groups();
	try(namespaces_join_process(launch->target, flags));
	if (flags & CLONE_NEWUSER)
		try(become_root(launch));
	return root >= 0 ? change_root(root) : 0;
}

/*
 * Init is born without a descriptor of the host's: what its table has, CAP_SYS_PTRACE in the
 * container opens by /proc/PID/fd, and from a directory of the host's any path goes on.
 */
int child_close_descriptors(struct launch *launch)
{
	int *const ours[] = { &launch->child.fd, &launch->init.fd, &launch->init.peer_fd,
		&launch->console_socket };
	int *keep[COUNT_OF(ours)];
	size_t count = 0;

	fd_close(&launch->directory);
	fd_close(&launch->procfs);
	fd_close(&launch->target);
	fd_close(&launch->agent);
	cgroup_close(&launch->cgroup);
	for (size_t i = 0; i < COUNT_OF(ours); i++) {
		if (*ours[i] >= 0)
			keep[count++] = ours[i];
	}
	return descriptors_keep(launch->plan->process.inherited_fds, keep, count);
}
