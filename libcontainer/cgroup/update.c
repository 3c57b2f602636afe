/* Changing the limits of a container that runs: see manager.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/create.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

#define auto_arena __attribute__((cleanup(arena_done)))
#define auto_cgroup __attribute__((cleanup(cgroup_close)))

struct change {
	const struct plan_cgroup_write *write;
	int dir;
	const char *file;   /* that of the two which there is; NULL: neither */
	const char *former; /* what to write there to undo it; NULL: not known */
	bool widens;
	bool done;
};

struct changes {
	struct change **order; /* in which they are written */
	size_t count;
	struct change **done; /* in which they were */
	size_t done_count;
};

/* 1 where a write is for a controller that the group was not given when it was made. */
static int lacks_controller(
	const struct plan_cgroup *plan, const struct plan_cgroup_directory *directory, int dir)
{
	uninitialized char have[512];
	ssize_t size = file_read_into(dir, "cgroup.controllers", have, sizeof(have));

	if (is_gone((int)size)) {
		error_clear();
		return 0;
	}
	try((int)size);
	for (size_t i = 0; i < plan->write_count; i++) {
		const char *wanted = plan->writes[i].controller;
		int home = directory_find(plan->directories, plan->directory_count, wanted);

		if (*wanted && home >= 0 && &plan->directories[home] == directory &&
			!list_has(have, wanted))
			return 1;
	}
	return 0;
}

static int open_directories(const struct plan_cgroup *plan, struct cgroup *cgroup)
{
	for (size_t i = 0; i < CGROUP_DIRECTORIES_MAX; i++)
		cgroup->fds[i] = -EBADF;
	if (plan->directory_count > CGROUP_DIRECTORIES_MAX)
		return refuse("the container has more than %d groups", CGROUP_DIRECTORIES_MAX);
	for (size_t i = 0; i < plan->directory_count; i++) {
		const struct plan_cgroup_directory *directory = &plan->directories[i];
		int code = directory_open(directory, &cgroup->fds[i]);

		/* One that was not permitted, or has gone with its controller. */
		if (code == -ENOENT)
			continue;
		try(code);
		if (!directory->unified)
			continue;
		code = lacks_controller(plan, directory, cgroup->fds[i]);
		try(code);
		if (code > 0)
			try(create_enable(plan, directory, cgroup->fds[i]));
	}
	return 0;
}

/* ---- what is used already ------------------------------------------------------------- */

static int read_usage(int dir, const char *file, uint64_t *ret_bytes)
{
	char text[32];
	ssize_t size = file_read_into(dir, file, text, sizeof(text));

	if (is_gone((int)size)) { /* no swap: none is used */
		error_clear();
		*ret_bytes = 0;
		return 0;
	}
	if (size < 0)
		return (int)size;
	*ret_bytes = strtoull(text, NULL, 10);
	return 0;
}

static int check_memory(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	uint64_t limit = plan->memory_check.limit, with_swap = plan->memory_check.with_swap;
	int home = directory_find(plan->directories, plan->directory_count, "memory");
	uint64_t memory = 0,
		 both = 0; /* gcc 14 cannot see that they are read where they were set */

	if ((!limit && !with_swap) || home < 0 || cgroup->fds[home] < 0)
		return 0;

	bool unified = plan->directories[home].unified;
	int dir = cgroup->fds[home];
	try(read_usage(dir, unified ? "memory.current" : "memory.usage_in_bytes", &memory));
	try(read_usage(
		dir, unified ? "memory.swap.current" : "memory.memsw.usage_in_bytes", &both));
	both += unified ? memory : 0;
	/* Where both are too low, runc names this one. */
	if (with_swap && both > with_swap)
		return refuse_as(EBUSY,
			"linux.resources.memory.swap: rejecting memory+swap limit %" PRIu64
			": %" PRIu64 " bytes are used",
			with_swap, both);
	if (limit && memory > limit)
		return refuse_as(EBUSY,
			"linux.resources.memory.limit: rejecting memory limit %" PRIu64 ": %" PRIu64
			" bytes are used",
			limit, memory);
	return 0;
}

/* ---- the order ------------------------------------------------------------------------ */

/* "max" and -1 are no limit, which is wider than any. */
static uint64_t width(const char *text)
{
	return strncmp(text, "max", 3) == 0 || *text == '-' ? UINT64_MAX : strtoull(text, NULL, 10);
}

static bool widens(const char *file, const char *former, const char *value)
{
	/* A switch: what counts is that shares are written while it is off. */
	if (!former || strcmp(file, "cpu.idle") == 0)
		return false;
	return width(value) > width(former);
}

static int prepare_one(const struct plan_cgroup *plan, const struct cgroup *cgroup,
	struct arena *arena, struct change *change)
{
	const struct plan_cgroup_write *write = change->write;
	int home = directory_find(plan->directories, plan->directory_count, write->controller);
	const char *value = write->value;

