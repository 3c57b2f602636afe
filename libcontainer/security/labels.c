#include "libcontainer/security/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/kernel/spawn.h"
#include "libcontainer/kernel/syscall.h"

/* The kernel takes at most a page, and no security module has longer labels. */
#define LABEL_SIZE 4096

/* keyrings(7): permission bits of the owning user; no header has them. */
#define KEY_USER_SEARCH 0x00080000U

/* A keyring's name has up to a page; its type, ids and permissions stand in front of it. */
#define DESCRIPTION_SIZE (4096 + 64)

#define SELINUX_HELPER LIBEXECDIR "/selinux-label"

/* The kernel reads a label from one write(2); a short one would be another label. */
static int attribute_write(int fd, const char *value, size_t size)
{
	ssize_t written = write(fd, value, size);

	if (written < 0)
		return -errno;
	return (size_t)written == size ? 0 : -EIO;
}

int apparmor_apply(int procfs, const char *profile)
{
	auto_close int fd = -EBADF;
	uninitialized char value[LABEL_SIZE];
	int size = snprintf(value, sizeof(value), "exec %s", profile);

	if (size < 0 || (size_t)size >= sizeof(value))
		return refuse("apply apparmor profile: the name is too long");
	/*
	 * attr/exec belongs to whichever module came first, perhaps not AppArmor; kernels
	 * before 5.8 have nothing else.  Only a missing file leads there: the kernel's ENOENT for a
	 * profile that is not loaded comes from the write.
	 */
	int error = procfs_open_file(procfs, "self/attr/apparmor/exec", O_WRONLY, &fd);
	if (error == -ENOENT) {
		error_clear();
		error = procfs_open_file(procfs, "self/attr/exec", O_WRONLY, &fd);
	}
	if (error < 0)
		return error_context(error, "apply apparmor profile '%s'", profile);
	error = attribute_write(fd, value, (size_t)size);
	if (error == -ENOENT)
		return refuse_as(error, "apply apparmor profile '%s': it is not loaded", profile);
	if (error < 0)
		return fail(error, "apply apparmor profile '%s'", profile);
	return 0;
}

/* Length of "user:role:", the part of a label that the kernel gives back as it was written. */
static size_t label_fixed_part(const char *label)
{
	const char *colon = strchr(label, ':');

	colon = colon ? strchr(colon + 1, ':') : NULL;
	return colon ? (size_t)(colon - label) + 1 : strlen(label);
}

/*
 * Whether the attribute now holds label.  Not a plain comparison: the type may be an alias
 * (svirt_lxc_net_t is container_t) and categories come back sorted and joined.
 */
static int selinux_verify(int procfs, const char *path, const char *label)
{
	uninitialized char now[LABEL_SIZE];
	size_t fixed = label_fixed_part(label);

	try(procfs_read(procfs, path, now, sizeof(now)));
	if (strncmp(now, label, fixed) != 0)
		return refuse("it was not taken, '%s' is '%s'", path, now);
	return 0;
}

static int selinux_write(int procfs, const char *path, const char *label)
{
	auto_close int fd = -EBADF;
	int error;

	try(procfs_open_file(procfs, path, O_WRONLY, &fd));
	/* A line feed alone takes a label away. */
	if (*label == '\0')
		error = attribute_write(fd, "\n", 1);
	else
		error = attribute_write(fd, label, strlen(label));
	if (error < 0)
		return fail(error, "write '%s'", path);
	return *label == '\0' ? 0 : selinux_verify(procfs, path, label);
}

int selinux_apply(int procfs, const char *label)
{
	try(selinux_write(procfs, "self/attr/exec", label), "apply selinux label '%s'", label);
	return 0;
}

int selinux_apply_keycreate(int procfs, const char *label)
{
	try(selinux_write(procfs, "self/attr/keycreate", label),
		"apply selinux label '%s' to keyrings", label);
	return 0;
}

static bool label_is_set(const char *label)
{
	return label && *label != '\0';
}

