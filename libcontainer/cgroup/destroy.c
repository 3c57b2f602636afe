/* Removing a container's groups. */
#include <fcntl.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/directory.h"

static int remove_one(int parent, const char *name, void *context)
{
	(void)context;
	/* A group that is busy still keeps the one above busy, which is where it is told. */
	(void)unlinkat(parent, name, AT_REMOVEDIR);
	return 0;
}

static int remove_below(const struct plan_cgroup_directory *directory)
{
	const struct walk walk = { .leave = remove_one };
	auto_close int dir = -EBADF;
	int code = directory_open(directory, &dir);

	return code < 0 ? code : walk_tree(dir, &walk);
}

/* Who is in it, where anybody is. */
static int tell_busy(const struct plan_cgroup_directory *directory, int error)
{
	auto_pids struct pids pids = { 0 };
	auto_str struct str text = { 0 };
	auto_close int dir = -EBADF;

	if (directory_open(directory, &dir) < 0 || pids_collect(dir, &pids) < 0 || pids.count == 0)
		return fail(error, "remove '%s'", directory->path);
	pids_describe(pids.items, pids.count, &text);
	return refuse_as(error, "remove '%s': %zu process(es) are in it:%s", directory->path,
		pids.count, text.text ? text.text : "");
}

/* Who came after the others were killed, as an exec does that was under way, is killed too. */
static void kill_latecomers(const struct cgroup_paths *paths)
{
	auto_close int unified = -EBADF;

	(void)kill_present(paths, &unified); /* who is left is told once the time is over */
	error_clear();
}

static int destroy(const struct cgroup_paths *paths, size_t index, int64_t end)
{
	const struct plan_cgroup_directory *directory = &paths->items[index];

	/* The plan's promise; without it a damaged record could name any directory. */
	if (!path_is_below(directory->path, directory->mountpoint) ||
		strcmp(directory->path, directory->mountpoint) == 0)
		return refuse("'%s' is no control group below '%s'", directory->path,
			directory->mountpoint);

	for (int pause = 1;; pause = pause < 100 ? pause * 2 : pause) {
		if (rmdir(directory->path) == 0 || is_gone(-errno))
			return 0;
		if (errno != EBUSY && errno != ENOTEMPTY)
			return fail(errno, "remove '%s'", directory->path);

		int code = remove_below(directory);
		if (code < 0 && code != -ENOENT)
			return error_context(code, "remove '%s'", directory->path);
		if (rmdir(directory->path) == 0 || is_gone(-errno))
			return 0;
		if (clock_now() >= end)
			return tell_busy(directory, errno);
		kill_latecomers(paths);
		clock_sleep(pause);
	}
}

int cgroup_destroy(const struct cgroup_paths *paths, int timeout)
{
	int64_t end = clock_now() + timeout;
	int result = 0;

	/* All of them, whatever happens with one; the chain is of the last failure, and so is this.
	 */
	for (size_t i = 0; i < paths->count; i++) {
		int code = destroy(paths, i, end);

		if (code < 0)
			result = code;
	}
	return result;
}
