/* The configuration that `spec` writes: a shell, to be edited.  As runc's, so that guides hold. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct arena;
struct spec_config;

struct example_options {
	bool rootless; /* a user namespace, and nothing that needs privileges */
	uid_t uid;     /* rootless: the ids that become the container's root */
	gid_t gid;
	bool cgroup_namespace; /* for a host with cgroup2 alone */
};

int example_make(struct arena *arena, const struct example_options *options,
	struct spec_config **ret_config);
