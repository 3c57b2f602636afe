/*
 * The record of a container, ROOT/ID/record: written before the first side effect, replaced
 * atomically; and ROOT/ID/config, what later verbs need of the configuration (plan_kept()) as it
 * was at create.  Both are a line of text, "caisson record VERSION SIZE", and SIZE bytes in the
 * form of oci-spec/pack.h, to which a later caisson may add properties.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcontainer/plan/plan.h"
#include "oci-spec/types.h"

struct arena;

/* One more for a change that a caisson of before would misunderstand. */
#define RECORD_VERSION 1

enum record_phase {
	RECORD_CREATING, /* side effects may exist; there is no init that could be started */
	RECORD_CREATED,  /* init waits for start, or is past it */
};

struct record {
	const char *id, *bundle, *rootfs;
	const char *oci_version;
	const char *created; /* RFC 3339 with nanoseconds, UTC */
	const char *owner;   /* "" as in runc */
	enum record_phase phase;
	pid_t pid;              /* of init; 0 before there is one */
	uint64_t start_time;    /* as in kernel/pidfd.h */
	bool started;           /* by run: there is no start to wait for */
	bool own_pid_namespace; /* killing init kills all */
	int namespaces;         /* CLONE_NEW* that init has of its own or has joined */
	struct plan_cgroup_directory *cgroups;
	size_t cgroup_count;
	/*
	 * The groups are the container's, and verbs may kill what is in them, also when the one
	 * who makes them was killed.  Else they were in use, and the creation will be refused.
	 */
	bool cgroups_made;
	const char *unit; /* of systemd, whose group it is; or NULL */
	bool unit_user;   /* it is the user's own systemd's */
	struct plan_rdt_groups rdt;
	bool no_new_keyring;              /* create was told so: exec joins none either */
	bool has_poststart, has_poststop; /* hooks of these points are in config.json */
	struct spec_pairs annotations;
};

int record_save(int directory, const struct record *record);
/*
 * -ENOENT, plain, where there is none; -ENOTSUP: a version that is not ours, with both named;
 * -EBADMSG: damaged, as a machine that lost its power leaves it.
 */
int record_load(struct arena *arena, int directory, struct record *ret_record);

int record_save_config(int directory, const struct spec_config *spec);
/* -ENOENT, with words, where there is none; else as record_load(). */
int record_load_config(struct arena *arena, int directory, const struct spec_config **ret_spec);

/* What record_load() does with what it has read; the record's strings point into bytes. */
int record_parse(struct arena *arena, const void *bytes, size_t size, struct record *ret_record);
