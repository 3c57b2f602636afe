/*
 * The mount table of a container, as text: what the plan makes of it passes, and each fault that is
 * made in it fails, with its place.
 */
#include "tests/check.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/base/error.h"

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* clang-format off */
static struct plan_mount mounts[] = {
	{ .place = "mounts[0]", .target = "/proc", .type = "proc",
		.data = "hidepid=2,subset=pid,gid=0" },
	{ .place = "mounts[1]", .target = "/sys", .type = "sysfs", .attr_set = SAFE | MOUNT_ATTR_RDONLY },
	{ .place = "mounts[2]", .target = "/dev", .type = "tmpfs", .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY,
		.deferred_readonly = true, .data = "mode=755,size=65536k" },
	{ .place = "mounts[3]", .target = "/sys/fs/cgroup", .type = "cgroup", .kind = PLAN_MOUNT_CGROUP,
		.attr_set = SAFE | MOUNT_ATTR_RDONLY },
	{ .place = "mounts[4]", .target = "/data", .source = "/srv", .kind = PLAN_MOUNT_BIND,
		.attr_set = MOUNT_ATTR_NOSUID, .attr_clear = MOUNT_ATTR_NODEV,
		.recursive = true, .recursive_set = MOUNT_ATTR_RDONLY, .propagation = MS_PRIVATE },
	{ .place = "mounts[5]", .target = "/times", .type = "tmpfs", .attr_set = MOUNT_ATTR_NOATIME,
		.superblock = MS_SYNCHRONOUS, .idmap = PLAN_IDMAP },
	{ .place = "mounts[6]", .target = "/times", .kind = PLAN_MOUNT_REMOUNT, .attr_set = MOUNT_ATTR_NOSYMFOLLOW },
	/* Two at one place, of which the last is seen; and one that is covered. */
	{ .place = "mounts[7]", .target = "/twice", .type = "tmpfs", .attr_set = MOUNT_ATTR_NOEXEC },
	{ .place = "mounts[8]", .target = "/twice", .type = "ramfs" },
	{ .place = "mounts[9]", .target = "/over/below", .type = "tmpfs" },
	{ .place = "mounts[10]", .target = "/over", .type = "tmpfs" },
	{ .place = "mounts[11]", .target = "/peer", .type = "tmpfs", .propagation = MS_UNBINDABLE },
	/* With options of the file system, some of which a remount changes. */
	{ .place = "mounts[12]", .target = "/pts", .type = "devpts",
		.data = "newinstance,ptmxmode=0666,mode=0620,gid=5,uid=7" },
	{ .place = "mounts[13]", .target = "/sized", .type = "tmpfs",
		.data = "size=1m,uid=0,gid=9,mode=0700,nr_inodes=2k,mode=01777,huge=never" },
	{ .place = "mounts[14]", .target = "/sized", .kind = PLAN_MOUNT_REMOUNT, .reconfigure = true,
		.data = "size=0x1801,mode=0755" },
	{ .place = "mounts[15]", .target = "/untold", .type = "tmpfs", .data = "size=1m,nr_blocks=7,nr_inodes=50%" },
};
static struct plan_device devices[] = {
	{ .place = "default device", .path = "/dev/null", .mode = S_IFCHR | 0666 },
};
static const char *masked[] = { "/proc/kcore", "/sys/firmware" };
static const char *readonly[] = { "/proc/sys" };

static const char table_text[] =
	"10 1 0:1 /b/rootfs / ro,nosuid,relatime master:1 - ext4 /dev/sda rw\n"
	"11 10 0:2 / /proc rw,relatime - proc proc rw,hidepid=invisible,subset=pid\n"
	"12 10 0:3 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs rw\n"
	"13 10 0:4 / /dev ro,nosuid,relatime - tmpfs tmpfs rw,size=65536k,mode=755,inode64\n"
	"14 12 0:5 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs cgroup rw\n"
	"15 14 0:6 / /sys/fs/cgroup/cpu ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpu\n"
	"16 10 0:7 /srv /data ro,nosuid,noexec,relatime - ext4 /dev/sda rw\n"
	"17 16 0:8 / /data/more ro,relatime - ext4 /dev/sdb rw\n"
	"18 10 0:9 / /times rw,noatime,nosymfollow,idmapped - tmpfs tmpfs rw,sync\n"
	"19 10 0:10 / /twice rw,noexec,relatime - tmpfs tmpfs rw\n"
	"20 19 0:11 / /twice rw,relatime - ramfs ramfs rw\n"
	"21 10 0:12 / /over/below rw,relatime - tmpfs tmpfs rw\n"
	"22 10 0:13 / /over rw,relatime - tmpfs tmpfs rw\n"
	"23 10 0:14 / /peer rw,relatime unbindable - tmpfs tmpfs rw\n"
	"24 13 0:15 /null /dev/null rw,nosuid,relatime - devtmpfs dev rw\n"
	"25 11 0:2 /sys /proc/sys ro,relatime - proc proc rw\n"
	"26 11 0:15 /null /proc/kcore ro,nosuid,noexec,relatime - devtmpfs dev rw\n"
	"27 12 0:16 / /sys/firmware ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs ro,size=0k,mode=755\n"
	"38 10 0:27 / /pts rw,relatime - devpts devpts rw,uid=7,gid=5,mode=620,ptmxmode=666\n"
	"39 10 0:28 / /sized rw,relatime - tmpfs tmpfs rw,size=8k,nr_inodes=2048,gid=9,huge=never\n"
	"40 10 0:29 / /untold rw,relatime - tmpfs tmpfs rw,size=28k,nr_inodes=4711\n";

