/* The plan as claims about the mount table, in the order in which the mounts are made. */
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "libcontainer/audit/mounts.h"

#define PROPAGATIONS ((unsigned long)(MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))

struct making {
	const struct plan *plan;
	struct audit_claims claims;
	bool may_be_shared;
};

bool audit_joins_mounts(const struct plan *plan)
{
	return plan->namespaces.have & ~plan->namespaces.create & CLONE_NEWNS;
}

/* Hooks mount what they like, and a namespace that was joined comes with what it has. */
static bool others_mount(const struct plan *plan)
{
	return audit_joins_mounts(plan) || plan->hooks[PLAN_HOOK_PRESTART].count ||
	       plan->hooks[PLAN_HOOK_CREATE_RUNTIME].count ||
	       plan->hooks[PLAN_HOOK_CREATE_CONTAINER].count;
}

static bool asks_for_shared(const struct plan_root *root)
{
	for (size_t i = 0; i < root->mount_count; i++)
		if (root->mounts[i].propagation & MS_SHARED)
			return true;
	return (root->host_propagation | root->propagation) & MS_SHARED;
}

/* What is set on "/" at the end is for all below where it is recursive. */
static unsigned long final_propagation(
	const struct plan_root *root, bool is_root, unsigned long own)
{
	unsigned long last = root->propagation;
	unsigned long flags = last && (is_root || (last & MS_REC)) ? last : own;

	flags &= PROPAGATIONS;
	/* Words that contradict each other are the kernel's to judge. */
	return flags & (flags - 1) ? 0 : flags;
}

static struct audit_claim *add(
	struct making *making, enum audit_claim_kind kind, const char *place, const char *target)
{
	struct audit_claim *claim = &making->claims.items[making->claims.count++];

	*claim = (struct audit_claim){
		.kind = kind,
		.place = place,
		.target = target,
		.may_be_shared = making->may_be_shared,
		.propagation = final_propagation(&making->plan->root, kind == CLAIM_ROOT, 0),
	};
	return claim;
}

static void change(uint64_t *set, uint64_t *clear, uint64_t more_set, uint64_t more_clear)
{
	*set = (*set & ~more_clear) | more_set;
	*clear = (*clear & ~more_set) | more_clear;
}

static void change_claim(
	const struct plan *plan, struct audit_claim *claim, const struct plan_mount *mount)
{
	uint64_t unnamed = mount->attr_unnamed;

	/* What its source had is locked there, but for this. */
	if (plan->namespaces.have & CLONE_NEWUSER)
		unnamed &= MOUNT_ATTR_NOSYMFOLLOW;
	change(&claim->set, &claim->clear, mount->attr_set, mount->attr_clear | unnamed);
	change(&claim->set, &claim->clear, mount->recursive_set, mount->recursive_clear);
	change(&claim->below_set, &claim->below_clear, mount->recursive_set,
		mount->recursive_clear);
}

/* One that changes what an earlier claim is about changes the claim. */
static void add_remount(struct making *making, const struct plan_mount *mount)
{
	struct audit_claim *claim = NULL;

	for (size_t i = making->claims.count; i-- > 0 && !claim;)
		if (strcmp(making->claims.items[i].target, mount->target) == 0)
			claim = &making->claims.items[i];
	if (!claim) {
		claim = add(making, CLAIM_REMOUNT, mount->place, mount->target);
		claim->recursive = true;
	}
	change_claim(making->plan, claim, mount);
	claim->superblock &= ~mount->superblock_clear;
	if (mount->reconfigure && mount->data)
		claim->remount_data = mount->data;
	if (mount->propagation)
		claim->propagation =
			final_propagation(&making->plan->root, false, mount->propagation);
}

/*
 * cgroup2 may be mounted or bound, with the host's attributes beside; from the host's own cgroup
 * namespace a user namespace sees it read-only (CVE-2023-25809).  v1 is a tmpfs with a mount for
 * each hierarchy.
 */
