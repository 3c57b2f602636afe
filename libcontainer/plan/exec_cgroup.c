/* exec --cgroup: into which groups below the container's own. */
#include "libcontainer/plan/exec_cgroup.h"

#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"

/*
 * Relative to the container's group whether it begins with a slash or not, "" for that itself.  A
 * ".." may undo what stands before it, and nothing else: what comes of it is compared with nothing,
 * so that "../box-two" is no way out of "box".
 */
static int clean_group(struct arena *arena, const char *path, const char **ret_path)
{
	int depth = 0;

	for (const char *part = path; *part;) {
		size_t length = strcspn(part, "/");

		if (length == 2 && memcmp(part, "..", 2) == 0)
			depth--;
		else if (length > 0 && !(length == 1 && part[0] == '.'))
			depth++;
		if (depth < 0)
			return refuse("--cgroup: bad sub cgroup path: %s", path);
		part += length;
		part += *part == '/';
	}
	*ret_path = path_clean(arena, "/", path) + 1;
	return 0;
}

static int find_hierarchy(const struct plan_cgroup *cgroup, const char *controller)
{
	size_t length = strlen(controller);

	for (size_t i = 0; i < cgroup->directory_count; i++) {
		const char *list = cgroup->directories[i].controllers;

		while (!cgroup->directories[i].unified && *list) {
			size_t item = strcspn(list, ",");

			if (item == length && memcmp(list, controller, length) == 0)
				return (int)i;
			list += item;
			list += *list == ',';
		}
	}
	return refuse("--cgroup: unknown controller %s", controller);
}

/* "CONTROLLER[,CONTROLLER...]:PATH" */
static int take_controllers(
	struct arena *arena, const char *word, size_t length, struct plan_cgroup *cgroup)
{
	const char *path;

	try(clean_group(arena, word + length + 1, &path));
	for (const char *next = word; next <= word + length;) {
		const char *name = arena_strndup(arena, next, strcspn(next, ",:"));

		if (!*name)
			return refuse(
				"invalid --cgroup argument: %s (empty <controller> prefix)", word);
		int found = find_hierarchy(cgroup, name);
		try(found);
		/* Twice the same controller, or two of one hierarchy. */
		if (cgroup->exec_groups[found] && strcmp(cgroup->exec_groups[found], path) != 0)
			return refuse("invalid --cgroup argument(s): the hierarchy of controller "
				      "%s specified multiple times",
				name);
		cgroup->exec_groups[found] = path;
		next += strlen(name) + 1;
	}
	return 0;
}

int plan_exec_cgroup(struct arena *arena, const char **words, struct plan_cgroup *cgroup)
{
	const char *path;

	cgroup->exec_groups = arena_new_array(arena, const char *, cgroup->directory_count);
	for (size_t i = 0; words && words[i]; i++) {
		const char *colon = strchr(words[i], ':');

		if (colon) {
			try(take_controllers(arena, words[i], (size_t)(colon - words[i]), cgroup));
			continue;
		}
		if (words[1])
			return refuse(
				"invalid --cgroup argument: %s (missing <controller>: prefix)",
				words[i]);
		try(clean_group(arena, words[i], &path));
		for (size_t k = 0; k < cgroup->directory_count; k++)
			cgroup->exec_groups[k] = path;
	}
	return 0;
}
