#include "libcontainer/kernel/mountapi.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/mountinfo.h"
#include "libcontainer/kernel/syscall.h"

/* fsconfig(2) takes no longer keys and values, their NUL included; mount(2) a page in all. */
#define FSCONFIG_TEXT_SIZE 256

/* statfs(2)'s f_flags has them under numbers of its own; glibc lacks the last. */
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

/* clang-format off */

/* The same attribute for mount_setattr(2), mount(2) and statfs(2).  The atime field is no flag. */
static const struct {
	uint64_t attribute;
	unsigned long legacy;
	long statfs;
} attributes_table[] = {
	{ MOUNT_ATTR_RDONLY,      MS_RDONLY,      ST_RDONLY },
	{ MOUNT_ATTR_NOSUID,      MS_NOSUID,      ST_NOSUID },
	{ MOUNT_ATTR_NODEV,       MS_NODEV,       ST_NODEV },
	{ MOUNT_ATTR_NOEXEC,      MS_NOEXEC,      ST_NOEXEC },
	{ MOUNT_ATTR_NODIRATIME,  MS_NODIRATIME,  ST_NODIRATIME },
	{ MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW, ST_NOSYMFOLLOW },
};

/* Superblock flags and their words for fsconfig(2). */
static const struct {
	unsigned long flag;
	const char *word;
} superblock_table[] = {
	{ MS_RDONLY,      "ro" },
	{ MS_SYNCHRONOUS, "sync" },
	{ MS_DIRSYNC,     "dirsync" },
	{ MS_LAZYTIME,    "lazytime" },
	{ MS_MANDLOCK,    "mand" },
	{ MS_SILENT,      NULL }, /* a wish for fewer lines in the kernel's log: nothing to say */
};

/* clang-format on */

static bool legacy_always;

void mountapi_set_legacy(bool always)
{
	legacy_always = always;
}

/*
 * Both calls look at these arguments before they look at our privileges, so that EINVAL means that
 * the call exists and nothing hides it.  mount_setattr(2) is the youngest of all (5.12).
 */
static bool is_legacy(void)
{
	static enum { UNKNOWN, PRESENT, MISSING } calls;

	if (calls == UNKNOWN) {
		bool set = mount_setattr(-1, "", 0, NULL, 0) < 0 && errno == EINVAL;
		bool tree = open_tree(-1, "", ~0U) < 0 && errno == EINVAL;

		calls = set && tree ? PRESENT : MISSING;
	}
	return legacy_always || calls == MISSING;
}

static unsigned long legacy_flags(uint64_t attributes);

static struct mountapi_mount no_mount(void)
{
	return (struct mountapi_mount){ .fd = -EBADF };
}

/* ---- a new file system ------------------------------------------------------------------- */

