#include "libcontainer/kernel/mountapi.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/idmap.h"
#include "libcontainer/kernel/syscall.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

/*
 * The program enters namespaces of its own first, in which it may mount.  Every test is run twice:
 * with the new calls, and with mount(2).
 */
static bool may_mount;

static int make_places(void **state)
{
	if (!may_mount)
		return 0;
	mountapi_set_legacy(*(bool *)*state);
	if (scratch_enter(state) < 0)
		return -1;
	(void)umask(022);
	if (mkdir("source", 0755) < 0 || mkdir("source/below", 0755) < 0 ||
		mkdir("target", 0755) < 0)
		return -1;
	write_text("source/file", "text");
	write_text("file_target", "");
	error_clear();
	return 0;
}

static int remove_places(void **state)
{
	if (!may_mount)
		return 0;
	for (const char *const *place = (const char *const[]){ "target", "file_target",
		     "source/below", "source", NULL };
		*place; place++)
		while (umount2(*place, MNT_DETACH) == 0)
			;
	mountapi_set_legacy(false);
	return scratch_remove(state);
}

static int open_place(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static uint64_t attributes_of(const char *path)
{
	auto_close int fd = open_place(path);
	uint64_t attributes = 0;

	assert_int_equal(mountapi_attributes(fd, &attributes), 0);
	return attributes;
}

/* Makes a file system and attaches it to path; the first failure, whichever call it is of. */
static int mount_new(const char *type, const char *data, unsigned long superblock,
	uint64_t attributes, const char *path)
{
	struct mountapi_mount made = { .fd = -EBADF };
	auto_close int target = open_place(path);
	int r = mountapi_create(&(struct mountapi_fs){ type, "source of mine", data, superblock,
					 attributes }, &made);

	if (r == 0)
		r = mountapi_attach(&made, target);
	mountapi_done(&made);
	return r;
}

/* The line of /proc/self/mountinfo about what is mounted on path of the scratch directory. */
static bool mountinfo_has(const char *path, const char *words)
{
	char line[4096], full[PATH_MAX + 8];
	bool has = false;
	FILE *file = fopen("/proc/self/mountinfo", "re");

	assert_non_null(file);
	assert_non_null(getcwd(full, PATH_MAX));
	(void)strncat(full, "/", sizeof(full) - strlen(full) - 1);
	(void)strncat(full, path, sizeof(full) - strlen(full) - 1);
	(void)strncat(full, " ", sizeof(full) - strlen(full) - 1);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, full))
			has = strstr(line, words) != NULL;
	(void)fclose(file);
	return has;
}

static void test_new_file_system(void **state)
{
	const uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	struct statfs facts;
	struct stat root;

	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", "mode=711,size=64k", 0, attributes, "target"), 0);
	assert_int_equal(statfs("target", &facts), 0);
	assert_int_equal(facts.f_type, TMPFS_MAGIC);
	assert_int_equal(facts.f_blocks * (uint64_t)facts.f_bsize, 65536);
	assert_int_equal(stat("target", &root), 0);
	assert_int_equal(root.st_mode & 07777, 0711);
	assert_int_equal(attributes_of("target"), attributes);
	assert_true(mountinfo_has("target", "source\\040of\\040mine"));
}

static void test_superblock_flags(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", NULL, MS_RDONLY | MS_SILENT, 0, "target"), 0);
	assert_true(mountinfo_has("target", "source\\040of\\040mine ro"));
	assert_int_equal(mkdir("target/x", 0700), -1);
	assert_int_equal(errno, EROFS);
}

/* The mount alone is read-only: another mount of the same file system can be written to. */
static void test_read_only_mount(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(
		mount_new("tmpfs", NULL, 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, "target"), 0);
	assert_int_equal(attributes_of("target"), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
	assert_true(mountinfo_has("target", "source\\040of\\040mine rw"));
}

static void test_refused_file_systems(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("nosuchfs", NULL, 0, 0, "target"), -ENODEV);
	assert_string_equal(error_text(), "file system 'nosuchfs': no such device");
	assert_int_equal(mount_new("tmpfs", "size=rubbish", 0, 0, "target"), -EINVAL);
	assert_non_null(strstr(error_text(), "tmpfs"));
}

