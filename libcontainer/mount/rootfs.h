/*
 * The container's root file system, assembled by init in its own mount namespace before
 * pivot_root: the root, every mount, devices, masks.  All is done by descriptor inside the root,
 * which belongs to the image and may be changing while we look.  Order: rootfs_begin(),
 * mount_all(), devices_make(), console_mount(), rootfs_finish(), rootfs_enter(), rootfs_done().
 */
#pragma once

#include <stdbool.h>

#include "libcontainer/kernel/mountapi.h"
#include "libcontainer/plan/plan.h"

/* What init holds between the steps. */
struct rootfs {
	const struct plan *plan;
	int root;                   /* O_PATH of the root, as mounted; -EBADF before */
	struct mountapi_mount tree; /* the mount of the root */
	struct mountapi_mount mask; /* the one read-only directory behind all masked ones */
	/* Per mount, then per device: a detached tree from the parent, or -EBADF; and once a mount
	 * is attached, what is to be made read-only at last, or that has paths to be hidden. */
	int *sources;
	/* Has the parent map the ids of the mount at fd, which is not attached yet: that takes a
	 * privilege on its file system which init may not have. */
	int (*map_ids)(void *context, const struct plan_mount *mount, int fd);
	void *context;
};

/* Cuts the host's mounts off (or leaves them peers, as planned) and mounts the root on itself. */
int rootfs_begin(const struct plan *plan, int *sources, struct rootfs *ret_rootfs);

/* apply.c: one planned mount, and all of them. */
int mount_all(struct rootfs *rootfs);
/* apply.c: attaches what was made for a planned mount, and sets its propagation. */
int mount_attach(const struct rootfs *rootfs, const struct plan_mount *mount,
	struct mountapi_mount *made, int target);
/* apply.c: takes the descriptor of what was attached, where paths of it may have to be hidden. */
void mount_keep(
	const struct rootfs *rootfs, const struct plan_mount *mount, struct mountapi_mount *made);
/* apply.c: adds SELinux's context to a file system's options. */
int mount_add_label(const struct plan_root *plan, char *data, size_t size);
/* apply.c: a target that has to be a real directory, with no symlink on the way. */
int mount_open_strict_target(int root, const struct plan_mount *mount, int *ret_fd);
/* bind.c: a bind mount. */
int mount_bind(const struct rootfs *rootfs, const struct plan_mount *mount);
/* cgroupfs.c: a mount of type cgroup. */
int mount_cgroup(struct rootfs *rootfs, const struct plan_mount *mount);
/* tmpcopyup.c: fills the directory to (O_PATH) with what from (O_PATH) has. */
int mount_copy_up(int from, int to);

/* devices.c: nodes and links of /dev. */
int devices_make(struct rootfs *rootfs);
/* devices.c: the terminal's slave as /dev/console. */
int console_mount(struct rootfs *rootfs, int slave);

/* hide.c: masked and read-only paths. */
int mount_hide(struct rootfs *rootfs);

/* The working directory, made where missing; masks; what is to be read-only at last. */
int rootfs_finish(struct rootfs *rootfs);

/* rootfs.c: the mount that path is on, which is the nearest mount point above, or path. */
int rootfs_make_private(const char *path);
/* move.c: for rootfs_enter(), without pivot_root(2). */
int rootfs_move(const struct rootfs *rootfs);

/* pivot.c: makes it the root of this process; nothing of the host remains reachable. */
int rootfs_enter(struct rootfs *rootfs);

void rootfs_done(struct rootfs *rootfs);