/* Says what failed, with what the file system had to say about it. */
static int fail_with_log(int fs, int error, const char *what, const char *subject)
{
	char name[128], line[512], *words = line;
	/* One message per read: "e tmpfs: Bad value for 'size'\n"; 'w' and 'i' say less. */
	ssize_t got;

	do
		got = read(fs, line, sizeof(line) - 1);
	while (got > 0 && line[0] != 'e');
	if (got <= 0)
		return fail(error, "%s '%s'", what, subject);
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (words[0] && words[1] == ' ')
		words += 2;
	return refuse_as(error, "%s '%s': %s (%s)", what, subject,
		error_name(error, name, sizeof(name)), words);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Finds the end of the first option, as the parser behind mount(2) would: overlayfs lets a
 * backslash hide a comma (and keeps it for its own parser), tmpfs has lists of numbers in
 * "mpol=bind:0,2", and SELinux takes quoted contexts, whose categories are separated by commas.
 */
static size_t option_length(const char *type, const char *data)
{
	bool overlay = strcmp(type, "overlay") == 0, tmpfs = strcmp(type, "tmpfs") == 0;
	bool quoted = false;
	size_t i;

	for (i = 0; data[i]; i++) {
		if (overlay && data[i] == '\\' && data[i + 1])
			i++;
		else if (data[i] == '"')
			quoted = !quoted;
		else if (data[i] == ',' && !quoted && !(tmpfs && is_digit(data[i + 1])))
			break;
	}
	return i;
}

/* Whether fsconfig(2) can say it all; what it can't goes by mount(2). */
static bool fits_fsconfig(
	const char *type, const char *source, const char *data, unsigned long superblock)
{
	for (size_t i = 0; i < COUNT_OF(superblock_table); i++)
		superblock &= ~superblock_table[i].flag;
	if (superblock != 0 || (source && strlen(source) >= FSCONFIG_TEXT_SIZE))
		return false;
	while (data && *data) {
		size_t length = option_length(type, data);
		const char *equals = memchr(data, '=', length);
		size_t key = equals ? (size_t)(equals - data) : length;

		if (key >= FSCONFIG_TEXT_SIZE || length - key > FSCONFIG_TEXT_SIZE)
			return false;
		data += length;
		data += *data == ',';
	}
	return true;
}

/* The quotes are SELinux's, which takes them off on the way through mount(2). */
static char *unquoted(char *key, char *value)
{
	size_t length = strlen(value), key_length = strlen(key);

	if (key_length < 7 || strcmp(key + key_length - 7, "context") != 0)
		return value;
	if (length < 2 || value[0] != '"' || value[length - 1] != '"')
		return value;
	value[length - 1] = '\0';
	return value + 1;
}

static int set_option(int fs, const char *option, size_t length)
{
	uninitialized char text[2 * FSCONFIG_TEXT_SIZE + 1];
	int r;

	memcpy(text, option, length);
	text[length] = '\0';
	char *equals = strchr(text, '=');
	/* As the kernel's own parser: an empty option or key means nothing. */
	if (length == 0 || equals == text)
		return 0;
	if (equals) {
		*equals = '\0';
		r = fsconfig(fs, FSCONFIG_SET_STRING, text, unquoted(text, equals + 1), 0);
		*equals = '=';
	} else {
		r = fsconfig(fs, FSCONFIG_SET_FLAG, text, NULL, 0);
	}
	if (r < 0) {
		int error = errno;
		(void)snprintf(text, sizeof(text), "%.*s", (int)length, option);
		return fail_with_log(fs, error, "option", text);
	}
	return 0;
}

static int set_options(int fs, const char *type, const char *data)
{
	while (data && *data) {
		size_t length = option_length(type, data);

		try(set_option(fs, data, length));
		data += length;
		data += *data == ',';
	}
	return 0;
}

/* The opposite of a word of the table; "dirsync" has none. */
static const struct {
	unsigned long flag;
	const char *word;
} superblock_clear_table[] = {
	{ MS_SYNCHRONOUS, "async" },
	{ MS_LAZYTIME, "nolazytime" },
	{ MS_MANDLOCK, "nomand" },
};

static int clear_superblock(int fs, unsigned long superblock)
{
	for (size_t i = 0; i < COUNT_OF(superblock_clear_table); i++) {
		const char *word = superblock_clear_table[i].word;

		if ((superblock & superblock_clear_table[i].flag) &&
			fsconfig(fs, FSCONFIG_SET_FLAG, word, NULL, 0) < 0)
			return fail_with_log(fs, errno, "option", word);
	}
	return 0;
}

static int set_superblock(int fs, const char *source, unsigned long superblock)
{
	if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return fail_with_log(fs, errno, "source", source);
	for (size_t i = 0; i < COUNT_OF(superblock_table); i++) {
		const char *word = superblock_table[i].word;

		if (!word || !(superblock & superblock_table[i].flag))
			continue;
		if (fsconfig(fs, FSCONFIG_SET_FLAG, word, NULL, 0) < 0)
			return fail_with_log(fs, errno, "option", word);
	}
	return 0;
}

/* What is to be mounted, for mount(2) to do when it is attached. */
static void postpone(const struct mountapi_fs *fs, struct mountapi_mount *mount)
{
	mount->type = fs->type;
	mount->source = fs->source;
	mount->data = fs->data;
	mount->flags = fs->superblock;
	mount->attr_set = fs->attributes;
}

static int create_in(int context, const struct mountapi_fs *fs, int *ret_fd)
{
	try(set_superblock(context, fs->source, fs->superblock), "file system '%s'", fs->type);
	try(set_options(context, fs->type, fs->data), "file system '%s'", fs->type);
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail_with_log(context, errno, "create file system", fs->type);
	*ret_fd = fsmount(context, FSMOUNT_CLOEXEC, (unsigned int)fs->attributes);
	if (*ret_fd < 0)
		return fail_with_log(context, errno, "make a mount of file system", fs->type);
	return 0;
}

int mountapi_create(const struct mountapi_fs *fs, struct mountapi_mount *ret_mount)
{
	auto_close int context = -EBADF;
	struct mountapi_mount mount = no_mount();
	bool legacy = is_legacy() || !fits_fsconfig(fs->type, fs->source, fs->data, fs->superblock);

	if (!legacy) {
		context = fsopen(fs->type, FSOPEN_CLOEXEC);
		/* EPERM: hidden by a seccomp filter, or else mount(2) will say the same. */
		legacy = context < 0 && (errno == ENOSYS || errno == EPERM);
		if (context < 0 && !legacy)
			return fail(errno, "file system '%s'", fs->type);
	}
	if (legacy)
		postpone(fs, &mount);
	else
		try(create_in(context, fs, &mount.fd));
	*ret_mount = mount;
	return 0;
}

/* mount(2) has all attributes of the mount named, and sets the superblock's flags as a whole. */
static int legacy_reconfigure(int target, const struct mountapi_fs *fs)
{
	char path[FD_PATH_SIZE];
	uint64_t attributes;

	try(mountapi_attributes(target, &attributes));
	if (mount(NULL, fd_path(target, path), NULL,
		    MS_REMOUNT | fs->superblock | legacy_flags(attributes), fs->data) < 0)
		return fail(errno, "change the options of a file system");
	return 0;
}

int mountapi_reconfigure(int target, const struct mountapi_fs *fs, unsigned long superblock_clear)
{
	auto_close int context = -EBADF;

	if (is_legacy() || !fits_fsconfig(fs->type, NULL, fs->data, fs->superblock))
		return legacy_reconfigure(target, fs);
	context = fspick(target, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH | FSPICK_NO_AUTOMOUNT);
	if (context < 0)
		return fail(errno, "find the file system of a mount");
	try(set_superblock(context, NULL, fs->superblock));
	try(clear_superblock(context, superblock_clear));
	try(set_options(context, fs->type, fs->data));
	if (fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return fail_with_log(context, errno, "change the options of file system", fs->type);
	return 0;
}

/* ---- attributes -------------------------------------------------------------------------- */

int mountapi_attributes(int fd, uint64_t *ret_attributes)
{
	struct statfs facts;
	uint64_t attributes = 0;

	if (fstatfs(fd, &facts) < 0)
		return fail(errno, "read the attributes of a mount");
	for (size_t i = 0; i < COUNT_OF(attributes_table); i++)
		if (facts.f_flags & attributes_table[i].statfs)
			attributes |= attributes_table[i].attribute;
	/* A mount made with MS_NOATIME shows both: the stronger word counts. */
	if (facts.f_flags & ST_NOATIME)
		attributes |= MOUNT_ATTR_NOATIME;
	else if (!(facts.f_flags & ST_RELATIME))
		attributes |= MOUNT_ATTR_STRICTATIME;
	*ret_attributes = attributes;
	return 0;
}

static unsigned long legacy_flags(uint64_t attributes)
{
	unsigned long flags = 0;

	for (size_t i = 0; i < COUNT_OF(attributes_table); i++)
		if (attributes & attributes_table[i].attribute)
			flags |= attributes_table[i].legacy;
	switch (attributes & MOUNT_ATTR__ATIME) {
	case MOUNT_ATTR_NOATIME:
		return flags | MS_NOATIME;
	case MOUNT_ATTR_STRICTATIME:
		return flags | MS_STRICTATIME;
	default:
		return flags | MS_RELATIME;
	}
}

/* The atime field is one value, not flags: who changes a part of it replaces it all. */
static uint64_t whole_field(uint64_t set, uint64_t clear)
{
	return (set | clear) & MOUNT_ATTR__ATIME ? clear | MOUNT_ATTR__ATIME : clear;
}

/* mount(2) replaces all attributes at once, so those that are to stay have to be named. */
static int legacy_set(int fd, uint64_t set, uint64_t clear)
{
	char path[FD_PATH_SIZE];
	uint64_t attributes;

	try(mountapi_attributes(fd, &attributes));
	attributes = (attributes & ~clear) | set;
	if (mount(NULL, fd_path(fd, path), NULL, MS_REMOUNT | MS_BIND | legacy_flags(attributes),
		    NULL) < 0)
		return fail(errno, "set the attributes of a mount");
	return 0;
}

static int refuse_recursive(void)
{
	return refuse_as(ENOSYS, "recursive mount attributes need mount_setattr(2), Linux 5.12");
}

int mountapi_set(int fd, uint64_t set, uint64_t clear, bool recursive)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = whole_field(set, clear) };

	if (is_legacy())
		return recursive ? refuse_recursive() : legacy_set(fd, set, attr.attr_clr);
	if (mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr,
		    sizeof(attr)) < 0)
		return fail(errno, "set the attributes of a mount");
	return 0;
}

