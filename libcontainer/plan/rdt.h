/* Schemata of resctrl, for plans and for `update`. */
#pragma once

#include "libcontainer/plan/parts.h"

/*
 * What l3CacheSchema and memBwSchema (each may be NULL or "") make together: lines, each with its
 * newline; "" for none.  Lines of the one that are about the other's resource give way.
 */
const char *plan_schemata(struct arena *arena, const char *l3_cache, const char *bandwidth);
