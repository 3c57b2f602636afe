/*
 * One start of a container, or of a further process in one: what the three roles hold while it
 * lasts.  Child and init are forked, so they inherit all of it; each role fills its own part.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "libcontainer/cgroup/manager.h"
#include "libcontainer/launch/channel.h"
#include "libcontainer/launch/steps.h"
#include "libcontainer/mount/rootfs.h"
#include "libcontainer/network/devices.h"
#include "libcontainer/plan/plan.h"
#include "libcontainer/security/seccomp.h"
#include "libcontainer/security/seccomp_cache.h"
#include "libcontainer/store/record.h"
#include "libcontainer/store/status.h"

struct launch {
	const struct plan *plan;
	int roles; /* ROLE_* of this process */
	const struct step_table *table;

	/* Given by the caller. */
	const char *root;                 /* the state root */
	bool root_private;                /* as in container.h */
	struct record *record;            /* create: to be completed; exec: of the container */
	const struct spec_config *config; /* create: what is kept of it, plan_kept() */
	const char *pid_file;             /* absolute, or NULL */
	int target;                       /* exec: pidfd of the container's init */
	struct cgroup_paths cgroups;      /* where the container's processes are */
	int *sources;                     /* create: sources_count() slots, -EBADF */
	bool waits_for_resume;            /* exec: a frozen container is waited for, else refused */
	enum status status;               /* exec: of the container */

	/* Made by the parent before it starts anyone; inherited. */
	int directory; /* state directory, locked */
	int procfs;
	int console_socket, pidfd_socket;
	int agent;  /* the socket of who is told of system calls */
	int notify; /* run: the socket that the container tells on */
	int hook_output, hook_error_output;
	int start_fifo, report_fifo;
	int joins[PLAN_JOINS_MAX];
	struct seccomp_filter filter;
	struct seccomp_key filter_key; /* create */
	bool filter_is_new;            /* create: the cache did not have it */
	struct cgroup cgroup;
	int birthplace;  /* group that init is to be born in, where it is another; or -EBADF */
	char *unit_path; /* of the group that systemd has made, where it differs; or NULL */
	struct channel child, init;

	/* The parent's. */
	pid_t child_pid, init_pid;
	int child_pidfd, init_pidfd;
	int console;                    /* master of a foreground terminal */
	char *expected;                 /* what the program is to be: audit_program() */
	struct network_devices network; /* what to bring back where the start fails */
	/* The state documents for hooks in the container, made before the first fork. */
	char *hook_state;       /* createContainer */
	char *start_hook_state; /* startContainer */

	mode_t umask; /* create: our caller's, for hooks */

	/* Init's. */
	struct rootfs rootfs;
	bool cwd_entered;
	int listener; /* of the filter that was loaded, until the agent has it */
};

/* All descriptors empty. */
void launch_init(struct launch *launch, const struct plan *plan, const struct step_table *table);
void launch_done(struct launch *launch);

/*
 * Walks the table as the parent.  On success init is on record and released; for run and exec it
 * has also executed its program.  On failure all is undone and the chain says what failed, in which
 * role and step.
 */
int launch_run(struct launch *launch);
/* In init: its pid, as the container sees it, into a state document for hooks. */
void launch_set_hook_pid(char *state);

/* ---- conditions.c: when a step applies -------------------------------------------------- */

#define LAUNCH_CONDITIONS(ROW) \
	ROW(takes_general_road) \
	ROW(takes_short_road) \
	ROW(is_create) \
	ROW(is_run) \
	ROW(is_asserted) \
	ROW(asserts_program) \
	ROW(limits_wait) \
	ROW(has_cgroup) \
	ROW(delegates_cgroup) \
	ROW(has_first_limits) ROW(has_last_limits) \
	ROW(makes_cgroup) ROW(has_unit) \
	ROW(has_child_in_cgroup) ROW(is_born_in_cgroup) \
	ROW(moves_to_cgroup) \
	ROW(joins) \
	ROW(maps_ids) \
	ROW(new_user) ROW(unshares) \
	ROW(scores_by_parent) ROW(scores_by_child) \
	ROW(new_time) \
	ROW(new_cgroup_namespace) \
	ROW(has_net_devices) \
	ROW(has_rdt) \
	ROW(has_sources) \
	ROW(has_nodes) \
	ROW(maps_mounts) \
	ROW(has_terminal) \
	ROW(has_console_socket) \
	ROW(relays_terminal) \
	ROW(has_pidfd_socket) \
	ROW(is_notified) \
	ROW(redirects_hooks) \
	ROW(has_hooks) \
	ROW(has_host_hooks) \
	ROW(has_container_hooks) \
	ROW(has_start_hooks) \
	ROW(has_poststart_hooks) \
	ROW(has_filter) \
	ROW(has_initial_cpus) \
	ROW(raises_limits) \
	ROW(loads_filter_early) ROW(loads_filter_late) \
	ROW(has_agent) \
	ROW(has_agent_early) \
	ROW(has_agent_late)

#define CONDITION_DECLARE(name) bool plan_##name(const struct plan *plan);
LAUNCH_CONDITIONS(CONDITION_DECLARE)
#undef CONDITION_DECLARE

/* report.c: to the parent, or once that has gone to `start`. */
size_t launch_make_report(char *report, int code, const char *text); /* at most PIPE_BUF */
void launch_report_failure(const struct launch *launch, const struct channel *channel, int code);

/* The channel on which a role's message goes. */
const struct channel *launch_channel(const struct launch *launch, enum launch_message message);

/*
 * channel_send() and channel_expect() on that, for steps with messages of their own.  Where the
 * peer has ended, its own reason is the error, or that it ended: -EPIPE, with words.
 */
int launch_send(const struct launch *launch, enum launch_message message, int32_t code, int fd);
int launch_expect(
	const struct launch *launch, enum launch_message message, int32_t *ret_code, int *ret_fd);
