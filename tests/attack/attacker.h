/* Who attacks, with what, and what he is after; see attack.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/crash/worker.h"

/* ---- the attacker ------------------------------------------------------------------------- */

struct attacker {
	struct worker worker;
	char volume[ROOM], canary[ROOM];
	char *canary_before, *host_before;
	size_t mounts;  /* lines of the mount table, with the volume */
	size_t swapped; /* binds that are the attacker's own */
	int terminal;
};

/* ---- volume.c ----------------------------------------------------------------------------- */

enum group {
	GROUP_VOLUME, /* what containers share */
	GROUP_IMAGE,  /* the container's root */
	GROUPS
};

enum place_kind { PLACE_DIRECTORY, PLACE_FILE, PLACE_SOURCE };

struct place {
	enum group group;
	const char *path; /* in the volume */
	enum place_kind kind;
};

extern const struct place places[];
extern const size_t place_count;

/* mapped: all is of the root of a user namespace. */
void volume_make(struct attacker *attacker, bool mapped);
void volume_remove(const struct attacker *attacker);
/* Fails the harness where they can't be made. */
void make_directory(const char *format, ...) __attribute__((format(printf, 1, 2)));
void make_file(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- swap.c ------------------------------------------------------------------------------- */

enum swap {
	SWAP_LINK,     /* a relative symlink to the canary */
	SWAP_EXCHANGE, /* an absolute one, which has been beside it, in one call */
	SWAP_BLINK,    /* the same, and back when the call has been made */
	SWAP_BIND,     /* a mount of a directory whose every name leads to the canary */
	SWAP_FIFO,
	SWAP_DEVICE,
	SWAP_REMOVED,
	SWAP_FILE, /* a regular file, or a directory where a file was */
	SWAPS
};

extern const char *const swap_names[SWAPS];
extern const char *const group_names[GROUPS];

void swap_prepare(const struct attacker *attacker);
void swap_do(struct attacker *attacker, enum swap swap, enum group group);
void swap_undo(const struct attacker *attacker, enum swap swap, enum group group);

/* ---- canary.c ----------------------------------------------------------------------------- */

#define MAPPED_ROOT 100000 /* as `run` has it in the configuration */
#define SECRET "secret-of-the-host"

void canary_make(struct attacker *attacker);
/* What has changed on the host since then; "" is nothing.  Makes it anew where it has. */
void canary_compare(struct attacker *attacker, char text[LEFT_MAX]);
size_t count_mounts(void);

/* ---- witness.c ---------------------------------------------------------------------------- */

#define MOUNTERS_MAX 16

struct witness {
	struct attacker *attacker;
	enum swap swap;
	enum group group;
	bool swapped, back;
	pid_t mounters[MOUNTERS_MAX];
	size_t mounter_count;
	char path[ROOM];      /* of the call that was struck */
	char violation[ROOM]; /* what a process of the runtime did that it must not, or "" */
	dev_t device;         /* of the container's program */
	ino_t inode;
};

struct visitor witness_visitor(struct witness *witness);