/* What becomes of a line, and how that is told. */
static const struct fault {
	const char *from, *to, *words;
} faults[] = {
	/* The one that another runtime had. */
	{ "/sys ro,", "/sys rw,", "mounts[1]: '/sys': planned 'ro,nosuid,nodev,noexec,relatime', found 'rw,nosuid,nodev,noexec,relatime'" },
	{ "/sys ro,nosuid", "/sys ro", "mounts[1]: '/sys'" },
	{ "/sys ro,nosuid,nodev", "/sys ro,nosuid", "mounts[1]: '/sys'" },
	{ "/sys ro,nosuid,nodev,noexec", "/sys ro,nosuid,nodev", "mounts[1]: '/sys'" },
	/* More than was planned is not what was planned. */
	{ "/over rw,", "/over ro,", "mounts[10]: '/over': planned 'rw,relatime', found 'ro,relatime'" },
	{ "/over rw,", "/over rw,noexec,", "mounts[10]: '/over'" },
	{ "/ ro,", "/ rw,", "root: '/': planned 'ro,nosuid,relatime', found 'rw,nosuid,relatime'" },
	{ "/ ro,nosuid,", "/ ro,", "root: '/'" },
	{ "/dev ro", "/dev rw", "mounts[2]: '/dev'" },
	{ "/sys/fs/cgroup ro", "/sys/fs/cgroup rw", "mounts[3]: '/sys/fs/cgroup'" },
	{ "/sys/fs/cgroup/cpu ro", "/sys/fs/cgroup/cpu rw", "mounts[3]: '/sys/fs/cgroup/cpu'" },
	{ "/data ro", "/data rw", "mounts[4]: '/data'" },
	{ "/data ro,nosuid,", "/data ro,nosuid,nodev,", "mounts[4]: '/data'" },
	{ "/data ro,nosuid,noexec,", "/data ro,nosuid,", "mounts[4]: '/data'" },
	{ "/data/more ro", "/data/more rw", "mounts[4]: '/data/more'" },
	{ "/data ro,nosuid,noexec,relatime", "/data ro,nosuid,noexec,relatime shared:7", "mounts[4]: '/data': planned 'private', found 'shared'" },
	{ "/data ro,nosuid,noexec,relatime", "/data ro,nosuid,noexec,relatime master:7", "planned 'private', found 'slave'" },
	{ "noatime,", "relatime,", "mounts[5]: '/times'" },
	{ "noatime,", "", "mounts[5]: '/times': planned 'rw,noatime,nosymfollow,idmapped', found 'rw,nosymfollow,idmapped,strictatime'" },
	{ ",idmapped", "", "mounts[5]: '/times'" },
	{ "rw,sync", "rw", "mounts[5]: '/times': planned 'sync', found 'rw'" },
	{ ",nosymfollow", "", "mounts[5]: '/times'" },
	{ "proc proc", "sysfs proc", "mounts[0]: '/proc': planned 'proc', found 'sysfs'" },
	{ "/twice rw,noexec", "/twice rw", "mounts[7]: '/twice'" },
	{ "ramfs ramfs", "tmpfs ramfs", "mounts[8]: '/twice': planned 'ramfs', found 'tmpfs'" },
	{ " unbindable", "", "mounts[11]: '/peer': planned 'unbindable', found 'private'" },
	{ "/dev ro,nosuid,relatime", "/dev ro,nosuid,relatime shared:3", "mounts[2]: '/dev': planned 'no mount that is the host's, too', found 'shared'" },
	{ "/proc/sys ro", "/proc/sys rw", "linux.readonlyPaths: '/proc/sys'" },
	{ "/proc/sys ro,", "/proc/sys ro,noexec,", "linux.readonlyPaths: '/proc/sys'" },
	{ "/proc/kcore ro", "/proc/kcore rw", "linux.maskedPaths: '/proc/kcore'" },
	{ "/sys/firmware ro", "/sys/firmware rw", "linux.maskedPaths: '/sys/firmware'" },
	{ "tmpfs tmpfs ro", "sysfs tmpfs ro", "linux.maskedPaths: '/sys/firmware': planned 'tmpfs', found 'sysfs'" },
	/* By a link, which is covered now, it came elsewhere; not with attributes of its own, nor twice. */
	{ "/over/below rw", "/elsewhere ro", "mounts: planned nothing on '/elsewhere', found 'tmpfs'" },
	{ "21 10 0:12 / /over/below", "41 10 0:12 / /once rw,relatime - tmpfs tmpfs rw\n21 10 0:12 / /other",
		"mounts: planned nothing on '/other', found 'tmpfs'" },
	/* Options of a file system, of which some are shown otherwise than they are written. */
	{ ",size=65536k", "", "mounts[2]: '/dev': planned 'size=65536k', found 'rw,mode=755,inode64'" },
	{ "size=65536k", "size=65532k", "mounts[2]: '/dev': planned 'size=65536k', found 'rw,size=65532k," },
	{ "65536k,mode=755", "65536k", "mounts[2]: '/dev': planned 'mode=755', found 'rw,size=65536k,inode64'" },
	{ "65536k,mode=755", "65536k,mode=777", "mounts[2]: '/dev': planned 'mode=755'" },
	{ ",hidepid=invisible", "", "mounts[0]: '/proc': planned 'hidepid=invisible'" },
	{ ",subset=pid", "", "mounts[0]: '/proc': planned 'subset=pid'" },
	{ "subset=pid", "subset=pid,gid=4", "mounts[0]: '/proc': planned 'gid=0'" },
	{ ",mode=620", ",mode=600", "mounts[12]: '/pts': planned 'mode=620'" },
	{ ",ptmxmode=666", ",ptmxmode=000", "mounts[12]: '/pts': planned 'ptmxmode=666'" },
	{ ",gid=5", "", "mounts[12]: '/pts': planned 'gid=5'" },
	{ "uid=7", "uid=0", "mounts[12]: '/pts': planned 'uid=7'" },
	{ "size=8k", "size=1024k", "mounts[13]: '/sized': planned 'size=8k'" },
	{ ",gid=9", "", "mounts[13]: '/sized': planned 'gid=9'" },
	{ ",gid=9", ",gid=9,uid=9", "mounts[13]: '/sized': planned 'uid=0'" },
	{ ",gid=9", ",gid=9,mode=755", "mounts[13]: '/sized': planned 'mode=1777'" },
	{ ",nr_inodes=2048", "", "mounts[13]: '/sized': planned 'nr_inodes=2048'" },
	{ ",size=0k", "", "linux.maskedPaths: '/sys/firmware': planned 'size=0k'" },
	/* Mounts that are missing, and one too many. */
	{ "24 13 0:15 /null /dev/null rw,nosuid,relatime - devtmpfs dev rw\n", "", "default device: '/dev/null': planned 'a mount', found 'none'" },
	{ "12 10 0:3 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs rw\n", "", "mounts[1]: '/sys': planned 'a mount', found 'none'" },
	{ "26 11 0:15 /null /proc/kcore ro,nosuid,noexec,relatime - devtmpfs dev rw\n", "", "linux.maskedPaths: '/proc/kcore': planned 'a mount', found 'none'" },
	{ "19 10 0:10", "28 10 0:17 / /old rw,relatime - ext4 /dev/sda rw\n19 10 0:10", "mounts: planned nothing on '/old', found 'ext4'" },
};
/* clang-format on */

