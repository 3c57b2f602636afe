/*
 * The executable seen through an overlay of its own.  An overlay without an upper layer can be
 * written by nobody, whatever becomes of its mount: not by who finds it in /proc/PID/exe and has
 * all capabilities.  Its pages are those of the file, so that nothing is copied; see
 * overlayfs.rst of the kernel.
 *
 * It runs without a C library (sealed_entry.c), and says no where anything is not as expected.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "libcontainer/launch/sealed_calls.h"
#include "libcontainer/launch/sealed_exe.h"

/* Of the path of the executable; longer ones are copied. */
#define PATH_SIZE 512

/* There where the kernel has overlayfs. */
#define OVERLAY_MODULE "/sys/module/overlay"

/* It begins behind the last slash; the path is cut there, "/" stays. */
static char *split_path(char *path, long length)
{
	long slash = length - 1;

	path[length] = '\0';
	while (slash >= 0 && path[slash] != '/')
		slash--;
	if (slash < 0 || slash == length - 1)
		return NULL;
	if (slash > 0)
		path[slash] = '\0';
	return path + slash + 1;
}

/* Whether the name leads to the file that runs: the path may be that of another mount namespace. */
static bool is_same_file(long self, long directory, const char *name)
{
	struct statx one, other;

	return call5(SYS_statx, self, (long)"", AT_EMPTY_PATH, STATX_INO, (long)&one) == 0 &&
	       call5(SYS_statx, directory, (long)name, AT_SYMLINK_NOFOLLOW, STATX_INO,
		       (long)&other) == 0 &&
	       one.stx_ino == other.stx_ino && one.stx_dev_major == other.stx_dev_major &&
	       one.stx_dev_minor == other.stx_dev_minor;
}

/*
 * "/proc/self/fd/N:" and a directory of sysfs: by descriptor, so that no path is looked up twice
 * and none has to be quoted.  The second layer is there because the kernel asks for two; what it
 * has of the name lies below.  It has no mounts in it, as /sys has: whoever may not move those, in
 * a mount namespace that is a user's, could make no layer of it, and the kernel would log that.
 */
static void print_layers(char *text, long directory)
{
	static const char before[] = "/proc/self/fd/", behind[] = ":" OVERLAY_MODULE;
	char digits[8];
	size_t count = 0;

	for (size_t i = 0; before[i]; i++)
		*text++ = before[i];
	do
		digits[count++] = (char)('0' + directory % 10);
	while ((directory /= 10) > 0 && count < sizeof(digits));
	while (count > 0)
		*text++ = digits[--count];
	for (size_t i = 0; i < sizeof(behind); i++)
		*text++ = behind[i];
}

static long make_overlay(long directory)
{
	char layers[64];

	/* Not where the kernel would have to load a module for it, and maybe has none. */
	if (call5(SYS_faccessat, AT_FDCWD, (long)OVERLAY_MODULE, 0, 0, 0) < 0)
		return -1;
	long system = call5(SYS_fsopen, (long)"overlay", FSOPEN_CLOEXEC, 0, 0, 0);
	if (system < 0)
		return -1;
	print_layers(layers, directory);
	long mount = -1;
	if (call5(SYS_fsconfig, system, FSCONFIG_SET_STRING, (long)"lowerdir", (long)layers, 0) ==
			0 &&
		call5(SYS_fsconfig, system, FSCONFIG_CMD_CREATE, 0, 0, 0) == 0)
		mount = call5(SYS_fsmount, system, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY, 0, 0);
	(void)call5(SYS_close, system, 0, 0, 0, 0);
	return mount;
}

long sealed_view_open(long self)
{
	char path[PATH_SIZE];
	long length = call5(
		SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof(path), 0);
	char *name = length > 0 && length < PATH_SIZE ? split_path(path, length) : NULL;
	long view = -1;

	if (!name)
		return -1;
	bool at_top = name == path + 1;
	long directory = call5(SYS_openat, AT_FDCWD, (long)(at_top ? "/" : path),
		O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0);
	if (directory < 0)
		return -1;
	long mount = is_same_file(self, directory, name) ? make_overlay(directory) : -1;
	if (mount >= 0) {
		view = call5(SYS_openat, mount, (long)name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, 0);
		(void)call5(SYS_close, mount, 0, 0, 0, 0);
	}
	(void)call5(SYS_close, directory, 0, 0, 0, 0);
	return view;
}
