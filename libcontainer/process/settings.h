/* Hostname, domainname, sysctls: of the container's own namespaces, set by init. */
#pragma once

#include "libcontainer/plan/plan.h"

int settings_apply_names(const struct plan_settings *plan);
int settings_apply_sysctls(int procfs, const struct plan_settings *plan);
