#include "libcontainer/mount/ids.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/idmap.h"
#include "libcontainer/kernel/mountapi.h"

/* Those that a user is likely to try and that refuse, in linux/magic.h's numbers. */
static const struct {
	uint32_t magic;
	const char *name;
} known_types[] = {
	{ 0x794c7630, "overlay" },
	{ 0x65735546, "fuse" },
	{ 0x00006969, "nfs" },
	{ 0xff534d42, "cifs" },
	{ 0xfe534d42, "smb" },
	{ 0x01021997, "9p" },
	{ 0x00009fa0, "proc" },
	{ 0x62656572, "sysfs" },
	{ 0x63677270, "cgroup2" },
	{ 0x0027e0eb, "cgroup" },
	{ 0x00001cd1, "devpts" },
	{ 0x19800202, "mqueue" },
	{ 0x858458f6, "ramfs" },
	{ 0x73717368, "squashfs" },
};

static const char *type_name(int fd, char *buffer, size_t size)
{
	struct statfs facts;

	if (fstatfs(fd, &facts) < 0)
		return "unknown";
	for (size_t i = 0; i < COUNT_OF(known_types); i++) {
		if (known_types[i].magic == (uint32_t)facts.f_type)
			return known_types[i].name;
	}
	(void)snprintf(buffer, size, "of type 0x%x", (unsigned int)facts.f_type);
	return buffer;
}

/* The kernel has one number for many reasons; these two are what users meet. */
static int explain(int code, const struct plan_mount *mount, int fd)
{
	char type[32];

	if (code != -EINVAL && code != -EPERM)
		return code;
	error_clear();
	if (code == -EPERM)
		return refuse_as(EPERM,
			"the ids of this mount cannot be mapped: it takes CAP_SYS_ADMIN on its "
			"file system, and ids that are not mapped already");
	return refuse_as(EINVAL,
		"the ids of this mount cannot be mapped: its file system (%s)%s does not "
		"support id-mapped mounts",
		type_name(fd, type, sizeof(type)),
		mount->idmap == PLAN_IDMAP_RECURSIVE ? " or one mounted below" : "");
}

/* The plan and the kernel room describe a range alike, and may not know each other. */
static const struct idmap_range *ranges_of(const struct plan_id_map *map)
{
	_Static_assert(sizeof(struct idmap_range) == sizeof(struct plan_id_range), "same shape");
	return (const struct idmap_range *)(const void *)map->items;
}

int mount_ids_map(const struct plan_mount *mount, int fd, int user_namespace)
{
	struct mountapi_mount made = { .fd = fd };
	auto_close int own = -EBADF;

	if (mount->uids.count > 0) {
		try(idmap_make_namespace(ranges_of(&mount->uids), mount->uids.count,
			    ranges_of(&mount->gids), mount->gids.count, &own),
			"%s.uidMappings, gidMappings", mount->place);
		user_namespace = own;
	}
	return explain(mountapi_idmap(&made, user_namespace, mount->idmap == PLAN_IDMAP_RECURSIVE),
		mount, fd);
}
