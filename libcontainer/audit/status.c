/* Reading proc: the files of a process, and lines of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/procfs.h"

/* A host may have thousands of mounts, and a process 65536 groups. */
#define TEXT_LIMIT (64U << 20)

int view_read(struct audit_view *view, pid_t pid, const char *name, const char **ret_text)
{
	auto_close int fd = -EBADF;
	struct file_text file;
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/%s", pid > 0 ? pid : getpid(), name);
	int r = procfs_open_file(view->procfs, path, O_RDONLY, &fd);
	if (r < 0)
		return r;
	try(file_read_fd(&view->arena, fd, path, TEXT_LIMIT, &file));
	*ret_text = file.text;
	return 0;
}

const char *view_line(struct audit_view *view, const char *text, size_t n)
{
	for (; n > 0; n--) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	return *text ? arena_strndup(&view->arena, text, strcspn(text, "\n")) : NULL;
}

const char *view_field(struct audit_view *view, const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; text && *text; text = strchr(text, '\n'), text = text ? text + 1 : NULL) {
		if (strncmp(text, key, length) != 0 || text[length] != ':')
			continue;
		text += length + 1;
		text += strspn(text, " \t");
		size_t size = strcspn(text, "\n");
		while (size > 0 && text[size - 1] == ' ')
			size--;
		return arena_strndup(&view->arena, text, size);
	}
	return NULL;
}

int view_open(const struct audit *audit, enum audit_moment moment, int procfs, pid_t pid,
	struct audit_view *ret_view)
{
	struct audit_view view = {
		.audit = audit,
		.moment = moment,
		.procfs = procfs,
		.pid = pid,
	};
	int r = view_read(&view, pid, "status", &view.status);

	if (r == 0)
		r = view_read(&view, 0, "status", &view.own_status);
	if (r < 0) {
		view_close(&view);
		return error_context(r, "assertion: read the status of process %d", pid);
	}
	*ret_view = view;
	return 0;
}

bool view_is_ours(const struct audit_view *view, const char *name)
{
	char path[64], ours[64], its[64];

	(void)snprintf(path, sizeof(path), "%d/ns/%s", view->pid, name);
	ssize_t other = readlinkat(view->procfs, path, its, sizeof(its));
	(void)snprintf(path, sizeof(path), "%d/ns/%s", getpid(), name);
	ssize_t own = readlinkat(view->procfs, path, ours, sizeof(ours));
	return own > 0 && own == other && memcmp(ours, its, (size_t)own) == 0;
}

void view_close(struct audit_view *view)
{
	arena_done(&view->arena);
}

int audit_find_status(
	struct audit_view *view, const struct audit_row *row, size_t item, struct str *text)
{
	const char *field = view_field(view, view->status, row->name);

	(void)item;
	return field ? str_append(text, field) : -ENOENT;
}
