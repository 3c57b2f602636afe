/* Stopping all processes of a container, and letting them go on. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* A process in an uninterruptible wait does not freeze before that ends. */
#define PATIENCE 10000
/* v1 gets stuck in FREEZING where a process forks at the wrong moment: asking anew helps. */
#define PATIENCE_V1 100

static int freezer_of(const struct cgroup_paths *paths)
{
	return directory_find(paths->items, paths->count, "freezer");
}

/* 1 where the state is this one; 0 where not, or the group is gone. */
static int state_is(int dir, const char *state)
{
	char text[32];
	ssize_t size = file_read_into(dir, "freezer.state", text, sizeof(text));

	if (is_gone((int)size)) {
		error_clear();
		return 0;
	}
	try((int)size);
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, state) == 0;
}

/* 1 frozen, 0 not, or gone.  FREEZING is on its way there: whoever asked for it thinks of it as
 * frozen. So are processes that a group above holds back. */
static int is_frozen(bool unified, int dir)
{
	uint64_t held = 0;
	char state[32];
	int code = (int)file_read_into(
		dir, unified ? "cgroup.freeze" : "freezer.state", state, sizeof(state));

	if (code >= 0 && !unified)
		return strncmp(state, "FR", 2) == 0;
	if (code >= 0 && state[0] == '1')
		return 1;
	if (code >= 0)
		code = control_read_key(dir, "cgroup.events", "frozen", &held);
	if (!is_gone(code))
		return code < 0 ? code : held != 0;
	error_clear();
	return 0;
}

int freeze_v1(int dir, int64_t end)
{
	int64_t again = 0;

	for (int pause = 1;; pause = pause < 20 ? pause * 2 : pause) {
		int64_t now = clock_now();

		if (now >= again) {
			if (again)
				try(file_write_value(dir, "freezer.state", "THAWED"));
			try(file_write_value(dir, "freezer.state", "FROZEN"));
			again = now + PATIENCE_V1;
		}

		int frozen = state_is(dir, "FROZEN");
		if (frozen != 0)
			return frozen < 0 ? frozen : 0;
		if (now >= end)
			return -ETIMEDOUT;
		clock_sleep(pause);
	}
}

static int thaw_one(int fd, size_t depth, void *context)
{
	(void)depth;
	(void)context;
	int code = file_write_value(fd, "freezer.state", "THAWED");

	return is_gone(code) ? 0 : code;
}

int thaw_v1(int dir)
{
	const struct walk walk = { .enter = thaw_one };

	return walk_tree(dir, &walk);
}

int freeze_v2(int dir, int64_t end)
{
	try(file_write_value(dir, "cgroup.freeze", "1"));
	return events_await(dir, "frozen", 1, end);
}

int freezer_thaw(bool unified, int dir)
{
	return file_write_value(
		dir, unified ? "cgroup.freeze" : "freezer.state", unified ? "0" : "THAWED");
}

static int freeze(const struct plan_cgroup_directory *directory, int dir)
{
	int64_t end = clock_now() + PATIENCE;
	int code = directory->unified ? freeze_v2(dir, end) : freeze_v1(dir, end);

	if (code >= 0 || is_gone(code))
		return code;
	/* Half frozen is the worst of all: let all go on.  What failed first is what is told. */
	(void)freezer_thaw(directory->unified, dir);
	if (code == -ETIMEDOUT)
		return refuse_as(ETIMEDOUT, "unable to freeze '%s': a process does not stop",
			directory->path);
	return error_context(code, "freeze '%s'", directory->path);
}

/* ---- groups above --------------------------------------------------------------------- */

static bool is_frozen_itself(const char *path, bool unified)
{
	uninitialized char file[PATH_MAX + 32];
	char text[8];

	(void)snprintf(file, sizeof(file), "%s/%s", path,
		unified ? "cgroup.freeze" : "freezer.self_freezing");
	if (file_read_into(AT_FDCWD, file, text, sizeof(text)) > 0)
		return text[0] == '1';
	error_clear(); /* a root has no such file */
	return false;
}

bool freezer_find_above(const struct plan_cgroup_directory *directory, char ret_path[PATH_MAX])
{
	size_t top = strlen(directory->mountpoint);

	(void)snprintf(ret_path, PATH_MAX, "%s", directory->path);
	for (char *slash; (slash = strrchr(ret_path, '/')) && slash > ret_path + top;) {
		*slash = '\0';
		if (is_frozen_itself(ret_path, directory->unified))
			return true;
	}
	return false;
}

/* Waits until the processes go on, which they don't where a group above is frozen. */
static int thaw(const struct plan_cgroup_directory *directory, int dir)
{
	int64_t end = clock_now() + PATIENCE;
	uninitialized char above[PATH_MAX];

	try(freezer_thaw(directory->unified, dir));
	for (int pause = 1;; pause = pause < 100 ? pause * 2 : pause) {
		int frozen = is_frozen(directory->unified, dir);

		if (frozen <= 0)
			return frozen;
		if (freezer_find_above(directory, above))
			return refuse_as(
				EBUSY, "the container stays frozen, as '%s' above it is", above);
		if (clock_now() >= end)
			return refuse_as(ETIMEDOUT, "unable to thaw '%s'", directory->path);
		clock_sleep(pause);
	}
}

int cgroup_freeze(const struct cgroup_paths *paths, bool frozen)
{
	auto_close int dir = -EBADF;
	int index = freezer_of(paths);

	if (index < 0)
		return refuse("the container has no control group that can freeze it");

	const struct plan_cgroup_directory *directory = &paths->items[index];
	int code = directory_open(directory, &dir);
	if (code == 0 && frozen)
		code = freeze(directory, dir);
	else if (code == 0)
		code = thaw(directory, dir);
	if (is_gone(code)) {
		error_clear();
		return 0;
	}
	return code < 0 ? error_context(code, "'%s'", directory->path) : 0;
}

int cgroup_is_frozen(const struct cgroup_paths *paths)
{
	auto_close int dir = -EBADF;
	int index = freezer_of(paths);

	if (index < 0)
		return 0;

	const struct plan_cgroup_directory *directory = &paths->items[index];
	int code = directory_open(directory, &dir);
	if (code == 0)
		code = is_frozen(directory->unified, dir);
	if (code == -ENOENT)
		return 0;
	try(code, "'%s'", directory->path);
	return code;
}
