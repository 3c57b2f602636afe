/* What init does, first half: stage 2, the root and what surrounds the program. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/hook/run.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/mount/rootfs.h"
#include "libcontainer/network/loopback.h"
#include "libcontainer/process/settings.h"
#include "libcontainer/process/terminal.h"

int init_begin(struct launch *launch)
{
	/* The lock of the state directory is the parent's. */
	fd_close(&launch->directory);
	fd_close(&launch->target);
	cgroup_close(&launch->cgroup);
	if (setsid() < 0 && errno != EPERM)
		return fail(errno, "start a session");
	/* Modes of what is made here are exact; the program's umask is set last. */
	(void)umask(0);
	return 0;
}

int init_unshare_cgroup(struct launch *launch)
{
	(void)launch;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return fail(errno, "unshare the cgroup namespace");
	return 0;
}

int init_name(struct launch *launch)
{
	if (launch->plan->network.loopback_up)
		try(loopback_up());
	return settings_apply_names(&launch->plan->settings);
}

int init_begin_root(struct launch *launch)
{
	return rootfs_begin(launch->plan, launch->sources, &launch->rootfs);
}

int init_mount(struct launch *launch)
{
	launch->rootfs.map_ids = init_map_mount;
	launch->rootfs.context = launch;
	return mount_all(&launch->rootfs);
}

int init_make_devices(struct launch *launch)
{
	return devices_make(&launch->rootfs);
}

/* exec: the root of the mount namespace that was joined. */
int init_open_root(struct launch *launch)
{
	launch->rootfs.plan = launch->plan;
	launch->rootfs.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (launch->rootfs.root < 0)
		return fail(errno, "open the container's root");
	return 0;
}

/* stdio becomes the terminal at once: where errors go is the channel's business. */
int init_open_terminal(struct launch *launch)
{
	const struct plan *plan = launch->plan;
	auto_close int slave = -EBADF;

	try(terminal_open(launch->rootfs.root, &plan->process, &launch->console, &slave));
	if (plan->devices.console)
		try(console_mount(&launch->rootfs, slave), "mount '/dev/console'");
	try(terminal_take(slave));
	if (launch->console_socket < 0)
		return 0;
	try(terminal_send(launch->console_socket, launch->console), "console socket '%s'",
		plan->console_socket);
	fd_close(&launch->console);
	fd_close(&launch->console_socket);
	return 0;
}

int init_send_console(struct launch *launch)
{
	int r = channel_send(&launch->init, MSG_CONSOLE, 0, launch->console);

	fd_close(&launch->console);
	return r;
}

/*
 * In the container's root, as with runc (crun has the bundle); what is relative is the container's
 * for these.
 * With our caller's umask, as all hooks: what they make must not be writable for all.
 */
int init_run_container_hooks(struct launch *launch)
{
	const enum plan_hook_point point = PLAN_HOOK_CREATE_CONTAINER;
	const struct hooks_setting setting = {
		.state = launch->hook_state,
		.directory_fd = launch->rootfs.root,
		.output = launch->hook_output,
		.error_output = launch->hook_error_output,
	};

	launch_set_hook_pid(launch->hook_state);
	(void)umask(launch->umask);
	int r = hooks_run(&launch->plan->hooks[point], point, &setting);
	(void)umask(0);
	return r;
}

int init_finish_root(struct launch *launch)
{
	return rootfs_finish(&launch->rootfs);
}

int init_enter_root(struct launch *launch)
{
	return rootfs_enter(&launch->rootfs);
}
