/* What state a container is in, derived from the record, the process and the fifo; and which verb
 * may act in it. */
#pragma once

#include "libcontainer/store/record.h"

enum status { STATUS_CREATING, STATUS_CREATED, STATUS_RUNNING, STATUS_PAUSED, STATUS_STOPPED };

/* What the caller has found out, as store knows neither processes nor cgroups. */
struct status_facts {
	bool alive;  /* init is the process that the record names */
	bool frozen; /* what cgroup_is_frozen() says */
};

/*
 * A container in RECORD_CREATING is STATUS_CREATING while anybody has the directory locked: a
 * caller who has it knows better (STATUS_STOPPED), and doesn't ask.  -errno where it can't be
 * known: who took that for "stopped" would let `delete` end a container that runs.
 */
int status_of(int directory, const struct record *record, const struct status_facts *facts);
const char *status_name(enum status status);

enum status_verb {
	STATUS_VERB_START,
	STATUS_VERB_KILL,
	STATUS_VERB_DELETE, /* without force */
	STATUS_VERB_PAUSE,
	STATUS_VERB_RESUME,
	STATUS_VERB_UPDATE,
	STATUS_VERB_EXEC, /* in a paused one only with --ignore-paused: the caller looks */
	STATUS_VERBS,
};

/* Refuses, in words that engines look for, a verb that cannot act: -ESRCH on a stopped container,
 * else -EBUSY. */
int status_allow(enum status_verb verb, enum status status);

/* The state document: the spec's plus runc's rootfs, created, owner, and, where there is a unit,
 * its name as crun's systemd-scope.  pid 0 where stopped.  indent: two spaces, as `state` prints;
 * else one line, for hooks. malloc'ed. */
int status_document(const struct record *record, enum status status, bool indent, char **ret_json);
/*
 * The container process state, in one line, which goes with the descriptor of the listener to a
 * seccomp agent; its state has the spec's properties alone.  pid: of the process that has the
 * filter; metadata: the spec's, or NULL.
 */
int status_process_document(const struct record *record, enum status status, pid_t pid,
	const char *metadata, char **ret_json);
