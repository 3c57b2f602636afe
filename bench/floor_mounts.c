/* The mounts of the floor: floor.h. */
#include "bench/floor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

/* Attaches and forgets a mount. */
static void attach(int mount, int directory, const char *target)
{
	must(move_mount(mount, "", directory, target, MOVE_MOUNT_F_EMPTY_PATH), "attach", target);
	close(mount);
}

int mount_copy(int directory, const char *path, uint64_t attributes, uint64_t propagation)
{
	struct mount_attr attr = { .attr_set = attributes, .propagation = propagation };
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH);
	int mount;

	if (!attributes && !propagation)
		return open_tree(directory, path, flags);
	mount = (int)syscall(SYS_open_tree_attr, directory, path, flags, &attr, sizeof(attr));
	if (mount >= 0 || errno != ENOSYS)
		return mount;
	mount = open_tree(directory, path, flags);
	if (mount >= 0)
		must(mount_setattr(mount, "", AT_EMPTY_PATH, &attr, sizeof(attr)), "mount_setattr",
			path);
	return mount;
}

/* DIRECTORY,ATTRIBUTES: the mount of the root, which becomes the working directory. */
void step_root(char *value)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };
	char *path = word(&value);
	int root;

	must(mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &slave, sizeof(slave)), "slave", "/");
	root = must(mount_copy(AT_FDCWD, path, strtoull(word(&value), NULL, 16), 0), "copy", path);
	must(move_mount(root, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH), "attach", path);
	must(fchdir(root), "enter", path);
	umask(0);
}

/* TYPE,TARGET,ATTRIBUTES[,OPTION...]: made, and attached by the caller. */
static int filesystem(char *type, unsigned int attributes, char *options)
{
	int context = must(fsopen(type, FSOPEN_CLOEXEC), "fsopen", type), mount;

	for (char *name; (name = word(&options));) {
		char *value = strchr(name, '=');

		if (value)
			*value++ = '\0';
		must(fsconfig(context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, name, value,
			     0),
			type, name);
	}
	must(fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "create", type);
	mount = must(fsmount(context, FSMOUNT_CLOEXEC, attributes), "fsmount", type);
	close(context);
	return mount;
}

