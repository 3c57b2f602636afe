/* What the attacker does to his tree, to all places of a group at once. */
#include "tests/attack/attack.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const char *const swap_names[SWAPS] = { "link", "exchange", "blink", "bind", "fifo", "device",
	"removed", "file" };
const char *const group_names[GROUPS] = { "volume", "image" };

static void place_path(const struct attacker *attacker, size_t index, char path[ROOM])
{
	(void)snprintf(path, ROOM, "%.2000s/%s", attacker->volume, places[index].path);
}

static void attic_path(
	const struct attacker *attacker, const char *what, size_t index, char path[ROOM])
{
	(void)snprintf(path, ROOM, "%.2000s/attic/%s-%zu", attacker->volume, what, index);
}

static void make_link(const char *text, const char *path)
{
	if (symlink(text, path) < 0)
		err(2, "make link '%s'", path);
}

/* The host's root by more ".." than there are directories, from wherever it is. */
static void text_of_link(
	const struct attacker *attacker, size_t index, bool relative, char text[ROOM])
{
	const char *name = places[index].kind == PLACE_FILE ? "file" : "directory";

	(void)snprintf(text, ROOM, "%s%.2000s/%s",
		relative ? "../../../../../../../../../../../../../../../../.." : "",
		attacker->canary, name);
}

/* All names that runtimes look for below a place, as links to the canary. */
static void make_bait(const struct attacker *attacker)
{
	static const char *const names[] = { "a", "b", "c", "d", "new", "er", "deep", "inner",
		"nested", "mark", "leaf", "file", "null", "console", "ptmx", "pts", "shm", "self",
		"sys", "passwd", "work", "land", "up", "queue", "made", "kcore", "bus", "fs", "fd",
		"stdin", "fixed", "hidden", "random", "tty", "full", "urandom" };
	char path[ROOM], text[ROOM];

	(void)snprintf(text, ROOM, "%.2000s/directory", attacker->canary);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		(void)snprintf(path, ROOM, "%.2000s/attic/bait/%s", attacker->volume, names[i]);
		make_link(text, path);
	}
	make_file("bait\n", "%s/attic/bait-file", attacker->volume);
}

void swap_prepare(const struct attacker *attacker)
{
	char path[ROOM], text[ROOM];

	make_bait(attacker);
	for (size_t i = 0; i < place_count; i++) {
		attic_path(attacker, "link", i, path);
		text_of_link(attacker, i, false, text);
		/* Another of the attacker's: a link of his own, which leads where he may go. */
		if (places[i].kind == PLACE_SOURCE)
			(void)snprintf(text, ROOM, "%.2000s/sources/other%s", attacker->volume,
				strstr(places[i].path, "file") ? "-file" : "");
		make_link(text, path);
	}
}

static bool is_directory(const char *path)
{
	struct stat facts;

	return lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static bool exists(const char *path)
{
	struct stat facts;

	return lstat(path, &facts) == 0;
}

/* Puts away what is there, if anything is. */
static void put_away(const struct attacker *attacker, size_t index, const char *path)
{
	char away[ROOM];

	attic_path(attacker, "old", index, away);
	if (exists(path) && rename(path, away) < 0)
		err(2, "put '%s' away", path);
}

/* Where only one of both is there, it goes to the other's place. */
static void exchange(const struct attacker *attacker, size_t index, const char *path)
{
	char link[ROOM];
	int r = 0;

	attic_path(attacker, "link", index, link);
	if (exists(link) && exists(path))
		r = renameat2(AT_FDCWD, link, AT_FDCWD, path, RENAME_EXCHANGE);
	else if (exists(link))
		r = rename(link, path);
	else if (exists(path))
		r = rename(path, link);
	if (r < 0)
		err(2, "exchange '%s'", path);
}

static void bind_bait(struct attacker *attacker, const char *path)
{
	char bait[ROOM];
	struct stat facts;

	/* A link would be followed. */
	if (lstat(path, &facts) < 0 || S_ISLNK(facts.st_mode))
		return;
	(void)snprintf(bait, ROOM, "%.2000s/attic/bait%s", attacker->volume,
		is_directory(path) ? "" : "-file");
	if (mount(bait, path, NULL, MS_BIND, NULL) < 0)
		err(2, "bind '%s'", path);
}

static void put_link(const struct attacker *attacker, size_t index, const char *path)
{
	char text[ROOM];

	text_of_link(attacker, index, true, text);
	if (places[index].kind == PLACE_SOURCE)
		(void)snprintf(text, ROOM, "other");
	make_link(text, path);
}

static void put_file(const char *path, bool was_directory)
{
	if (was_directory)
		make_file("", "%s", path);
	else
		make_directory("%s", path);
}

static void swap_one(struct attacker *attacker, size_t index, enum swap swap, const char *path)
{
	bool was_directory = is_directory(path);

	if (swap != SWAP_BIND && swap != SWAP_EXCHANGE && swap != SWAP_BLINK)
		put_away(attacker, index, path);
	switch (swap) {
	case SWAP_LINK:
		put_link(attacker, index, path);
		break;
	case SWAP_EXCHANGE:
	case SWAP_BLINK:
		exchange(attacker, index, path);
		break;
	case SWAP_BIND:
		bind_bait(attacker, path);
		break;
	case SWAP_FIFO:
		if (mkfifo(path, 0666) < 0)
			err(2, "make fifo '%s'", path);
		break;
	case SWAP_DEVICE: /* one that never ends */
		if (mknod(path, S_IFCHR | 0666, makedev(1, 5)) < 0)
			err(2, "make device '%s'", path);
		break;
	case SWAP_FILE:
		put_file(path, was_directory);
		break;
	case SWAP_REMOVED:
	case SWAPS:
		break;
	}
}

void swap_do(struct attacker *attacker, enum swap swap, enum group group)
{
	char path[ROOM], parent[ROOM];
	size_t before = count_mounts();

	for (size_t i = 0; i < place_count; i++) {
		place_path(attacker, i, path);
		(void)snprintf(parent, ROOM, "%s", path);
		*strrchr(parent, '/') = '\0';
		if (places[i].group == group && is_directory(parent))
			swap_one(attacker, i, swap, path);
	}
	attacker->swapped = count_mounts() - before;
}

/* In the other order, since what was taken along comes back first. */
void swap_undo(const struct attacker *attacker, enum swap swap, enum group group)
{
	char path[ROOM];

	for (size_t i = place_count; swap == SWAP_BLINK && i-- > 0;) {
		place_path(attacker, i, path);
		if (places[i].group == group)
			exchange(attacker, i, path);
	}
}
