/* device_rules.c, for devices.c: what the container's processes may do with devices. */
#pragma once

#include "libcontainer/plan/parts.h"

/*
 * Fills cgroup.device_rules: deny all, the spec's, then what every container may do.  Rules before
 * one that speaks of all devices are left out, as it undoes them; so type 'a' stands first, has no
 * numbers and means all of read, write and make.
 */
int plan_device_rules(struct planning *p);
