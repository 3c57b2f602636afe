/* Where a process is: namespaces, control groups, directory, and what it holds open. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/pidfd.h"

/* ---- namespaces ---------------------------------------------------------------------------- */

const char *audit_namespace_name(size_t item)
{
	return item < names_namespace_files.count ? names_namespace_files.items[item].name : "?";
}

/* "net:[4026531840]" */
static int append_link(struct audit_view *view, pid_t pid, size_t item, struct str *text)
{
	char path[64], link[64];

	(void)snprintf(path, sizeof(path), "%d/ns/%s", pid, audit_namespace_name(item));
	ssize_t length = readlinkat(view->procfs, path, link, sizeof(link));
	if (length < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "read link '/proc/%s'", path);
	return str_append_data(text, link, (size_t)length);
}

/* The one that was opened before it was joined. */
static int append_joined(struct audit_view *view, size_t item, int flag, struct str *text)
{
	const struct plan_namespaces *plan = &view->audit->plan->namespaces;

	for (size_t i = 0; i < plan->join_count; i++) {
		struct stat facts;

		if (plan->joins[i].flag != flag)
			continue;
		if (fstat(view->audit->joins[i], &facts) < 0)
			return fail(errno, "stat '%s'", plan->joins[i].path);
		return str_printf(
			text, "%s:[%lu]", audit_namespace_name(item), (unsigned long)facts.st_ino);
	}
	return 0;
}

AUDIT_ROW_FUNCTION(audit_plan_namespace)
{
	const struct audit *audit = view->audit;
	const struct plan_namespaces *plan = &audit->plan->namespaces;
	int r, flag;

	(void)row;
	if (item >= names_namespace_files.count)
		return 0;
	flag = (int)names_namespace_files.items[item].value;
	if (plan->create & flag)
		try(str_append(text, "!"));
	else if ((plan->have & flag) && audit->plan->verb != PLAN_EXEC)
		return append_joined(view, item, flag, text);
	bool exec = audit->plan->verb == PLAN_EXEC && (plan->have & flag);
	r = append_link(view, exec ? audit->container : getpid(), item, text);
	return r == -ENOENT ? 0 : r;
}

AUDIT_ROW_FUNCTION(audit_find_namespace)
{
	(void)row;
	return append_link(view, view->pid, item, text);
}

/* ---- control groups ------------------------------------------------------------------------ */

/* What /proc/PID/cgroup says of a hierarchy; NULL: nothing. */
static const char *group_in(
	struct audit_view *view, const struct plan_cgroup_directory *group, const char *content)
{
	size_t length = strlen(group->controllers);
	const char *line;

	for (size_t i = 0; (line = view_line(view, content, i)); i++) {
		const char *controllers = strchr(line, ':');

		if (controllers && strncmp(controllers + 1, group->controllers, length) == 0 &&
			controllers[1 + length] == ':')
			return controllers + length + 2;
	}
	return NULL;
}

static int read_group(struct audit_view *view, pid_t pid, const struct plan_cgroup_directory *group,
	const char **ret_path)
{
	const char *content;

	try(view_read(view, pid, "cgroup", &content));
	*ret_path = group_in(view, group, content);
	return *ret_path ? 0 : -ENOENT;
}

/* The path that proc shows: what is mounted may be a part of the hierarchy. */
static int append_group(struct audit_view *view, const struct plan_cgroup_directory *group,
	const char *below, struct str *text)
{
	size_t length = strlen(group->mountpoint);
	const char *root = NULL;

	try(audit_mount_root(view, group->mountpoint, &root));
	if (!root || !path_is_below(group->path, group->mountpoint))
		return 0;
	const char *path = arena_printf(
		&view->arena, "%s/%s/%s", root, group->path + length, below ? below : "");
	return str_append(text, path_clean(&view->arena, "/", path));
}

/* Where exec was not told a group, it is that of the container or where init has moved. */
AUDIT_ROW_FUNCTION(audit_plan_cgroup)
{
	const struct audit *audit = view->audit;
	const char *const *asked = (const char *const *)audit->plan->cgroup.exec_groups;
	const struct plan_cgroup_directory *group = &audit->groups[item];
	bool exec = audit->plan->verb == PLAN_EXEC;
	const char *now;

	(void)row;
	if (item >= audit->group_count || audit->group_fds[item] < 0)
		return 0;
	if (!exec)
		return append_group(view, group, group->subgroup, text);
	if (asked && asked[item])
		return append_group(view, group, asked[item], text);
	try(append_group(view, group, NULL, text));
	int r = read_group(view, audit->container, group, &now);
	if (r == -ENOENT || !text->text)
		return 0;
	return r < 0 ? r : str_printf(text, " or %s", now);
}

AUDIT_ROW_FUNCTION(audit_find_cgroup)
{
	const char *path;

	(void)row;
	int r = read_group(view, view->pid, &view->audit->groups[item], &path);
	return r < 0 ? r : str_append(text, path);
}

/* ---- the working directory ----------------------------------------------------------------- */

