/*
 * Private to cgroup/: the arguments of the helper program, while they are put together.  In
 * malloc'ed memory, as the plan's is sealed by then.
 */
#pragma once

#include "libcontainer/base/str.h"
#include "libcontainer/cgroup/manager.h"

/* Words, each with its NUL. */
struct unit_words {
	struct str text;
	size_t count;
};

/* -ENOMEM plain. */
int unit_words_add(struct unit_words *words, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * unit_devices.c: DevicePolicy and DeviceAllow, as far as systemd can express the rules: then its
 * program lets pass what ours does, whenever it makes it anew.  Adds nothing where it can't, as
 * ours stays attached in any case.  systemd.resource-control(5)
 */
int unit_add_devices(const struct plan_cgroup *plan, struct unit_words *words);
