/*
 * Any bytes as one mount: type, source and destination on a line each, then a line for each option.
 * What the plan makes of it does not contradict itself, the last of two words that exclude each
 * other wins, what the file system gets is what no word of ours is, and what fails names the place.
 */
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/plan.h"
#include "oci-spec/types.h"

#define OPTIONS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* ---- the mount ---------------------------------------------------------------------------- */

static struct spec_id_mapping ranges[] = {
	{ .container_id = 0, .host_id = 100000, .size = 1000 },
	{ .container_id = 1000, .host_id = 500000, .size = 9 },
};
static struct spec_id_mapping other_ranges[] = {
	{ .container_id = 0, .host_id = 7, .size = 1 },
};

/* "u": its own user namespace; "m": mappings of the mount; "p": --no-pivot; others: nothing. */
static void choose(const char *letters, struct spec_linux *linux_, struct spec_mount *mount,
	struct plan_options *options)
{
	if (strchr(letters, 'u')) {
		linux_->namespaces.count = 2;
		linux_->uid_mappings.items = linux_->gid_mappings.items = ranges;
		linux_->uid_mappings.count = linux_->gid_mappings.count = COUNT_OF(ranges);
	}
	if (strchr(letters, 'm')) {
		mount->uid_mappings.items = mount->gid_mappings.items = other_ranges;
		mount->uid_mappings.count = mount->gid_mappings.count = COUNT_OF(other_ranges);
	}
	options->no_pivot = strchr(letters, 'p');
}

static const struct plan_mount *plan_it(
	struct arena *arena, const char *letters, struct spec_mount *mount)
{
	static struct host_hierarchy unified[] = {
		{ .controllers = "", .mountpoint = "/sys/fs/cgroup", .own = "/", .unified = true },
	};
	static const struct host host = {
		.cgroup_layout = HOST_CGROUP_V2,
		.hierarchies = unified,
		.hierarchy_count = COUNT_OF(unified),
	};
	static struct plan plan;
	struct spec_namespace namespaces[] = { { .type = "mount" }, { .type = "user" } };
	struct spec_linux linux_ = { .namespaces = { .items = namespaces, .count = 1 } };
	const char *args[] = { "/bin/true" };
	struct spec_process process = { .cwd = "/", .args = { args, 1, true } };
	struct spec_root root = { .path = "rootfs" };
	struct plan_options options = {
		.verb = PLAN_CREATE,
		.id = "fuzz",
		.bundle = "/bundle",
		.state = "/run/caisson/fuzz",
	};
	struct spec_config spec = {
		.oci_version = "1.3.0",
		.process = &process,
		.root = &root,
		.mounts = { .items = mount, .count = 1 },
		.linux_ = &linux_,
	};
	const struct plan_input input = { &spec, NULL, &options, &host };

	choose(letters, &linux_, mount, &options);
	plan = (struct plan){ 0 };
	return plan_make(arena, &input, &plan) < 0 ? NULL : &plan.root.mounts[0];
}

/* ---- what must hold ----------------------------------------------------------------------- */

/* Of two words that exclude each other: whether the first stands behind the last of the second. */
static int last_of(const struct spec_strings *options, const char *on, const char *off)
{
	for (size_t i = options->count; i-- > 0;) {
		if (strcmp(options->items[i], on) == 0)
			return 1;
		if (strcmp(options->items[i], off) == 0)
			return 0;
	}
	return -1;
}

static void check_attributes(const struct plan_mount *mount, const struct spec_strings *options)
{
	static const struct {
		const char *on, *off, *all_on, *all_off;
		uint64_t attribute;
	} words[] = {
		{ "ro", "rw", "rro", "rrw", MOUNT_ATTR_RDONLY },
		{ "nosuid", "suid", "rnosuid", "rsuid", MOUNT_ATTR_NOSUID },
		{ "nodev", "dev", "rnodev", "rdev", MOUNT_ATTR_NODEV },
		{ "noexec", "exec", "rnoexec", "rexec", MOUNT_ATTR_NOEXEC },
		{ "nodiratime", "diratime", "rnodiratime", "rdiratime", MOUNT_ATTR_NODIRATIME },
		{ "nosymfollow", "symfollow", "rnosymfollow", "rsymfollow",
			MOUNT_ATTR_NOSYMFOLLOW },
	};
	bool folded = mount->kind == PLAN_MOUNT_FS || mount->kind == PLAN_MOUNT_CGROUP;

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		int one = last_of(options, words[i].on, words[i].off);
		int all = last_of(options, words[i].all_on, words[i].all_off);

		/* What is new has nothing below: there the recursive word is for it alone. */
		if (folded && all >= 0)
			one = all;
		demand(!(mount->attr_set & words[i].attribute) == (one != 1));
		demand(!(mount->recursive_set & words[i].attribute) == (folded || all != 1));
		if (!folded && all == 0)
			demand(mount->recursive_clear & words[i].attribute);
	}
}