	if (home < 0 || cgroup->fds[home] < 0)
		return 0; /* told by who tries to write */
	change->dir = cgroup->fds[home];
	change->file = write->file;
	int code = former_value(arena, change->dir, write->file, value, &change->former);
	if (code == -ENOENT && write->other_file) {
		change->file = write->other_file;
		value = write->other_value;
		code = former_value(arena, change->dir, change->file, value, &change->former);
	}
	if (code == -ENOENT) {
		change->file = NULL;
		return 0;
	}
	try(code);
	change->widens = widens(change->file, change->former, value);
	return 0;
}

static int prepare(const struct plan_cgroup *plan, const struct cgroup *cgroup, struct arena *arena,
	struct changes *changes)
{
	size_t count = plan->write_count, next = 0;
	struct change *items = arena_new_array(arena, struct change, count);

	for (size_t i = 0; i < count; i++) {
		items[i].write = &plan->writes[i];
		try(prepare_one(plan, cgroup, arena, &items[i]), "%s", plan->writes[i].place);
	}
	changes->order = arena_new_array(arena, struct change *, count);
	changes->done = arena_new_array(arena, struct change *, count);
	changes->count = count;
	for (size_t i = count; i-- > 0;)
		if (items[i].widens)
			changes->order[next++] = &items[i];
	for (size_t i = 0; i < count; i++)
		if (!items[i].widens)
			changes->order[next++] = &items[i];
	return 0;
}

/* ---- writing -------------------------------------------------------------------------- */

/* Passes over what is left, for as long as one gets on; then the error is that of the first left.
 */
static int write_all(
	const struct plan_cgroup *plan, const struct cgroup *cgroup, struct changes *changes)
{
	const struct plan_cgroup_write *failed;
	size_t before;

	do {
		before = changes->done_count;
		failed = NULL;
		for (size_t i = 0; i < changes->count; i++) {
			struct change *change = changes->order[i];

			if (change->done)
				continue;
			int code = limit_write(plan, cgroup, change->write);
			if (code == 0) {
				change->done = true;
				changes->done[changes->done_count++] = change;
			} else if (!limit_may_wait(code)) {
				return code;
			} else if (!failed) {
				failed = change->write;
			}
		}
	} while (failed && changes->done_count > before);
	error_clear();
	return failed ? limit_write(plan, cgroup, failed) : 0;
}

static bool is_weight_of_device(const struct change *change)
{
	const char *value = change->write->value;

	return change->file && strstr(change->file, "weight") && *value >= '0' && *value <= '9' &&
	       strchr(value, ' ');
}

static void put_back(const struct change *change)
{
	if (!change->file)
		return;
	if (change->former && file_write_value(change->dir, change->file, change->former) == 0)
		return;
	if (change->done)
		log_warning("%s keeps its new value: %s", change->write->place,
			change->former ? error_text() : "the former one is not known");
}

/*
 * Back through the states that we came by, which the kernel has allowed.  Weights of devices come
 * last, also where they were not written yet: BFQ forgets them with each weight of the group.
 */
static int write_back(const struct changes *changes, int code)
{
	auto_free char *words = strdup(error_text());

	for (size_t i = changes->done_count; i-- > 0;)
		if (!is_weight_of_device(changes->done[i]))
			put_back(changes->done[i]);
	for (size_t i = 0; i < changes->count; i++)
		if (is_weight_of_device(changes->order[i]))
			put_back(changes->order[i]);
	return words ? error_set(code, words) : fail(ENOMEM, "change limits");
}

/* What the file of a change that was written says; NULL where that can't be known. */
static const char *say(struct arena *arena, const struct change *change)
{
	const char *said = NULL;

	if (change->file &&
		former_value(arena, change->dir, change->file, change->write->value, &said) < 0)
		error_clear();
	return said;
}

/*
 * systemd writes a default of its own where no property says the value, as of a period without a
 * quota: the files have the last word, as when the container was made.
 */
static int tell_unit(const struct plan_cgroup *plan, const struct cgroup *cgroup,
	struct arena *arena, const struct changes *changes)
{
	const char **written = arena_new_array(arena, const char *, changes->done_count);

	if (!plan->unit.name || plan->unit.property_count == 0)
		return 0;
	for (size_t i = 0; i < changes->done_count; i++)
		written[i] = say(arena, changes->done[i]);
	try(cgroup_unit_set(&plan->unit));
	for (size_t i = 0; i < changes->done_count; i++) {
		const char *now = say(arena, changes->done[i]);

		if (now && written[i] && strcmp(now, written[i]) != 0)
			try(limit_write(plan, cgroup, changes->done[i]->write));
	}
	return 0;
}

int cgroup_update(const struct plan_cgroup *plan, int (*commit)(void *context), void *context)
{
	auto_arena struct arena arena = { 0 };
	auto_cgroup struct cgroup cgroup = { 0 };
	struct changes changes = { 0 };

	try(open_directories(plan, &cgroup));
	try(check_memory(plan, &cgroup));
	try(prepare(plan, &cgroup, &arena, &changes));
	int code = write_all(plan, &cgroup, &changes);
	if (code == 0)
		code = tell_unit(plan, &cgroup, &arena, &changes);
	if (code == 0)
		code = commit(context);
	return code < 0 ? write_back(&changes, code) : 0;
}
