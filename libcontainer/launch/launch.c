#include "libcontainer/launch/launch.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/mount/sources.h"
#include "libcontainer/namespace/join.h"

void launch_init(struct launch *launch, const struct plan *plan, const struct step_table *table)
{
	memset(launch, 0, sizeof(*launch));
	launch->plan = plan;
	launch->table = table;
	launch->target = -EBADF;
	launch->directory = -EBADF;
	launch->procfs = -EBADF;
	launch->console_socket = launch->pidfd_socket = launch->notify = -EBADF;
	launch->agent = launch->listener = -EBADF;
	launch->hook_output = launch->hook_error_output = -EBADF;
	launch->start_fifo = launch->report_fifo = -EBADF;
	launch->child = launch->init = (struct channel){ .fd = -EBADF, .peer_fd = -EBADF };
	launch->child_pidfd = launch->init_pidfd = -EBADF;
	launch->console = -EBADF;
	launch->rootfs.root = -EBADF;
	launch->rootfs.tree.fd = launch->rootfs.mask.fd = -EBADF;
	for (size_t i = 0; i < PLAN_JOINS_MAX; i++)
		launch->joins[i] = -EBADF;
	launch->birthplace = -EBADF;
	launch->network = (struct network_devices)NETWORK_DEVICES_NONE;
	for (size_t i = 0; i < CGROUP_DIRECTORIES_MAX; i++)
		launch->cgroup.fds[i] = -EBADF;
}

void launch_done(struct launch *launch)
{
	fd_close(&launch->target);
	fd_close(&launch->directory);
	fd_close(&launch->procfs);
	fd_close(&launch->console_socket);
	fd_close(&launch->pidfd_socket);
	fd_close(&launch->notify);
	fd_close(&launch->agent);
	fd_close(&launch->hook_output);
	fd_close(&launch->hook_error_output);
	fd_close(&launch->start_fifo);
	fd_close(&launch->report_fifo);
	fd_close(&launch->child_pidfd);
	fd_close(&launch->init_pidfd);
	fd_close(&launch->console);
	channel_close(&launch->child);
	channel_close(&launch->init);
	namespaces_close(launch->joins);
	if (launch->sources)
		sources_close(launch->plan, launch->sources);
	cgroup_close(&launch->cgroup);
	fd_close(&launch->birthplace);
	network_devices_done(&launch->network);
	free(launch->unit_path);
	seccomp_filter_done(&launch->filter);
	free(launch->hook_state);
	free(launch->start_hook_state);
	free(launch->expected);
}

/* As long as a pid can be; init writes its own over it, see launch_set_hook_pid(). */
#define PID_TO_COME INT32_MAX
#define PID_DIGITS 10

/* The states that hooks in the container read, but for the pid. */
static int prepare_hook_states(struct launch *launch)
{
	const struct plan *plan = launch->plan;
	struct record record = *launch->record;

	record.pid = PID_TO_COME;
	if (plan_has_container_hooks(plan))
		try(status_document(&record, STATUS_CREATING, false, &launch->hook_state));
	if (plan_has_start_hooks(plan))
		try(status_document(&record, STATUS_CREATED, false, &launch->start_hook_state));
	return 0;
}

/* JSON takes blanks after a number.  In its strings a quote is escaped, so the first key is it. */
void launch_set_hook_pid(char *state)
{
	static const char key[] = "\"pid\":";
	char *at = strstr(state, key);
	char digits[PID_DIGITS + 1];

	assert(at && atoll(at + strlen(key)) == PID_TO_COME);
	(void)snprintf(digits, sizeof(digits), "%-*d", PID_DIGITS, getpid());
	memcpy(at + strlen(key), digits, PID_DIGITS);
}

int launch_run(struct launch *launch)
{
	launch->roles = ROLE_PARENT;
	try(prepare_hook_states(launch));
	int r = steps_walk(launch, launch->table);
	/* A run in the foreground must not keep the namespace of a container that has ended. */
	network_devices_done(&launch->network);
	return r;
}
