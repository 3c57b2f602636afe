#include "libcontainer/kernel/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/mountinfo.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
/* v1 controllers, named hierarchies and cgroup2: a host has about a dozen. */
#define HIERARCHIES_AT_MOST 64
#define CGROUP_FILE_LIMIT ((size_t)1024 * 1024)
#define MOUNTINFO_LIMIT ((size_t)256 * 1024 * 1024)

/* The initial user namespace has a number of its own (the kernel's PROC_USER_INIT_INO). */
#define INITIAL_USER_NAMESPACE "user:[4026531837]"

/* A line of /proc/self/cgroup: "4:memory:/path", "1:name=systemd:/path", "0::/path". */
struct membership {
	const char *controllers, *path;
};

struct search {
	struct arena *arena;
	const struct membership *memberships;
	size_t membership_count;
	struct host_hierarchy *found;
	size_t found_count;
};

static int parse_memberships(char *text, struct membership *memberships, size_t *ret_count)
{
	size_t count = 0;

	while (text && *text && count < HIERARCHIES_AT_MOST) {
		char *line = strsep(&text, "\n");

		(void)strsep(&line, ":");
		char *controllers = strsep(&line, ":");
		if (!controllers || !line)
			return refuse_as(EBADMSG, "'/proc/self/cgroup' is malformed");
		memberships[count++] = (struct membership){ controllers, line };
	}
	*ret_count = count;
	return 0;
}

/*
 * Our cgroup as seen below a mount that shows the subtree at root.  "/.." stands for what is
 * outside our cgroup namespace, and then there is no name for where we are: the top is the best
 * guess.
 */
static const char *path_below_root(const char *path, const char *root)
{
	if (strncmp(path, "/..", 3) == 0 || strncmp(root, "/..", 3) == 0)
		return "/";
	if (strcmp(root, "/") == 0)
		return path;
	if (!path_is_below(path, root) || !path[strlen(root)])
		return "/";
	return path + strlen(root);
}

/* Whether the comma-separated list has the word. */
static bool list_has(const char *list, const char *word, size_t length)
{
	while (*list) {
		size_t item = strcspn(list, ",");

		if (item == length && memcmp(list, word, length) == 0)
			return true;
		list += item;
		list += *list == ',';
	}
	return false;
}

/* Whether a mount with these options is the hierarchy with these controllers. */
static bool is_hierarchy_of(const char *options, const char *controllers)
{
	size_t length = strcspn(controllers, ",");

	/* A controller belongs to one hierarchy, so that the first tells. */
	return length > 0 && list_has(options, controllers, length);
}

static const struct membership *find_membership(
	const struct search *search, const struct mountinfo_entry *entry, bool unified)
{
	for (size_t i = 0; i < search->membership_count; i++) {
		const struct membership *membership = &search->memberships[i];

		if (unified ? !membership->controllers[0]
			    : is_hierarchy_of(entry->super_options, membership->controllers))
			return membership;
	}
	return NULL;
}

static bool is_known(const struct search *search, const char *controllers)
{
	for (size_t i = 0; i < search->found_count; i++)
		if (strcmp(search->found[i].controllers, controllers) == 0)
			return true;
	return false;
}

static int visit_mount(const struct mountinfo_entry *entry, void *context)
{
	struct search *search = context;
	bool unified = strcmp(entry->type, "cgroup2") == 0;

	if (!unified && strcmp(entry->type, "cgroup") != 0)
		return 0;
	if (strncmp(entry->mountpoint, CGROUP_ROOT "/", sizeof(CGROUP_ROOT)) != 0)
		return 0;
	const struct membership *membership = find_membership(search, entry, unified);
	/* A hierarchy may be mounted several times, by one name for each of its controllers. */
	if (!membership || is_known(search, membership->controllers))
		return 0;
	/* Each has a membership of its own, hence no more than those. */
	search->found[search->found_count++] = (struct host_hierarchy){
		.controllers = membership->controllers,
		.mountpoint = arena_strdup(search->arena, entry->mountpoint),
		.own = arena_strdup(search->arena, path_below_root(membership->path, entry->root)),
		.unified = unified,
	};
	return 0;
}