/* What the kernel says about it is only to be had from the new calls. */
static void test_refusal_names_the_option(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", "mode=755,size=rubbish", 0, 0, "target"), -EINVAL);
	assert_string_equal(error_text(),
		"file system 'tmpfs': option 'size=rubbish': invalid argument (tmpfs: Bad value "
		"for 'size')");
}

/* Clones source onto target with these attributes. */
static int bind_with(uint64_t set, uint64_t clear, bool tree, bool recursive)
{
	struct mountapi_mount made = { .fd = -EBADF };
	auto_close int source = open_place("source"), target = open_place("target");
	int r = mountapi_clone(source, tree, &made);

	fd_close(&source); /* the clone needs it no more */
	if (r == 0 && (set || clear))
		r = mountapi_change(&made, set, clear, recursive);
	if (r == 0)
		r = mountapi_attach(&made, target);
	mountapi_done(&made);
	return r;
}

static void test_bind(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(bind_with(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC, 0, false, false), 0);
	assert_int_equal(access("target/file", F_OK), 0);
	assert_int_equal(mkdir("target/x", 0700), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(mkdir("source/x", 0700), 0);
	assert_int_equal(attributes_of("target") & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC),
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
}

static void test_bind_of_a_file(void **state)
{
	struct mountapi_mount made = { .fd = -EBADF };
	struct stat source_facts, target_facts;

	if (!may_mount)
		skip();
	(void)state;
	auto_close int source = open_place("source/file"), target = open_place("file_target");
	auto_close int directory = open_place("target");
	assert_int_equal(mountapi_clone(source, false, &made), 0);
	assert_int_equal(mountapi_attach(&made, directory), -ENOTDIR);
	assert_int_equal(mountapi_attach(&made, target), 0);
	mountapi_done(&made);
	assert_int_equal(stat("source/file", &source_facts), 0);
	assert_int_equal(stat("file_target", &target_facts), 0);
	assert_int_equal(source_facts.st_ino, target_facts.st_ino);
}

/* The descriptor shows the mount once it is attached, by either way. */
static void test_attached_mount_can_be_used(void **state)
{
	struct mountapi_mount made = { .fd = -EBADF };

	if (!may_mount)
		skip();
	(void)state;
	auto_close int target = open_place("target");
	assert_int_equal(mountapi_create(&(struct mountapi_fs){ "tmpfs", "t" }, &made), 0);
	assert_int_equal(mountapi_attach(&made, target), 0);
	assert_true(made.fd >= 0);
	assert_int_equal(mkdirat(made.fd, "x", 0700), 0);
	assert_int_equal(access("target/x", F_OK), 0);
	assert_int_equal(mountapi_change(&made, MOUNT_ATTR_RDONLY, 0, false), 0);
	assert_true(attributes_of("target") & MOUNT_ATTR_RDONLY);
	mountapi_done(&made);
	assert_int_equal(made.fd, -EBADF);
}

static void test_stacked_mounts(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	/* A descriptor from before the first mount: the second covers it. */
	assert_int_equal(mount_new("tmpfs", "mode=711", 0, 0, "target"), 0);
	assert_int_equal(mount_new("tmpfs", "mode=722", 0, MOUNT_ATTR_RDONLY, "target"), 0);
	assert_true(attributes_of("target") & MOUNT_ATTR_RDONLY);
	assert_int_equal(umount2("target", 0), 0);
	assert_false(attributes_of("target") & MOUNT_ATTR_RDONLY);
}

static void test_tree(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", NULL, 0, 0, "source/below"), 0);
	write_text("source/below/inner", "");
	assert_int_equal(bind_with(0, 0, false, false), 0);
	assert_int_equal(access("target/below/inner", F_OK), -1);
	assert_int_equal(umount2("target", MNT_DETACH), 0);
	assert_int_equal(bind_with(MOUNT_ATTR_RDONLY, 0, true, false), 0);
	assert_int_equal(access("target/below/inner", F_OK), 0);
	/* Only the top was asked for. */
	assert_true(attributes_of("target") & MOUNT_ATTR_RDONLY);
	assert_false(attributes_of("target/below") & MOUNT_ATTR_RDONLY);
}

static void test_attributes_of_a_tree(void **state)
{
	if (!may_mount)
		skip();
	assert_int_equal(mount_new("tmpfs", NULL, 0, 0, "source/below"), 0);
	assert_int_equal(bind_with(MOUNT_ATTR_RDONLY, 0, true, true), 0);
	assert_true(attributes_of("target") & MOUNT_ATTR_RDONLY);
	assert_true(attributes_of("target/below") & MOUNT_ATTR_RDONLY);
	assert_false(attributes_of("source/below") & MOUNT_ATTR_RDONLY);
	(void)state;
}

static void test_attributes_of_a_tree_need_the_new_calls(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(bind_with(MOUNT_ATTR_RDONLY, 0, true, true), -ENOSYS);
	assert_false(mountinfo_has("target", ""));
	auto_close int fd = open_place("target");
	assert_int_equal(mountapi_set(fd, MOUNT_ATTR_RDONLY, 0, true), -ENOSYS);
}

static void test_access_times(void **state)
{
	static const struct {
		uint64_t set, clear, then;
	} steps[] = {
		{ MOUNT_ATTR_NOATIME, 0, MOUNT_ATTR_NOATIME },
		{ MOUNT_ATTR_STRICTATIME, 0, MOUNT_ATTR_STRICTATIME },
		{ MOUNT_ATTR_NODIRATIME, 0, MOUNT_ATTR_STRICTATIME | MOUNT_ATTR_NODIRATIME },
		{ MOUNT_ATTR_NOATIME, 0, MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODIRATIME },
		{ MOUNT_ATTR_RDONLY, MOUNT_ATTR_NODIRATIME,
			MOUNT_ATTR_NOATIME | MOUNT_ATTR_RDONLY },
		{ 0, MOUNT_ATTR__ATIME, MOUNT_ATTR_RDONLY },
		{ 0, MOUNT_ATTR_RDONLY, 0 },
	};

	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", NULL, 0, 0, "target"), 0);
	auto_close int fd = open_place("target");
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		assert_int_equal(mountapi_set(fd, steps[i].set, steps[i].clear, false), 0);
		assert_int_equal(attributes_of("target"), steps[i].then);
	}
}

