#include "libcontainer/mount/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"

/*
 * A failure here is none yet: the source may only come to be by an earlier mount, and then init
 * opens it itself, or reports what is wrong.
 */
int sources_open(const struct plan_root *plan, int *fds)
{
	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct plan_mount *mount = &plan->mounts[i];

		fds[i] = -EBADF;
		if (!mount->source_by_parent)
			continue;
		fds[i] = open_tree(AT_FDCWD, mount->source,
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
				(mount->recursive ? (unsigned int)AT_RECURSIVE : 0U) |
				(mount->source_nofollow || mount->copy_symlink
						? (unsigned int)AT_SYMLINK_NOFOLLOW
						: 0U));
		if (fds[i] < 0)
			log_debug("%s: the parent could not open '%s': %m", mount->place,
				mount->source);
	}
	return 0;
}

void sources_close(const struct plan_root *plan, int *fds)
{
	for (size_t i = 0; i < plan->mount_count; i++)
		fd_close(&fds[i]);
}