int mountapi_change(struct mountapi_mount *mount, uint64_t set, uint64_t clear, bool recursive)
{
	clear = whole_field(set, clear);
	if (mount->fd >= 0)
		return mountapi_set(mount->fd, set, clear, recursive);
	if (recursive && mount->recursive)
		return refuse_recursive();
	mount->attr_set = (mount->attr_set & ~clear) | set;
	mount->attr_clear = (mount->attr_clear | clear) & ~set;
	return 0;
}

/* The kernel tells of no single attribute which it minds. */
static int set_unlocked(int fd, uint64_t set, uint64_t clear, uint64_t unlocked)
{
	int r = mountapi_set(fd, set, clear | unlocked, false);

	if (r != -EPERM || !(unlocked & ~(uint64_t)MOUNT_ATTR_NOSYMFOLLOW))
		return r;
	error_clear();
	return mountapi_set(fd, set, clear | (unlocked & MOUNT_ATTR_NOSYMFOLLOW), false);
}

int mountapi_change_all(
	struct mountapi_mount *mount, uint64_t set, uint64_t clear, uint64_t unlocked)
{
	if (mount->fd >= 0)
		return set_unlocked(mount->fd, set, clear, unlocked);
	mount->attr_unlocked = unlocked;
	return mountapi_change(mount, set, clear, false);
}

