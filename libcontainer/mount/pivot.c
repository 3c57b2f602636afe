/* From the host's root to the container's. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/mount/rootfs.h"

/* Where the mounts were left peers of the host's, unmounting them would unmount those too. */
static int leave_peers(int host)
{
	if (fchdir(host) < 0)
		return fail(errno, "return to the host's root");
	if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return fail(errno, "cut off the host's mounts");
	return 0;
}

/*
 * pivot_root(".", "."): the old root comes to lie on the new one, and is then unmounted; no
 * directory of the image is needed for it.  See pivot_root(2), NOTES.
 */
static int pivot(const struct rootfs *rootfs)
{
	bool peers = rootfs->plan->root.host_propagation & MS_SHARED;
	auto_close int host = -EBADF;

	if (peers && (host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return fail(errno, "open the host's root");
	if (fchdir(rootfs->root) < 0)
		return fail(errno, "enter the root");
	if (sys_pivot_root(".", ".") < 0)
		return fail(errno, "pivot_root");
	if (peers)
		try(leave_peers(host));
	if (umount2(".", MNT_DETACH) < 0)
		return fail(errno, "unmount the host's root");
	if (chdir("/") < 0)
		return fail(errno, "enter '/'");
	return 0;
}

static int change_root(const struct rootfs *rootfs)
{
	if (fchdir(rootfs->root) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return fail(errno, "chroot");
	return 0;
}

int rootfs_enter(struct rootfs *rootfs)
{
	const struct plan_root *plan = &rootfs->plan->root;

	switch (plan->enter) {
	case PLAN_ENTER_PIVOT:
		try(pivot(rootfs));
		break;
	case PLAN_ENTER_MOVE:
		try(rootfs_move(rootfs));
		break;
	case PLAN_ENTER_CHROOT:
		return change_root(rootfs);
	}
	if (plan->propagation && mount(NULL, "/", NULL, plan->propagation, NULL) < 0)
		return fail(errno, "linux.rootfsPropagation: change the propagation of '/'");
	return 0;
}
