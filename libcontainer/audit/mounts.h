/*
 * Private to audit/: mounts.  A claim is what one line of the plan makes of the mount table; claims
 * are made from the plan alone (claims.c), looked up in the container (look.c), and compared with
 * its mountinfo (compare.c).  mountinfo and not statmount(2): every kernel has it, and it says all
 * that is planned.
 */
#pragma once

#include <stdint.h>
#include <sys/stat.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/kernel/syscall.h"

/* ---- table.c: what the kernel says --------------------------------------------------------- */

struct audit_mount {
	uint64_t id, parent;
	const char *root, *mountpoint, *type, *super_options;
	uint64_t attributes; /* MOUNT_ATTR_*, MOUNT_ATTR_IDMAP among them */
	bool shared, slave, unbindable;
	bool claimed;
};

struct audit_mount_table {
	struct audit_mount *items;
	size_t count;
};

/* Of the text of mountinfo, which it changes. */
int audit_table_make(struct arena *arena, char *text, struct audit_mount_table *ret_table);
struct audit_mount *audit_table_find(const struct audit_mount_table *table, uint64_t id);
/* The one that is seen at a mount point: the last. */
struct audit_mount *audit_table_at(const struct audit_mount_table *table, const char *mountpoint);
/* "ro,nosuid" */
#define AUDIT_WORDS_SIZE 128
const char *audit_attribute_words(uint64_t attributes, char text[AUDIT_WORDS_SIZE]);
bool audit_has_word(const char *list, const char *word);

/* ---- claims.c: what was planned ------------------------------------------------------------ */

enum audit_claim_kind {
	CLAIM_ROOT,
	CLAIM_MOUNT,
	CLAIM_REMOUNT, /* of what no claim is about */
	CLAIM_DEVICE,  /* the host's node, bound */
	CLAIM_NODE,    /* one that was made: no mount */
	CLAIM_CONSOLE,
	CLAIM_READONLY, /* linux.readonlyPaths */
	CLAIM_MASK,     /* linux.maskedPaths */
};

struct audit_claim {
	enum audit_claim_kind kind;
	const char *place, *target;
	const char *type;                /* NULL: any */
	uint64_t set, clear;             /* MOUNT_ATTR_* */
	uint64_t late_set;               /* when all else was done */
	uint64_t below_set, below_clear; /* of all mounts below, too */
	unsigned long superblock;        /* MS_* that the file system must have */
	const char *data, *remount_data; /* its options, and those of a later remount; or NULL */
	const struct plan_id_map *uids, *gids; /* which ids of theirs are shown; NULL: unknown */
	bool recursive;                        /* what is below comes along */
	bool base_known;                       /* the other attributes: */
	uint64_t base;
	unsigned long propagation; /* MS_*, one; 0: nothing was asked for */
	bool may_be_shared;        /* ... and then even this */
	bool no_follow;            /* the target may be a link */
	const char *source;        /* of a bind */
	bool source_no_follow, copies_link;
	const struct plan_device *device;

	/* look.c */
	enum { LOOK_MISSING, LOOK_FOUND, LOOK_DENIED } look;
	uint64_t id;
	bool is_mounted;   /* the target is a mount's root */
	struct stat facts; /* of the target */
	bool source_known;
	struct stat source_facts;

	bool lost; /* compare.c: covered, and not found */
};

struct audit_claims {
	struct audit_claim *items;
	size_t count;
	size_t covered; /* those that a later one lies over */
	bool others_mount;
};

/* The mounts are made in a namespace of somebody else's, which is not ours to look into. */
bool audit_joins_mounts(const struct plan *plan);

void audit_claims_make(
	struct arena *arena, const struct plan *plan, struct audit_claims *ret_claims);

/* ---- look.c -------------------------------------------------------------------------------- */

/* The root of a process, as it is seen by it: O_PATH. */
int audit_open_root(int procfs, pid_t pid, int *ret_fd);
/* own: our mount table, which sources were taken from. */
int audit_claims_look(const struct audit *audit, const struct audit_mount_table *own,
	struct audit_claims *claims);
/* Of our mount table: which part of its file system is mounted at a mount point; or NULL. */
int audit_mount_root(struct audit_view *view, const char *mountpoint, const char **ret_root);

/* ---- data.c -------------------------------------------------------------------------------- */

/* Whether an option of the file system is another one than what was asked for: "size=64k". */
bool audit_data_differs(const struct audit_claim *claim, const struct audit_mount *mount,
	char planned[AUDIT_WORDS_SIZE]);

/* ---- compare.c ----------------------------------------------------------------------------- */

/* -EBADE, with a chain.  own: as above; a root may have come with mounts of the host below it. */
int audit_claims_compare(const struct plan *plan, struct audit_claims *claims,
	const struct audit_mount_table *own, struct audit_mount_table *table);

/* All of it. */
int audit_mounts(const struct audit *audit);