static void claim_cgroup(const struct plan *plan, struct audit_claim *claim)
{
	claim->type = plan->root.cgroup_v2 ? "cgroup2" : "tmpfs";
	if (plan->root.cgroup_v2) {
		if (plan->devices.by_bind && !(plan->namespaces.have & CLONE_NEWCGROUP))
			claim->set |= MOUNT_ATTR_RDONLY;
		return;
	}
	claim->recursive = true;
	claim->below_set = claim->set;
}

static void add_mount(struct making *making, const struct plan_mount *mount)
{
	const struct plan *plan = making->plan;
	struct audit_claim *claim = add(making, CLAIM_MOUNT, mount->place, mount->target);

	change_claim(making->plan, claim, mount);
	claim->no_follow = mount->target_nofollow;
	claim->propagation = final_propagation(&plan->root, false, mount->propagation);
	if (mount->deferred_readonly)
		claim->late_set = MOUNT_ATTR_RDONLY;
	if (mount->idmap != PLAN_IDMAP_NONE)
		claim->set |= MOUNT_ATTR_IDMAP;
	if (mount->kind == PLAN_MOUNT_CGROUP)
		return claim_cgroup(plan, claim);
	if (mount->kind == PLAN_MOUNT_FS) {
		claim->type = mount->type;
		claim->superblock = mount->superblock;
		claim->data = mount->data;
		claim->base_known = true;
		return;
	}
	claim->source = mount->source;
	claim->source_no_follow = mount->source_nofollow || mount->copy_symlink;
	claim->copies_link = mount->copy_symlink;
	claim->recursive = mount->recursive;
}

static void add_devices(struct making *making)
{
	const struct plan_devices *devices = &making->plan->devices;

	for (size_t i = 0; i < devices->count; i++) {
		const struct plan_device *device = &devices->items[i];
		bool bound = devices->by_bind && !S_ISFIFO(device->mode);
		struct audit_claim *claim =
			add(making, bound ? CLAIM_DEVICE : CLAIM_NODE, device->place, device->path);

		claim->device = device;
		claim->no_follow = !bound;
	}
	if (devices->console && making->plan->process.terminal)
		add(making, CLAIM_CONSOLE, "terminal", "/dev/console")->no_follow = true;
}

static void add_hidden(struct making *making)
{
	const struct plan_root *root = &making->plan->root;

	for (size_t i = 0; i < root->readonly_paths.count; i++) {
		struct audit_claim *claim = add(making, CLAIM_READONLY, "linux.readonlyPaths",
			root->readonly_paths.items[i]);

		claim->recursive = true;
		claim->set = MOUNT_ATTR_RDONLY;
	}
	/* What a mask has depends on what it covers: compare.c. */
	for (size_t i = 0; i < root->masked.count; i++)
		add(making, CLAIM_MASK, "linux.maskedPaths", root->masked.items[i]);
}

void audit_claims_make(
	struct arena *arena, const struct plan *plan, struct audit_claims *ret_claims)
{
	const struct plan_root *root = &plan->root;
	size_t most = 2 + root->mount_count + plan->devices.count + root->readonly_paths.count +
		      root->masked.count;
	struct making making = { .plan = plan, .may_be_shared = asks_for_shared(root) };

	making.claims.items = arena_new_array(arena, struct audit_claim, most);
	struct audit_claim *claim = add(&making, CLAIM_ROOT, "root", "/");
	claim->source = root->path;
	claim->recursive = true;
	claim->late_set = root->readonly ? MOUNT_ATTR_RDONLY : 0;
	for (size_t i = 0; i < root->mount_count; i++) {
		if (root->mounts[i].kind == PLAN_MOUNT_REMOUNT)
			add_remount(&making, &root->mounts[i]);
		else
			add_mount(&making, &root->mounts[i]);
	}
	add_devices(&making);
	add_hidden(&making);
	making.claims.others_mount = others_mount(plan);
	*ret_claims = making.claims;
}
