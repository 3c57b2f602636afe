/* What the options of a mount come to, and by whose maps its ids are mapped. */
#include <sched.h>
#include <sys/mount.h>

#include "libcontainer/kernel/syscall.h"
#include "tests/plan/hosts.h"

#define WORDS_MAX 8

static struct spec_mount mounts[1];
static struct spec_root root;
static const char *option_words[WORDS_MAX];

/* A mount with these words, separated by spaces; no "bind" among them: a tmpfs. */
static const struct plan_mount *plan_options_of(const char *words)
{
	static char text[512];
	size_t count = 0;

	(void)snprintf(text, sizeof(text), "%s", words);
	for (char *word, *rest = text; (word = strsep(&rest, " "));)
		if (word[0])
			option_words[count++] = word;
	root = (struct spec_root){ .path = "/bundle/rootfs" };
	spec.root = &root;
	mounts[0].destination = "/mnt";
	mounts[0].source = "/source";
	mounts[0].type = "tmpfs";
	mounts[0].options = (struct spec_strings){ .items = option_words, .count = count };
	spec.mounts = (struct spec_mount_list){ .items = mounts, .count = 1 };
	plan.bundle = "/bundle";
	plan.namespaces.have |= CLONE_NEWNS;
	error_clear();
	return decide(plan_mounts) == 0 ? &plan.root.mounts[0] : NULL;
}

static int begin(void **state)
{
	(void)state;
	mounts[0] = (struct spec_mount){ 0 };
	return begin_on(&host_v2);
}

static void user_namespace(int how)
{
	static struct plan_id_range ranges[] = { { 0, 100000, 10 }, { 10, 200000, 5 } };

	plan.namespaces.have |= CLONE_NEWUSER;
	plan.namespaces.create |= how;
	plan.users.uids = plan.users.gids = (struct plan_id_map){ ranges, COUNT_OF(ranges) };
}

static void map(struct spec_id_mapping *uids, size_t uid_count, struct spec_id_mapping *gids,
	size_t gid_count)
{
	mounts[0].uid_mappings = (struct spec_id_mapping_list){ .items = uids, .count = uid_count };
	mounts[0].gid_mappings = (struct spec_id_mapping_list){ .items = gids, .count = gid_count };
}

static void maps_of_the_mount(void **state)
{
	struct spec_id_mapping uids[] = { { 0, 5000, 3 }, { 7, 9, 1 } },
			       gids[] = { { 0, 6000, 1 } };

	(void)state;
	map(uids, 2, gids, 1);

	const struct plan_mount *mount = plan_options_of("bind");
	assert_non_null(mount);
	assert_int_equal(mount->idmap, PLAN_IDMAP);
	assert_int_equal(mount->uids.count, 2);
	assert_int_equal(mount->uids.items[1].inside, 7);
	assert_int_equal(mount->uids.items[1].outside, 9);
	assert_int_equal(mount->gids.items[0].outside, 6000);

	mount = plan_options_of("rbind ridmap");
	assert_int_equal(mount->idmap, PLAN_IDMAP_RECURSIVE);
	mount = plan_options_of("mode=755 ridmap");
	assert_int_equal(mount->kind, PLAN_MOUNT_FS);
	assert_int_equal(mount->idmap, PLAN_IDMAP_RECURSIVE);
	assert_string_equal(mount->data, "mode=755");
}

