/*
 * The plan: everything that will be done for one container, decided once from the spec, the options
 * and the host's facts, and const from then on.  plan_make() is pure: no system call, no privilege.
 * Each feature room reads its own part and nothing else.  Strings may point into the spec; all
 * memory is the arena's.  A plan of exec has the same shape; what it does not do is empty.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct host;
struct spec_config;
struct spec_process;

enum plan_verb { PLAN_CREATE, PLAN_RUN, PLAN_EXEC };

/* ---- options: what the caller asked for, beside the spec ---------------------------- */

enum plan_cgroup_manager {
	PLAN_CGROUP_CGROUPFS, /* also 0: the default */
	PLAN_CGROUP_SYSTEMD,
	PLAN_CGROUP_DISABLED, /* leave all cgroups alone */
};

struct plan_options {
	enum plan_verb verb;
	const char *id;
	const char *bundle; /* absolute */
	const char *state;  /* absolute directory of the container's state */
	bool no_pivot;
	bool no_new_keyring;
	bool detach;
	bool rootless; /* cgroup permission errors are not errors */
	enum plan_cgroup_manager cgroup_manager;
	bool user_systemd; /* with its driver: the one of the user, not of the host */
	unsigned int preserve_fds;
	unsigned int listen_fds;    /* LISTEN_FDS, where LISTEN_PID is ours */
	const char *console_socket; /* absolute, or NULL */
	const char *pidfd_socket;   /* likewise */
	const char *notify_socket;  /* NOTIFY_SOCKET: absolute, or "@name"; or NULL */
	const char *resctrl;        /* tests: what to take for resctrl's mount point; else NULL */
	bool general_road; /* take the general road even where the short one would do: tests */
	bool assert_start; /* read back what the kernel holds: audit/ */
};

/* ---- namespaces/ -------------------------------------------------------------------- */

struct plan_join {
	int flag;          /* CLONE_NEW* */
	const char *place; /* "linux.namespaces[2].path" */
	const char *name;  /* word of the spec: "network" */
	const char *path;  /* absolute; NULL for exec, which joins by the pidfd of init */
};

#define PLAN_JOINS_MAX 8

struct plan_time_offset {
	const char *clock; /* "monotonic" or "boottime" */
	int64_t secs;
	uint32_t nanosecs;
};

/*
 * PLAN_ROAD_SHORT: one clone3() from the parent makes init in its namespaces.
 * PLAN_ROAD_GENERAL: parent -> child (joins, unshares) -> init.
 */
enum plan_road { PLAN_ROAD_GENERAL, PLAN_ROAD_SHORT };

struct plan_namespaces {
	int create; /* CLONE_NEW* flags of those to make */
	int have;   /* create, and those joined: what is not the host's own */
	int set_in; /* of those, where names or sysctls are set: they must not be the host's */
	struct plan_join joins[PLAN_JOINS_MAX]; /* user first, mount last */
	size_t join_count;
	struct plan_time_offset time_offsets[2];
	size_t time_offset_count;
	enum plan_road road;
	bool by_root; /* the caller is root, be it of a user namespace */
};

/* ---- user namespace: namespace/idmap.c ---------------------------------------------- */

struct plan_id_range {
	uint32_t inside, outside, count;
};

struct plan_id_map {
	struct plan_id_range *items;
	size_t count;
};

struct plan_users {
	bool mapped; /* a new user namespace wants its maps written */
	struct plan_id_map uids, gids;
	bool by_helper; /* unprivileged: newuidmap and newgidmap write them */
	bool deny_setgroups;
	bool keep_groups; /* those of our caller stay with the program, whatever the spec lists */
	uid_t root_uid;   /* host ids of the container's root: owner of what is made for it */
	gid_t root_gid;
};

/* ---- mount/ ------------------------------------------------------------------------- */

