/* What init does, second half: what the program inherits, and the program. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/hook/run.h"
#include "libcontainer/kernel/timer.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/process/execute.h"
#include "libcontainer/process/identity.h"
#include "libcontainer/process/limits.h"
#include "libcontainer/process/settings.h"
#include "libcontainer/process/terminal.h"
#include "libcontainer/security/capabilities.h"
#include "libcontainer/security/labels.h"

/*
 * "HOME=...", and the program's path behind it: fixed, as init allocates no memory that it can do
 * without, and together, as each page that it writes to is copied.
 */
static struct {
	size_t home; /* its size, 0 for none */
	char text[2 * PATH_MAX];
} kept;

int init_set_settings(struct launch *launch)
{
	return settings_apply_sysctls(launch->procfs, &launch->plan->settings);
}

int init_find_home(struct launch *launch)
{
	const struct plan_process *plan = &launch->plan->process;

	if (!plan->home_missing)
		return 0;
	try(identity_find_home(launch->rootfs.root, plan->uid, kept.text, PATH_MAX));
	kept.home = strlen(kept.text) + 1;
	/* Where the plan has left room. */
	plan->env[plan->env_count] = kept.text;
	plan->env[plan->env_count + 1] = NULL;
	return 0;
}

static int join_keyring(const struct launch *launch)
{
	const struct plan_process *plan = &launch->plan->process;

	if (!plan->keyring)
		return 0;
	if (plan->selinux_label)
		try(selinux_apply_keycreate(launch->procfs, plan->selinux_label));
	try(keyring_join(plan->keyring));
	return plan->selinux_label ? selinux_apply_keycreate(launch->procfs, "") : 0;
}

/* exec: the child has set the labels. */
int init_join_keyring(struct launch *launch)
{
	const char *keyring = launch->plan->process.keyring;

	return keyring ? keyring_join(keyring) : 0;
}

int init_set_labels(struct launch *launch)
{
	const struct plan_process *plan = &launch->plan->process;

	try(join_keyring(launch));
	if (plan->apparmor_profile)
		try(apparmor_apply(launch->procfs, plan->apparmor_profile));
	if (plan->selinux_label)
		try(selinux_apply(launch->procfs, plan->selinux_label));
	return 0;
}

/* Descriptors first: RLIMIT_NOFILE may leave no number to move them to. */
int init_close_descriptors(struct launch *launch)
{
	int *const ours[] = { &launch->init.fd, &launch->start_fifo, &launch->report_fifo,
		&launch->hook_output, &launch->hook_error_output };
	int *keep[COUNT_OF(ours)];
	size_t count = 0;
	const struct plan_process *plan = &launch->plan->process;

	fd_close(&launch->procfs);
	fd_close(&launch->console_socket);
	fd_close(&launch->agent);
	/* From here on, files of the host for startContainer hooks alone. */
	if (!plan_has_start_hooks(launch->plan)) {
		fd_close(&launch->hook_output);
		fd_close(&launch->hook_error_output);
	}
	rootfs_done(&launch->rootfs);
	if (!plan->terminal)
		try(descriptors_own_stdio(plan->uid));
	for (size_t i = 0; i < COUNT_OF(ours); i++) {
		if (*ours[i] >= 0)
			keep[count++] = ours[i];
	}
	return descriptors_keep(plan->inherited_fds, keep, count);
}

/*
 * The time for `start` is over when this timer rings.  It is one that execve(2) takes away, and it
 * rings again: once, it could do so before there is a handler.
 */
int init_limit_wait(struct launch *launch)
{
	return timer_alarm(launch->plan->created_timeout);
}

int init_set_limits(struct launch *launch)
{
	const struct plan_process *plan = &launch->plan->process;

	try(limits_set_scheduling(plan));
	return limits_set(plan);
}

/*
 * Without privileges, our parent may trace us, and so take the listener, only while we are
 * dumpable.  Nothing of the host's is open here any more; who else might trace us is held back by
 * the ids and capabilities that we have.  The change of ids, or execve(2), ends it.
 */
int init_load_filter(struct launch *launch)
{
	bool by_user = !launch->plan->namespaces.by_root;

	if (plan_has_agent(launch->plan) && by_user && prctl(PR_SET_DUMPABLE, 1) < 0)
		return fail(errno, "become dumpable");
	return seccomp_load_filter(&launch->filter, &launch->listener);
}

int init_offer_listener(struct launch *launch)
{
	/* The filter that exec reads is not the one that the plan was made for. */
	if (launch->listener < 0)
		return refuse("the system call filter has no listener");
	return channel_send(&launch->init, MSG_LISTENER, launch->listener, -1);
}

/* While we have it, too, a call would wait for an agent that has died. */
int init_drop_listener(struct launch *launch)
{
	try(channel_expect(&launch->init, MSG_LISTENER_DONE, NULL, NULL));
	fd_close(&launch->listener);
	return 0;
}

