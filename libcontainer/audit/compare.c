/* Claims and the mount table, compared.  From the last claim to the first: who came last is on top.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"

#define ATIME ((uint64_t)MOUNT_ATTR__ATIME)
#define MASK ((uint64_t)(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC))

static int differ(const struct audit_claim *claim, const char *planned, const char *found)
{
	return refuse_as(EBADE, "assertion: %s: '%s': planned '%s', found '%s'", claim->place,
		claim->target, planned, found);
}

/* ---- attributes ---------------------------------------------------------------------------- */

static uint64_t change(uint64_t base, uint64_t set, uint64_t clear)
{
	uint64_t result = (base & ~clear) | set;

	/* One of several, not a bit each. */
	if ((set | clear) & ATIME)
		result = (result & ~ATIME) | (set & ATIME);
	return result;
}

static int compare_attributes(const struct audit_claim *claim, const struct audit_mount *mount)
{
	char planned[AUDIT_WORDS_SIZE], found[AUDIT_WORDS_SIZE];
	/* Where the others are not known, they are whatever they are. */
	uint64_t base = claim->base_known ? claim->base : mount->attributes;
	uint64_t wanted = change(base, claim->set, claim->clear) | claim->late_set;

	if (wanted == mount->attributes)
		return 0;
	return differ(claim, audit_attribute_words(wanted, planned),
		audit_attribute_words(mount->attributes, found));
}

/* The flags that mountinfo shows of a file system. */
static const struct {
	unsigned long flag;
	const char *word;
} superblock_words[] = {
	{ MS_RDONLY, "ro" },
	{ MS_SYNCHRONOUS, "sync" },
	{ MS_DIRSYNC, "dirsync" },
	{ MS_LAZYTIME, "lazytime" },
};

static int compare_superblock(const struct audit_claim *claim, const struct audit_mount *mount)
{
	if (claim->type && strcmp(claim->type, mount->type) != 0)
		return differ(claim, claim->type, mount->type);
	for (size_t i = 0; i < COUNT_OF(superblock_words); i++)
		if ((claim->superblock & superblock_words[i].flag) &&
			!audit_has_word(mount->super_options, superblock_words[i].word))
			return differ(claim, superblock_words[i].word, mount->super_options);
	char planned[AUDIT_WORDS_SIZE];
	return audit_data_differs(claim, mount, planned)
		       ? differ(claim, planned, mount->super_options)
		       : 0;
}

static const char *propagation_word(const struct audit_mount *mount)
{
	if (mount->unbindable)
		return "unbindable";
	if (mount->shared)
		return "shared";
	return mount->slave ? "slave" : "private";
}

/* A slave without a master is private. */
static int compare_propagation(const struct audit_claim *claim, const struct audit_mount *mount)
{
	const char *found = propagation_word(mount);

	switch (claim->propagation) {
	case MS_SHARED:
		return mount->shared ? 0 : differ(claim, "shared", found);
	case MS_PRIVATE:
		return mount->shared || mount->slave ? differ(claim, "private", found) : 0;
	case MS_UNBINDABLE:
		return mount->unbindable ? 0 : differ(claim, "unbindable", found);
	case MS_SLAVE:
		return mount->shared ? differ(claim, "slave", found) : 0;
	default:
		return mount->shared && !claim->may_be_shared
			       ? differ(claim, "no mount that is the host's, too", found)
			       : 0;
	}
}

/* ---- what is there ------------------------------------------------------------------------- */

static bool is_terminal(const struct stat *facts)
{
	/* The numbers of Unix 98 terminals: Documentation/admin-guide/devices.txt. */
	return S_ISCHR(facts->st_mode) && major(facts->st_rdev) >= 136 &&
	       major(facts->st_rdev) <= 143;
}