static void maps_of_the_container(void **state)
{
	struct spec_id_mapping same[] = { { 0, 100000, 10 }, { 10, 200000, 5 } };
	struct spec_id_mapping other[] = { { 0, 100000, 10 }, { 10, 200000, 6 } };

	(void)state;
	assert_null(plan_options_of("bind idmap"));
	assert_chain("mounts[0]: \"idmap\" needs uidMappings and gidMappings");
	assert_null(plan_options_of("ridmap"));

	user_namespace(CLONE_NEWUSER);
	const struct plan_mount *mount = plan_options_of("bind idmap");
	assert_int_equal(mount->idmap, PLAN_IDMAP);
	assert_int_equal(mount->uids.count, 0);
	/* A file system that is made in there has these ids. */
	assert_int_equal(plan_options_of("idmap")->idmap, PLAN_IDMAP_NONE);

	map(same, 2, same, 2);
	assert_int_equal(plan_options_of("bind")->uids.count, 0);
	assert_int_equal(plan_options_of("mode=755")->idmap, PLAN_IDMAP_NONE);
	map(same, 2, other, 2);
	assert_int_equal(plan_options_of("bind")->uids.count, 2);
	assert_int_equal(plan_options_of("mode=755")->idmap, PLAN_IDMAP);

	/* What one that is joined has for maps is not looked at. */
	plan.namespaces.create = 0;
	map(same, 2, same, 2);
	assert_int_equal(plan_options_of("bind")->uids.count, 2);
}

static void maps_behind_the_word(void **state)
{
	(void)state;
	const struct plan_mount *mount =
		plan_options_of("bind idmap=uids=0-5000-1#4294967295-4294967294-1;gids=1-2-3");
	assert_non_null(mount);
	assert_int_equal(mount->idmap, PLAN_IDMAP);
	assert_int_equal(mount->uids.count, 2);
	assert_int_equal(mount->uids.items[1].inside, UINT32_MAX);
	assert_int_equal(mount->uids.items[1].outside, UINT32_MAX - 1);
	assert_int_equal(mount->gids.items[0].inside, 1);
	assert_int_equal(mount->gids.items[0].outside, 2);
	assert_int_equal(mount->gids.items[0].count, 3);

	user_namespace(CLONE_NEWUSER);
	mount = plan_options_of("bind ridmap=uids=@1-2-8#2-3-4;gids=@0-12-3");
	assert_int_equal(mount->idmap, PLAN_IDMAP_RECURSIVE);
	assert_int_equal(mount->uids.items[0].inside, 1);
	assert_int_equal(mount->uids.items[0].outside, 100002);
	assert_int_equal(mount->uids.items[0].count, 8);
	assert_int_equal(mount->uids.items[1].outside, 3);
	assert_int_equal(mount->gids.items[0].outside, 200002);
}

static void bad_maps_behind_the_word(void **state)
{
	static const char *const bad[] = {
		"uids=0-1;gids=0-1-1",
		"uids=0-1-1-1;gids=0-1-1",
		"uids=;gids=0-1-1",
		"uids=0-1-1#;gids=0-1-1",
		"uids=0-1-0;gids=0-1-1",
		"uids=0--1;gids=0-1-1",
		"uids=+0-1-1;gids=0-1-1",
		"uids=0-4294967296-1;gids=0-1-1",
		"uids=000000000000000000000000000000000-1-1;gids=0-1-1",
		"uids=0-1-1",
		"gids=0-1-1",
		"both=0-1-1",
		"uids=@0-9-2;gids=0-1-1", /* not all of it is in one range of the container's */
		"uids=@0-15-1;gids=0-1-1",
	};
	char words[128];

	(void)state;
	user_namespace(CLONE_NEWUSER);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		(void)snprintf(words, sizeof(words), "bind idmap=%s", bad[i]);
		if (plan_options_of(words))
			test_fails("'%s' is taken\n", words);
		assert_chain("mounts[0]: ");
	}
}

static void new_ones_have_nothing_below(void **state)
{
	(void)state;
	const struct plan_mount *mount = plan_options_of("nosuid noatime rro rsuid rstrictatime");
	assert_int_equal(mount->attr_set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_STRICTATIME);
	assert_int_equal(mount->recursive_set | mount->recursive_clear, 0);
	assert_true(mount->deferred_readonly);

	mount = plan_options_of("rbind nosuid rro rsuid");
	assert_int_equal(mount->attr_set, MOUNT_ATTR_NOSUID);
	assert_int_equal(mount->recursive_set, MOUNT_ATTR_RDONLY);
	assert_int_equal(mount->recursive_clear, MOUNT_ATTR_NOSUID);
}