AUDIT_ROW_FUNCTION(audit_plan_directory)
{
	(void)row;
	(void)item;
	return str_append(text, view->audit->plan->process.cwd);
}

static int append_found_directory(struct audit_view *view, struct str *text)
{
	uninitialized char link[PATH_MAX];
	char path[32];

	(void)snprintf(path, sizeof(path), "%d/cwd", view->pid);
	ssize_t length = readlinkat(view->procfs, path, link, sizeof(link));
	if (length < 0)
		return fail(errno, "read link '/proc/%s'", path);
	try(str_append(text, "the host's "));
	return str_append_data(text, link, (size_t)length);
}

/* The same directory, by whichever name: what was planned may be a link. */
AUDIT_ROW_FUNCTION(audit_find_directory)
{
	const char *planned = view->audit->plan->process.cwd;
	auto_close int root = -EBADF, fd = -EBADF;
	struct stat wanted, found;
	char path[32];

	(void)row;
	(void)item;
	try(audit_open_root(view->procfs, view->pid, &root));
	int r = inside_open(root, planned, O_PATH | O_DIRECTORY, &fd);
	/* Whoever has no rights there can't tell. */
	if (r == -EACCES)
		error_clear();
	if (r == -EACCES)
		return -ENOENT;
	(void)snprintf(path, sizeof(path), "%d/cwd", view->pid);
	if (r == 0 && fstat(fd, &wanted) == 0 && fstatat(view->procfs, path, &found, 0) == 0 &&
		wanted.st_dev == found.st_dev && wanted.st_ino == found.st_ino)
		return str_append(text, planned);
	error_clear();
	return append_found_directory(view, text);
}

/* ---- descriptors --------------------------------------------------------------------------- */

AUDIT_ROW_FUNCTION(audit_plan_descriptors)
{
	(void)row;
	(void)item;
	return str_printf(text, "0-%u", 2 + view->audit->plan->process.inherited_fds);
}

static bool is_closed_by_exec(struct audit_view *view, int number)
{
	const char *content, *flags;
	char path[32];

	(void)snprintf(path, sizeof(path), "fdinfo/%d", number);
	if (view_read(view, view->pid, path, &content) < 0)
		return false;
	flags = view_field(view, content, "flags");
	return flags && (strtoul(flags, NULL, 8) & O_CLOEXEC);
}

/*
 * Of a waiting init's: the one socket on which it talks with us, and files that we have, too.  All
 * of them are closed by execve(2).
 */
static bool is_ours(struct audit_view *view, int number, bool *socket)
{
	const struct audit *audit = view->audit;
	auto_close int pidfd = -EBADF, copy = -EBADF;
	struct stat facts;

	if (view->moment != AUDIT_WAITING || !is_closed_by_exec(view, number))
		return false;
	if (pidfd_make(view->pid, &pidfd) < 0 || pidfd_take(pidfd, number, &copy) < 0 ||
		fstat(copy, &facts) < 0)
		return false;
	if (S_ISSOCK(facts.st_mode) && !*socket)
		return *socket = true;
	for (size_t i = 0; i < audit->our_count; i++) {
		struct stat own;

		if (audit->ours[i] >= 0 && fstat(audit->ours[i], &own) == 0 &&
			own.st_dev == facts.st_dev && own.st_ino == facts.st_ino)
			return true;
	}
	return false;
}

static int compare_numbers(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Those of the program, ascending.  By fdinfo, which is open to who may trace it, whoever it is. */
static int list_descriptors(struct audit_view *view, int **ret_numbers, size_t *ret_count)
{
	auto_closedir DIR *dir = NULL;
	int *numbers = NULL;
	size_t count = 0, room = 0;
	bool socket = false;
	struct dirent *entry;
	char path[32];

	(void)snprintf(path, sizeof(path), "%d/fdinfo", view->pid);
	int fd = openat(view->procfs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return fail(errno, "open '/proc/%s'", path);
	while ((entry = readdir(dir))) {
		int number = (int)strtol(entry->d_name, NULL, 10);

		if (entry->d_name[0] == '.' || (number > 2 && is_ours(view, number, &socket)))
			continue;
		if (count == room) {
			int *more = arena_new_array(&view->arena, int, room = 2 * room + 16);

			numbers = count ? memcpy(more, numbers, count * sizeof(*more)) : more;
		}
		numbers[count++] = number;
	}
	/* A zombie has none. */
	if (count > 0)
		qsort(numbers, count, sizeof(*numbers), compare_numbers);
	*ret_numbers = numbers;
	*ret_count = count;
	return 0;
}

/* "0-2 7" */
AUDIT_ROW_FUNCTION(audit_find_descriptors)
{
	int *numbers = NULL;
	size_t count = 0;

	(void)row;
	(void)item;
	try(list_descriptors(view, &numbers, &count));
	for (size_t i = 0; i < count;) {
		size_t last = i;

		while (last + 1 < count && numbers[last + 1] == numbers[last] + 1)
			last++;
		try(str_printf(text, last > i ? "%s%d-%d" : "%s%d", i > 0 ? " " : "", numbers[i],
			numbers[last]));
		i = last + 1;
	}
	return 0;
}
