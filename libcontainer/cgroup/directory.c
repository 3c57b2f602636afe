/* A container's directory in one hierarchy, and its control files. */
#include "libcontainer/cgroup/directory.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"

/* Larger than any of the files with keys that are read here. */
#define KEYS_SIZE 4096

int directory_open(const struct plan_cgroup_directory *directory, int *ret_fd)
{
	int fd = open(directory->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open '%s'", directory->path);
	*ret_fd = fd;
	return 0;
}

bool list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t item = strcspn(list, ", \n");

		if (item == length && memcmp(list, word, length) == 0)
			return true;
		list += item;
		list += strspn(list, ", \n");
	}
	return false;
}

int directory_find(const struct plan_cgroup_directory *items, size_t count, const char *controller)
{
	int unified = -ENOENT;

	for (size_t i = 0; i < count; i++) {
		if (items[i].unified)
			unified = (int)i;
		else if (list_has(items[i].controllers, controller))
			return (int)i;
	}
	return unified;
}

static int find_key(const char *text, const char *key, uint64_t *ret_value)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && line[length] == ' ') {
			*ret_value = strtoull(line + length + 1, NULL, 10);
			return 0;
		}
	}
	return -ENOENT;
}

int control_read_key(int dir, const char *file, const char *key, uint64_t *ret_value)
{
	uninitialized char text[KEYS_SIZE];
	ssize_t size = file_read_into(dir, file, text, sizeof(text));

	return size < 0 ? (int)size : find_key(text, key, ret_value);
}

int64_t clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_sleep(int milliseconds)
{
	struct timespec time = { milliseconds / 1000, (long)(milliseconds % 1000) * 1000000 };

	(void)nanosleep(&time, NULL); /* a signal makes it shorter, and callers look again */
}

int events_await(int dir, const char *key, uint64_t value, int64_t end)
{
	auto_close int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return is_gone(-errno) ? -ENOENT : fail(errno, "open 'cgroup.events'");
	for (;;) {
		uninitialized char text[KEYS_SIZE];
		uint64_t now = 0;
		ssize_t size = pread(fd, text, sizeof(text) - 1, 0);

		if (size < 0)
			return is_gone(-errno) ? -ENOENT : fail(errno, "read 'cgroup.events'");
		text[size] = '\0';
		try(find_key(text, key, &now), "cgroup.events: find '%s'", key);
		if (now == value)
			return 0;

		int64_t left = end - clock_now();
		if (left <= 0)
			return -ETIMEDOUT;
		/* Not longer than this, lest a lost event costs all the time. */
		struct pollfd event = { .fd = fd, .events = POLLPRI };
		(void)poll(&event, 1, left < 100 ? (int)left : 100); /* looks again in any case */
	}
}
