#include "libcontainer/process/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/process/passwd.h"

/* Fifteen thousand users; an image that has more of them pays with HOME=/. */
#define PASSWD_LIMIT (1024 * 1024)

/* The kernel says EINVAL for an id that the user namespace does not map, and nothing else. */
static int fail_id(int error, const char *what, unsigned int id)
{
	if (error == EINVAL)
		return refuse(
			"set the %s to %u: it has no mapping in the user namespace", what, id);
	return fail(error, "set the %s to %u", what, id);
}

/* By number, as grp.h is NSS's.  On machines of 32 bits this number would take ids of 16. */
static int set_groups(const struct plan_process *plan)
{
	_Static_assert(sizeof(long) == 8, "SYS_setgroups takes gid_t");

	if (syscall(SYS_setgroups, plan->group_count, plan->groups) == 0)
		return 0;
	/* Denied in the namespace that was joined, but there is nothing left to be dropped. */
	if (errno == EPERM && plan->group_count == 0 &&
		(plan->groups_may_stay || getgroups(0, NULL) == 0))
		return 0;
	if (errno == EINVAL)
		return refuse("set the additional groups: one has no mapping in the user "
			      "namespace, or there are too many");
	return fail(errno, "set the additional groups");
}

void identity_drop_groups(void)
{
	(void)syscall(SYS_setgroups, 0, NULL);
}

/*
 * Groups before the gid and the gid before the uid: each needs what the later ones give away.
 * The plain calls, as in runc: where the filter is loaded first, it was written for them.  With
 * CAP_SETUID and CAP_SETGID they set the real and saved ids too.
 */
int identity_set(const struct plan_process *plan)
{
	(void)umask(plan->umask);
	if (plan->set_groups)
		try(set_groups(plan));
	if (setgid(plan->gid) < 0)
		return fail_id(errno, "group id", plan->gid);

	/* Permitted capabilities survive the change to a uid that is not 0; only until then. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail(errno, "keep the capabilities (PR_SET_KEEPCAPS)");
	if (setuid(plan->uid) < 0)
		return fail_id(errno, "user id", plan->uid);
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return fail(errno, "reset PR_SET_KEEPCAPS");
	return 0;
}

/*
 * Opens what the root calls /etc/passwd, and only a regular file.  With one look-up, so that there
 * is nothing to swap; a FIFO is not waited for, a terminal not taken, and a device is one that the
 * container's cgroup allows.
 */
static int passwd_open(int root, int *ret_fd, off_t *ret_size)
{
	auto_close int fd = -EBADF;
	struct stat opened;
	int code = inside_open(root, "etc/passwd", O_RDONLY | O_NOCTTY | O_NONBLOCK, &fd);

	/* Not by try(), which has words for a miss: many images have none. */
	if (code < 0)
		return code;
	if (fstat(fd, &opened) < 0)
		return fail(errno, "stat '/etc/passwd'");
	if (!S_ISREG(opened.st_mode))
		return refuse("'/etc/passwd' is not a regular file");
	*ret_size = opened.st_size;
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int passwd_read(int root, char **ret_text, size_t *ret_size)
{
	auto_close int fd = -EBADF;
	auto_free char *text = NULL;
	off_t size = 0;
	size_t length = 0;
	int code = passwd_open(root, &fd, &size);

	if (code < 0)
		return code;
	size_t limit = size > PASSWD_LIMIT ? PASSWD_LIMIT : (size_t)size;
	text = malloc(limit + 1);
	if (!text)
		return fail(ENOMEM, "read '/etc/passwd'");
	while (length < limit) {
		ssize_t count = read(fd, text + length, limit - length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail(errno, "read '/etc/passwd'");
		if (count == 0)
			break;
		length += (size_t)count;
	}
	if (size > PASSWD_LIMIT) {
		log_warning("'/etc/passwd' of the container has more than %d bytes: "
			    "users further down have no HOME",
			PASSWD_LIMIT);
		/* The last line is perhaps half of one: "/home/ann" is not "/home/anna". */
		while (length > 0 && text[length - 1] != '\n')
			length--;
	}
	*ret_text = steal_ptr(text);
	*ret_size = length;
	return 0;
}

int identity_find_home(int root, uid_t uid, char *buffer, size_t size)
{
	static const char name[] = "HOME=";
	auto_free char *text = NULL;
	const char *home = "/";
	size_t text_size = 0, length = 1;
	int code = passwd_read(root, &text, &text_size);

	/* What an image has there must not decide whether its container starts. */
	if (code == -ENOENT || code == -ENOTDIR) {
		error_clear();
	} else if (code < 0) {
		log_warning("HOME is set to '/': %s", error_text());
		error_clear();
	} else if (passwd_find_home(text, text_size, uid, &home, &length) < 0) {
		log_debug("uid %u has no home in '/etc/passwd'", uid);
	}
	if (length >= size - strlen(name))
		return refuse_as(
			ENAMETOOLONG, "the home of uid %u in '/etc/passwd' is too long", uid);
	memcpy(stpcpy(buffer, name), home, length);
	buffer[strlen(name) + length] = '\0';
	return 0;
}
