/*
 * The record of a container, ROOT/ID/record.json: written before the first side effect, replaced
 * atomically; and ROOT/ID/config.json, the configuration as it was at create, for exec and hooks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcontainer/plan/plan.h"
#include "oci-spec/types.h"

struct arena;

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
	 * cgroup_create() has succeeded: the groups are the container's, and verbs may kill what is
	 * in them.  Before, they may be someone else's, and the creation would have been refused.
	 */
	bool cgroups_made;
	bool no_new_keyring; /* create was told so: exec joins none either */
	bool has_poststart, has_poststop; /* hooks of these points are in config.json */
	struct spec_pairs annotations;
};

int record_save(int directory, const struct record *record);
/*
 * -ENOENT, plain, where there is none; -ENOTSUP: a version that is not ours, with both named;
 * -EBADMSG: no record at all, as a machine that lost its power leaves it.
 */
int record_load(struct arena *arena, int directory, struct record *ret_record);

int record_save_config(int directory, const char *text, size_t size);
/* -ENOENT, with words, where there is none. */
int record_load_config(struct arena *arena, int directory, const struct spec_config **ret_spec);
