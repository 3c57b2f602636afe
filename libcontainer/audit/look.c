/* Claims, looked up in the container's root and on the host. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/mountapi.h"

int audit_open_root(int procfs, pid_t pid, int *ret_fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "%d/root", pid);
	int fd = openat(procfs, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open '/proc/%s'", path);
	*ret_fd = fd;
	return 0;
}

static int look_at_fd(struct audit_claim *claim, int fd)
{
	struct statx facts;

	try(mountapi_number(fd, &claim->id), "assertion: the number of a mount");
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) < 0 ||
		fstat(fd, &claim->facts) < 0)
		return fail(errno, "assertion: stat '%s'", claim->target);
	claim->is_mounted = facts.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	claim->look = LOOK_FOUND;
	return 0;
}

/* With the container's mounts, and links that stay inside. */
static int look_inside(int root, struct audit_claim *claim)
{
	auto_close int fd = -EBADF;
	int flags = O_PATH | (claim->no_follow ? O_NOFOLLOW : 0);
	int r = inside_open(root, claim->target, flags, &fd);

	if (r == 0)
		return look_at_fd(claim, fd);
	/* Without the rights of the container's root some of it may be closed to us. */
	claim->look = r == -EACCES || r == -EPERM ? LOOK_DENIED : LOOK_MISSING;
	error_clear();
	return 0;
}

/* Names that are another file for each who looks, or that an earlier mount may have changed. */
static bool is_certain(const struct plan *plan, const struct audit_claim *claim)
{
	static const char *const uncertain[] = { "/proc/self", "/proc/thread-self", "/dev/fd",
		"/dev/stdin", "/dev/stdout", "/dev/stderr" };

	if (audit_joins_mounts(plan))
		return false;
	for (size_t i = 0; i < COUNT_OF(uncertain); i++)
		if (path_is_below(claim->source, uncertain[i]))
			return false;
	return claim->kind == CLAIM_ROOT || !path_is_below(claim->source, plan->root.path);
}

/* A bind has what its source had, but for what was asked for. */
static int look_at_source(
	const struct audit *audit, const struct audit_mount_table *own, struct audit_claim *claim)
{
	int flags = O_PATH | O_CLOEXEC | (claim->source_no_follow ? O_NOFOLLOW : 0);
	const struct audit_mount *mount;
	uint64_t id;

	if (!is_certain(audit->plan, claim))
		return 0;
	auto_close int fd = open(claim->source, flags);
	if (fd < 0 || fstat(fd, &claim->source_facts) < 0)
		return 0;
	claim->source_known = true;
	try(mountapi_number(fd, &id), "assertion: the number of a mount");
	mount = audit_table_find(own, id);
	claim->base_known = mount;
	claim->base = mount ? mount->attributes : 0;
	return 0;
}

int audit_claims_look(
	const struct audit *audit, const struct audit_mount_table *own, struct audit_claims *claims)
{
	auto_close int root = -EBADF;

	try(audit_open_root(audit->procfs, audit->pid, &root), "assertion");
	for (size_t i = 0; i < claims->count; i++) {
		struct audit_claim *claim = &claims->items[i];

		if (claim->source)
			try(look_at_source(audit, own, claim));
		if (claim->source_known && S_ISLNK(claim->source_facts.st_mode))
			claim->no_follow = true;
		if (claim->kind == CLAIM_ROOT)
			try(look_at_fd(claim, root));
		else
			try(look_inside(root, claim));
	}
	return 0;
}

int audit_mount_root(struct audit_view *view, const char *mountpoint, const char **ret_root)
{
	struct audit_mount_table table = { 0 };
	const struct audit_mount *mount;
	const char *text;

	try(view_read(view, 0, "mountinfo", &text));
	try(audit_table_make(&view->arena, arena_strdup(&view->arena, text), &table));
	mount = audit_table_at(&table, mountpoint);
	*ret_root = mount ? mount->root : NULL;
	return 0;
}

static int read_table(struct audit_view *view, pid_t pid, struct audit_mount_table *ret_table)
{
	const char *text;

	try(view_read(view, pid, "mountinfo", &text));
	return audit_table_make(&view->arena, arena_strdup(&view->arena, text), ret_table);
}

/* As the host counts: known where its user namespace is ours, or the parent of a new one. */
static int set_maps(struct audit_view *view, struct audit_claims *claims)
{
	static struct plan_id_range all = { 0, 0, UINT32_MAX };
	static const struct plan_id_map same = { &all, 1 };
	const struct plan *plan = view->audit->plan;
	const char *own;
	char *end;

	try(view_read(view, 0, "uid_map", &own));
	/* "INSIDE OUTSIDE COUNT" */
	(void)strtoul(own, &end, 10);
	(void)strtoul(end, &end, 10);
	if (strtoul(end, NULL, 10) < UINT32_MAX)
		return 0;
	bool maps = plan->namespaces.have & CLONE_NEWUSER;
	if (maps && !plan->users.mapped)
		return 0;
	for (size_t i = 0; i < claims->count; i++) {
		claims->items[i].uids = maps ? &plan->users.uids : &same;
		claims->items[i].gids = maps ? &plan->users.gids : &same;
	}
	return 0;
}

static int check(const struct audit *audit, struct audit_view *view)
{
	struct audit_mount_table own, found;
	struct audit_claims claims;

	try(read_table(view, 0, &own));
	try(read_table(view, audit->pid, &found));
	audit_claims_make(&view->arena, audit->plan, &claims);
	try(set_maps(view, &claims));
	try(audit_claims_look(audit, &own, &claims));
	return audit_claims_compare(audit->plan, &claims, &own, &found);
}

/* A further process has the mounts of its namespace, and without one there are none of ours. */
int audit_mounts(const struct audit *audit)
{
	struct audit_view view;

	if (audit->plan->verb == PLAN_EXEC || audit->plan->root.enter == PLAN_ENTER_CHROOT)
		return 0;
	try(view_open(audit, AUDIT_WAITING, audit->procfs, audit->pid, &view));
	int r = check(audit, &view);
	view_close(&view);
	return r;
}