int mountapi_idmap(struct mountapi_mount *mount, int user_namespace, bool recursive)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = (uint64_t)user_namespace,
	};

	if (mount->fd < 0)
		return refuse_as(ENOSYS, "id-mapped mounts need mount_setattr(2), Linux 5.12");
	if (mount_setattr(mount->fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr,
		    sizeof(attr)) < 0)
		return fail(errno, "map the ids of a mount");
	return 0;
}

int mountapi_propagate(int fd, unsigned long propagation)
{
	struct mount_attr attr = { .propagation = propagation & ~(unsigned long)MS_REC };
	char path[FD_PATH_SIZE];
	int r;

	if (is_legacy())
		r = mount(NULL, fd_path(fd, path), NULL, propagation, NULL);
	else
		r = mount_setattr(fd, "", AT_EMPTY_PATH | (propagation & MS_REC ? AT_RECURSIVE : 0),
			&attr, sizeof(attr));
	if (r < 0)
		return fail(errno, "set the propagation of a mount");
	return 0;
}

/* ---- binding and attaching --------------------------------------------------------------- */

int mountapi_clone(int source_fd, bool recursive, struct mountapi_mount *ret_mount)
{
	struct mountapi_mount mount = no_mount();

	if (is_legacy()) {
		/* Our own copy, since the caller's may be closed before the mount is attached. */
		mount.source_fd = fcntl(source_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (mount.source_fd < 0)
			return fail(errno, "copy descriptor %d", source_fd);
	} else {
		mount.fd = open_tree(source_fd, "",
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
				(recursive ? AT_RECURSIVE : 0));
		if (mount.fd < 0)
			return fail(errno, "clone a mount");
	}
	mount.recursive = recursive;
	*ret_mount = mount;
	return 0;
}

int mountapi_number(int fd, uint64_t *ret_number)
{
	struct statx facts;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) < 0)
		return -errno;
	if (!(facts.stx_mask & STATX_MNT_ID))
		return -ENOSYS;
	*ret_number = facts.stx_mnt_id;
	return 0;
}

