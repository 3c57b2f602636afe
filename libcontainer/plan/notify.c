/* Whether somebody waits for the container's READY=1, and where its program finds our socket. */
#include <sched.h>

#include "libcontainer/base/log.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/parts.h"

int plan_notify(struct planning *p)
{
	const char *address = p->options->notify_socket;

	if (!address)
		return 0;
	/* There is nothing that the socket could be mounted in. */
	if (!(p->plan->namespaces.have & CLONE_NEWNS)) {
		log_warning("NOTIFY_SOCKET is of no use to a container without a mount namespace");
		return 0;
	}
	p->plan->notify_socket = address;
	return 0;
}

/* The directory and not the socket, which `start` makes anew. */
void plan_notify_mount(struct planning *p, struct plan_mount *ret_mount)
{
	*ret_mount = (struct plan_mount){
		.place = "NOTIFY_SOCKET",
		.kind = PLAN_MOUNT_BIND,
		.source = path_join(
			p->arena, p->options->state, PLAN_NOTIFY_OUTER "/" PLAN_NOTIFY_SHARED),
		.target = PLAN_NOTIFY_TARGET,
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			    MOUNT_ATTR_NOEXEC,
		.source_by_parent = p->plan->namespaces.have & CLONE_NEWUSER,
	};
}
