/* Making a container's directories. */
#include "libcontainer/cgroup/create.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/path.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* What was made, to be undone: path[0..kept] was there before. */
struct made {
	const char *path;
	size_t kept;
};

static void undo(const struct made *made)
{
	uninitialized char path[PATH_MAX];
	size_t length = made->path ? strlen(made->path) : 0;

	while (length > made->kept) {
		(void)snprintf(path, sizeof(path), "%.*s", (int)length, made->path);
		if (rmdir(path) < 0 && errno != ENOENT)
			return; /* someone else's group is in it by now */
		while (length > 0 && path[--length] != '/')
			;
	}
}

/* Makes the parents, from the mount point down. */
static int make_parents(const struct plan_cgroup_directory *directory, struct made *made)
{
	uninitialized char path[PATH_MAX];
	const char *slash = directory->path + strlen(directory->mountpoint);

	while ((slash = strchr(slash + 1, '/'))) {
		size_t length = (size_t)(slash - directory->path);

		(void)snprintf(path, sizeof(path), "%.*s", (int)length, directory->path);
		if (mkdir(path, 0755) == 0) {
			made->path = directory->path;
			continue;
		}
		if (errno != EEXIST)
			return -errno;
		made->kept = made->path ? made->kept : length;
	}
	return 0;
}

/* 1 where it was made, 0 where it was there; -errno, plain. */
static int make(const struct plan_cgroup_directory *directory, struct made *made)
{
	*made = (struct made){ NULL, strlen(directory->mountpoint) };
	if (mkdir(directory->path, 0755) < 0) {
		if (errno == EEXIST)
			return 0;
		if (errno != ENOENT)
			return -errno;

		int code = make_parents(directory, made);
		if (code < 0)
			return code;
		if (mkdir(directory->path, 0755) < 0)
			return errno == EEXIST ? 0 : -errno;
	}
	/* Where no parent was missing, only the last component is ours. */
	if (!made->path)
		made->kept = (size_t)(path_name(directory->path) - directory->path) - 1;
	made->path = directory->path;
	return 1;
}

/* Another container's processes would get our limits and die with us. */
static int check_unused(const struct plan_cgroup_directory *directory, int dir)
{
	auto_pids struct pids pids = { 0 };

	try(pids_collect(dir, &pids));
	if (pids.count > 0)
		return refuse_as(EBUSY,
			"container's cgroup is not empty: %zu process(es) found in '%s'",
			pids.count, directory->path);
	return 0;
}

/* A new group is frozen where one above it is. */
int create_check_thawed(const struct plan_cgroup_directory *directory)
{
	const struct cgroup_paths alone = { directory, 1 };
	uninitialized char above[PATH_MAX];
	int frozen = cgroup_is_frozen(&alone);

	if (frozen <= 0)
		return frozen;
	return refuse_as(EBUSY, "container's cgroup unexpectedly frozen: '%s'",
		freezer_find_above(directory, above) ? above : directory->path);
}

/* systemd says of a unit that is there "already loaded", waits for processes that are frozen, and
 * takes a directory away, whoever has made it, when it gives up. */
int create_check_planned(const struct plan_cgroup *plan)
{
	for (size_t i = 0; i < plan->directory_count && !plan->unit.is_slice; i++) {
		const struct plan_cgroup_directory *directory = &plan->directories[i];
		auto_close int dir = -EBADF;

		int code = directory_open(directory, &dir);
		if (code == 0)
			code = check_unused(directory, dir);
		if (is_gone(code)) /* meanwhile */
			continue;
		if (code < 0)
			return error_context(code, "control group '%s'", directory->path);
		if (directory->unified || list_has(directory->controllers, "freezer"))
			try(create_check_thawed(directory));
	}
	return 0;
}

static bool is_refusal(int code)
{
	return code == -EACCES || code == -EPERM || code == -EROFS;
}

static int refused(const struct plan_cgroup *plan, const char *path, int code)
{
	if (!plan->optional)
		return fail(code, "make the control group '%s'", path);
	if (plan->has_limits)
		return fail(code,
			"rootless needs no limits + no cgrouppath when no permission is "
			"granted for cgroups: make the control group '%s'",
			path);
	log_debug("no control group '%s': not permitted", path);
	return 0;
}

static int create_one(
	const struct plan_cgroup *plan, size_t index, struct cgroup *cgroup, struct made *made)
{
	const struct plan_cgroup_directory *directory = &plan->directories[index];
	auto_close int dir = -EBADF;

	if (strlen(directory->path) >= PATH_MAX)
		return fail(ENAMETOOLONG, "make the control group '%s'", directory->path);

	int code = make(directory, made);
	if (is_refusal(code)) {
		undo(made);
		*made = (struct made){ 0 };
		return refused(plan, directory->path, code);
	}
	if (code < 0)
		return fail(code, "make the control group '%s'", directory->path);
	cgroup->made[index] = code == 1;

	code = directory_open(directory, &dir);
	if (code < 0)
		return error_context(code, "control group '%s'", directory->path);
	if (!cgroup->made[index])
		try(check_unused(directory, dir));
	if (directory->unified || list_has(directory->controllers, "freezer"))
		try(create_check_thawed(directory));
	if (directory->unified)
		try(create_enable(plan, directory, dir));
	else if (list_has(directory->controllers, "cpuset"))
		try(create_inherit_cpuset(directory), "control group '%s'", directory->path);
	cgroup->fds[index] = steal_fd(&dir);
	return 0;
}

int create_single(const struct plan_cgroup *plan, size_t index, struct cgroup *cgroup)
{
	struct made made = { 0 };
	int code = create_one(plan, index, cgroup, &made);

	if (code < 0)
		undo(&made);
	return code;
}

int cgroup_create(const struct plan_cgroup *plan, struct cgroup *ret_cgroup)
{
	struct cgroup cgroup = { 0 };
	struct made made[CGROUP_DIRECTORIES_MAX] = { 0 };

	if (plan->directory_count > CGROUP_DIRECTORIES_MAX)
		return refuse(
			"this host has more than %d cgroup hierarchies", CGROUP_DIRECTORIES_MAX);
	for (size_t i = 0; i < CGROUP_DIRECTORIES_MAX; i++)
		cgroup.fds[i] = -EBADF;
	for (size_t i = 0; i < plan->directory_count; i++) {
		int code = create_one(plan, i, &cgroup, &made[i]);

		if (code == 0)
			continue;
		cgroup_close(&cgroup);
		for (size_t k = i + 1; k-- > 0;)
			undo(&made[k]);
		return code;
	}
	*ret_cgroup = cgroup;
	return 0;
}

void cgroup_close(struct cgroup *cgroup)
{
	for (size_t i = 0; i < CGROUP_DIRECTORIES_MAX; i++)
		fd_close(&cgroup->fds[i]);
}