/*
 * Whether fd is the root of what was mounted over below, at path, and a copy of source where that
 * is one.  Any less, and a directory of the host's, which the path was made to lead to meanwhile,
 * would be taken for it, and filled.
 */
static bool is_mounted_over(int fd, int below, int source, const char *path)
{
	struct stat found, original;

	if (source > 0 &&
		(fstat(fd, &found) < 0 || fstat(source, &original) < 0 ||
			found.st_dev != original.st_dev || found.st_ino != original.st_ino))
		return false;
	return mountinfo_has(fd, below, path);
}

/*
 * Opens what was just mounted on target, whose descriptor stays below it.  The path is looked up
 * again, as mount(2) gives no descriptor; that the right thing was found is proved afterwards.
 */
static int legacy_reopen(int target, int source, int *ret_fd)
{
	uninitialized char link[FD_PATH_SIZE], path[PATH_MAX];

	ssize_t length = readlink(fd_path(target, link), path, sizeof(path));
	if (length < 0 || length == sizeof(path))
		return fail(length < 0 ? errno : ENAMETOOLONG, "find the target of a mount");
	path[length] = '\0';

	auto_close int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open '%s'", path);
	if (!is_mounted_over(fd, target, source, path))
		return refuse_as(EAGAIN, "mount on '%s': it was changed meanwhile", path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int legacy_attach(struct mountapi_mount *made, int target)
{
	char from[FD_PATH_SIZE], onto[FD_PATH_SIZE];
	/* MS_RDONLY would make the superblock read-only: the mount alone needs a second call. */
	uint64_t early = made->attr_set & ~(uint64_t)MOUNT_ATTR_RDONLY;
	uint64_t late = made->attr_set & MOUNT_ATTR_RDONLY;
	int r;

	(void)fd_path(target, onto);
	if (made->source_fd > 0) {
		late = made->attr_set | made->attr_clear;
		r = mount(fd_path(made->source_fd, from), onto, NULL,
			MS_BIND | (made->recursive ? MS_REC : 0), NULL);
	} else {
		r = mount(made->source, onto, made->type, made->flags | legacy_flags(early),
			made->data);
	}
	if (r < 0)
		return fail(errno, made->source_fd > 0 ? "bind a mount" : "file system '%s'",
			made->type);

	try(legacy_reopen(target, made->source_fd, &made->fd));
	if (late == 0)
		return 0;
	r = set_unlocked(made->fd, made->attr_set, made->attr_clear, made->attr_unlocked);
	if (r < 0) {
		/* A mount without its attributes must not stay. */
		(void)umount2(fd_path(made->fd, onto), MNT_DETACH);
		fd_close(&made->fd);
	}
	return r;
}

static bool is_directory(int fd)
{
	struct stat facts;

	return fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode);
}

int mountapi_attach(struct mountapi_mount *mount, int target)
{
	if (mount->fd < 0)
		return legacy_attach(mount, target);
	if (move_mount(mount->fd, "", target, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0)
		return 0;
	/* mount(2) has a word of its own for this, which engines look for and explain. */
	if (errno == EINVAL && is_directory(mount->fd) != is_directory(target))
		errno = ENOTDIR;
	return fail(errno, "attach a mount");
}

void mountapi_done(struct mountapi_mount *mount)
{
	fd_close(&mount->fd);
	if (mount->source_fd > 0)
		fd_close(&mount->source_fd);
}
