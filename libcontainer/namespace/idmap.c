#include "libcontainer/namespace/idmap.h"

#include <errno.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/kernel/idmap.h"
#include "libcontainer/kernel/spawn.h"

/* The plan and the kernel room describe a range alike, and may not know each other. */
static int write_map(
	const struct plan_users *plan, pid_t pid, const struct plan_id_map *map, const char *file)
{
	const struct idmap_range *ranges = (const struct idmap_range *)(const void *)map->items;

	_Static_assert(sizeof(struct idmap_range) == sizeof(struct plan_id_range), "same shape");
	if (!plan->by_helper)
		return idmap_write(pid, file, ranges, map->count);

	char program[PATH_MAX];
	try(spawn_find(file[0] == 'u' ? "newuidmap" : "newgidmap", program, sizeof(program)));
	return idmap_write_by_program(program, pid, ranges, map->count);
}

int users_write_maps(const struct plan_users *plan, pid_t pid)
{
	if (plan->deny_setgroups)
		try(idmap_setgroups(pid, "deny"));
	try(write_map(plan, pid, &plan->uids, "uid_map"), "linux.uidMappings");
	try(write_map(plan, pid, &plan->gids, "gid_map"), "linux.gidMappings");
	return 0;
}

int users_become_root(const struct plan_users *plan)
{
	/* Our caller's groups would stay with us as the overflow group, and reach its files. */
	if (!plan->deny_setgroups && !plan->keep_groups && syscall(SYS_setgroups, 0, NULL) < 0 &&
		errno != EPERM)
		return fail(errno, "drop the supplementary groups");
	if (syscall(SYS_setresgid, 0, 0, 0) < 0)
		return fail(errno, "become group 0 of the user namespace");
	if (syscall(SYS_setresuid, 0, 0, 0) < 0)
		return fail(errno, "become user 0 of the user namespace");
	return 0;
}