/* The order of capabilities(7): bounding as root, then the ids with the rest kept, then the sets.
 */
int init_drop_privileges(struct launch *launch)
{
	const struct plan_process *plan = &launch->plan->process;

	/* With the caller's rights, as a directory may be closed to the program's user. */
	int entered = execute_enter_directory(plan->cwd);

	if (entered < 0 && entered != -EACCES && entered != -EPERM)
		return entered;
	launch->cwd_entered = entered == 0;
	try(capabilities_limit(&plan->capabilities));
	if (plan->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(errno, "set no_new_privs");
	try(identity_set(plan));
	try(capabilities_apply(&plan->capabilities));
	/* The change of ids disarmed the one and made the other what fs.suid_dumpable says. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return fail(errno, "stay undumpable");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail(errno, "arm the signal of the parent's death");
	return 0;
}

/* Where the caller's rights did not do, the program's may: a user's directory on a network. */
int init_enter_directory(struct launch *launch)
{
	const char *cwd = launch->plan->process.cwd;

	if (!launch->cwd_entered)
		try(execute_enter_directory(cwd), "process.cwd: enter '%s'", cwd);
	return 0;
}

int init_find_program(struct launch *launch)
{
	return execute_find(&launch->plan->process, kept.text + kept.home, PATH_MAX);
}

/* For the handler of the timer alone. */
static volatile sig_atomic_t waiting; /* for start */
static int late_fifo;
static char late_report[PIPE_BUF];
static size_t late_size;

static void die(int signal)
{
	_exit(128 + signal);
}

/*
 * The timer's signal.  `start` may have come at the last moment, and not been heard: it is told.
 * One that has been heard takes as long as it takes.
 */
static void die_of_time(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code != SI_TIMER)
		die(signal);
	if (!waiting)
		return;
	(void)!write(late_fifo, late_report, late_size);
	die(signal);
}

static void die_when_late(const struct launch *launch)
{
	struct sigaction action = { .sa_sigaction = die_of_time, .sa_flags = SA_SIGINFO };
	char text[128];

	(void)snprintf(text, sizeof(text), "container was not started within %u s of its creation",
		launch->plan->created_timeout);
	late_size = launch_make_report(late_report, -ETIMEDOUT, text);
	late_fifo = launch->report_fifo;
	(void)sigaction(SIGALRM, &action, NULL);
}

/*
 * The first process of a pid namespace ignores what it has no handler for, but a created container
 * that is sent TERM is to end, as in runc.  execve(2) takes the handlers away.
 */
static void die_of_signals(void)
{
	static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM };
	struct sigaction action = { .sa_handler = die };

	for (size_t i = 0; i < COUNT_OF(deadly); i++)
		(void)sigaction(deadly[i], &action, NULL);
}

/*
 * For the assertion alone: without privileges, our parent sees what we hold only while we are
 * dumpable; see init_load_filter().
 */
static int become_visible(const struct launch *launch)
{
	const struct plan *plan = launch->plan;

	if (plan_is_asserted(plan) && !plan->namespaces.by_root && prctl(PR_SET_DUMPABLE, 1) < 0)
		return fail(errno, "become dumpable");
	return 0;
}

/*
 * From here on the end of the channel is what tells us of the parent's: prctl(2) may be what the
 * filter denies, and a detached container outlives its parent.
 */
int init_disarm(struct launch *launch)
{
	if (prctl(PR_SET_PDEATHSIG, 0) < 0)
		return fail(errno, "disarm the signal of the parent's death");
	try(become_visible(launch));
	try(terminal_restore_signals());
	if (plan_is_create(launch->plan))
		die_of_signals();
	if (plan_limits_wait(launch->plan))
		die_when_late(launch);
	return 0;
}

/*
 * `create` ends, `start` comes when it comes.  The fifo is open for both ways, so that read(2)
 * returns for the byte alone.  Failures from here on are told on the other fifo.
 */
int init_wait_for_start(struct launch *launch)
{
	ssize_t n;
	char byte;

	channel_close(&launch->init);
	waiting = true;
	do
		n = read(launch->start_fifo, &byte, 1);
	while (n < 0 && errno == EINTR);
	waiting = false;
	fd_close(&launch->start_fifo);
	return n == 1 ? 0 : fail(n < 0 ? errno : EPIPE, "wait for start");
}

/* The program's environment, HOME included: hooks without their own inherit it. */
int init_run_start_hooks(struct launch *launch)
{
	launch_set_hook_pid(launch->start_hook_state);
	const struct hooks_setting setting = {
		.state = launch->start_hook_state,
		.directory = "/",
		.default_env = launch->plan->process.env,
		.output = launch->hook_output,
		.error_output = launch->hook_error_output,
	};
	return hooks_run(&launch->plan->hooks[PLAN_HOOK_START_CONTAINER], PLAN_HOOK_START_CONTAINER,
		&setting);
}

int init_execute(struct launch *launch)
{
	return execute_program(kept.text + kept.home, &launch->plan->process);
}