static struct plan_id_range all_ids = { 0, 0, UINT32_MAX };
static const struct plan_id_map no_namespace = { &all_ids, 1 }, *map = &no_namespace;

static const char *unseen; /* a target that is no mount, as another one lies over it */

/* As look.c: what is seen at each target is what the table has there last. */
static void look(struct audit_claims *claims, const struct audit_mount_table *table)
{
	for (size_t i = 0; i < claims->count; i++) {
		struct audit_claim *claim = &claims->items[i];
		const struct audit_mount *mount = audit_table_at(table, claim->target);
		bool device =
			claim->kind == CLAIM_DEVICE || strcmp(claim->target, "/proc/kcore") == 0;

		claim->look = LOOK_FOUND;
		claim->facts.st_mode = device ? S_IFCHR | 0666 : S_IFDIR | 0755;
		claim->facts.st_rdev = device ? makedev(1, 3) : 0;
		if (strcmp(claim->target, "/over/below") == 0)
			claim->look = LOOK_MISSING;
		else
			claim->is_mounted =
				mount && (!unseen || strcmp(claim->target, unseen) != 0);
		claim->id = mount ? mount->id : 0;
		claim->uids = claim->gids = map;
		if (!claim->source)
			continue;
		/* Both sources are on a mount of the host with these: */
		claim->base_known = true;
		claim->base = claim->kind == CLAIM_ROOT ? MOUNT_ATTR_NOSUID
							: MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	}
}