static void test_symlinks_can_be_switched_off(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(symlink("file", "source/link"), 0);
	assert_int_equal(bind_with(MOUNT_ATTR_NOSYMFOLLOW, 0, false, false), 0);
	assert_int_equal(open("target/link", O_RDONLY | O_CLOEXEC), -1);
	assert_int_equal(errno, ELOOP);
	assert_true(attributes_of("target") & MOUNT_ATTR_NOSYMFOLLOW);
}

static void test_propagation(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", NULL, 0, 0, "target"), 0);
	auto_close int fd = open_place("target");
	assert_int_equal(mkdirat(fd, "below", 0700), 0);
	assert_int_equal(mount_new("tmpfs", NULL, 0, 0, "target/below"), 0);
	assert_int_equal(mountapi_propagate(fd, MS_SHARED), 0);
	assert_true(mountinfo_has("target", "shared:"));
	assert_false(mountinfo_has("target/below", "shared:"));
	assert_int_equal(mountapi_propagate(fd, MS_SHARED | MS_REC), 0);
	assert_true(mountinfo_has("target/below", "shared:"));
	assert_int_equal(mountapi_propagate(fd, MS_PRIVATE | MS_REC), 0);
	assert_false(mountinfo_has("target", "shared:"));
	assert_int_equal(mountapi_propagate(fd, MS_UNBINDABLE), 0);
	assert_true(mountinfo_has("target", "unbindable"));
	/* Not the root of a mount. */
	auto_close int source = open_place("source");
	assert_int_equal(mountapi_propagate(source, MS_SHARED), -EINVAL);
}