void step_fs(char *value)
{
	char *type = word(&value), *target = word(&value), *attributes = word(&value);

	attach(filesystem(type, (unsigned int)strtoul(attributes, NULL, 16), value), AT_FDCWD,
		target);
}

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[] = { { "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 },
	{ "urandom", 1, 9 }, { "tty", 5, 0 } };

/* TYPE,TARGET,...: a file system for devices. */
void step_dev(char *value)
{
	static const struct {
		const char *name, *target;
	} links[] = { { "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" },
		{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
		{ "ptmx", "pts/ptmx" } };
	static const char *const directories[] = { "pts", "shm", "mqueue" };
	char *type = word(&value), *target = word(&value), *attributes = word(&value);
	int dev = filesystem(type, (unsigned int)strtoul(attributes, NULL, 16), value);

	must(move_mount(dev, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), "attach", target);
	for (size_t i = 0; i < COUNT_OF(directories); i++)
		must(mkdirat(dev, directories[i], 0755), "mkdir", directories[i]);
	for (size_t i = 0; i < COUNT_OF(links); i++)
		must(symlinkat(links[i].target, dev, links[i].name), "symlink", links[i].name);
	close(dev);
}

/*
 * make|bind: the device nodes, which may only be bound in a user namespace; the host's are not to
 * be changed.
 */
void step_nodes(char *value)
{
	const uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	bool bound = strcmp(value, "bind") == 0;
	char path[32];

	for (size_t i = 0; i < COUNT_OF(nodes); i++) {
		snprintf(path, sizeof(path), "/dev/%s", nodes[i].name);
		if (!bound) {
			must(mknodat(AT_FDCWD, path + 1, S_IFCHR | 0666,
				     makedev(nodes[i].major, nodes[i].minor)),
				"mknod", path);
			continue;
		}
		close(must(open(path + 1, O_CREAT | O_WRONLY | O_CLOEXEC, 0666), "create", path));
		attach(must(mount_copy(AT_FDCWD, path, attributes, 0), "copy", path), AT_FDCWD,
			path + 1);
	}
}

void step_core(char *value)
{
	must(symlinkat(value, AT_FDCWD, "dev/core"), "symlink", "dev/core");
}

/* SOURCE,TARGET,ATTRIBUTES[,private] */
void step_bind(char *value)
{
	char *source = word(&value), *target = word(&value);
	uint64_t attributes = strtoull(word(&value), NULL, 16);

	attach(must(mount_copy(AT_FDCWD, source, attributes, value ? MS_PRIVATE : 0), "copy",
		       source),
		AT_FDCWD, target);
}

/* The same with all that is mounted below the source, which the attributes are not for. */
void step_rbind(char *value)
{
	char *source = word(&value), *target = word(&value);
	struct mount_attr attr = { .attr_set = strtoull(word(&value), NULL, 16) };
	int mount = must(
		open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE),
		"copy", source);

	if (attr.attr_set)
		must(mount_setattr(mount, "", AT_EMPTY_PATH, &attr, sizeof(attr)), "mount_setattr",
			source);
	attach(mount, AT_FDCWD, target);
}

/* NAME,DIRECTORY...: cgroups of version 1 below a tmpfs, under the names of their hierarchies. */
void step_cgroups1(char *value)
{
	const uint64_t attributes =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	char options[] = "source=tmpfs,mode=755", type[] = "tmpfs";
	int top = filesystem(
		type, (unsigned int)attributes & ~(unsigned int)MOUNT_ATTR_RDONLY, options);

	must(move_mount(top, "", AT_FDCWD, "sys/fs/cgroup", MOVE_MOUNT_F_EMPTY_PATH), "attach",
		"sys/fs/cgroup");
	for (char *name; (name = word(&value));) {
		char *cgroup = word(&value);

		must(mkdirat(top, name, 0755), "mkdir", name);
		attach(must(mount_copy(AT_FDCWD, cgroup, attributes, 0), "copy", cgroup), top,
			name);
	}
	must(mount_setattr(top, "", AT_EMPTY_PATH, &readonly, sizeof(readonly)), "mount_setattr",
		"sys/fs/cgroup");
	close(top);
}

/* What covers paths: the first is covered by the mount itself, others by copies of that. */
struct masked {
	int mount, copy;
	bool attached;
};

/* A copy whose path is not there waits for the next. */
static void cover(struct masked *masked, const char *path)
{
	int mount = masked->mount;

	if (masked->attached && masked->copy < 0)
		masked->copy = must(mount_copy(mount, "", 0, 0), "copy", path);
	if (masked->attached)
		mount = masked->copy;
	if (move_mount(mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0) {
		if (errno != ENOENT)
			stop("mask", path);
		return;
	}
	if (masked->attached) {
		close(mount);
		masked->copy = -1;
	}
	masked->attached = true;
}

/* The host's own, as the root file system is not to be trusted. */
void step_maskfile(char *value)
{
	static struct masked null = { -1, -1, false };

	if (null.mount < 0)
		null.mount =
			must(mount_copy(AT_FDCWD, "/dev/null",
				     MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0),
				"copy", "/dev/null");
	cover(&null, value);
}

/* All directories are covered by one, as that is empty and stays so. */
void step_maskdir(char *value)
{
	static struct masked empty = { -1, -1, false };
	char type[] = "tmpfs", options[] = "source=tmpfs,mode=755,size=0k";

	if (empty.mount < 0)
		empty.mount = filesystem(type,
			MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				MOUNT_ATTR_NOEXEC,
			options);
	cover(&empty, value);
}

void step_readonly(char *value)
{
	int mount = mount_copy(AT_FDCWD, value, MOUNT_ATTR_RDONLY, 0);

	if (mount >= 0)
		attach(mount, AT_FDCWD, value);
	else if (errno != ENOENT)
		stop("copy", value);
}

/* PATH=VALUE, as in proc/sys/net/ipv4/ip_forward=1 */
void step_sysctl(char *value)
{
	char *text = strchr(value, '=');
	int fd;

	*text++ = '\0';
	fd = must(open(value, O_WRONLY | O_CLOEXEC), "open", value);
	must((int)write(fd, text, strlen(text)), "write", value);
	close(fd);
}

void step_pivot(char *value)
{
	must((int)syscall(SYS_pivot_root, ".", "."), "pivot_root", value);
	must(umount2(".", MNT_DETACH), "leave", "/");
	must(chdir("/"), "enter", "/");
	umask(022);
}
