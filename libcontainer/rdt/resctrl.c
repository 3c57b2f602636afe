#include "libcontainer/rdt/resctrl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/mountinfo.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/rdt/schemata.h"

#define RESCTRL "/sys/fs/resctrl"
/* RDTGROUP_SUPER_MAGIC of linux/magic.h, which older headers lack. */
#define RESCTRL_MAGIC 0x7655821
#define MOUNTINFO_LIMIT ((size_t)64 * 1024 * 1024)
#define GROUP_MODE 0755

/* ---- where -------------------------------------------------------------------------- */

struct search {
	struct arena *arena;
	const char *found;
};

static int visit_mount(const struct mountinfo_entry *entry, void *context)
{
	struct search *search = context;

	if (strcmp(entry->type, "resctrl") != 0)
		return 0;
	search->found = arena_strdup(search->arena, entry->mountpoint);
	return 1;
}

int resctrl_find(struct arena *arena, const char **ret_mountpoint)
{
	struct search search = { .arena = arena };
	struct file_text mountinfo;
	struct statfs facts;

	if (statfs(RESCTRL, &facts) == 0 && facts.f_type == RESCTRL_MAGIC) {
		*ret_mountpoint = RESCTRL;
		return 0;
	}
	try(file_read(arena, AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_LIMIT, &mountinfo),
		"read '/proc/self/mountinfo'");
	int r = mountinfo_walk(mountinfo.text, visit_mount, &search);
	if (r < 0)
		return r;
	if (!search.found)
		return refuse_as(
			ENOTSUP, "linux.intelRdt: no file system of type resctrl is mounted");
	*ret_mountpoint = search.found;
	return 0;
}

void resctrl_name(struct arena *arena, const struct plan_rdt *plan, const char *mountpoint,
	struct plan_rdt_groups *ret_groups)
{
	const char *group = plan->group[0] ? path_join(arena, mountpoint, plan->group) : mountpoint;

	*ret_groups = (struct plan_rdt_groups){ .mountpoint = mountpoint, .group = group };
	if (plan->monitor)
		ret_groups->monitor = arena_printf(arena, "%s/mon_groups/%s", group, plan->monitor);
}

static bool is_there(const char *path)
{
	struct stat facts;

	return lstat(path, &facts) == 0 || errno != ENOENT;
}

void resctrl_look(struct plan_rdt_groups *groups)
{
	groups->group_made = !is_there(groups->group);
	groups->monitor_made = groups->monitor && !is_there(groups->monitor);
}

/* ---- making ------------------------------------------------------------------------- */

/* The kernel tells what it did not like of the last write or mkdir(2) in a file of its own. */
static int explain(int code, const struct plan_rdt_groups *groups)
{
	char path[PATH_MAX], words[256];
	auto_close int fd = -EBADF;

	(void)snprintf(path, sizeof(path), "%s/info/last_cmd_status", groups->mountpoint);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, words, sizeof(words) - 1);
	if (n <= 0)
		return code;
	words[n] = '\0';
	words[strcspn(words, "\n")] = '\0';
	return strcmp(words, "ok") == 0 ? code : error_context(code, "resctrl says '%s'", words);
}

static int make(const char *path, const struct plan_rdt_groups *groups)
{
	if (mkdir(path, GROUP_MODE) == 0)
		return 0;
	return explain(fail(errno, "linux.intelRdt: make the group '%s'", path), groups);
}

/* closID names one: it is made for a schema alone. */
static int make_or_take(const struct plan_rdt *plan, struct plan_rdt_groups *groups)
{
	groups->group_made = false;
	if (!plan->may_make) {
		if (is_there(groups->group))
			return 0;
		return refuse_as(ENOENT,
			"linux.intelRdt.closID: there is no group '%s', and no schema to make it "
			"with",
			groups->group);
	}
	int r = make(groups->group, groups);
	groups->group_made = r == 0;
	if (r == -EEXIST && !plan->make) {
		error_clear();
		return 0;
	}
	return r;
}

