/* Handing a container's own cgroup2 group over to its user: config-linux, "Cgroup ownership". */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

/* What the kernel says may be handed on, a name a line; it has had this file since Linux 4.15. */
#define DELEGATE "/sys/kernel/cgroup/delegate"
#define DELEGATE_SIZE 4096

/* A file that this kernel lacks is no failure, says the specification. */
static int hand_over_file(int dir, const char *name, uid_t owner)
{
	if (fchownat(dir, name, owner, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
		return fail(errno, "give '%s' to user id %u", name, owner);
	return 0;
}

static int hand_over(int dir, uid_t owner)
{
	static const char always[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
	uninitialized char names[DELEGATE_SIZE];
	char *rest = names;

	if (file_read_into(AT_FDCWD, DELEGATE, names, sizeof(names)) < 0) {
		error_clear();
		memcpy(names, always, sizeof(always));
	}
	if (fchownat(dir, "", owner, (gid_t)-1, AT_EMPTY_PATH) < 0)
		return fail(errno, "give it to user id %u", owner);
	for (const char *name; (name = strsep(&rest, "\n"));)
		if (*name)
			try(hand_over_file(dir, name, owner));
	return 0;
}

/* The one that the container sees as the root of its tree. */
static int open_root(const struct plan_cgroup_directory *directory, int fd, int *ret_fd)
{
	const char *name = directory->subgroup ? directory->subgroup : ".";

	*ret_fd = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? fail(errno, "open '%s'", name) : 0;
}

int cgroup_delegate(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < plan->directory_count; i++) {
		const struct plan_cgroup_directory *directory = &plan->directories[i];
		auto_close int dir = -EBADF;

		if (!directory->unified || cgroup->fds[i] < 0)
			continue;
		try(open_root(directory, cgroup->fds[i], &dir), "'%s'", directory->path);
		int code = hand_over(dir, plan->owner);
		/* Who made it without privilege has given what there was to give. */
		if (code < 0 && plan->optional && code == -EPERM) {
			log_debug("'%s': %s", directory->path, error_text());
			error_clear();
			continue;
		}
		try(code, "control group '%s'", directory->path);
	}
	return 0;
}
