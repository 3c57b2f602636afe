#include "libcontainer/cgroup/watch.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* Kills are counted in the group itself and those below. */
static int read_kills(const struct cgroup_watch *watch, uint64_t *ret_kills)
{
	int code = control_read_key(watch->dir, "memory.events", "oom_kill", ret_kills);

	if (!is_gone(code))
		return code;
	error_clear();
	return 0;
}

/* v1: the kernel counts up an eventfd when memory is short, and when the group is removed. */
static int open_v1(struct cgroup_watch *watch)
{
	auto_close int control = openat(watch->dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	auto_close int event = -EBADF;
	char line[32];

	if (control < 0)
		return is_gone(-errno) ? 0 : fail(errno, "open 'memory.oom_control'");
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return fail(errno, "make an eventfd");
	(void)snprintf(line, sizeof(line), "%d %d", event, control);
	try(file_write_value(watch->dir, "cgroup.event_control", line));
	watch->fd = steal_fd(&event);
	return 0;
}

static int open_v2(struct cgroup_watch *watch, const char *path)
{
	auto_close int notify = -EBADF;
	uninitialized char file[PATH_MAX];

	if (faccessat(watch->dir, "memory.events", F_OK, 0) < 0)
		return is_gone(-errno) ? 0 : fail(errno, "find 'memory.events'");
	notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (notify < 0)
		return fail(errno, "make an inotify descriptor");
	(void)snprintf(file, sizeof(file), "%s/memory.events", path);
	if (inotify_add_watch(notify, file, IN_MODIFY) < 0)
		return is_gone(-errno) ? 0 : fail(errno, "watch '%s'", file);
	watch->fd = steal_fd(&notify);
	/* Behind the watch, so that nothing is between the two. */
	return read_kills(watch, &watch->kills);
}

int cgroup_watch_open(const struct cgroup_paths *paths, struct cgroup_watch *ret_watch)
{
	struct cgroup_watch watch = { .fd = -EBADF, .dir = -EBADF };
	int home = directory_find(paths->items, paths->count, "memory");
	int code = home < 0 ? -ENOENT : directory_open(&paths->items[home], &watch.dir);

	if (code == -ENOENT) {
		*ret_watch = watch;
		return 0;
	}
	try(code);
	watch.unified = paths->items[home].unified;
	code = watch.unified ? open_v2(&watch, paths->items[home].path) : open_v1(&watch);
	if (code < 0) {
		cgroup_watch_close(&watch);
		return error_context(code, "'%s'", paths->items[home].path);
	}
	*ret_watch = watch;
	return 0;
}

int cgroup_watch_oom(struct cgroup_watch *watch)
{
	uninitialized char buffer[4096];
	uint64_t kills = watch->kills;
	ssize_t size = watch->fd < 0 ? -1 : read(watch->fd, buffer, sizeof(buffer));

	if (watch->fd < 0)
		return 0;
	if (!watch->unified)
		return size > 0 && faccessat(watch->dir, "memory.oom_control", F_OK, 0) == 0;
	try(read_kills(watch, &kills));
	if (kills <= watch->kills)
		return 0;
	watch->kills = kills;
	return 1;
}

void cgroup_watch_close(struct cgroup_watch *watch)
{
	fd_close(&watch->fd);
	fd_close(&watch->dir);
}
