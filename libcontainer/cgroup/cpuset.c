/* cpusets of v1: see cpuset(7).  No process can join an empty one. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/create.h"
#include "libcontainer/kernel/file.h"

static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };

/* A list of cpus of the largest machines. */
#define LIST_SIZE 8192

static bool is_empty(const char *text)
{
	return text[strspn(text, " \n")] == '\0';
}

/* Gives the group at path what its parent has, where it has nothing.  The parent has something. */
static int inherit_one(const char *path, const char *file)
{
	uninitialized char name[PATH_MAX + 32], text[LIST_SIZE];

	(void)snprintf(name, sizeof(name), "%s/%s", path, file);
	try((int)file_read_into(AT_FDCWD, name, text, sizeof(text)), "read '%s'", name);
	if (!is_empty(text))
		return 0;
	(void)snprintf(name, sizeof(name), "%s/../%s", path, file);
	try((int)file_read_into(AT_FDCWD, name, text, sizeof(text)), "read '%s'", name);
	(void)snprintf(name, sizeof(name), "%s/%s", path, file);
	text[strcspn(text, "\n")] = '\0';
	return file_write_value(AT_FDCWD, name, text);
}

int create_inherit_cpuset(const struct plan_cgroup_directory *directory)
{
	uninitialized char path[PATH_MAX];
	const char *end = directory->path + strlen(directory->mountpoint);

	do {
		end += 1 + strcspn(end + 1, "/");
		(void)snprintf(
			path, sizeof(path), "%.*s", (int)(end - directory->path), directory->path);
		for (size_t i = 0; i < COUNT_OF(files); i++)
			try(inherit_one(path, files[i]));
	} while (*end);
	return 0;
}
