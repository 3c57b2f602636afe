/*
 * watch ASK ANSWER DIRECTORY... - whatever is done to the directories and to what is in them.  Each
 * time somebody writes to the fifo ASK, the events since the last time go to the fifo ANSWER, a
 * line each, and then an empty one.  Ends when it can't go on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#define CHANGES \
	(IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MODIFY | \
		IN_MOVE | IN_MOVE_SELF | IN_UNMOUNT)

static const struct {
	unsigned int mask;
	const char *word;
} words[] = {
	{ IN_ATTRIB, "attributes" },
	{ IN_CLOSE_WRITE, "opened-to-write" },
	{ IN_CREATE, "made" },
	{ IN_DELETE, "removed" },
	{ IN_DELETE_SELF, "removed" },
	{ IN_MODIFY, "written" },
	{ IN_MOVED_FROM, "moved" },
	{ IN_MOVED_TO, "moved-here" },
	{ IN_MOVE_SELF, "moved" },
	{ IN_UNMOUNT, "unmounted" },
	{ IN_Q_OVERFLOW, "too-much" },
};

static void print_event(FILE *to, const struct inotify_event *event, char **directories)
{
	(void)fprintf(to, "%s/%s", event->wd > 0 ? directories[event->wd - 1] : "",
		event->len > 0 ? event->name : "");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (event->mask & words[i].mask)
			(void)fprintf(to, " %s", words[i].word);
	(void)fprintf(to, "\n");
}

static int answer(int notify, const char *path, char **directories)
{
	_Alignas(struct inotify_event) char buffer[65536];
	FILE *to = fopen(path, "we");
	ssize_t size;

	if (!to)
		return -1;
	while ((size = read(notify, buffer, sizeof(buffer))) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct inotify_event *event = (const void *)(buffer + at);

			print_event(to, event, directories);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	return fclose(to);
}

int main(int argc, char **argv)
{
	int notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	for (int i = 3; i < argc; i++)
		if (inotify_add_watch(notify, argv[i], CHANGES) != i - 2) {
			perror(argv[i]);
			return 1;
		}
	for (;;) {
		char byte;
		int ask = open(argv[1], O_RDONLY | O_CLOEXEC);

		if (ask < 0 || read(ask, &byte, 1) < 0)
			return 1;
		close(ask);
		if (answer(notify, argv[2], argv + 3) < 0)
			return 1;
	}
}
