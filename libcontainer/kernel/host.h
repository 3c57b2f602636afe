/*
 * Facts about this machine, read once per command before anything is decided.  The planner gets
 * them as data, so that it can be tested with any machine's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;

enum host_cgroup_layout {
	HOST_CGROUP_NONE, /* nothing usable is mounted at /sys/fs/cgroup */
	HOST_CGROUP_V2,   /* cgroup2 is /sys/fs/cgroup */
	HOST_CGROUP_V1,   /* v1 hierarchies below it, perhaps a cgroup2 at .../unified (hybrid) */
};

struct host_hierarchy {
	const char *controllers; /* "cpu,cpuacct", "name=systemd"; "" for cgroup2 */
	const char *mountpoint;  /* "/sys/fs/cgroup/cpu" */
	const char *own;         /* our own cgroup, as a path below the mount point: "/", "/a/b" */
	bool unified;            /* is cgroup2 */
};

struct host {
	uid_t uid; /* effective */
	gid_t gid;
	bool in_user_namespace; /* not the initial one */
	bool apparmor;          /* enabled in the kernel */
	bool selinux;
	enum host_cgroup_layout cgroup_layout;
	struct host_hierarchy *hierarchies; /* exactly one, unified, for HOST_CGROUP_V2 */
	size_t hierarchy_count;
	mode_t umask; /* our caller's */
};

/* All of the facts, by the three below. */
int host_read(struct arena *arena, struct host *ret_host);

/*
 * The caller's ids, umask and user namespace; begins with the rest empty.  The umask is 022 from
 * then on, so that what we make has its mode whatever our caller's is: whoever executes something
 * for the caller, or is done, puts that back.
 */
int host_read_caller(struct host *ret_host);
/* Whether there are AppArmor and SELinux: for who has labels. */
void host_read_security(struct host *host);
/*
 * For who makes cgroups.  Reads /proc/self/mountinfo on HOST_CGROUP_V1 only, once: a host may have
 * thousands of mounts.
 */
int host_read_cgroups(struct arena *arena, struct host *host);

/*
 * What host_read() makes of the contents of /proc/self/cgroup and /proc/self/mountinfo, which these
 * change.  host is left alone where no hierarchy is mounted.  For tests with other machines' files.
 */
int host_parse_v1(struct arena *arena, char *cgroup, char *mountinfo, struct host *host);
int host_parse_v2(struct arena *arena, char *cgroup, struct host *host);
