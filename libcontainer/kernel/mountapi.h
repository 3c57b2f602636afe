/*
 * The mount system calls, by descriptor: a mount is made detached, gets its attributes, and is then
 * attached to a descriptor of its target.  Where the kernel lacks a call (or a seccomp filter or
 * mountapi_set_legacy() hides it: ENOSYS, EPERM of all of fsopen), mount(2) does the same on the
 * target's /proc/self/fd path of the host's proc, so this room's callers must run before
 * pivot_root.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A mount that is made but not attached; or, with the legacy calls, what is to be mounted. */
struct mountapi_mount {
	int fd;        /* the mount; with the legacy calls -EBADF until it is attached */
	int source_fd; /* legacy: own copy of the clone's source, above stdio; 0: none */
	const char *source, *type, *data; /* legacy: the caller's, until it is attached */
	unsigned long flags;              /* legacy: MS_* */
	uint64_t attr_set, attr_clear, attr_unlocked;
	bool recursive;
};

struct mountapi_fs {
	const char *type, *source;
	const char *data;         /* "k=v,flag", or NULL */
	unsigned long superblock; /* MS_RDONLY, MS_SYNCHRONOUS, MS_DIRSYNC, MS_LAZYTIME, ... */
	uint64_t attributes;      /* MOUNT_ATTR_* */
};

/*
 * A new instance of a file system.  The error's chain has what the kernel said in the fs context's
 * log.
 */
int mountapi_create(const struct mountapi_fs *fs, struct mountapi_mount *ret_mount);

/*
 * Changes the options and flags of the file system that is mounted at target (O_PATH), for all who
 * have it mounted; its attributes stay.  The legacy call takes flags as a whole.
 */
int mountapi_reconfigure(int target, const struct mountapi_fs *fs, unsigned long superblock_clear);

/* A copy of the mount (tree) at source_fd, an O_PATH descriptor. */
int mountapi_clone(int source_fd, bool recursive, struct mountapi_mount *ret_mount);

/* Sets and clears MOUNT_ATTR_* of a mount that is not attached yet. */
int mountapi_change(struct mountapi_mount *mount, uint64_t set, uint64_t clear, bool recursive);

/*
 * As mountapi_change() of this mount alone; and clears what is in unlocked, too, where the kernel
 * lets us: what a mount had in another user namespace is locked in a lower one, but for
 * nosymfollow.
 */
int mountapi_change_all(
	struct mountapi_mount *mount, uint64_t set, uint64_t clear, uint64_t unlocked);

/*
 * Maps the ids of a clone that is not attached yet as user_namespace (idmap_make_namespace()) says.
 * -ENOSYS with the legacy calls, -EINVAL where the file system can't.
 */
int mountapi_idmap(struct mountapi_mount *mount, int user_namespace, bool recursive);

/* Attaches it to the O_PATH descriptor target; fd is the attached mount's root from then on. */
int mountapi_attach(struct mountapi_mount *mount, int target);

void mountapi_done(struct mountapi_mount *mount);

/* Sets and clears MOUNT_ATTR_* of the mount that fd (O_PATH) is the root of. */
int mountapi_set(int fd, uint64_t set, uint64_t clear, bool recursive);

/* MS_SHARED, MS_PRIVATE, MS_SLAVE or MS_UNBINDABLE, perhaps with MS_REC, of the mount at fd. */
int mountapi_propagate(int fd, unsigned long propagation);

/* MOUNT_ATTR_* that the mount of fd has now (by fstatvfs(3): locked ones must be kept). */
int mountapi_attributes(int fd, uint64_t *ret_attributes);

/* The kernel's number of the mount that fd lies on (statx(2)); -ENOSYS, plain, before Linux 5.8. */
int mountapi_number(int fd, uint64_t *ret_number);

/* Tests: use mount(2) only. */
void mountapi_set_legacy(bool always);