static int child_under_lock(void)
{
	auto_close int fd = open("target", O_PATH | O_CLOEXEC);
	struct mountapi_mount made;

	/* Copied into the namespace of another user, attributes can't be taken off any more. */
	if (!sandbox_enter(CLONE_NEWNS))
		return CHILD_SKIPS;
	fd_close(&fd);
	fd = open("target", O_PATH | O_CLOEXEC);
	child_check(mountapi_set(fd, 0, MOUNT_ATTR_NOSUID, false) == -EPERM);
	child_check(strstr(error_text(), "operation not permitted") != NULL);
	child_check(mountapi_set(fd, MOUNT_ATTR_NOEXEC, 0, false) == 0);
	child_check(mountapi_clone(fd, false, &made) == 0);
	child_check(mountapi_change(&made, MOUNT_ATTR_RDONLY, 0, false) == 0);
	child_check(mountapi_attach(&made, fd) == 0);
	mountapi_done(&made);
	return 0;
}

static void test_locked_attributes(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", NULL, 0, MOUNT_ATTR_NOSUID, "target"), 0);
	run_in_child(child_under_lock);
}

/* ---- options ----------------------------------------------------------------------------- */

/* Read-only overlays of two directories: escaped commas, and values too long for fsconfig(2). */
static void assert_overlay_of(const char *one, const char *written)
{
	char data[PATH_MAX];

	assert_int_equal(mkdir(one, 0755), 0);
	assert_int_equal(chdir(one), 0);
	write_text("from_one", "");
	assert_int_equal(chdir(".."), 0);
	(void)snprintf(data, sizeof(data), "lowerdir=%s:source", written);
	int r = mount_new("overlay", data, 0, 0, "target");
	if (r == -ENODEV)
		skip();
	assert_int_equal(r, 0);
	assert_int_equal(access("target/from_one", F_OK), 0);
	assert_int_equal(access("target/file", F_OK), 0);
	assert_int_equal(umount2("target", 0), 0);
}

static void test_escaped_comma(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	assert_overlay_of("a,b", "a\\,b");
}

static void test_long_value(void **state)
{
	char name[NAME_MAX + 1];

	if (!may_mount)
		skip();
	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	assert_overlay_of(name, name);
}

static void test_empty_options(void **state)
{
	struct stat root;

	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", "", 0, 0, "target"), 0);
	assert_int_equal(mount_new("tmpfs", ",mode=700,,size=64k,", 0, 0, "target"), 0);
	assert_int_equal(stat("target", &root), 0);
	assert_int_equal(root.st_mode & 07777, 0700);
}

static void test_list_of_numbers(void **state)
{
	struct stat root;

	if (!may_mount)
		skip();
	(void)state;
	/* The comma is the list's; where there is no NUMA it is refused as one option. */
	int r = mount_new("tmpfs", "mpol=bind:0,0,mode=700", 0, 0, "target");
	if (r < 0) {
		assert_non_null(strstr(error_text(), "mpol=bind:0,0'"));
		return;
	}
	assert_int_equal(stat("target", &root), 0);
	assert_int_equal(root.st_mode & 07777, 0700);
}

/* ---- ids --------------------------------------------------------------------------------- */

static void test_mapped_ids(void **state)
{
	const struct idmap_range range = { .inside = 5, .outside = 0, .count = 1 };
	struct mountapi_mount made = { .fd = -EBADF };
	auto_close int namespace = -EBADF;
	struct stat facts;

	if (!may_mount)
		skip();
	(void)state;
	assert_int_equal(mount_new("tmpfs", NULL, 0, 0, "target"), 0);
	assert_int_equal(idmap_make_namespace(&range, 1, &range, 1, &namespace), 0);
	auto_close int source = open_place("target");
	assert_int_equal(mountapi_clone(source, false, &made), 0);
	int r = mountapi_idmap(&made, namespace, false);
	if (r == -EINVAL) /* tmpfs before Linux 6.3 */
		skip();
	assert_int_equal(r, 0);
	/* Nobody is mapped to the owner on "disk". */
	assert_int_equal(fstat(made.fd, &facts), 0);
	assert_int_equal(facts.st_uid, 65534);
	mountapi_done(&made);
}

