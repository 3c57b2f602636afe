/* exec: a further process in a container. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/lifecycle/creation.h"
#include "libcontainer/lifecycle/exec_process.h"
#include "libcontainer/lifecycle/foreground.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/plan/exec_cgroup.h"
#include "libcontainer/store/directory.h"

struct execution {
	struct container container;
	const struct spec_config *spec; /* as it was at create */
	struct spec_process *process;   /* what is to be executed */
	const char *pid_file, *console_socket, *pidfd_socket;
	struct host host;
	struct plan_options options;
	struct plan plan;
	struct launch launch;
};

static int check_status(const struct execution *e, const struct container_exec_options *o)
{
	enum status status = e->container.status;

	if (status == STATUS_PAUSED && o->ignore_paused)
		return 0;
	return status_allow(STATUS_VERB_EXEC, status);
}

static int check_terminal(const struct execution *e, const struct container_exec_options *o)
{
	bool terminal = e->process->terminal;

	if (terminal && o->detach && !e->console_socket)
		return refuse("cannot allocate tty if caisson will detach without setting console "
			      "socket");
	if (e->console_socket && !(terminal && o->detach))
		return refuse("cannot use console socket if caisson will not detach or allocate "
			      "tty");
	return 0;
}

/* Which groups to be born in is the record's, or where init has moved meanwhile. */
static int plan_cgroups(struct execution *e, const struct container_exec_options *o)
{
	struct cgroup_paths paths = container_cgroups(&e->container);

	e->plan.cgroup.directories = (struct plan_cgroup_directory *)paths.items;
	e->plan.cgroup.directory_count = paths.count;
	/* Those that create might not make are those of its caller, where we are anyway. */
	e->plan.cgroup.optional = e->options.rootless;
	return plan_exec_cgroup(&e->container.arena, o->cgroups, &e->plan.cgroup);
}

static int prepare(const struct container_context *c, const struct container_exec_options *o,
	struct execution *e)
{
	struct arena *arena = &e->container.arena;

	(void)prctl(PR_SET_NAME, "caisson:parent");
	try(container_open(c, o->id, STORE_UNLOCKED, &e->container));
	try(check_status(e, o));
	try(absolute_path(arena, o->pid_file, &e->pid_file));
	try(absolute_path(arena, o->console_socket, &e->console_socket));
	try(absolute_path(arena, o->pidfd_socket, &e->pidfd_socket));
	try(container_load_config(&e->container, &e->spec));
	try(exec_process_make(arena, e->spec->process, o, &e->process));
	try(check_terminal(e, o));
	/* In which groups is the record's to say. */
	try(creation_read_host(e->spec, e->process, &e->host));
	e->options = (struct plan_options){
		.verb = PLAN_EXEC,
		.id = o->id,
		.bundle = e->container.record.bundle,
		.detach = o->detach,
		.no_new_keyring = e->container.record.no_new_keyring,
		.preserve_fds = o->preserve_fds,
		.listen_fds = listen_fds_of_caller(),
		.console_socket = e->console_socket,
		.pidfd_socket = e->pidfd_socket,
	};
	creation_set_context(c, &e->host, &e->options);
	struct plan_input input = { e->spec, e->process, &e->options, &e->host };
	try(plan_make(arena, &input, &e->plan));
	return plan_cgroups(e, o);
}

static int launch(struct execution *e, const struct container_exec_options *o)
{
	struct launch *launch = &e->launch;

	launch_init(launch, &e->plan, &exec_steps);
	launch->record = &e->container.record;
	launch->directory = fcntl(e->container.directory, F_DUPFD_CLOEXEC, 3);
	if (launch->directory < 0)
		return fail(errno, "duplicate the descriptor of the container's state");
	launch->pid_file = e->pid_file;
	launch->status = e->container.status;
	launch->waits_for_resume = o->ignore_paused;
	launch->cgroups = container_cgroups(&e->container);
	launch->target = fcntl(e->container.pidfd, F_DUPFD_CLOEXEC, 3);
	if (launch->target < 0)
		return fail(errno, "duplicate the descriptor of the container's init");
	return launch_run(launch);
}

/* ms, for an init whose processes have been killed, ours too, and that is about to follow them. */
#define END_TIMEOUT 1000

/* Whichever step met it: where the container's end is the reason, say so. */
static int explain_failure(const struct execution *e, int code)
{
	char words[ERROR_TEXT_SIZE], reason[ERROR_TEXT_SIZE];
	bool sudden = code == -EPIPE || code == -ESRCH;

	(void)snprintf(words, sizeof(words), "%s", error_text());
	if (pidfd_await(e->container.pidfd, sudden ? END_TIMEOUT : 0) < 0)
		return error_set(code, words);
	int r = status_allow(STATUS_VERB_EXEC, STATUS_STOPPED);
	(void)snprintf(reason, sizeof(reason), "%s", error_text());
	(void)error_set(r, words);
	return error_context(r, "%s", reason);
}

int container_exec(
	const struct container_context *c, const struct container_exec_options *o, int *ret_status)
{
	struct execution e = { .container = CONTAINER_NONE };
	int r = prepare(c, o, &e);

	*ret_status = 0;
	if (r == 0 && !o->detach)
		r = foreground_begin(!o->no_subreaper);
	if (r == 0) {
		r = launch(&e, o);
		r = r < 0 ? explain_failure(&e, r) : r;
	}
	if (r == 0 && !o->detach)
		r = foreground_wait(&e.launch, ret_status);
	if (e.launch.table)
		launch_done(&e.launch);
	container_close(&e.container);
	return r;
}
