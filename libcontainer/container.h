/*
 * What caisson can do, one function per verb: the only header of libcontainer/ that src/ includes
 * (beside base/ for words and tables).  Functions return 0 or -errno with an error chain.  Returned
 * text is malloc'ed; the caller frees it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum container_tristate { CONTAINER_AUTO, CONTAINER_YES, CONTAINER_NO };
enum container_cgroup_manager {
	CONTAINER_CGROUPFS,
	CONTAINER_SYSTEMD,
	CONTAINER_CGROUP_DISABLED,
};

/* Global options. */
struct container_context {
	const char *root;        /* absolute state root */
	bool root_given;         /* by --root: must exist for `list` */
	bool root_private;       /* below XDG_RUNTIME_DIR: see store_keep_private() */
	enum container_cgroup_manager cgroup_manager;
	enum container_tristate rootless;
	bool assert_start;       /* tests: what the kernel holds must be what was planned */
};

/* create and run */
struct container_create_options {
	const char *id;
	const char *bundle;         /* NULL: the current directory */
	const char *config;         /* NULL: config.json in the bundle */
	const char *pid_file;       /* relative to the caller's directory; or NULL */
	const char *console_socket; /* likewise */
	const char *pidfd_socket;   /* likewise */
	unsigned int preserve_fds;
	bool no_pivot;
	bool no_new_keyring;
	bool no_subreaper;
	bool detach;                /* run */
	bool keep;                  /* run */
	bool general_road;          /* tests */
	const char *resctrl;        /* tests: a directory that plays the file system; or NULL */
};

/* Runs from what no container can write from here on (CVE-2019-5736), perhaps a copy of us. */
int container_seal(char **argv);

int container_create(const struct container_context *c, const struct container_create_options *o);
/* ret_status: the program's status as wait(2) has it; 0 where detached. */
int container_run(const struct container_context *c, const struct container_create_options *o,
	int *ret_status);
/* What create or run would do, as text for people or as JSON. */
int container_dry_run(const struct container_context *c, const struct container_create_options *o,
	bool run, bool json, char **ret_text);

int container_start(const struct container_context *c, const char *id);

struct container_exec_options {
	const char *id;
	const char *process;        /* file, or NULL: the members below */
	const char **args;          /* NULL-terminated */
	const char *cwd;
	const char **env;           /* NULL-terminated "K=V", added to the container's */
	const char *user;           /* "UID[:GID]" */
	const char **additional_gids;
	const char **capabilities;
	const char **cgroups;       /* "PATH", or "CONTROLLER[,...]:PATH", below the container's */
	const char *apparmor;
	const char *process_label;
	enum container_tristate no_new_privileges;
	const char *pid_file;
	const char *console_socket;
	const char *pidfd_socket;
	unsigned int preserve_fds;
	bool tty;
	bool detach;
	bool ignore_paused;
	bool no_subreaper;
};

int container_exec(const struct container_context *c, const struct container_exec_options *o,
	int *ret_status);

/* The state document of the spec, indented by two, without a newline at its end. */
int container_state(const struct container_context *c, const char *id, char **ret_json);

/* signal is a number.  all: every process of the container. */
int container_kill(const struct container_context *c, const char *id, int signal, bool all);
/* Accepts "15", "TERM", "SIGTERM", any case.  -EINVAL with runc's words. */
int container_signal(const char *word, int *ret_signal);

int container_delete(const struct container_context *c, const char *id, bool force);

struct container_summary {
	char *id, *status, *bundle, *rootfs, *created, *owner;
	char *json;  /* its state document, one line */
	pid_t pid;   /* 0 where stopped */
};

/* Containers sorted by id; those that cannot be read are warned of and left out. */
int container_list(const struct container_context *c, struct container_summary **ret_items,
	size_t *ret_count);
/* The same with nothing but ids: whether their processes live is not looked at. */
int container_list_ids(const struct container_context *c, struct container_summary **ret_items,
	size_t *ret_count);
void container_list_free(struct container_summary *items, size_t count);

/* Host pids of all processes of the container, ascending; malloc'ed. */
int container_processes(const struct container_context *c, const char *id, pid_t **ret_pids,
	size_t *ret_count);

int container_pause(const struct container_context *c, const char *id);
int container_resume(const struct container_context *c, const char *id);

/*
 * What changes of a container's limits.  Texts as the command line has them: NULL or "" leaves what
 * is.  Sizes may have a suffix ("64m"); -1 is no limit.
 */
struct container_update_options {
	const char *id;
	const char *resources; /* file with linux.resources of the spec, "-" for standard input */
	const char *blkio_weight;
	const char *cpu_period, *cpu_quota, *cpu_burst; /* microseconds */
	const char *cpu_share, *cpu_rt_period, *cpu_rt_runtime, *cpu_idle;
	const char *cpuset_cpus, *cpuset_mems;
	const char *memory, *memory_reservation, *memory_swap; /* bytes */
	const char *kernel_memory, *kernel_memory_tcp;         /* warned of */
	const char *pids_limit;
	const char *l3_cache_schema, *mem_bw_schema;
};

/* All of it or nothing, see cgroup/manager.h; what is changed is what later updates begin with. */
int container_update(
	const struct container_context *c, const struct container_update_options *o);

struct container_events_options {
	const char *id;
	bool stats;       /* one sample of what it uses, and no more */
	int64_t interval; /* milliseconds between samples */
	/* Takes one event, a line of JSON without its end; a negative result ends all. */
	int (*emit)(const char *json, void *context);
	void *context;
};

/* What a container uses, again and again, and that it ran out of memory; until it ends. */
int container_events(
	const struct container_context *c, const struct container_events_options *o);

/* The features document; a default config.json. */
int container_features(char **ret_json);
int container_spec(bool rootless, char **ret_json);
/* Version of the spec that is followed, e.g. "1.3.0"; of libseccomp, e.g. "2.5.4". */
const char *container_spec_version(void);
const char *container_seccomp_version(void);
