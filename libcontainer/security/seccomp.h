/*
 * System call filters: compiled by libseccomp in the parent, into a BPF program that init loads
 * with seccomp(2) itself, so that init allocates nothing and flags don't depend on libseccomp's
 * age.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcontainer/plan/plan.h"

struct sock_filter;
struct seccomp_filter {
	struct sock_filter *instructions; /* malloc'ed; NULL: no filter */
	size_t count;
	unsigned int flags; /* SECCOMP_FILTER_FLAG_* */
};

/*
 * Unknown system calls are left out (at debug level with their place); a rule that says the same as
 * the default action too.  Where the default action refuses, system calls newer than the profile's
 * newest return ENOSYS, as in runc.  A plan without a filter gives an empty one.
 */
int seccomp_compile(const struct plan_seccomp *plan, struct seccomp_filter *ret_filter);
/* Of the plan and the kernel that runs; seccomp_compile() has them, too. */
int seccomp_make_flags(const struct plan_seccomp *plan, unsigned int *ret_flags);
/*
 * For the calling thread, and what it executes: seccomp(2).  Does nothing with an empty filter.
 * ret_listener: of a filter that notifies, the descriptor on which an agent hears of calls,
 * close-on-exec; else -EBADF.
 */
int seccomp_load_filter(const struct seccomp_filter *filter, int *ret_listener);
void seccomp_filter_done(struct seccomp_filter *filter);

/*
 * The filter as a file of its own in a directory of ours, so that further processes get the same
 * without libseccomp.  An empty one is kept too: a file that is gone is never taken for one.
 * -ENOENT, -EBADMSG: with words.
 */
int seccomp_save_filter(const struct seccomp_filter *filter, int directory, const char *name);
int seccomp_read_filter(int directory, const char *name, struct seccomp_filter *ret_filter);

/* For features and --version: "2.5.4"; names that this build can do. */
const char *seccomp_library_version(void);
uint32_t seccomp_native_architecture(void); /* AUDIT_ARCH_* */
bool seccomp_knows_architecture(const char *word);
bool seccomp_knows_action(const char *word);
bool seccomp_knows_flag(const char *word);