int selinux_check(const char *process_label, const char *mount_label)
{
	const char *args[6] = { SELINUX_HELPER };
	size_t count = 1;

	if (label_is_set(process_label)) {
		args[count++] = "process";
		args[count++] = process_label;
	}
	if (label_is_set(mount_label)) {
		args[count++] = "mount";
		args[count++] = mount_label;
	}
	if (count == 1)
		return 0;
	struct spawn helper = {
		.path = SELINUX_HELPER,
		.args = args,
		.output = -1,
		.error_output = -1,
	};
	int error = spawn_helper(&helper);
	if (error == -ENOENT) {
		log_debug("%s is not installed: the kernel alone checks the labels", helper.path);
		error_clear();
		return 0;
	}
	return error < 0 ? error_context(error, "check the selinux labels") : 0;
}

static long keyctl(int operation, unsigned long a, unsigned long b, unsigned long c)
{
	return syscall(SYS_keyctl, operation, a, b, c, 0UL);
}

/* By hand, as strtoul(3) asks the locale about each character, and so touches its tables. */
static unsigned long read_number(const char *text, unsigned int base, const char **ret_end)
{
	static const char digits[] = "0123456789abcdef";
	unsigned long number = 0;
	const char *digit;

	for (; *text && (digit = memchr(digits, *text, base)); text++)
		number = number * base + (unsigned long)(digit - digits);
	*ret_end = text;
	return number;
}

/*
 * "TYPE;UID;GID;PERMISSIONS;NAME", the last number in base 16: keyctl(2).  Not by sscanf(3), which
 * brings all of glibc's floating point into the executable, which each start copies.
 */
static bool parse_description(
	const char *text, unsigned long *ret_owner, unsigned int *ret_permissions)
{
	const char *at = strchr(text, ';');
	const char *end;

	if (!at)
		return false;
	*ret_owner = read_number(at + 1, 10, &end);
	at = *end == ';' ? strchr(end + 1, ';') : NULL;
	if (!at)
		return false;
	*ret_permissions = (unsigned int)read_number(at + 1, 16, &end);
	return end > at + 1 && *end == ';';
}

static int keyring_permissions(long keyring, unsigned int *ret_permissions)
{
	uninitialized char text[DESCRIPTION_SIZE];
	unsigned long owner;
	long size =
		keyctl(KEYCTL_DESCRIBE, (unsigned long)keyring, (unsigned long)text, sizeof(text));

	if (size < 0)
		return fail(errno, "describe the session keyring");
	/* It says what it would need, and writes nothing where that is more. */
	if ((size_t)size > sizeof(text))
		return fail(E2BIG, "describe the session keyring");
	text[sizeof(text) - 1] = '\0';
	if (!parse_description(text, &owner, ret_permissions))
		return refuse_as(
			EBADMSG, "describe the session keyring: the kernel says '%s'", text);
	/* Anyone can make one with the name of a container to come, and let all search it. */
	if (owner != geteuid())
		return refuse_as(EPERM, "the session keyring belongs to user id %lu", owner);
	return 0;
}

int keyring_join(const char *name)
{
	unsigned int permissions;
	long keyring = keyctl(KEYCTL_JOIN_SESSION_KEYRING, (unsigned long)name, 0, 0);

	if (keyring < 0 && (errno == ENOSYS || errno == EPERM)) {
		/* EPERM is not the kernel's: the filter of a container around us says so. */
		log_debug("no session keyring here: keyctl(2) is not available");
		return 0;
	}
	if (keyring < 0)
		return fail(errno, "join session keyring '%s'", name);
	if (keyring == 0)
		return 0; /* it is ours already, says the kernel instead of its number */
	try(keyring_permissions(keyring, &permissions));
	if (permissions & KEY_USER_SEARCH)
		return 0;
	if (keyctl(KEYCTL_SETPERM, (unsigned long)keyring, permissions | KEY_USER_SEARCH, 0) < 0)
		return fail(errno, "make session keyring '%s' searchable", name);
	return 0;
}
