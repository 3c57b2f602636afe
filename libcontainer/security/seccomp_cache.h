/*
 * Compiled filters of profiles that have been seen before, as files of a directory that is ours
 * alone: libseccomp takes tens of milliseconds for the profile of an engine.  A cache never makes a
 * start fail, and what is in it is believed only where nobody else could have written it and all of
 * it is there.
 */
#pragma once

#include <stdbool.h>

#include "libcontainer/base/blake2.h"
#include "libcontainer/plan/plan.h"
#include "libcontainer/security/seccomp.h"

/*
 * Of all that a program is made from: the profile without its places, its flags and its agent, the
 * architecture, libseccomp and this compiler.
 */
struct seccomp_key {
	unsigned char bytes[BLAKE2_SIZE];
};

void seccomp_make_key(const struct plan_seccomp *plan, struct seccomp_key *ret_key);

/* Instructions alone: flags depend on the kernel.  False, with no chain, where there is none. */
bool seccomp_find_cached(
	int cache, const struct seccomp_key *key, struct seccomp_filter *ret_filter);
/* A cache that is full is emptied first. */
void seccomp_add_cached(
	int cache, const struct seccomp_key *key, const struct seccomp_filter *filter);
