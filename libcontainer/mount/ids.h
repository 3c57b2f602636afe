/* The parent's part of id-mapped mounts: mount_setattr(2), MOUNT_ATTR_IDMAP. */
#pragma once

#include "libcontainer/plan/plan.h"

/*
 * Maps the ids of the mount at fd, which init has made and not attached yet.  user_namespace is the
 * container's, used where the mount has no maps of its own; else a process that lives for a moment
 * makes one with these.
 */
int mount_ids_map(const struct plan_mount *mount, int fd, int user_namespace);