static int compare_device(const struct audit_claim *claim)
{
	const struct plan_device *device = claim->device;
	char planned[64], found[64];
	dev_t number = S_ISFIFO(device->mode) ? 0 : device->number;
	dev_t present = S_ISFIFO(claim->facts.st_mode) ? 0 : claim->facts.st_rdev;

	if (claim->look != LOOK_FOUND)
		return claim->look == LOOK_DENIED ? 0 : differ(claim, "a device", "nothing");
	if ((claim->facts.st_mode & S_IFMT) == (device->mode & S_IFMT) && present == number)
		return 0;
	(void)snprintf(planned, sizeof(planned), "type 0%o, %u:%u", device->mode & S_IFMT,
		major(number), minor(number));
	(void)snprintf(found, sizeof(found), "type 0%o, %u:%u", claim->facts.st_mode & S_IFMT,
		major(present), minor(present));
	return differ(claim, planned, found);
}

/* What a bind shows is its source, not a file that stands in for it. */
static int compare_source(const struct audit_claim *claim)
{
	const struct stat *a = &claim->source_facts, *b = &claim->facts;

	if (!claim->source_known || claim->look != LOOK_FOUND)
		return 0;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino
		       ? 0
		       : differ(claim, claim->source, "another file");
}

/* ---- hidden paths -------------------------------------------------------------------------- */

/* A copy of what it lies on, and read-only. */
static void take_readonly(struct audit_claim *claim, const struct audit_mount_table *table,
	const struct audit_mount *m)
{
	const struct audit_mount *below = audit_table_find(table, m->parent);

	claim->base_known = below;
	claim->base = below ? below->attributes : 0;
}

static int take_mask(struct audit_claim *claim)
{
	claim->set = MASK;
	if (claim->look != LOOK_FOUND)
		return 0;
	if (S_ISDIR(claim->facts.st_mode)) {
		claim->type = "tmpfs";
		claim->base_known = true;
		claim->set |= MOUNT_ATTR_NODEV;
		claim->data = "mode=755,size=0k";
		return 0;
	}
	if (S_ISCHR(claim->facts.st_mode) && claim->facts.st_rdev == makedev(1, 3))
		return 0;
	return differ(claim, "the null device", "another file");
}

/* ---- one claim ----------------------------------------------------------------------------- */

static int compare_mount(struct audit_claim *claim, const struct audit_mount_table *table,
	const struct audit_mount *mount, bool on_top)
{
	if (claim->kind == CLAIM_READONLY)
		take_readonly(claim, table, mount);
	if (claim->kind == CLAIM_MASK)
		try(take_mask(claim));
	if (claim->kind == CLAIM_DEVICE && on_top)
		try(compare_device(claim));
	if (claim->kind == CLAIM_CONSOLE && on_top && claim->look == LOOK_FOUND &&
		!is_terminal(&claim->facts))
		return differ(claim, "a terminal", "another file");
	if (on_top)
		try(compare_source(claim));
	try(compare_attributes(claim, mount));
	try(compare_superblock(claim, mount));
	return compare_propagation(claim, mount);
}

/* Whether a later claim lies over a directory above its target. */
static bool is_covered(const struct audit_claims *claims, size_t index)
{
	const struct audit_claim *claim = &claims->items[index];

	for (size_t i = index + 1; i < claims->count; i++) {
		const struct audit_claim *later = &claims->items[i];
		bool covers = later->kind != CLAIM_REMOUNT && later->kind != CLAIM_NODE &&
			      later->kind != CLAIM_READONLY;
		bool same = strcmp(claim->target, later->target) == 0;

		if (covers && path_is_below(claim->target, later->target) &&
			(!same || claim->kind == CLAIM_NODE))
			return true;
	}
	return false;
}

/* The next at the same place. */
static struct audit_mount *find_below(
	const struct audit_mount_table *table, const struct audit_mount *mount)
{
	struct audit_mount *below = audit_table_find(table, mount->parent);

	return below && below != mount && strcmp(below->mountpoint, mount->mountpoint) == 0 ? below
											    : NULL;
}