static struct plan make_plan(void)
{
	devices[0].number = makedev(1, 3);
	return (struct plan){
		.namespaces = { .create = CLONE_NEWNS, .have = CLONE_NEWNS },
		.root = {
			.path = "/b/rootfs",
			.readonly = true,
			.host_propagation = MS_SLAVE | MS_REC,
			.mounts = mounts,
			.mount_count = COUNT_OF(mounts),
			.masked = { masked, COUNT_OF(masked) },
			.readonly_paths = { readonly, COUNT_OF(readonly) },
		},
		.devices = { .by_bind = true, .items = devices, .count = COUNT_OF(devices) },
	};
}

static int compare(struct arena *arena, const struct plan *plan, const char *text)
{
	struct audit_mount_table table, own = { 0 };
	struct audit_claims claims;

	error_clear();
	assert_int_equal(audit_table_make(arena, arena_strdup(arena, text), &table), 0);
	audit_claims_make(arena, plan, &claims);
	look(&claims, &table);
	return audit_claims_compare(plan, &claims, &own, &table);
}

static void test_as_planned(void **state)
{
	struct plan plan = make_plan();
	struct arena arena = { 0 };

	(void)state;
	if (compare(&arena, &plan, table_text) < 0)
		test_fails("%s\n", error_text());
	arena_done(&arena);
}

static void test_faults(void **state)
{
	struct plan plan = make_plan();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		const struct fault *fault = &faults[i];
		const char *at = strstr(table_text, fault->from);
		struct arena arena = { 0 };

		assert_non_null(at);
		const char *text = arena_printf(&arena, "%.*s%s%s", (int)(at - table_text),
			table_text, fault->to, at + strlen(fault->from));
		if (compare(&arena, &plan, text) != -EBADE || !strstr(error_text(), fault->words))
			test_fails("'%s' as '%s': wanted '%s', got '%s'\n", fault->from, fault->to,
				fault->words, error_text());
		arena_done(&arena);
	}
}

/* Ids of options are shown as the host counts; where nobody knows how that is, none is claimed. */
static void test_mapped_options(void **state)
{
	struct plan_id_range ranges[] = { { 0, 100000, 7 }, { 7, 500, 10 } };
	const struct plan_id_map mapped = { ranges, COUNT_OF(ranges) };
	struct plan plan = make_plan();
	struct arena arena = { 0 };

	(void)state;
	map = &mapped;
	assert_int_equal(compare(&arena, &plan, table_text), -EBADE);
	assert_non_null(strstr(error_text(), "'/sized': planned 'uid=100000'"));
	map = NULL;
	assert_int_equal(compare(&arena, &plan, table_text), 0);
	map = &no_namespace;
	arena_done(&arena);
}

/* The target of a mount that is covered may have been a link. */
static void test_link_elsewhere(void **state)
{
	struct plan plan = make_plan();
	struct arena arena = { 0 };
	const char *at = strstr(table_text, "/over/below");

	(void)state;
	const char *text = arena_printf(&arena, "%.*s/elsewhere%s", (int)(at - table_text),
		table_text, at + strlen("/over/below"));
	if (compare(&arena, &plan, text) < 0)
		test_fails("%s\n", error_text());
	arena_done(&arena);
}

