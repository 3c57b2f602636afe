/*
 * --no-pivot: where the root is an initramfs, pivot_root cannot be had, and the container's root is
 * moved over the host's.  The host's mounts stay below it, and the host's proc and sysfs are hidden
 * first: a full view of them, anywhere in the mount namespace, would let the container or a user
 * namespace in it mount unmasked ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/mountinfo.h"
#include "libcontainer/mount/rootfs.h"

#define MOUNTINFO_SIZE_MAX (64U << 20)
/* Who changes paths of the host meanwhile may make us miss a mount, though not for ever. */
#define ATTEMPTS 8

struct hiding {
	const struct plan_root *plan;
	bool look_only;
	size_t seen, covered;
};

/* A part of one gives no right to mount the whole. */
static bool is_full_view(const struct hiding *hiding, const struct mountinfo_entry *entry)
{
	return strcmp(entry->root, "/") == 0 &&
	       (strcmp(entry->type, "proc") == 0 || strcmp(entry->type, "sysfs") == 0) &&
	       !path_is_below(entry->mountpoint, hiding->plan->path);
}

/* Else this mount and those below it would be unmounted on the host, too. */
static int cut_off(const char *path)
{
	uninitialized char parent[PATH_MAX];
	char *slash;

	if (strlen(path) >= sizeof(parent))
		return fail(ENAMETOOLONG, "'%s'", path);
	strcpy(parent, path);
	slash = strrchr(parent, '/');
	if (!slash)
		return 0;
	slash[slash == parent ? 1 : 0] = '\0';
	try(rootfs_make_private(parent));
	if (mount(NULL, path, NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return fail(errno, "cut off '%s'", path);
	return 0;
}

static int hide(const struct mountinfo_entry *entry, void *context)
{
	struct hiding *hiding = context;
	const char *path = entry->mountpoint;

	if (!is_full_view(hiding, entry))
		return 0;
	hiding->seen++;
	if (hiding->look_only)
		return 0;
	/* It may have gone with one above it. */
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (hiding->plan->host_propagation & MS_SHARED)
		try(cut_off(path));
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == ENOENT)
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return fail(errno, "unmount '%s'", path);
	/* In a user namespace it is locked; what lies over it hides it as well. */
	if (mount("tmpfs", path, "tmpfs", MS_RDONLY, "size=0k") < 0)
		return fail(errno, "mount over '%s'", path);
	hiding->covered++;
	return 0;
}

static int walk(struct hiding *hiding, int mountinfo)
{
	struct arena arena = { 0 };
	struct file_text file;
	int r = lseek(mountinfo, 0, SEEK_SET) < 0 ? -errno : 0;

	if (r == 0)
		r = file_read_fd(&arena, mountinfo, "mountinfo", MOUNTINFO_SIZE_MAX, &file);
	hiding->seen = 0;
	if (r == 0)
		r = mountinfo_walk(file.text, hide, hiding);
	arena_done(&arena);
	return r;
}

/* The table is read again by a descriptor that outlives proc: all but what is covered is gone. */
static int hide_host(const struct plan_root *plan)
{
	auto_close int mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	/* No proc to be seen is none to be hidden. */
	if (mountinfo < 0 && errno == ENOENT)
		return 0;
	if (mountinfo < 0)
		return fail(errno, "open '/proc/self/mountinfo'");
	for (int i = 0; i < ATTEMPTS; i++) {
		struct hiding hiding = { .plan = plan };

		try(walk(&hiding, mountinfo));
		hiding.look_only = true;
		try(walk(&hiding, mountinfo));
		if (hiding.seen == hiding.covered)
			return 0;
	}
	return refuse_as(EAGAIN, "the host's mounts are being changed");
}

int rootfs_move(const struct rootfs *rootfs)
{
	try(hide_host(&rootfs->plan->root), "hide the host's proc and sysfs");
	if (fchdir(rootfs->root) < 0)
		return fail(errno, "enter the root");
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return fail(errno, "move the root to '/'");
	if (chroot(".") < 0 || chdir("/") < 0)
		return fail(errno, "chroot");
	return 0;
}
