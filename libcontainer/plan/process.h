/* The pieces of plan_process(): process.c calls them, one file each. */
#pragma once

#include "libcontainer/plan/parts.h"

int plan_environment(struct planning *p);  /* environment.c: env, home_missing */
int plan_capabilities(struct planning *p); /* capabilities.c */
int plan_scheduling(struct planning *p);   /* scheduling.c: scheduler, io priority, personality */
int plan_affinity(struct planning *p);     /* affinity.c: cpus of exec */
int plan_settings(struct planning *p);     /* settings.c: hostname, domainname, sysctls */