int host_parse_v1(struct arena *arena, char *cgroup, char *mountinfo, struct host *host)
{
	struct membership memberships[HIERARCHIES_AT_MOST];
	struct search search = { .arena = arena, .memberships = memberships };

	try(parse_memberships(cgroup, memberships, &search.membership_count));
	if (search.membership_count == 0)
		return 0;
	search.found = arena_new_array(arena, struct host_hierarchy, search.membership_count);
	try(mountinfo_walk(mountinfo, visit_mount, &search));
	if (search.found_count == 0)
		return 0;
	host->cgroup_layout = HOST_CGROUP_V1;
	host->hierarchies = search.found;
	host->hierarchy_count = search.found_count;
	return 0;
}

int host_parse_v2(struct arena *arena, char *cgroup, struct host *host)
{
	struct membership memberships[HIERARCHIES_AT_MOST];
	const char *own = "/";
	size_t count;

	try(parse_memberships(cgroup, memberships, &count));
	for (size_t i = 0; i < count; i++)
		if (!memberships[i].controllers[0])
			own = path_below_root(memberships[i].path, "/");
	host->cgroup_layout = HOST_CGROUP_V2;
	host->hierarchies = arena_new(arena, struct host_hierarchy);
	host->hierarchy_count = 1;
	host->hierarchies[0] = (struct host_hierarchy){
		.controllers = "",
		.mountpoint = CGROUP_ROOT,
		.own = own,
		.unified = true,
	};
	return 0;
}

int host_read_cgroups(struct arena *arena, struct host *host)
{
	struct statfs facts;
	struct file_text cgroup, mountinfo;

	host->cgroup_layout = HOST_CGROUP_NONE;
	if (statfs(CGROUP_ROOT, &facts) < 0)
		return errno == ENOENT || errno == EACCES ? 0
							  : fail(errno, "stat '%s'", CGROUP_ROOT);
	/* Nothing is mounted on the empty directory that sysfs has for it. */
	if (facts.f_type == SYSFS_MAGIC)
		return 0;
	try(file_read(arena, AT_FDCWD, "/proc/self/cgroup", CGROUP_FILE_LIMIT, &cgroup),
		"read '/proc/self/cgroup'");
	if (facts.f_type == CGROUP2_SUPER_MAGIC)
		return host_parse_v2(arena, cgroup.text, host);
	try(file_read(arena, AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_LIMIT, &mountinfo),
		"read '/proc/self/mountinfo'");
	return host_parse_v1(arena, cgroup.text, mountinfo.text, host);
}

static bool has_apparmor(void)
{
	char text[8];
	ssize_t got = file_read_into(
		AT_FDCWD, "/sys/module/apparmor/parameters/enabled", text, sizeof(text));

	if (got < 0)
		error_clear();
	return got > 0 && text[0] == 'Y';
}

static bool has_selinux(void)
{
	struct statfs facts;

	return statfs("/sys/fs/selinux", &facts) == 0 && facts.f_type == SELINUX_MAGIC;
}

void host_read_security(struct host *host)
{
	host->apparmor = has_apparmor();
	host->selinux = has_selinux();
}

int host_read_caller(struct host *ret_host)
{
	static const char path[] = "/proc/self/ns/user", initial[] = INITIAL_USER_NAMESPACE;
	struct host host = { .uid = geteuid(), .gid = getegid() };
	char name[64];

	host.umask = umask(022);
	/* The link's text: following it would make an inode of the namespace. */
	ssize_t length = readlink(path, name, sizeof(name));
	if (length < 0)
		return fail(errno, "read the link '%s'", path);
	host.in_user_namespace = (size_t)length != sizeof(initial) - 1 ||
				 memcmp(name, initial, sizeof(initial) - 1) != 0;
	*ret_host = host;
	return 0;
}

int host_read(struct arena *arena, struct host *ret_host)
{
	try(host_read_caller(ret_host));
	host_read_security(ret_host);
	return host_read_cgroups(arena, ret_host);
}
