/*
 * What libseccomp makes a wrong program of: it merges the comparisons of one system call's rules,
 * and before 2.6.1 takes two of 64 bits for one where it must not (GHSA-4q85-33p6-j5g6), so that
 * calls pass which the profile refuses; or it compares trees of them and does not come to an end.
 * Found by tests/fuzz/seccomp.c, in 2.5.4.
 */
#pragma once

#include <stdbool.h>

#include "libcontainer/plan/plan.h"

/* -EINVAL, with a chain that names both, where two rules of the profile may be mistaken. */
int seccomp_check_merge(const struct plan_seccomp *plan, const char *library);

/*
 * Whether number one has several arguments and an inequality, and the other arguments, too.  More
 * than is refused, as engines have such rules; the fuzzer leaves out what is not proven right.
 */
bool seccomp_rules_may_mix(const struct plan_seccomp *plan, size_t one, size_t other);
