#include "libcontainer/lifecycle/exec_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/file.h"
#include "oci-spec/json.h"
#include "oci-spec/read.h"
#include "oci-spec/rules.h"

static int read_process(struct arena *arena, const char *path, struct spec_process **ret_process)
{
	struct file_text file;
	int r = file_read(arena, AT_FDCWD, path, JSON_SIZE_MAX, &file);

	if (r == -ENOENT)
		return fail(ENOENT, "open '%s'", path);
	if (r < 0)
		return r;
	return spec_read_process(arena, file.text, file.size, ret_process);
}

static size_t count_strings(const char *const *strings)
{
	size_t count = 0;

	while (strings && strings[count])
		count++;
	return count;
}

static void append_strings(struct arena *arena, struct spec_strings *list, const char **more)
{
	size_t count = count_strings(more);
	const char **items = arena_new_array(arena, const char *, list->count + count);

	if (count == 0)
		return;
	if (list->count > 0)
		memcpy(items, list->items, list->count * sizeof(*items));
	memcpy(items + list->count, more, count * sizeof(*items));
	*list = (struct spec_strings){ items, list->count + count, true };
}

static int change_user(struct arena *arena, struct spec_process *process,
	const struct container_exec_options *options)
{
	size_t count = count_strings(options->additional_gids);
	struct spec_user *user = arena_new(arena, struct spec_user);
	gid_t gid = 0;
	uid_t uid;

	if (process->user)
		*user = *process->user;
	process->user = user;
	if (options->user) {
		int r = parse_user(options->user, &uid, &gid);

		if (r < 0)
			return refuse(
				"--user: wants UID[:GID] in numbers, got \"%s\"", options->user);
		user->uid = uid;
		user->gid = r == 1 ? gid : user->gid;
	}
	if (count == 0)
		return 0;

	uint32_t *gids = arena_new_array(arena, uint32_t, user->additional_gids.count + count);
	for (size_t i = 0; i < user->additional_gids.count; i++)
		gids[i] = user->additional_gids.items[i];
	for (size_t i = 0; i < count; i++) {
		if (parse_u32(options->additional_gids[i], &gids[user->additional_gids.count + i]) <
			0)
			return refuse("--additional-gids: wants a number, got \"%s\"",
				options->additional_gids[i]);
	}
	user->additional_gids =
		(struct spec_u32s){ gids, user->additional_gids.count + count, true };
	return 0;
}

/*
 * As in runc: added to what the container has, but never to the inheritable set, which would reach
 * programs of other users (CVE-2022-29162); to the ambient one where the spec has inheritable ones.
 */
static int add_capabilities(struct arena *arena, struct spec_process *process, const char **more)
{
	struct spec_capabilities *sets = arena_new(arena, struct spec_capabilities);

	if (count_strings(more) == 0)
		return 0;
	for (size_t i = 0; more[i]; i++) {
		if (!words_has(&words_capabilities, more[i]))
			return refuse("--cap: unknown capability \"%s\"", more[i]);
	}
	if (process->capabilities)
		*sets = *process->capabilities;
	process->capabilities = sets;
	append_strings(arena, &sets->bounding, more);
	append_strings(arena, &sets->effective, more);
	append_strings(arena, &sets->permitted, more);
	if (sets->inheritable.count > 0)
		append_strings(arena, &sets->ambient, more);
	return 0;
}

static int change_process(struct arena *arena, struct spec_process *process,
	const struct container_exec_options *options)
{
	process->args = (struct spec_strings){ options->args, count_strings(options->args), true };
	process->terminal = options->tty;
	process->console_size = NULL;
	if (options->cwd && !path_is_absolute(options->cwd))
		return refuse("--cwd: wants an absolute path, got \"%s\"", options->cwd);
	if (options->cwd)
		process->cwd = options->cwd;
	if (options->apparmor)
		process->apparmor_profile = options->apparmor;
	if (options->process_label)
		process->selinux_label = options->process_label;
	if (options->no_new_privileges != CONTAINER_AUTO)
		process->no_new_privileges =
			(struct maybe_flag){ true, options->no_new_privileges == CONTAINER_YES };
	append_strings(arena, &process->env, options->env);
	try(change_user(arena, process, options));
	return add_capabilities(arena, process, options->capabilities);
}

int exec_process_make(struct arena *arena, const struct spec_process *own,
	const struct container_exec_options *options, struct spec_process **ret_process)
{
	struct spec_process *process;

	if (options->process) {
		try(read_process(arena, options->process, &process), "--process '%s'",
			options->process);
	} else {
		process = arena_new(arena, struct spec_process);
		if (own)
			*process = *own;
		try(change_process(arena, process, options));
	}
	try(rules_check_process(process));
	*ret_process = process;
	return 0;
}