static bool hides(const struct audit_claim *claim)
{
	return claim->kind == CLAIM_READONLY || claim->kind == CLAIM_MASK;
}

/*
 * What hides a path of proc or sysfs is on that very mount, see mount/hide.c, also where another
 * one has come over it: by a link, which nobody knew of before.
 */
static struct audit_mount *find_unseen(
	const struct audit_claim *claim, const struct audit_mount_table *table)
{
	struct audit_mount *mount = audit_table_at(table, claim->target);
	const struct audit_mount *below = mount ? audit_table_find(table, mount->parent) : NULL;

	for (size_t i = 0; below && i < table->count; i++)
		if (table->items[i].parent == below->id && &table->items[i] != below &&
			strcmp(table->items[i].mountpoint, below->mountpoint) == 0)
			return mount;
	return NULL;
}

/* The one that is seen there, or the next below it at the same place that no later claim has. */
static struct audit_mount *find_mount(
	struct audit_claim *claim, const struct audit_mount_table *table, bool *ret_on_top)
{
	struct audit_mount *mount = NULL;

	*ret_on_top = true;
	if (claim->look == LOOK_FOUND && claim->is_mounted)
		mount = audit_table_find(table, claim->id);
	else if (claim->look == LOOK_DENIED)
		mount = audit_table_at(table, claim->target);
	else if (claim->look == LOOK_FOUND && hides(claim))
		mount = find_unseen(claim, table);
	/* What was looked at is what lies over it. */
	if (mount && !claim->is_mounted)
		claim->look = LOOK_DENIED;
	while (mount && mount->claimed) {
		mount = find_below(table, mount);
		*ret_on_top = false;
	}
	return mount;
}

static bool may_be_missing(const struct audit_claims *claims, size_t index)
{
	const struct audit_claim *claim = &claims->items[index];

	if (claim->look == LOOK_DENIED || (hides(claim) && claim->look == LOOK_MISSING))
		return true;
	/* A link that was copied is no mount. */
	if (claim->copies_link && claim->source_known && S_ISLNK(claim->source_facts.st_mode))
		return true;
	return is_covered(claims, index);
}

/* A hook may have laid its own over it: then the first below that is as planned. */
static struct audit_mount *find_fitting(struct audit_claim *claim,
	const struct audit_mount_table *table, struct audit_mount *top, bool *on_top)
{
	bool is_top = *on_top;

	for (struct audit_mount *at = top; at; at = find_below(table, at), is_top = false) {
		if (!at->claimed && compare_mount(claim, table, at, is_top) == 0) {
			*on_top = is_top;
			return at;
		}
		error_clear();
	}
	return top;
}

static int compare_claim(struct audit_claims *claims, size_t index, struct audit_mount_table *table)
{
	struct audit_claim *claim = &claims->items[index];
	bool on_top;

	if (claim->kind == CLAIM_NODE)
		return is_covered(claims, index) ? 0 : compare_device(claim);
	if (claim->kind == CLAIM_REMOUNT) {
		struct audit_mount *mount =
			claim->look == LOOK_FOUND ? audit_table_find(table, claim->id) : NULL;

		return mount ? compare_attributes(claim, mount) : 0;
	}
	struct audit_mount *mount = find_mount(claim, table, &on_top);
	if (!mount && !may_be_missing(claims, index))
		return differ(claim, "a mount", "none");
	claim->lost = !mount && is_covered(claims, index);
	claims->covered += claim->lost;
	if (!mount)
		return 0;
	if (claims->others_mount)
		mount = find_fitting(claim, table, mount, &on_top);
	mount->claimed = true;
	return compare_mount(claim, table, mount, on_top);
}

/* ---- what nobody claims -------------------------------------------------------------------- */

