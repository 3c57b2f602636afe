/* What state a container is in, derived from the record, the process and the fifo; and which verb may act in it. */
#pragma once

#include "libcontainer/store/record.h"

enum status { STATUS_CREATING, STATUS_CREATED, STATUS_RUNNING, STATUS_PAUSED, STATUS_STOPPED };

/* frozen: what cgroup_is_frozen() says, given by the caller, as store does not know cgroups. */
enum status status_of(int directory, const struct record *record, bool frozen);
const char *status_name(enum status status);

/* The state document: the spec's plus runc's rootfs, created, owner.  pid 0 where stopped.
 * indent: two spaces, as `state` prints; else one line, for hooks. malloc'ed. */
int status_document(const struct record *record, enum status status, bool indent, char **ret_json);
