#include "libcontainer/namespace/join.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/names.h"

int namespaces_open(const struct plan_namespaces *plan, int fds[PLAN_JOINS_MAX])
{
	for (size_t i = 0; i < PLAN_JOINS_MAX; i++)
		fds[i] = -EBADF;
	for (size_t i = 0; i < plan->join_count; i++) {
		const struct plan_join *join = &plan->joins[i];

		if (!join->path)
			continue;
		fds[i] = open(join->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fds[i] < 0) {
			int error = errno;

			namespaces_close(fds);
			return fail(error, "%s: open the %s namespace '%s'", join->place,
				join->name, join->path);
		}
		if (ioctl(fds[i], NS_GET_NSTYPE) != join->flag) {
			namespaces_close(fds);
			return refuse(
				"%s: '%s' is no %s namespace", join->place, join->path, join->name);
		}
	}
	return 0;
}

int namespaces_check_foreign(
	const struct plan_namespaces *plan, const int fds[PLAN_JOINS_MAX], int procfs)
{
	for (size_t i = 0; i < plan->join_count; i++) {
		const struct plan_join *join = &plan->joins[i];
		struct stat joined, own;
		char path[64];

		if (fds[i] < 0 || !(plan->set_in & join->flag))
			continue;
		(void)snprintf(path, sizeof(path), "self/ns/%s",
			names_of(&names_namespace_files, (uint64_t)join->flag));
		if (fstat(fds[i], &joined) < 0 || fstatat(procfs, path, &own, 0) < 0)
			return fail(errno, "%s: look at '%s'", join->place, join->path);
		if (joined.st_ino == own.st_ino && joined.st_dev == own.st_dev)
			return refuse("%s: the %s namespace '%s' is the host's own, where no "
				      "sysctl, host name or domain name of a container may be set",
				join->place, join->name, join->path);
	}
	return 0;
}

void namespaces_close(int fds[PLAN_JOINS_MAX])
{
	for (size_t i = 0; i < PLAN_JOINS_MAX; i++)
		fd_close(&fds[i]);
}

static int join_one(const struct plan_join *join, int fd)
{
	if (setns(fd, join->flag) == 0)
		return 0;
	return fail(errno, "join the %s namespace '%s'", join->name, join->path);
}

/*
 * Two rounds.  A namespace may belong to our present user namespace and not to the one that is
 * joined, or the other way round; so everything else is tried before the user namespace, and what
 * was refused is tried again behind it.
 */
int namespaces_join(const struct plan_namespaces *plan, const int fds[PLAN_JOINS_MAX], int which)
{
	bool done[PLAN_JOINS_MAX] = { false };
	bool joins_user = plan->join_count > 0 && plan->joins[0].flag == CLONE_NEWUSER &&
			  (!which || (which & CLONE_NEWUSER));

	for (size_t i = 0; joins_user && i < plan->join_count; i++) {
		const struct plan_join *join = &plan->joins[i];

		if (join->flag == CLONE_NEWUSER || (which && !(which & join->flag)))
			continue;
		done[i] = setns(fds[i], join->flag) == 0;
	}
	for (size_t i = 0; i < plan->join_count; i++) {
		const struct plan_join *join = &plan->joins[i];

		if (done[i] || (which && !(which & join->flag)))
			continue;
		try(join_one(join, fds[i]));
	}
	return 0;
}

int namespaces_join_process(int pidfd, int flags)
{
	if (flags && setns(pidfd, flags) < 0)
		return fail(errno, "join the container's namespaces");
	return 0;
}
