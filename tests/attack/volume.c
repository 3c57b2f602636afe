/*
 * The tree that the attacker has: a file system of its own on a shared mount, so that what he
 *mounts comes to others as well, made anew for each case.
 *
 *	rootfs/   the container's root
 *	shared/   bound at /vol of the container: targets of mounts are in it
 *	sources/  sources of bind mounts
 *	attic/    what he has ready, and where he puts away what was there
 */
#include "tests/attack/attack.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
const struct place places[] = {
	/* Innermost first: one that is swapped takes along what is in it. */
	{ GROUP_VOLUME, "shared/b/c",           PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/b",             PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/a",             PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/d",             PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/land/deep",     PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/land",          PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/file",          PLACE_FILE },
	{ GROUP_VOLUME, "shared/queue",         PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/fixed",         PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/hidden",        PLACE_FILE },
	{ GROUP_VOLUME, "shared/up/inner/leaf", PLACE_FILE },
	{ GROUP_VOLUME, "shared/up/inner",      PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/up",            PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/work/deep",     PLACE_DIRECTORY },
	{ GROUP_VOLUME, "shared/work",          PLACE_DIRECTORY },
	/* A source is the host's path, whose links are the host's business: no link leads out. */
	{ GROUP_VOLUME, "sources/directory",    PLACE_SOURCE },
	{ GROUP_VOLUME, "sources/file",         PLACE_SOURCE },
	{ GROUP_IMAGE,  "rootfs/up/inner/leaf", PLACE_FILE },
	{ GROUP_IMAGE,  "rootfs/up/inner",      PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/up",            PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/proc",          PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/sys",           PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/dev/null",      PLACE_FILE },
	{ GROUP_IMAGE,  "rootfs/dev/console",   PLACE_FILE },
	{ GROUP_IMAGE,  "rootfs/dev/ptmx",      PLACE_FILE },
	{ GROUP_IMAGE,  "rootfs/dev/pts",       PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/dev/shm",       PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/dev",           PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/etc/passwd",    PLACE_FILE },
	{ GROUP_IMAGE,  "rootfs/etc",           PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/masked/file",   PLACE_FILE },
	{ GROUP_IMAGE,  "rootfs/masked/inner",  PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/fixed",         PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/nodes",         PLACE_DIRECTORY },
	{ GROUP_IMAGE,  "rootfs/vol",           PLACE_DIRECTORY },
};
/* clang-format on */

const size_t place_count = sizeof(places) / sizeof(*places);

static void format_path(char path[ROOM], const char *format, va_list arguments)
{
	if (vsnprintf(path, ROOM, format, arguments) >= ROOM)
		errx(2, "a path is too long");
}

void make_directory(const char *format, ...)
{
	char path[ROOM];
	va_list arguments;

	va_start(arguments, format);
	format_path(path, format, arguments);
	va_end(arguments);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		err(2, "make '%s'", path);
}

void make_file(const char *text, const char *format, ...)
{
	char path[ROOM];
	va_list arguments;

	va_start(arguments, format);
	format_path(path, format, arguments);
	va_end(arguments);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(2, "write '%s'", path);
	(void)close(fd);
}

static void copy_program(const char *volume)
{
	char from[ROOM], to[ROOM];
	struct stat facts;

	(void)snprintf(from, ROOM, "%.2000s/probe", attack.directory);
	(void)snprintf(to, ROOM, "%.2000s/rootfs/bin/probe", volume);
	int source = open(from, O_RDONLY | O_CLOEXEC);
	int target = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (source < 0 || target < 0 || fstat(source, &facts) < 0 ||
		sendfile(target, source, NULL, (size_t)facts.st_size) != facts.st_size)
		err(2, "copy the program");
	(void)close(source);
	(void)close(target);
}

static void make_tree(const char *volume)
{
	static const char *const directories[] = { "attic", "attic/bait", "rootfs", "rootfs/bin",
		"rootfs/tmp", "rootfs/masked", "rootfs/mnt", "shared", "shared/none", "sources",
		"sources/other", "rootfs/etc", "rootfs/dev", "rootfs/up", "rootfs/up/inner",
		"shared/b", "shared/land", "shared/up", "shared/up/inner", "shared/work" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		make_directory("%s/%s", volume, directories[i]);
	for (size_t i = 0; i < place_count; i++) {
		const char *path = places[i].path;

		/* Of these, the runtime is to make its own. */
		if (strncmp(path, "rootfs/dev/", 11) == 0)
			continue;
		if (places[i].kind == PLACE_FILE || strcmp(path, "sources/file") == 0)
			make_file("attacker\n", "%s/%s", volume, path);
		else
			make_directory("%s/%s", volume, path);
	}
	make_file("root:x:0:0:root:/tmp:/bin/sh\n", "%s/rootfs/etc/passwd", volume);
	make_file("mark\n", "%s/sources/directory/mark", volume);
	make_file("other\n", "%s/sources/other-file", volume);
	char link[ROOM];
	(void)snprintf(link, ROOM, "%.2000s/rootfs/hop", volume);
	if (symlink("vol/land/deep/../../land", link) < 0)
		err(2, "make '%s'", link);
}

static int give_away(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	return lchown(path, MAPPED_ROOT, MAPPED_ROOT);
}

void volume_make(struct attacker *attacker, bool mapped)
{
	const char *volume = attacker->volume;

	make_directory("%s", volume);
	if (mount("attack", volume, "tmpfs", 0, "mode=755") < 0 ||
		mount(NULL, volume, NULL, MS_SHARED, NULL) < 0)
		err(2, "mount '%s'", volume);
	make_tree(volume);
	copy_program(volume);
	swap_prepare(attacker);
	if (mapped && nftw(volume, give_away, 16, FTW_PHYS) != 0)
		err(2, "give '%s' away", volume);
	attacker->mounts = count_mounts();
	attacker->swapped = 0;
}

void volume_remove(const struct attacker *attacker)
{
	/* With what is mounted below. */
	if (umount2(attacker->volume, MNT_DETACH) < 0)
		err(2, "unmount '%s'", attacker->volume);
}
