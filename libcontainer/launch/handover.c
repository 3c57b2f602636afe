/*
 * What passes between our caller and the container: descriptors to it; to our caller its terminal,
 * its pidfd and its pid; to a seccomp agent the listener of its filter; and to the service manager
 * that it is ready.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/hook/run.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/kernel/socket.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/process/execute.h"
#include "libcontainer/store/directory.h"

int parent_check_descriptors(struct launch *launch)
{
	return descriptors_check(launch->plan->process.inherited_fds);
}

int parent_connect_console(struct launch *launch)
{
	try(socket_connect(launch->plan->console_socket, &launch->console_socket),
		"console socket '%s'", launch->plan->console_socket);
	return 0;
}

/* ---- pidfd and pid ------------------------------------------------------------------------ */

int parent_connect_pidfd(struct launch *launch)
{
	try(socket_connect(launch->plan->pidfd_socket, &launch->pidfd_socket), "pidfd socket '%s'",
		launch->plan->pidfd_socket);
	return 0;
}

/* runc's words for the two kinds of processes, with the descriptor. */
int parent_send_pidfd(struct launch *launch)
{
	const char *kind = launch->plan->verb == PLAN_EXEC ? "setns" : "standard";

	try(socket_send(launch->pidfd_socket, kind, strlen(kind), &launch->init_pidfd, 1),
		"pidfd socket '%s'", launch->plan->pidfd_socket);
	fd_close(&launch->pidfd_socket);
	return 0;
}

/* Engines read it as soon as it exists, so it comes to be whole: a temporary file and rename. */
int parent_write_pid_file(struct launch *launch)
{
	uninitialized char directory[PATH_MAX], text[16];
	auto_close int parent = -EBADF;

	if (!launch->pid_file)
		return 0;

	const char *name = path_name(launch->pid_file);
	int length = (int)(name - launch->pid_file);
	if (length >= (int)sizeof(directory))
		return fail(ENAMETOOLONG, "pid file '%s'", launch->pid_file);
	(void)snprintf(directory, sizeof(directory), "%.*s", length, launch->pid_file);
	parent = open(directory[0] ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return fail(errno, "pid file '%s': open its directory", launch->pid_file);
	(void)snprintf(text, sizeof(text), "%d", launch->init_pid);
	try(file_replace(parent, name, text, strlen(text), 0644), "pid file '%s'",
		launch->pid_file);
	return 0;
}

void parent_remove_pid_file(struct launch *launch)
{
	if (launch->pid_file)
		(void)unlink(launch->pid_file);
}

/* ---- the listener of the system call filter ------------------------------------------------ */

/* s, for which an agent may leave what it is sent unread. */
#define AGENT_PATIENCE 10

/* Engines know these words. */
int parent_connect_agent(struct launch *launch)
{
	try(socket_connect(launch->plan->seccomp.listener_path, &launch->agent),
		"linux.seccomp.listenerPath: failed to connect with seccomp agent");
	return 0;
}

/* -EPIPE is for the end of a role's channel: that of another connection must not look like it. */
static int send_to_agent(int agent, const char *state, int listener)
{
	char words[ERROR_TEXT_SIZE];
	int r = socket_send_all(agent, state, strlen(state), listener, AGENT_PATIENCE);

	if (r != -EPIPE)
		return r;
	(void)snprintf(words, sizeof(words), "%s", error_text());
	return error_set(-ECONNRESET, words);
}

/*
 * Taken from init, since to send it itself init would need system calls that may wait for the very
 * agent that is to get it.
 */
int parent_pass_listener(struct launch *launch)
{
	const struct plan_seccomp *plan = &launch->plan->seccomp;
	bool exec = launch->plan->verb == PLAN_EXEC;
	struct record record = *launch->record;
	auto_close int listener = -EBADF;
	auto_free char *state = NULL;
	int32_t number = -1;

	try(channel_expect(&launch->init, MSG_LISTENER, &number, NULL));
	try(pidfd_take(launch->init_pidfd, number, &listener), "take the listener from init");
	if (!exec)
		record.pid = launch->init_pid;
	try(status_process_document(&record, exec ? launch->status : STATUS_CREATING,
		launch->init_pid, plan->listener_metadata, &state));
	try(send_to_agent(launch->agent, state, listener),
		"linux.seccomp.listenerPath: seccomp agent '%s'", plan->listener_path);
	fd_close(&launch->agent);
	return 0;
}

/* ---- notifications, and what hooks print --------------------------------------------------- */

/* For create, the socket itself is made by `start`, which listens there. */
int parent_make_notify(struct launch *launch)
{
	try(store_make_notify(launch->directory));
	if (plan_is_create(launch->plan))
		return 0;
	return store_bind_notify(launch->directory, &launch->notify);
}

/* By us, since init may not reach them; all hooks of the start get them. */
int parent_open_hook_outputs(struct launch *launch)
{
	return hooks_open_outputs(launch->plan, &launch->hook_output, &launch->hook_error_output);
}
