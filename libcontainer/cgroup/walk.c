/* Walking a tree of groups, see directory.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"

#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* What is below one of the directories on the way down. */
struct level {
	char **names;
	size_t count, next;
};

struct way {
	struct level *levels;
	size_t depth, capacity;
	int fd; /* where we are */
};

static void level_done(struct level *level)
{
	for (size_t i = 0; i < level->count; i++)
		free(level->names[i]);
	free(level->names);
}

static void way_done(struct way *way)
{
	while (way->depth > 0)
		level_done(&way->levels[--way->depth]);
	free(way->levels);
	fd_close(&way->fd);
}

static int level_add(struct level *level, const char *name)
{
	/* Room is for powers of two. */
	if ((level->count & (level->count - 1)) == 0) {
		size_t room = level->count ? level->count * 2 : 1;
		char **names = realloc(level->names, room * sizeof(*names));

		if (!names)
			return fail(ENOMEM, "list control groups");
		level->names = names;
	}
	level->names[level->count] = strdup(name);
	if (!level->names[level->count])
		return fail(ENOMEM, "list control groups");
	level->count++;
	return 0;
}

static int level_read(int fd, struct level *level)
{
	struct stat facts;

	/* A directory has a link from itself, one from above, and one from each below: mostly none,
	 * and then there is no need to read the names of all the control files. */
	if (fstat(fd, &facts) == 0 && facts.st_nlink == 2)
		return 0;

	int copy = openat(fd, ".", OPEN_FLAGS);
	if (copy < 0)
		return is_gone(-errno) ? 0 : fail(errno, "open a control group");
	auto_closedir DIR *stream = fdopendir(copy);
	if (!stream) {
		fd_close(&copy);
		return fail(errno, "list control groups");
	}
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(stream);

		if (!entry)
			return errno == 0 || is_gone(-errno) ? 0
							     : fail(errno, "list control groups");
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			try(level_add(level, entry->d_name));
	}
}

/* Enters the directory fd, which becomes the way's. */
static int way_enter(struct way *way, int fd, const struct walk *walk)
{
	fd_close(&way->fd);
	way->fd = fd;
	if (way->depth == way->capacity) {
		size_t room = way->capacity ? way->capacity * 2 : 8;
		struct level *levels = realloc(way->levels, room * sizeof(*levels));

		if (!levels)
			return fail(ENOMEM, "walk control groups");
		way->levels = levels;
		way->capacity = room;
	}
	if (walk->enter) {
		int code = walk->enter(fd, way->depth, walk->context);

		if (code != 0)
			return code;
	}
	way->levels[way->depth++] = (struct level){ 0 };
	return level_read(fd, &way->levels[way->depth - 1]);
}

/* Back to the directory above.  Its own ".." is right: a group cannot be moved to another parent.
 */
static int way_leave(struct way *way, const struct walk *walk)
{
	level_done(&way->levels[--way->depth]);
	if (way->depth == 0)
		return 0;

	int above = openat(way->fd, "..", OPEN_FLAGS);
	if (above < 0)
		return fail(errno, "open the group above");
	fd_close(&way->fd);
	way->fd = above;

	const struct level *level = &way->levels[way->depth - 1];
	return walk->leave ? walk->leave(above, level->names[level->next - 1], walk->context) : 0;
}

static int way_step(struct way *way, const struct walk *walk)
{
	struct level *level = &way->levels[way->depth - 1];

	if (level->next == level->count)
		return way_leave(way, walk);

	int below = openat(way->fd, level->names[level->next++], OPEN_FLAGS);
	if (below < 0)
		return is_gone(-errno) ? 0 : fail(errno, "open a control group");
	return way_enter(way, below, walk);
}

int walk_tree(int top, const struct walk *walk)
{
	struct way way = { .fd = -EBADF };
	int fd = openat(top, ".", OPEN_FLAGS);

	if (fd < 0)
		return is_gone(-errno) ? 0 : fail(errno, "open a control group");

	int code = way_enter(&way, fd, walk);
	while (code == 0 && way.depth > 0)
		code = way_step(&way, walk);
	way_done(&way);
	return code;
}
