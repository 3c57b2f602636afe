/* Getting processes into a container's groups. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/path.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/inside.h"

/* Larger than /proc/PID/cgroup of a process that does not try to be strange. */
#define MEMBERSHIP_MAX (1 << 20)

int cgroup_clone_fd(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < plan->directory_count; i++)
		if (plan->directories[i].unified)
			return cgroup->fds[i];
	return -EBADF;
}

const char *cgroup_clone_path(const struct plan_cgroup *plan)
{
	for (size_t i = 0; i < plan->directory_count; i++)
		if (plan->directories[i].unified)
			return plan->directories[i].path;
	return NULL;
}

bool cgroup_may_be_left(const struct plan_cgroup *plan, int code)
{
	return plan->optional && !plan->has_limits && (code == -EACCES || code == -EPERM);
}

/* v1 refuses a process with EINVAL as long as its fork is not complete. */
static int write_pid(int dir, const char *pid)
{
	int code = file_write_value(dir, "cgroup.procs", pid);

	for (int tries = 0; code == -EINVAL && tries < 5; tries++) {
		clock_sleep(30);
		code = file_write_value(dir, "cgroup.procs", pid);
	}
	return code;
}

int cgroup_enter(int dir, pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", pid);
	return write_pid(dir, text);
}

static int add_one(const struct plan_cgroup *plan, size_t index, int dir, const char *pid)
{
	int code = write_pid(dir, pid);

	if (cgroup_may_be_left(plan, code)) {
		log_debug("'%s': %s", plan->directories[index].path, error_text());
		error_clear();
		return 0;
	}
	if (code == -ENOSPC)
		return error_context(code, "'%s': cpuset.cpus or cpuset.mems is empty",
			plan->directories[index].path);
	return code < 0 ? error_context(code, "'%s'", plan->directories[index].path) : 0;
}

int cgroup_add(const struct plan_cgroup *plan, const struct cgroup *cgroup, pid_t pid, bool all)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < plan->directory_count; i++)
		if (cgroup->fds[i] >= 0 && (all || !plan->directories[i].unified))
			try(add_one(plan, i, cgroup->fds[i], text));
	return 0;
}

/* ---- exec --------------------------------------------------------------------------- */

/* The path of a hierarchy in the lines "ID:CONTROLLERS:PATH" of /proc/PID/cgroup; NULL if none. */
static const char *find_membership(char *text, const struct plan_cgroup_directory *directory)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		if (strcmp(controllers + 1, directory->controllers) == 0)
			return path;
	}
	return NULL;
}

int directory_of_process(struct arena *arena, const struct plan_cgroup_directory *directory,
	pid_t pid, const char **ret_path)
{
	struct file_text membership = { 0 };
	char file[64];

	(void)snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	int code = file_read(arena, AT_FDCWD, file, MEMBERSHIP_MAX, &membership);
	const char *path = code == 0 ? find_membership(membership.text, directory) : NULL;
	/* "/../x" is outside of what our cgroup namespace shows, and so of our mounts. */
	if (!path || strncmp(path, "/..", 3) == 0)
		return -ENOENT;
	*ret_path = path_join(arena, directory->mountpoint, path);
	return 0;
}

/* Opens the group that init is in now.  -ENOENT plain where it is in none that we can see. */
static int open_of_init(const struct plan_cgroup_directory *directory, pid_t init, int *ret_fd)
{
	struct arena arena = { 0 };
	struct plan_cgroup_directory current = *directory;
	int code = directory_of_process(&arena, directory, init, &current.path);

	if (code == 0)
		code = directory_open(&current, ret_fd);
	if (code == 0)
		log_debug("'%s' takes no process: joining init in '%s'", directory->path,
			current.path);
	arena_done(&arena);
	return code;
}

/*
 * A group that hands controllers on can have no processes of its own: then the container (systemd
 * in it, mostly) has moved init into a group below, and that is where others can be born, too.
 */
static bool has_moved_on(int dir)
{
	char on[512];
	ssize_t size = file_read_into(dir, "cgroup.subtree_control", on, sizeof(on));

	return size > 1;
}

static int open_one(const struct plan_cgroup_directory *directory, pid_t init, int *ret_fd)
{
	auto_close int dir = -EBADF, other = -EBADF;
	int code = directory_open(directory, &dir);

	if (code == -ENOENT)
		return open_of_init(directory, init, ret_fd);
	try(code);
	if (directory->unified && (directory->subgroup || has_moved_on(dir)) &&
		open_of_init(directory, init, &other) == 0)
		*ret_fd = steal_fd(&other);
	else
		*ret_fd = steal_fd(&dir);
	return 0;
}

/* What was asked for, or an error: there is no other place to go to. */
static int open_below(const struct plan_cgroup_directory *directory, const char *group, int *ret_fd)
{
	auto_close int dir = -EBADF;
	int code = directory_open(directory, &dir);

	if (code == 0 && !*group) {
		*ret_fd = steal_fd(&dir);
		return 0;
	}
	if (code == 0)
		code = inside_open_strict(dir, group, O_PATH | O_DIRECTORY, ret_fd);
	if (code == -ENOENT)
		return fail(ENOENT, "--cgroup: open '%s/%s'", directory->path, group);
	return code < 0 ? error_context(code, "--cgroup '%s'", group) : 0;
}

int cgroup_open_for_exec(const struct cgroup_paths *paths, const char *const *groups, pid_t init,
	struct cgroup *ret_cgroup)
{
	struct cgroup cgroup = { 0 };

	if (paths->count > CGROUP_DIRECTORIES_MAX)
		return refuse("the container has more than %d groups", CGROUP_DIRECTORIES_MAX);
	for (size_t i = 0; i < CGROUP_DIRECTORIES_MAX; i++)
		cgroup.fds[i] = -EBADF;
	for (size_t i = 0; i < paths->count; i++) {
		const struct plan_cgroup_directory *directory = &paths->items[i];
		const char *group = groups ? groups[i] : NULL;
		int code = group ? open_below(directory, group, &cgroup.fds[i])
				 : open_one(directory, init, &cgroup.fds[i]);

		/* A v1 group of a controller that is gone since then. */
		if (code == 0 || (code == -ENOENT && !group))
			continue;
		cgroup_close(&cgroup);
		return group ? code : error_context(code, "'%s'", directory->path);
	}
	*ret_cgroup = cgroup;
	return 0;
}