static void a_remount_may_change_the_file_system(void **state)
{
	(void)state;
	assert_false(plan_options_of("remount ro nosuid")->reconfigure);
	assert_false(plan_options_of("bind remount sync")->reconfigure);
	assert_true(plan_options_of("remount size=1m")->reconfigure);
	assert_true(plan_options_of("remount nolazytime")->reconfigure);

	const struct plan_mount *mount = plan_options_of("remount sync lazytime async");
	assert_int_equal(mount->superblock, MS_LAZYTIME);
	assert_int_equal(mount->superblock_clear, MS_SYNCHRONOUS);
	assert_false(plan_options_of("size=1m lazytime")->reconfigure);
}

static void a_bind_has_the_flags_of_its_words_or_its_source(void **state)
{
	const uint64_t all = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			     MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;

	(void)state;
	assert_int_equal(plan_options_of("bind")->attr_unnamed, 0);
	assert_int_equal(
		plan_options_of("rbind rprivate idmap=uids=0-1-1;gids=0-1-1")->attr_unnamed, 0);
	assert_int_equal(plan_options_of("rbind rro")->attr_unnamed, 0);
	assert_int_equal(plan_options_of("bind nosuid dev")->attr_unnamed,
		all & ~(uint64_t)(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
	assert_int_equal(plan_options_of("bind noatime")->attr_unnamed, all);
	assert_int_equal(plan_options_of("ro nosuid size=1m")->attr_unnamed, 0);
	assert_int_equal(plan_options_of("bind remount ro")->attr_unnamed, 0);
}

static const char *target_of(const char *destination)
{
	error_clear();
	mounts[0].destination = destination;
	return decide(plan_mounts) == 0 ? plan.root.mounts[0].target : "refused";
}

static void a_destination_may_be_the_hosts_path(void **state)
{
	(void)state;
	assert_non_null(plan_options_of("size=1m"));
	assert_string_equal(plan.root.path, "/bundle/rootfs");
	assert_string_equal(target_of("/bundle/rootfs/mnt"), "/mnt");
	assert_string_equal(target_of("//bundle/x/../rootfs/./mnt/"), "/mnt");
	assert_string_equal(target_of("/bundle/rootfs2/mnt"), "/bundle/rootfs2/mnt");
	assert_string_equal(target_of("/bundle/mnt"), "/bundle/mnt");
	assert_string_equal(target_of("/bundle/rootfs/bundle/rootfs/mnt"), "/bundle/rootfs/mnt");
	assert_string_equal(target_of("/bundle/rootfs"), "refused");
	assert_chain("mounts[0]: cannot mount on top of the rootfs");
	/* What is refused below /proc is so by this name, too. */
	assert_string_equal(target_of("/bundle/rootfs/proc/1"), "refused");
	root.path = "/";
	assert_string_equal(target_of("/bundle/rootfs/mnt"), "/bundle/rootfs/mnt");
}

static void mounts_need_a_namespace(void **state)
{
	(void)state;
	assert_non_null(plan_options_of("size=1m"));
	plan.namespaces.have &= ~(unsigned)CLONE_NEWNS;
	assert_string_equal(target_of("/mnt"), "refused");
	assert_chain("mounts, root.readonly, linux.maskedPaths and linux.readonlyPaths: unable to "
		     "change mounts without a private MNT namespace");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(maps_of_the_mount, begin, end_test),
		cmocka_unit_test_setup_teardown(maps_of_the_container, begin, end_test),
		cmocka_unit_test_setup_teardown(maps_behind_the_word, begin, end_test),
		cmocka_unit_test_setup_teardown(bad_maps_behind_the_word, begin, end_test),
		cmocka_unit_test_setup_teardown(new_ones_have_nothing_below, begin, end_test),
		cmocka_unit_test_setup_teardown(
			a_remount_may_change_the_file_system, begin, end_test),
		cmocka_unit_test_setup_teardown(
			a_bind_has_the_flags_of_its_words_or_its_source, begin, end_test),
		cmocka_unit_test_setup_teardown(
			a_destination_may_be_the_hosts_path, begin, end_test),
		cmocka_unit_test_setup_teardown(mounts_need_a_namespace, begin, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