/* What hides a path of proc is on proc, also below what a link of the image brought over it. */
static void test_unseen(void **state)
{
	static struct plan_mount more[COUNT_OF(mounts) + 1];
	struct plan plan = make_plan();
	struct arena arena = { 0 };

	(void)state;
	unseen = "/proc/sys";
	assert_int_equal(compare(&arena, &plan, table_text), -EBADE);
	assert_non_null(strstr(error_text(), "'/proc/sys': planned 'a mount', found 'none'"));
	memcpy(more, mounts, sizeof(mounts));
	more[COUNT_OF(mounts)] =
		(struct plan_mount){ .place = "mounts[16]", .target = "/proc", .type = "ext4" };
	plan.root.mounts = more;
	plan.root.mount_count = COUNT_OF(more);
	const char *text = arena_printf(
		&arena, "%s61 11 0:17 / /proc rw,relatime - ext4 /dev/sda rw\n", table_text);
	if (compare(&arena, &plan, text) < 0)
		test_fails("%s\n", error_text());
	char *broken = arena_strdup(&arena, text);
	memcpy(strstr(broken, "/proc/sys ro"), "/proc/sys rw", 12);
	assert_int_equal(compare(&arena, &plan, broken), -EBADE);
	assert_non_null(strstr(error_text(), "linux.readonlyPaths: '/proc/sys': planned 'ro,"));
	/* The same for what is masked, of which nothing else can be told. */
	unseen = "/proc/kcore";
	if (compare(&arena, &plan, text) < 0)
		test_fails("%s\n", error_text());
	broken = arena_strdup(&arena, text);
	memcpy(strstr(broken, "/proc/kcore ro"), "/proc/kcore rw", 14);
	assert_int_equal(compare(&arena, &plan, broken), -EBADE);
	unseen = NULL;
	arena_done(&arena);
}

/* Hooks of the host mount what they like, but what was planned is there all the same. */
static void test_hooks(void **state)
{
	struct plan plan = make_plan();
	struct plan_hook hook = { .path = "/bin/true" };
	struct arena arena = { 0 };

	(void)state;
	plan.hooks[PLAN_HOOK_PRESTART] = (struct plan_hooks){ &hook, 1 };
	const char *text = arena_printf(
		&arena, "%s28 10 0:17 / /old rw,relatime - ext4 /dev/sda rw\n", table_text);
	assert_int_equal(compare(&arena, &plan, text), 0);
	char *broken = arena_strdup(&arena, text);
	memcpy(strstr(broken, "/sys ro"), "/sys rw", 7);
	assert_int_equal(compare(&arena, &plan, broken), -EBADE);
	/* Also over what was planned, which is below then; without hooks it is another one. */
	text = arena_printf(
		&arena, "%s51 38 0:17 / /pts rw,relatime - ext4 /dev/sda rw\n", table_text);
	if (compare(&arena, &plan, text) < 0)
		test_fails("%s\n", error_text());
	broken = arena_strdup(&arena, text);
	memcpy(strstr(broken, "mode=620"), "mode=600", 8);
	assert_int_equal(compare(&arena, &plan, broken), -EBADE);
	assert_non_null(strstr(error_text(), "'/pts': planned 'devpts', found 'ext4'"));
	plan.hooks[PLAN_HOOK_PRESTART].count = 0;
	assert_int_equal(compare(&arena, &plan, text), -EBADE);
	assert_non_null(strstr(error_text(), "'/pts': planned 'devpts', found 'ext4'"));
	arena_done(&arena);
}

/* The host's own device, bound or made, and the masks of it: another one is seen. */
static void test_devices(void **state)
{
	struct plan plan = make_plan();
	struct arena arena = { 0 };

	(void)state;
	devices[0].number = makedev(1, 8);
	assert_int_equal(compare(&arena, &plan, table_text), -EBADE);
	assert_string_equal(error_text(),
		"assertion: default device: '/dev/null': planned 'type 020000, 1:8', found 'type "
		"020000, 1:3'");
	devices[0].mode = S_IFBLK;
	plan.devices.by_bind = false;
	assert_int_equal(compare(&arena, &plan, table_text), -EBADE);
	devices[0].mode = S_IFCHR | 0666;
	arena_done(&arena);
}

/* rslave, rprivate: for all of them. */
static void test_propagation_of_root(void **state)
{
	struct plan plan = make_plan();
	struct arena arena = { 0 };

	(void)state;
	plan.root.propagation = MS_PRIVATE | MS_REC;
	assert_int_equal(compare(&arena, &plan, table_text), -EBADE);
	assert_string_equal(error_text(), "assertion: root: '/': planned 'private', found 'slave'");
	plan.root.propagation = MS_SHARED;
	assert_int_equal(compare(&arena, &plan, table_text), -EBADE);
	assert_non_null(strstr(error_text(), "root: '/': planned 'shared', found 'slave'"));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_planned),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_mapped_options),
		cmocka_unit_test(test_link_elsewhere),
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_propagation_of_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
