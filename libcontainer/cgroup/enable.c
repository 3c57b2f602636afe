/* Controllers of cgroup2: a group has those that all groups above it hand on, see cgroups(7). */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/create.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* A line with the names of all controllers; the kernel can't have more than 32. */
#define LIST_SIZE 512

/* An empty list where there is no such file. */
static int read_list(int dir, const char *file, char list[LIST_SIZE])
{
	ssize_t size = file_read_into(dir, file, list, LIST_SIZE);

	if (is_gone((int)size)) {
		list[0] = '\0';
		error_clear();
		return 0;
	}
	return size < 0 ? (int)size : 0;
}

/* Takes the next word of a list into word; false at its end. */
static bool next_word(const char **list, char *word, size_t size)
{
	*list += strspn(*list, " \n");

	size_t length = strcspn(*list, " \n");
	if (length == 0 || length >= size)
		return false;
	(void)snprintf(word, size, "%.*s", (int)length, *list);
	*list += length;
	return true;
}

/* Whether some write goes to a file of this controller in this directory. */
static const struct plan_cgroup_write *find_write(const struct plan_cgroup *plan,
	const struct plan_cgroup_directory *directory, const char *controller)
{
	for (size_t i = 0; i < plan->write_count; i++) {
		const char *wanted = plan->writes[i].controller;
		int home = directory_find(plan->directories, plan->directory_count, wanted);

		if (home >= 0 && &plan->directories[home] == directory &&
			strcmp(wanted, controller) == 0)
			return &plan->writes[i];
	}
	return NULL;
}

/* Leaves in wanted what there is, or only what is needed, and is not in have. */
static void select_missing(const struct plan_cgroup *plan,
	const struct plan_cgroup_directory *directory, const char *have, char wanted[LIST_SIZE])
{
	uninitialized char all[LIST_SIZE], word[64];
	const char *rest = all;
	size_t used = 0;

	(void)snprintf(all, sizeof(all), "%s", wanted);
	wanted[0] = '\0';
	while (next_word(&rest, word, sizeof(word))) {
		if (list_has(have, word))
			continue;
		if (plan->directory_count > 1 && !find_write(plan, directory, word))
			continue;
		used += (size_t)snprintf(wanted + used, LIST_SIZE - used, "%s ", word);
	}
}

/*
 * Hands on what of wanted the group at path has and does not hand on yet.  One write per controller
 * takes long (it stops all forks of the host), but one write for all fails as a whole.
 */
static int hand_on(const char *path, const char *wanted)
{
	char have[LIST_SIZE], on[LIST_SIZE], word[64], line[LIST_SIZE] = "", one[66];
	auto_close int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *rest = wanted;
	size_t used = 0;

	if (dir < 0)
		return fail(errno, "open '%s'", path);
	try(read_list(dir, "cgroup.controllers", have), "'%s'", path);
	try(read_list(dir, "cgroup.subtree_control", on), "'%s'", path);
	while (next_word(&rest, word, sizeof(word)))
		if (list_has(have, word) && !list_has(on, word))
			used += (size_t)snprintf(line + used, sizeof(line) - used, "+%s ", word);
	if (used == 0 || file_write_value(dir, "cgroup.subtree_control", line) == 0)
		return 0;
	rest = line;
	while (next_word(&rest, one, sizeof(one)))
		if (file_write_value(dir, "cgroup.subtree_control", one) < 0)
			log_debug("'%s': %s", path, error_text());
	error_clear(); /* whether it matters is seen by who needs the controller */
	return 0;
}

/* Every write's controller must be there now: else it would fail later, and less clearly. */
static int check_needed(const struct plan_cgroup *plan,
	const struct plan_cgroup_directory *directory, const char *have)
{
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_cgroup_write *write = &plan->writes[i];

		if (!*write->controller || write->may_be_missing ||
			list_has(have, write->controller) ||
			!find_write(plan, directory, write->controller))
			continue;
		return refuse("%s: controller `%s` is not available under '%s'", write->place,
			write->controller, directory->path);
	}
	return 0;
}

int create_enable(
	const struct plan_cgroup *plan, const struct plan_cgroup_directory *directory, int dir)
{
	uninitialized char wanted[LIST_SIZE], have[LIST_SIZE], path[PATH_MAX];
	const char *end = directory->path + strlen(directory->mountpoint);

	if (plan->directory_count > 1 && plan->write_count == 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/cgroup.controllers", directory->mountpoint);
	try(read_list(AT_FDCWD, path, wanted));
	try(read_list(dir, "cgroup.controllers", have), "'%s'", directory->path);
	select_missing(plan, directory, have, wanted);
	if (!*wanted)
		return check_needed(plan, directory, have);

	do {
		(void)snprintf(
			path, sizeof(path), "%.*s", (int)(end - directory->path), directory->path);
		try(hand_on(path, wanted));
		end += 1 + strcspn(end + 1, "/");
	} while (*end);
	try(read_list(dir, "cgroup.controllers", have), "'%s'", directory->path);
	return check_needed(plan, directory, have);
}