int resctrl_make(const struct plan_rdt *plan, struct plan_rdt_groups *groups)
{
	groups->monitor_made = false;
	try(make_or_take(plan, groups));
	if (!groups->monitor)
		return 0;
	int r = make(groups->monitor, groups);
	groups->monitor_made = r == 0;
	if (r < 0 && groups->group_made)
		(void)rmdir(groups->group);
	return r < 0 ? error_context(r, "linux.intelRdt.enableMonitoring") : 0;
}

static int open_group(const char *path, int *ret_fd)
{
	*ret_fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd >= 0)
		return 0;
	return errno == ENOENT ? -ENOENT : fail(errno, "open the group '%s'", path);
}

/* Schemata of a machine with many sockets, and then some. */
#define SCHEMATA_SIZE 65536

static int compare(int group, const struct plan_rdt *plan, const struct plan_rdt_groups *groups)
{
	auto_free char *present = malloc(SCHEMATA_SIZE);
	const char *line;
	size_t length;

	if (!present)
		return fail(ENOMEM, "linux.intelRdt: read the schemata of '%s'", groups->group);
	ssize_t n = file_read_into(group, "schemata", present, SCHEMATA_SIZE);
	if (n < 0)
		return error_context(
			(int)n, "linux.intelRdt: read the schemata of '%s'", groups->group);
	if (schemata_have(present, plan->schemata, &line, &length))
		return 0;
	return refuse("linux.intelRdt: the group '%s' exists and has another schema than '%.*s'",
		groups->group, (int)length, line);
}

int resctrl_write(const struct plan_rdt_groups *groups, const char *schemata)
{
	auto_close int group = -EBADF;
	int r = open_group(groups->group, &group);

	if (r == 0)
		r = file_write_value(group, "schemata", schemata);
	if (r < 0)
		return explain(error_context(r, "linux.intelRdt: write the schemata of '%s'",
				       groups->group),
			groups);
	return 0;
}

int resctrl_set(const struct plan_rdt *plan, const struct plan_rdt_groups *groups)
{
	auto_close int group = -EBADF;

	if (!plan->schemata)
		return 0;
	if (groups->group_made)
		return resctrl_write(groups, plan->schemata);
	try(open_group(groups->group, &group), "linux.intelRdt: open the group '%s'",
		groups->group);
	return compare(group, plan, groups);
}

/* ---- processes ---------------------------------------------------------------------- */

static int join_one(const char *path, const char *pid)
{
	auto_close int group = -EBADF;
	int r = open_group(path, &group);

	if (r == -ENOENT)
		return r;
	try(r);
	try(file_write_value(group, "tasks", pid), "linux.intelRdt: move to the group '%s'", path);
	return 0;
}

int resctrl_join(const struct plan_rdt_groups *groups, pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", pid);
	int r = join_one(groups->group, text);
	/* In this order: a monitoring group takes those only who are in the group above it. */
	if (r == 0 && groups->monitor)
		r = join_one(groups->monitor, text);
	return r;
}

/* ---- removing ----------------------------------------------------------------------- */

/* Whether a process is in the group that is no zombie; those that end stay on the list till then.
 */
static bool is_in_use(const char *path)
{
	char tasks[PATH_MAX], line[32];
	struct process_facts facts;
	bool used = false;
	uint32_t pid;

	(void)snprintf(tasks, sizeof(tasks), "%s/tasks", path);
	auto_fclose FILE *file = fopen(tasks, "re");
	while (file && !used && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		used = parse_u32(line, &pid) == 0 && process_read_facts((pid_t)pid, &facts) == 0 &&
		       facts.state != 'Z' && facts.state != 'X';
	}
	error_clear();
	return used;
}

static int remove_group(const char *path)
{
	if (is_in_use(path)) {
		log_warning("linux.intelRdt: the group '%s' is left: others are in it", path);
		return 0;
	}
	if (rmdir(path) < 0 && errno != ENOENT)
		return fail(errno, "remove the group '%s'", path);
	return 0;
}

int resctrl_remove(const struct plan_rdt_groups *groups)
{
	if (groups->monitor_made)
		try(remove_group(groups->monitor));
	if (groups->group_made)
		try(remove_group(groups->group));
	return 0;
}