static void test_mapped_ids_need_the_new_calls(void **state)
{
	struct mountapi_mount made = { .fd = -EBADF };

	if (!may_mount)
		skip();
	(void)state;
	auto_close int source = open_place("source");
	assert_int_equal(mountapi_clone(source, false, &made), 0);
	assert_int_equal(mountapi_idmap(&made, 0, false), -ENOSYS);
	mountapi_done(&made);
}

/* ---- hidden calls ------------------------------------------------------------------------ */

static void check_hidden(const long *calls, size_t count, int error)
{
	struct mountapi_mount made;
	auto_close int target = open("target", O_PATH | O_CLOEXEC);
	uint64_t attributes;
	struct stat facts;

	for (size_t i = 0; i < count; i++)
		hide_call(calls[i], error);
	child_check(mountapi_create(&(struct mountapi_fs){ "tmpfs", "t", "mode=711", 0,
					  MOUNT_ATTR_NODEV }, &made) == 0);
	child_check(mountapi_attach(&made, target) == 0);
	child_check(stat("target", &facts) == 0 && (facts.st_mode & 07777) == 0711);
	child_check(mountapi_set(made.fd, MOUNT_ATTR_RDONLY, 0, false) == 0);
	child_check(mountapi_attributes(made.fd, &attributes) == 0);
	child_check(attributes == (MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY));
	child_check(mountapi_propagate(made.fd, MS_SHARED) == 0);
	mountapi_done(&made);
	child_check(umount2("target", MNT_DETACH) == 0);
}

static const long all_calls[] = { SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_open_tree,
	SYS_move_mount, SYS_mount_setattr };

static int child_all_forbidden(void)
{
	check_hidden(all_calls, COUNT_OF(all_calls), EPERM);
	return 0;
}

static int child_all_missing(void)
{
	check_hidden(all_calls, COUNT_OF(all_calls), ENOSYS);
	return 0;
}

static int child_no_fsopen(void)
{
	check_hidden(all_calls, 1, EPERM);
	return 0;
}

/* Linux 5.2 to 5.11 have no mount_setattr(2). */
static int child_no_setattr(void)
{
	check_hidden(&all_calls[5], 1, ENOSYS);
	return 0;
}

/* Runs first: afterwards this process, and its children with it, knows that the calls are there. */
static void test_hidden_calls(void **state)
{
	if (!may_mount)
		skip();
	(void)state;
	run_in_child(child_all_forbidden);
	run_in_child(child_all_missing);
	run_in_child(child_no_fsopen);
	run_in_child(child_no_setattr);
}

static bool new_calls, old_calls = true;

/* clang-format off */
#define WITH(test, how) \
	{ #test ": " #how, test, make_places, remove_places, &how }
#define BOTH(test) WITH(test, new_calls), WITH(test, old_calls)
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_hidden_calls, new_calls),
		BOTH(test_new_file_system),
		BOTH(test_superblock_flags),
		BOTH(test_read_only_mount),
		BOTH(test_refused_file_systems),
		WITH(test_refusal_names_the_option, new_calls),
		BOTH(test_bind),
		BOTH(test_bind_of_a_file),
		BOTH(test_attached_mount_can_be_used),
		BOTH(test_stacked_mounts),
		BOTH(test_tree),
		WITH(test_attributes_of_a_tree, new_calls),
		WITH(test_attributes_of_a_tree_need_the_new_calls, old_calls),
		BOTH(test_access_times),
		BOTH(test_symlinks_can_be_switched_off),
		BOTH(test_propagation),
		BOTH(test_locked_attributes),
		BOTH(test_escaped_comma),
		BOTH(test_long_value),
		BOTH(test_empty_options),
		WITH(test_list_of_numbers, new_calls),
		WITH(test_mapped_ids, new_calls),
		WITH(test_mapped_ids_need_the_new_calls, old_calls),
	};

	may_mount = sandbox_enter(CLONE_NEWNS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