static bool atime_is_one(uint64_t attributes)
{
	uint64_t field = attributes & MOUNT_ATTR__ATIME;

	return field == 0 || field == MOUNT_ATTR_NOATIME || field == MOUNT_ATTR_STRICTATIME;
}

/* The atime field is no flag: there to set a value is to clear the field. */
static void check_flags(const struct plan_mount *mount)
{
	uint64_t flags = ~(uint64_t)MOUNT_ATTR__ATIME;

	demand(!(mount->recursive_set & mount->recursive_clear & flags));
	if (mount->kind == PLAN_MOUNT_BIND || mount->kind == PLAN_MOUNT_REMOUNT)
		demand(!(mount->attr_set & mount->attr_clear & flags));
	else
		demand(!mount->recursive_set && !mount->recursive_clear);
	demand(!(mount->attr_unnamed & (mount->attr_set | mount->attr_clear)));
	demand(mount->kind == PLAN_MOUNT_BIND || !mount->attr_unnamed);
	demand(atime_is_one(mount->attr_set) && atime_is_one(mount->recursive_set));
	demand(!(mount->superblock & mount->superblock_clear));
	demand(!mount->deferred_readonly || mount->attr_set & MOUNT_ATTR_RDONLY);
}

static bool is_data(const char *option)
{
	return *option && !names_mount_option(option) && strncmp(option, "idmap=", 6) != 0 &&
	       strncmp(option, "ridmap=", 7) != 0;
}

static void check_data(const struct plan_mount *mount, const struct spec_strings *options)
{
	const char *data = mount->data;
	size_t count = 0;

	for (size_t i = 0; i < options->count; i++) {
		const char *option = options->items[i];
		size_t length = strlen(option);

		if (!is_data(option))
			continue;
		demand(data);
		if (count++ > 0)
			demand(*data++ == ',');
		demand(strncmp(data, option, length) == 0);
		data += length;
	}
	demand(count == 0 ? !data : *data == '\0');
	demand(!mount->data || mount->kind != PLAN_MOUNT_BIND);
}

static void check_target(const struct plan_mount *mount)
{
	const char *target = mount->target;
	size_t length = strlen(target);

	demand(target[0] == '/' && !strstr(target, "//"));
	demand(length == 1 || target[length - 1] != '/');
	for (const char *at = target; at; at = strchr(at + 1, '/'))
		demand(strcspn(at + 1, "/") > 2 || strspn(at + 1, ".") != strcspn(at + 1, "/") ||
			length == 1);
	if (mount->kind == PLAN_MOUNT_BIND)
		demand(path_is_absolute(mount->source) && !mount->type);
	demand(mount->kind != PLAN_MOUNT_FS || mount->type);
	demand(length > 1 || mount->kind == PLAN_MOUNT_REMOUNT);
}

static void check_ids(const struct plan_mount *mount)
{
	demand(!mount->uids.count == !mount->gids.count);
	demand(mount->idmap != PLAN_IDMAP_NONE || mount->uids.count == 0);
	for (size_t i = 0; i < mount->uids.count; i++)
		demand(mount->uids.items[i].count > 0);
}

static void check_words(const struct plan_mount *mount, const struct spec_strings *options)
{
	check_attributes(mount, options);
	check_flags(mount);
	check_data(mount, options);
	check_target(mount);
	check_ids(mount);
}

/* ---- the lines ---------------------------------------------------------------------------- */

static const char *next_line(char **text)
{
	const char *line = *text ? *text : "";

	if (*text) {
		char *end = strchr(*text, '\n');

		if (end)
			*end++ = '\0';
		*text = end;
	}
	return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *options[OPTIONS_MAX];
	struct arena arena = { 0 };
	struct spec_mount mount = { .options = { options, 0, true } };
	auto_free char *text = malloc(size + 1);
	char *rest = text;

	demand(text);
	memcpy(text, data, size);
	text[size] = '\0';
	error_clear();
	const char *letters = next_line(&rest);
	mount.type = next_line(&rest);
	mount.source = next_line(&rest);
	mount.destination = next_line(&rest);
	while (rest && mount.options.count < OPTIONS_MAX)
		options[mount.options.count++] = next_line(&rest);

	const struct plan_mount *made = plan_it(&arena, letters, &mount);
	if (made)
		check_words(made, &mount.options);
	else
		demand(strncmp(error_text(), "mounts[0]", 9) == 0);
	arena_done(&arena);
	return 0;
}
