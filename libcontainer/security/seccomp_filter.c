/* A compiled filter: loaded, kept in a file, read again. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/security/seccomp.h"

#define FILTER_MODE 0600

/* What the file begins with; the instructions follow. */
struct filter_head {
	uint32_t flags, count;
};

int seccomp_load_filter(const struct seccomp_filter *filter, int *ret_listener)
{
	struct sock_fprog program = {
		.len = (unsigned short)filter->count,
		.filter = filter->instructions,
	};

	*ret_listener = -EBADF;
	if (!filter->instructions)
		return 0;
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &program);
	if (fd < 0)
		return fail(errno, "load the seccomp filter");
	if (filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		*ret_listener = (int)fd;
	return 0;
}

void seccomp_filter_done(struct seccomp_filter *filter)
{
	free(filter->instructions);
	*filter = (struct seccomp_filter){ 0 };
}

int seccomp_save_filter(const struct seccomp_filter *filter, int directory, const char *name)
{
	const struct filter_head head = { filter->flags, (uint32_t)filter->count };
	auto_str struct str bytes = { 0 };

	try(str_append_data(&bytes, &head, sizeof(head)), "save '%s'", name);
	if (filter->count > 0)
		try(str_append_data(&bytes, filter->instructions,
			    filter->count * sizeof(*filter->instructions)),
			"save '%s'", name);
	return file_replace(directory, name, bytes.text, bytes.length, FILTER_MODE);
}

static int take_filter(const struct file_text *file, struct seccomp_filter *ret_filter)
{
	struct filter_head head;
	size_t size;

	if (file->size < sizeof(head))
		return refuse_as(EBADMSG, "is damaged");
	memcpy(&head, file->text, sizeof(head));
	size = head.count * sizeof(struct sock_filter);
	if (head.count > BPF_MAXINSNS || file->size - sizeof(head) != size)
		return refuse_as(EBADMSG, "is damaged");
	*ret_filter = (struct seccomp_filter){ .count = head.count, .flags = head.flags };
	if (head.count == 0)
		return 0;
	ret_filter->instructions = malloc(size);
	if (!ret_filter->instructions)
		return fail(ENOMEM, "read it");
	memcpy(ret_filter->instructions, file->text + sizeof(head), size);
	return 0;
}

int seccomp_read_filter(int directory, const char *name, struct seccomp_filter *ret_filter)
{
	struct arena scratch = { 0 };
	struct file_text file;

	int r = file_read_own(&scratch, directory, name,
		sizeof(struct filter_head) + BPF_MAXINSNS * sizeof(struct sock_filter), &file);
	if (r == -ENOENT)
		r = refuse_as(ENOENT, "is gone");
	else if (r == 0)
		r = take_filter(&file, ret_filter);
	arena_done(&scratch);
	try(r, "the container's system call filter '%s'", name);
	return 0;
}
