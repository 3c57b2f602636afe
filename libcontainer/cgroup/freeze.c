/* Stopping all processes of a container, and letting them go on. */
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

static int freeze_v2(int dir)
{
	try(file_write_value(dir, "cgroup.freeze", "1"));
	return events_await(dir, "frozen", 1, clock_now() + PATIENCE);
}

static int freeze(const struct plan_cgroup_directory *directory, int dir)
{
	int code = directory->unified ? freeze_v2(dir) : freeze_v1(dir, clock_now() + PATIENCE);

	if (code >= 0 || is_gone(code))
		return code;
	/* Half frozen is the worst of all: let all go on.  What failed first is what is told. */
	if (code == -ETIMEDOUT) {
		(void)file_write_value(dir, directory->unified ? "cgroup.freeze" : "freezer.state",
			directory->unified ? "0" : "THAWED");
		return refuse_as(ETIMEDOUT, "unable to freeze '%s': a process does not stop",
			directory->path);
	}
	return error_context(code, "freeze '%s'", directory->path);
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
		code = file_write_value(dir, directory->unified ? "cgroup.freeze" : "freezer.state",
			directory->unified ? "0" : "THAWED");
	if (is_gone(code)) {
		error_clear();
		return 0;
	}
	return code < 0 ? error_context(code, "'%s'", directory->path) : 0;
}

int cgroup_is_frozen(const struct cgroup_paths *paths)
{
	auto_close int dir = -EBADF;
	char state[32];
	int index = freezer_of(paths);

	if (index < 0)
		return 0;

	const struct plan_cgroup_directory *directory = &paths->items[index];
	int code = directory_open(directory, &dir);
	if (code == 0)
		code = (int)file_read_into(dir,
			directory->unified ? "cgroup.freeze" : "freezer.state", state,
			sizeof(state));
	if (is_gone(code)) {
		error_clear();
		return 0;
	}
	try(code, "'%s'", directory->path);
	/* FREEZING is on its way there: whoever asked for it thinks of it as frozen. */
	return directory->unified ? state[0] == '1' : strncmp(state, "FR", 2) == 0;
}