static const char *claim_mountpoint(
	const struct audit_claim *claim, const struct audit_mount_table *table)
{
	const struct audit_mount *mount = claim->look == LOOK_FOUND && claim->is_mounted
						  ? audit_table_find(table, claim->id)
						  : NULL;

	return mount ? mount->mountpoint : claim->target;
}

/* Of the host, below the directory that became the root. */
static bool came_with_root(const struct plan *plan, const struct audit_mount_table *own,
	const struct audit_mount *mount)
{
	auto_free char *root = realpath(plan->root.path, NULL);
	uninitialized char path[PATH_MAX];

	if (!root || snprintf(path, sizeof(path), "%s%s", root, mount->mountpoint) >= PATH_MAX)
		return false;
	return audit_table_at(own, path);
}

/* Which came along with another, or lies below one that is claimed. */
static int compare_other(const struct audit_claims *claims, const struct audit_mount_table *table,
	const struct audit_mount *mount, bool *ret_known)
{
	for (size_t i = 0; i < claims->count; i++) {
		const struct audit_claim *claim = &claims->items[i];
		const char *at = claim_mountpoint(claim, table);
		bool same = strcmp(at, mount->mountpoint) == 0;
		bool below = !same && claim->recursive && path_is_below(mount->mountpoint, at);

		*ret_known = *ret_known || same || strcmp(claim->target, mount->mountpoint) == 0 ||
			     (below && claim->kind != CLAIM_ROOT);
		if (!below || !(claim->below_set | claim->below_clear) || claims->others_mount)
			continue;
		struct audit_claim all = *claim;
		all.target = mount->mountpoint;
		all.set = claim->below_set;
		all.clear = claim->below_clear;
		all.late_set = 0;
		all.base_known = false;
		try(compare_attributes(&all, mount));
	}
	return 0;
}

static bool is_on(const struct audit_mount_table *table, const struct audit_mount *mount,
	const struct audit_mount *below)
{
	for (size_t i = 0; mount && i < table->count; i++) {
		if (mount == below)
			return true;
		mount = audit_table_find(table, mount->parent);
	}
	return false;
}

/* Below a claimed one by its name, but not on it: nobody sees it any more. */
static bool is_out_of_sight(const struct audit_mount_table *table, const struct audit_mount *mount)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct audit_mount *other = &table->items[i];

		if (other->claimed && path_is_below(mount->mountpoint, other->mountpoint) &&
			!is_on(table, mount, other))
			return true;
	}
	return false;
}

/*
 * A link of its target led elsewhere when it was mounted, before a later mount covered that: what
 * was planned of it tells which it is, once.
 */
static bool is_lost_one(struct audit_claims *claims, const struct audit_mount_table *table,
	const struct audit_mount *mount)
{
	for (size_t i = 0; i < claims->count; i++) {
		struct audit_claim *claim = &claims->items[i];

		if (!claim->lost)
			continue;
		claim->lost = compare_mount(claim, table, mount, false) < 0;
		if (!claim->lost)
			return true;
		error_clear();
	}
	return false;
}

static int compare_others(const struct plan *plan, struct audit_claims *claims,
	const struct audit_mount_table *own, const struct audit_mount_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct audit_mount *mount = &table->items[i];
		bool known = false;

		if (mount->claimed)
			continue;
		try(compare_other(claims, table, mount, &known));
		if (claims->covered > 0 && is_out_of_sight(table, mount))
			known = true;
		if (!known && !claims->others_mount && !came_with_root(plan, own, mount) &&
			!is_lost_one(claims, table, mount))
			return refuse_as(EBADE,
				"assertion: mounts: planned nothing on '%s', found '%s'",
				mount->mountpoint, mount->type);
	}
	return 0;
}

int audit_claims_compare(const struct plan *plan, struct audit_claims *claims,
	const struct audit_mount_table *own, struct audit_mount_table *table)
{
	for (size_t i = claims->count; i-- > 0;)
		try(compare_claim(claims, i, table));
	return compare_others(plan, claims, own, table);
}
