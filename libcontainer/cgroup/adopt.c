/* Groups that systemd has made for a unit. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/path.h"
#include "libcontainer/cgroup/create.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* systemd looks after these itself; the other hierarchies of v1 it may leave alone. */
static bool is_always_systemds(const struct plan_cgroup_directory *directory)
{
	return directory->unified || strcmp(directory->controllers, "name=systemd") == 0;
}

/* *ret_path stays as planned where the process is not in the unit's group of this hierarchy. */
static int find_group(struct arena *arena, const struct plan_unit *unit,
	const struct plan_cgroup_directory *directory, pid_t pid, const char **ret_path)
{
	const char *path;

	*ret_path = directory->path;
	if (unit->is_slice)
		return 1;
	if (directory_of_process(arena, directory, pid, &path) == 0 &&
		strcmp(path_name(path), unit->name) == 0) {
		*ret_path = path;
		return 1;
	}
	if (is_always_systemds(directory))
		return refuse("systemd has made '%s', but process %d is not in its control group",
			unit->name, pid);
	return 0;
}

/* Who may do what with a user's groups is the host's to decide: systemd.resource-control(5). */
static int enable(
	const struct plan_cgroup *plan, const struct plan_cgroup_directory *directory, int dir)
{
	int code = create_enable(plan, directory, dir);

	if (code < 0 && plan->unit.user)
		return error_context(code,
			"the user's systemd has no such controller: have it handed on, by "
			"`systemctl "
			"edit user@.service` with Delegate=cpu cpuset io memory pids");
	return code;
}

/* Files with limits that a process may come to before the program is executed. */
static const char *const binding[] = { "pids.max", "memory.max", "memory.high", "cpu.max" };

/* systemd has them set already; a limit of the container is none for its making. */
static void lift_limits(const struct plan_cgroup *plan, int dir)
{
	for (size_t i = 0; i < plan->write_count; i++)
		for (size_t k = 0; k < COUNT_OF(binding); k++)
			if (strcmp(plan->writes[i].file, binding[k]) == 0 &&
				file_write_value(dir, binding[k], "max") < 0)
				log_debug("%s", error_text());
	error_clear(); /* then the start is as tight as it is */
}

static int adopt_one(const struct plan_cgroup *plan, size_t index, pid_t pid, struct cgroup *cgroup,
	char **ret_path)
{
	const struct plan_cgroup_directory *directory = &plan->directories[index];
	struct plan_cgroup_directory found = *directory;
	struct arena arena = { 0 };
	int dir = -EBADF;

	int code = find_group(&arena, &plan->unit, directory, pid, &found.path);
	if (code == 0)
		code = create_single(plan, index, cgroup);
	else if (code > 0)
		code = directory_open(&found, &dir);
	if (code == -ENOENT)
		code = refuse_as(ENOENT, "systemd has made no control group '%s'", found.path);
	if (code == 0 && dir >= 0)
		cgroup->fds[index] = dir;
	if (code == 0 && dir >= 0 && directory->unified)
		code = create_check_thawed(&found);
	if (code == 0 && dir >= 0 && directory->unified) {
		code = enable(plan, directory, dir);
		if (code == 0)
			lift_limits(plan, dir);
		if (code == 0 && strcmp(found.path, directory->path) != 0)
			*ret_path = strdup(found.path);
	}
	arena_done(&arena);
	return code;
}

int cgroup_adopt(
	const struct plan_cgroup *plan, pid_t pid, struct cgroup *ret_cgroup, char **ret_path)
{
	struct cgroup cgroup = { 0 };
	char *path = NULL;

	if (plan->directory_count > CGROUP_DIRECTORIES_MAX)
		return refuse(
			"this host has more than %d cgroup hierarchies", CGROUP_DIRECTORIES_MAX);
	for (size_t i = 0; i < CGROUP_DIRECTORIES_MAX; i++)
		cgroup.fds[i] = -EBADF;
	for (size_t i = 0; i < plan->directory_count; i++) {
		int code = adopt_one(plan, i, pid, &cgroup, &path);

		if (code == 0)
			continue;
		cgroup_close(&cgroup);
		free(path);
		while (i-- > 0)
			if (cgroup.made[i])
				(void)rmdir(plan->directories[i].path); /* it is empty */
		return code;
	}
	*ret_cgroup = cgroup;
	*ret_path = path;
	return 0;
}

/* ---- where init is born ------------------------------------------------------------------ */

/* Index of the cgroup2 directory; -1 where there is none. */
static int find_unified(const struct plan_cgroup *plan)
{
	for (size_t i = 0; i < plan->directory_count; i++)
		if (plan->directories[i].unified)
			return (int)i;
	return -1;
}

int cgroup_open_birthplace(const struct plan_cgroup *plan, const struct cgroup *cgroup, int *ret_fd)
{
	int home = find_unified(plan);
	const char *name = home >= 0 ? plan->directories[home].subgroup : NULL;

	*ret_fd = -EBADF;
	if (home < 0 || (!name && !plan->unit.is_slice))
		return 0;
	if (!name)
		name = ".";
	else if (mkdirat(cgroup->fds[home], name, 0755) < 0 && errno != EEXIST)
		return fail(errno, "make the control group '%s/%s'", plan->directories[home].path,
			name);
	int fd = openat(cgroup->fds[home], name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open '%s/%s'", plan->directories[home].path, name);
	*ret_fd = fd;
	return 0;
}

int cgroup_enable_subgroup(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	int home = find_unified(plan);
	auto_close int dir = -EBADF;
	char path[PATH_MAX];

	if (home < 0 || !plan->directories[home].subgroup)
		return 0;
	struct plan_cgroup_directory below = plan->directories[home];
	if (snprintf(path, sizeof(path), "%s/%s", below.path, below.subgroup) >= PATH_MAX)
		return fail(ENAMETOOLONG, "control group '%s'", below.path);
	below.path = path;
	dir = openat(
		cgroup->fds[home], below.subgroup, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return fail(errno, "open '%s'", path);
	return create_enable(plan, &below, dir);
}