enum plan_mount_kind {
	PLAN_MOUNT_FS, /* a new instance of a file system */
	PLAN_MOUNT_BIND,
	PLAN_MOUNT_CGROUP,  /* what it becomes depends on layout and namespaces: cgroupfs.c */
	PLAN_MOUNT_REMOUNT, /* "remount" of what is there */
};

struct plan_mount {
	const char *place; /* "mounts[3]", for messages */
	enum plan_mount_kind kind;
	const char *source;     /* bind: absolute host path; else as in the spec, or NULL */
	const char *target;     /* lexically clean absolute path inside the root */
	const char *type;       /* file system; NULL for a bind */
	uint64_t attr_set;      /* MOUNT_ATTR_* of the mount itself */
	uint64_t attr_clear;    /* explicitly asked to be off: "rw", "suid", ... */
	uint64_t attr_unnamed;  /* bind: off, too, but where a user namespace has them locked */
	uint64_t recursive_set; /* of it and all below: "rro", ... */
	uint64_t recursive_clear;
	unsigned long superblock_clear; /* "async", ...; for a remount */
	bool reconfigure;               /* a remount that changes the file system, too */
	unsigned long superblock;  /* MS_SYNCHRONOUS, MS_DIRSYNC, MS_LAZYTIME, ...; and MS_RDONLY */
	unsigned long propagation; /* MS_SHARED|MS_REC, ...; 0: as it comes */
	const char *data;       /* options for the file system, "mode=755,size=64k"; NULL if none */
	bool recursive;         /* rbind */
	bool copy_up;           /* tmpcopyup */
	bool deferred_readonly; /* made read-only only when all is in place (tmpfs, /dev) */
	bool strict_target;     /* proc, sysfs: the target must be a real directory, no symlink */
	bool source_nofollow;   /* src-nofollow, copy-symlink, dest-nofollow of crun */
	bool copy_symlink;
	bool target_nofollow;
	enum { PLAN_IDMAP_NONE, PLAN_IDMAP, PLAN_IDMAP_RECURSIVE } idmap;
	struct plan_id_map uids, gids; /* with idmap; empty: those of its user namespace */
	bool source_by_parent;         /* opened before the user namespace, inherited by init */
};

struct plan_paths {
	const char **items;
	size_t count;
};

enum plan_enter {
	PLAN_ENTER_PIVOT,  /* pivot_root */
	PLAN_ENTER_MOVE,   /* --no-pivot: MS_MOVE and chroot */
	PLAN_ENTER_CHROOT, /* no mount namespace of its own */
};

struct plan_root {
	const char *path; /* absolute host path of the root file system */
	bool readonly;
	enum plan_enter enter;
	unsigned long
		host_propagation;  /* set on "/" first: MS_SLAVE|MS_REC unless asked otherwise */
	unsigned long propagation; /* set on the container's "/" at the end; 0: leave it */
	struct plan_mount *mounts;
	size_t mount_count;
	struct plan_paths masked;
	struct plan_paths readonly_paths;
	const char *mount_label;   /* SELinux, or NULL */
	const char *mount_context; /* the option that takes it: "context" */
	bool cgroup_v2;            /* a mount of type cgroup shows cgroup2 */
};

struct plan_device {
	const char *place; /* "linux.devices[2]", or "default device" */
	const char *path;  /* clean, absolute inside the root, below /dev or anywhere */
	mode_t mode;       /* type and permission bits */
	dev_t number;
	uid_t uid; /* the container's ids */
	gid_t gid;
	bool is_default; /* where it is bound, whatever is there is hidden */
	bool by_parent;  /* where it is bound, it is a node of its own, that the parent makes */
	uid_t host_uid;  /* by_parent: its owner, as the host counts */
	gid_t host_gid;
};

struct plan_devices {
	bool make;    /* false: /dev is the caller's bind mount, make no nodes or links in it */
	bool by_bind; /* no mknod here (user namespace): bind the host's nodes, or the parent's */
	struct plan_device *items;
	size_t count;
	bool ptmx;    /* make /dev/ptmx a link to pts/ptmx */
	bool console; /* /dev/console is the terminal */
};

