/*
 * The five capability sets: capabilities(7).  The caller's order: capabilities_limit() as root,
 * change of ids with PR_SET_KEEPCAPS (identity_set() does it), capabilities_apply().
 */
#pragma once

#include "libcontainer/plan/plan.h"

/* Drops from the bounding set what is not in the plan's. */
int capabilities_limit(const struct plan_capabilities *plan);
/* Sets effective, permitted, inheritable and ambient.  Those that the kernel would not grant this
 * process are warned of and left out. */
int capabilities_apply(const struct plan_capabilities *plan);
/* The highest capability that the kernel knows. */
int capabilities_last(void);
