/* New processes: by which road, into which cgroup, with which namespaces, and how they end. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/store/status.h"

/* Lines of child and init go to the parent, which alone has the log. */
static void forward_line(enum log_level level, const char *line, void *context)
{
	(void)channel_send_text(context, MSG_LOG, level, line);
}

/*
 * The life of a new process: its rows, then the program, which does not return.  Failures go to the
 * parent.
 */
static _Noreturn void play(struct launch *launch, int roles, struct channel *channel)
{
	enum log_level lowest = log_wants(LOG_LEVEL_DEBUG) ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING;

	launch->roles = roles;
	channel_turn(channel, "the parent");
	log_set_sink(forward_line, channel, lowest);
	(void)prctl(PR_SET_NAME, roles & ROLE_INIT ? "caisson:init" : "caisson:child");
	/* Nobody else would end us when the parent is killed: it could not. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);

	int r = steps_walk(launch, launch->table);
	if (r < 0)
		launch_report_failure(launch, channel, r);
	_exit(r < 0 ? 1 : 0);
}

static int tell_failure(const struct launch *launch, const struct clone_args *arguments, int error)
{
	const char *path = cgroup_clone_path(&launch->plan->cgroup);

	if (!(arguments->flags & CLONE_INTO_CGROUP) || !path)
		return fail(error, "clone3");
	return fail(error, "clone3 into the cgroup '%s'", path);
}

static int start(
	const struct launch *launch, struct clone_args *arguments, pid_t *ret_pid, int *ret_pidfd)
{
	int pidfd = -EBADF;

	arguments->pidfd = (uint64_t)(uintptr_t)&pidfd;
	arguments->flags |= CLONE_PIDFD;
	pid_t pid = sys_clone3(arguments);
	if (pid < 0 && arguments->flags & CLONE_INTO_CGROUP &&
		cgroup_may_be_left(&launch->plan->cgroup, -errno)) {
		arguments->flags &= ~(uint64_t)CLONE_INTO_CGROUP;
		pid = sys_clone3(arguments);
	}
	if (pid < 0)
		return tell_failure(launch, arguments, errno);
	if (pid == 0)
		return 1;
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}

/* Init is born in its cgroup2 group: nothing has to be moved, and no fork is unaccounted. */
static void aim_at_cgroup(const struct launch *launch, struct clone_args *arguments)
{
	int fd = launch->birthplace;

	if (fd < 0)
		fd = cgroup_clone_fd(&launch->plan->cgroup, &launch->cgroup);

	if (fd < 0)
		return;
	arguments->flags |= CLONE_INTO_CGROUP;
	arguments->cgroup = (uint64_t)fd;
}

/*
 * exec: the container may be paused after its status was looked at.  What is born in it then stops
 * there, and would tell us nothing before it is resumed.
 */
static int refuse_frozen(void *context)
{
	const struct launch *launch = context;
	int frozen = launch->cgroups.count > 0 ? cgroup_is_frozen(&launch->cgroups) : 0;

	return frozen > 0 ? status_allow(STATUS_VERB_EXEC, STATUS_PAUSED) : frozen;
}

static int make_channels(struct launch *launch)
{
	try(channel_make(&launch->child, "child"));
	try(channel_make(&launch->init, "init"));
	if (launch->plan->verb != PLAN_EXEC || launch->waits_for_resume)
		return 0;
	try(channel_watch(&launch->child, refuse_frozen, launch));
	return channel_watch(&launch->init, refuse_frozen, launch);
}

int parent_start_child(struct launch *launch)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD };

	try(make_channels(launch));
	if (plan_has_child_in_cgroup(launch->plan))
		aim_at_cgroup(launch, &arguments);
	int r = start(launch, &arguments, &launch->child_pid, &launch->child_pidfd);
	if (r == 1)
		play(launch, ROLE_CHILD, &launch->child);
	if (r < 0)
		return r;
	channel_keep(&launch->child);
	return 0;
}

int parent_start_init(struct launch *launch)
{
	/* The cgroup namespace comes later: its root would be our own group. */
	int flags = launch->plan->namespaces.create & ~CLONE_NEWCGROUP;
	struct clone_args arguments = { .exit_signal = SIGCHLD };

	/* Init makes the rest when it has its ids: a file of message queues is its maker's. */
	if (plan_new_user(launch->plan))
		flags &= CLONE_NEWUSER | CLONE_NEWPID;
	arguments.flags = (uint64_t)flags;
	try(channel_make(&launch->init, "init"));
	aim_at_cgroup(launch, &arguments);
	int r = start(launch, &arguments, &launch->init_pid, &launch->init_pidfd);
	if (r == 1)
		play(launch, ROLE_CHILD | ROLE_INIT, &launch->init);
	if (r < 0)
		return r;
	channel_keep(&launch->init);
	return 0;
}

int child_start_init(struct launch *launch)
{
	/* The parent's child, so that it can wait for it; the exit signal is that of ours. */
	struct clone_args arguments = { .flags = CLONE_PARENT };

	if (!plan_has_child_in_cgroup(launch->plan) && plan_is_born_in_cgroup(launch->plan))
		aim_at_cgroup(launch, &arguments);
	int r = start(launch, &arguments, &launch->init_pid, &launch->init_pidfd);
	if (r == 1) {
		channel_close(&launch->child);
		fd_close(&launch->birthplace);
		play(launch, ROLE_INIT, &launch->init);
	}
	return r;
}

int child_send_init_pid(struct launch *launch)
{
	return channel_send(&launch->child, MSG_INIT_PID, launch->init_pid, launch->init_pidfd);
}

int parent_take_init_pid(struct launch *launch)
{
	int32_t pid = 0;

	try(channel_expect(&launch->child, MSG_INIT_PID, &pid, &launch->init_pidfd));
	if (pid <= 0 || launch->init_pidfd < 0)
		return refuse_as(EPROTO, "the child sent no pid of init");
	launch->init_pid = pid;
	return 0;
}

int parent_reap_child(struct launch *launch)
{
	int status;

	/* Now its end of init's channel is the only one, and end-of-file means that init died. */
	channel_keep(&launch->init);
	while (launch->child.silent &&
		pidfd_await(launch->child_pidfd, CHANNEL_SILENCE) == -ETIMEDOUT)
		try(launch->child.silent(launch->child.context));
	try(pidfd_reap(launch->child_pidfd, &status), "wait for the child");
	fd_close(&launch->child_pidfd);
	channel_close(&launch->child);
	return 0;
}

/*
 * Who was born frozen by cgroup v1 dies when the container is resumed or deleted, which may be
 * never: it is left to whoever reaps for us.
 */
static void end_process(struct launch *launch, int *pidfd)
{
	const struct channel *child = &launch->child;
	int status;

	if (*pidfd < 0)
		return;
	/*
	 * It may have become somebody whom we may not kill, as CAP_SETUID without CAP_KILL makes
	 * it: it ends when it hears no more of us.
	 */
	if (pidfd_signal(*pidfd, SIGKILL) == -EPERM)
		channel_close(&launch->init);
	if (!child->silent || child->silent(child->context) == 0 ||
		pidfd_await(*pidfd, CHANNEL_SILENCE) == 0)
		(void)pidfd_reap(*pidfd, &status);
	fd_close(pidfd);
}

/* It may have told us of init already, and died before it was reaped. */
void parent_end_child(struct launch *launch)
{
	end_process(launch, &launch->child_pidfd);
	end_process(launch, &launch->init_pidfd);
	channel_close(&launch->child);
}

void parent_end_init(struct launch *launch)
{
	end_process(launch, &launch->init_pidfd);
	channel_close(&launch->init);
}
