/* The pieces of plan_process(): process.c calls them, one file each. */
#pragma once

#include "libcontainer/plan/parts.h"

int plan_environment(struct planning *p);  /* environment.c: env, home_missing */
int plan_capabilities(struct planning *p); /* capabilities.c */
int plan_scheduling(struct planning *p);   /* scheduling.c: scheduler, io priority, personality */
int plan_memory_policy(struct planning *p); /* memory_policy.c */
int plan_affinity(struct planning *p);     /* affinity.c: cpus of exec */
int plan_settings(struct planning *p);     /* settings.c: hostname, domainname, sysctls */

/*
 * number_list.c: "0-3,8" as bits, which are numbers below max (a multiple of the bits of a long).
 * -EINVAL, without a chain, where it is no such list, or an empty one.
 */
int plan_number_list(
	struct arena *arena, const char *list, size_t max, struct plan_bits *ret_bits);