/* ---- notify ------------------------------------------------------------------------- */

/*
 * As in runc: a directory of the state directory, seen below /run in the container, with the socket
 * that the program is told of by NOTIFY_SOCKET: sd_notify(3).  It is below another one, so that no
 * other user of the host can say READY=1.
 */
#define PLAN_NOTIFY_OUTER "notify"
#define PLAN_NOTIFY_SHARED "shared"
#define PLAN_NOTIFY_NAME "notify.sock"
#define PLAN_NOTIFY_TARGET "/run/notify"

/* ---- process/ ----------------------------------------------------------------------- */

struct plan_capabilities {
	/* Bit n is capability n.  What the kernel does not know has been warned of and left out. */
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct plan_rlimit {
	const char *place; /* "process.rlimits[0]" */
	const char *name;  /* "RLIMIT_NOFILE" */
	int resource;
	uint64_t soft, hard;
};

struct plan_scheduler {
	bool set;
	uint32_t policy; /* SCHED_* */
	uint64_t flags;  /* SCHED_FLAG_* */
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* ns */
	const char *name;                   /* of the policy, for messages */
};

#define PLAN_CPUS_MAX 65536

/* As sched_setaffinity(2) and set_mempolicy(2) take them. */
struct plan_bits {
	const unsigned long *bits; /* NULL: not asked for */
	size_t size;               /* bytes */
};

/* As many as any kernel is built for (CONFIG_NODES_SHIFT is 10 at most). */
#define PLAN_NODES_MAX 1024

struct plan_memory_policy {
	const char *name; /* "MPOL_BIND"; NULL: not asked for */
	int mode;         /* with its MPOL_F_* */
	const char *list; /* "0-1"; or NULL */
	struct plan_bits nodes;
};

struct plan_process {
	const char **args; /* NULL-terminated */
	size_t arg_count;
	/* NULL-terminated "K=V", duplicates gone; HOME may be missing, and there is room for it. */
	const char **env;
	size_t env_count;
	bool home_missing; /* HOME is unset or empty: take it from the container's passwd */
	const char *cwd;
	uid_t uid; /* in the container */
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	bool set_groups;      /* setgroups(2) is allowed here, as far as is known */
	bool groups_may_stay; /* ... and where it isn't, those of our caller stay */
	mode_t umask;
	bool umask_unchanged; /* by annotation: our caller's, where the spec has none */
	struct plan_capabilities capabilities;
	struct plan_rlimit *rlimits;
	size_t rlimit_count;
	bool oom_set;
	int oom_score_adj;
	bool no_new_privileges;
	const char *apparmor_profile; /* or NULL */
	const char *selinux_label;    /* or NULL */
	const char *keyring;          /* name of the new session keyring, or NULL */
	bool terminal;
	unsigned short rows, columns; /* 0: as the caller's terminal */
	struct plan_scheduler scheduler;
	struct plan_bits initial_cpus; /* exec: until it is in the cgroup */
	struct plan_bits final_cpus;   /* exec: from then on */
	bool io_priority_set;
	int io_priority; /* as ioprio_set(2) takes it */
	bool personality_set;
	unsigned long personality; /* as personality(2) takes it */
	struct plan_memory_policy memory_policy;
	unsigned int inherited_fds; /* kept behind stdio: LISTEN_FDS and --preserve-fds */
	unsigned int listen_fds;
};

struct plan_setting {
	const char *place, *key, *value;
}; /* key of a sysctl with slashes */

struct plan_settings {
	const char *hostname, *domainname; /* or NULL */
	struct plan_setting *sysctls;
	size_t sysctl_count;
};

/* ---- security/seccomp.c ------------------------------------------------------------- */

struct plan_seccomp_argument {
	uint32_t index;
	uint64_t value, value_two;
	const char *op;
};

struct plan_seccomp_rule {
	const char *place; /* "linux.seccomp.syscalls[4]" */
	struct plan_paths names;
	const char *action; /* "SCMP_ACT_..." */
	bool errno_set;
	uint32_t errno_ret;
	struct plan_seccomp_argument *arguments;
	size_t argument_count;
};

struct plan_seccomp {
	bool set;  /* there is a filter */
	bool late; /* after ids and capabilities (needs no_new_privileges) */
	const char *default_action;
	bool default_errno_set;
	uint32_t default_errno;
	struct plan_paths architectures;
	struct plan_paths flags;
	bool flags_set; /* absent flags differ from an empty list */
	/* The agent that is told of calls; NULL where no rule has it told. */
	const char *listener_path, *listener_metadata;
	struct plan_seccomp_rule *rules;
	size_t rule_count;
};

/* ---- hook/ -------------------------------------------------------------------------- */

enum plan_hook_point {
	PLAN_HOOK_PRESTART,
	PLAN_HOOK_CREATE_RUNTIME,
	PLAN_HOOK_CREATE_CONTAINER,
	PLAN_HOOK_START_CONTAINER,
	PLAN_HOOK_POSTSTART,
	PLAN_HOOK_POSTSTOP,
	PLAN_HOOK_POINTS,
};
/* The spec's word for it, which errors use, too: "createRuntime". */
const char *plan_hook_name(enum plan_hook_point point);

struct plan_hook {
	const char *path;
	const char **args; /* NULL-terminated; args[0] as given, path where the spec has none */
	const char **env;  /* NULL-terminated */
	bool env_set;      /* false: startContainer hooks inherit the container's */
	int64_t timeout;   /* seconds; 0: none */
};

struct plan_hooks {
	struct plan_hook *items;
	size_t count;
};

/* ---- network/ ----------------------------------------------------------------------- */

/* A device that moves to the container. */
struct plan_net_device {
	const char *place;    /* "linux.netDevices.eth0" */
	const char *name;     /* on the host */
	const char *new_name; /* in the container; the kernel makes a number of "%d" */
};

struct plan_network {
	bool loopback_up; /* a new network namespace */
	struct plan_net_device *devices;
	size_t device_count;
};

/* ---- rdt/ --------------------------------------------------------------------------- */

struct plan_rdt {
	bool set;
	const char *mountpoint; /* NULL: wherever resctrl is mounted */
	const char *group;      /* a directory of it; "": the one that all are in */
	bool make;              /* it is the container's own, which must not be there yet */
	bool may_make;          /* may be made, and is compared with schemata where it is there */
	const char *schemata;   /* lines, each with its newline; or NULL */
	const char *monitor;    /* a directory of the group's mon_groups; or NULL */
};

/* Where they are; on record, as delete removes those that were made, and exec joins them. */
struct plan_rdt_groups {
	const char *mountpoint; /* absolute, as the others */
	const char *group;      /* NULL: the container has none */
	const char *monitor;    /* or NULL */
	bool group_made, monitor_made;
};

/* ---- cgroup/ ------------------------------------------------------------------------ */

struct plan_cgroup_directory {
	const char *mountpoint;  /* of its hierarchy; nothing outside is made or removed */
	const char *path;        /* absolute host path of the container's cgroup */
	const char *controllers; /* "cpu,cpuacct"; "" for cgroup2 */
	bool unified;
	const char *subgroup; /* a group in it, where init is born; or NULL: in path itself */
};

/* One value for one file.  A row of v1 has a controller; of cgroup2 the controller to enable. */
struct plan_cgroup_write {
	const char *place;       /* "linux.resources.memory.limit" */
	const char *controller;  /* "memory" */
	const char *file;        /* "memory.max" */
	const char *value;       /* as written to the file */
	const char *other_file;  /* where there is no such file: this one, or NULL ... */
	const char *other_value; /* ... and what it takes */
	bool may_be_missing;     /* where there is no such file, the value holds anyway */
	bool last;               /* leaves room for nothing but init, which has to be all there */
};

struct plan_device_rule {
	bool allow;
	char type;            /* 'a', 'b', 'c' */
	int64_t major, minor; /* -1: any */
	bool read, write, make;
};

/* A property of a unit, in busctl(1)'s spelling: an array's items come after their number. */
struct plan_unit_property {
	const char *name;      /* "MemoryMax" */
	const char *signature; /* "t" */
	const char **words;    /* NULL-terminated: "1048576" */
	bool optional;         /* a control file says the same: systemd may not know it */
};

/* What systemd is asked for, with its driver. */
struct plan_unit {
	const char *name;     /* "cri-box.scope", "pods-box.slice"; NULL: no unit */
	bool is_slice;        /* has no process when it is made: init is put into its group */
	bool user;            /* is the user's own systemd's, not the host's */
	const char *subgroup; /* of the unit's group, where init is to be; or NULL */
	struct plan_unit_property *properties;
	size_t property_count;
};

struct plan_cgroup {
	enum plan_cgroup_manager manager;
	struct plan_unit unit;
	bool optional;   /* rootless: what may not be made is left out */
	bool has_limits; /* something was asked for, so optional does not cover it */
	struct plan_cgroup_directory *directories;
	size_t directory_count;
	struct plan_cgroup_write *writes; /* in the order of writing */
	size_t write_count;
	/* update: what is refused where more is used already; bytes, 0 without check */
	struct {
		uint64_t limit, with_swap;
	} memory_check;
	struct plan_device_rule *device_rules; /* first to last, defaults included */
	size_t device_rule_count;
	bool devices_set; /* false: leave devices alone (exec, update) */
	bool delegated;   /* the group of cgroup2 is given to owner, a host id */
	uid_t owner;
	/*
	 * exec: for each directory the group below it to be born in, "" for itself; NULL where
	 * nobody asked: it, or where init has moved.
	 */
	const char **exec_groups;
};

/* ---- the whole ---------------------------------------------------------------------- */

struct plan {
	enum plan_verb verb;
	const char *id;
	const char *bundle;
	const char *state; /* the container's state directory */
	const char *oci_version;
	const char *console_socket;
	const char *pidfd_socket;  /* gets a pidfd of init; or NULL */
	const char *notify_socket; /* of the service manager that waits for READY=1; or NULL */
	const char *hook_output, *hook_error_output; /* files of the host, absolute; or NULL */
	uint32_t created_timeout; /* s, after which a created container that waits ends; 0: none */
	bool detach;
	bool assert_start; /* fail where the kernel holds anything else */
	struct plan_namespaces namespaces;
	struct plan_users users;
	struct plan_root root;
	struct plan_devices devices;
	struct plan_process process;
	struct plan_settings settings;
	struct plan_seccomp seccomp;
	struct plan_hooks hooks[PLAN_HOOK_POINTS];
	struct plan_network network;
	struct plan_rdt rdt;
	struct plan_cgroup cgroup;
};

/* What is decided upon. */
struct plan_input {
	const struct spec_config *spec;     /* the container's, as the rules passed it */
	const struct spec_process *process; /* exec: what it executes; else NULL: the spec's */
	const struct plan_options *options;
	const struct host *host;
};

/*
 * Decides.  -EINVAL with a chain that names the place where the spec asks for what cannot be done
 * on this host.  For exec (options->verb) spec is what it inherits: namespaces, seccomp, labels.
 */
int plan_make(struct arena *arena, const struct plan_input *input, struct plan *ret_plan);

/*
 * What later verbs need of a configuration: what exec inherits, hooks that come after start, and
 * the resources that update changes.  plan_make() for exec gives the same from it as from the
 * whole, but for the rules of the system call filter, which is kept compiled.  Annotations are on
 * record.
 */
const struct spec_config *plan_kept(struct arena *arena, const struct spec_config *spec);
