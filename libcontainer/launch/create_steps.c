/*
 * THE TABLE: the start of a container, top to bottom, for `create` and `run`, by both roads.  On
 * the short road the rows of CHILD and INIT are one process's.
 */
#include "libcontainer/base/cleanup.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"

/* clang-format off */
static const struct step rows[] = {
	/* Before a number of ours could take the place of one that our caller did not open. */
	STEP_WHOLE(ROLE_PARENT, "check the descriptors that are handed on", NULL,
		parent_check_descriptors, NULL),
	/* On record before anything else can be left behind. */
	STEP_WHOLE(ROLE_PARENT, "make the state directory", NULL,
		parent_make_state, parent_remove_state),
	STEP(ROLE_PARENT, "record the container", NULL,
		parent_record_intent, NULL),

	/* All that can fail without having touched anything, and what only the host can open. */
	STEP(ROLE_PARENT, "open the host's proc", NULL,
		parent_open_host, NULL),
	STEP(ROLE_PARENT, "compile the system call filter", plan_has_filter,
		parent_compile_filter, NULL),
	STEP(ROLE_PARENT, "keep the system call filter", plan_has_filter,
		parent_keep_filter, NULL),
	STEP(ROLE_PARENT, "check the labels", NULL,
		parent_check_labels, NULL),
	STEP_WHOLE(ROLE_PARENT, "connect to the console socket", plan_has_console_socket,
		parent_connect_console, NULL),
	STEP_WHOLE(ROLE_PARENT, "connect to the pidfd socket", plan_has_pidfd_socket,
		parent_connect_pidfd, NULL),
	STEP_WHOLE(ROLE_PARENT, "connect to the seccomp agent", plan_has_agent,
		parent_connect_agent, NULL),
	STEP_WHOLE(ROLE_PARENT, "open the output of hooks", plan_redirects_hooks,
		parent_open_hook_outputs, NULL),
	STEP(ROLE_PARENT, "open the namespaces to be joined", plan_joins,
		parent_open_namespaces, NULL),
	STEP(ROLE_PARENT, "make the fifos", plan_is_create,
		parent_make_fifos, NULL),
	STEP(ROLE_PARENT, "make the socket for notifications", plan_is_notified,
		parent_make_notify, NULL),
	STEP(ROLE_PARENT, "open the sources of mounts, make those of devices", plan_has_sources,
		parent_open_sources, NULL),

	/* Before init, which is born in it; device rules too, so that there is no moment without. */
	STEP(ROLE_PARENT, "make the cgroup", plan_makes_cgroup,
		parent_make_cgroup, parent_remove_cgroup),
	STEP(ROLE_PARENT, "set the device rules", plan_makes_cgroup,
		parent_allow_devices, NULL),
	/* cgroup2 is charged by 64 pages where there is no limit yet, and takes them back late. */
	STEP(ROLE_PARENT, "set the limits of memory", plan_has_first_limits,
		parent_limit_first, NULL),

	STEP(ROLE_PARENT, "make the group of resctrl", plan_has_rdt,
		parent_make_rdt, parent_remove_rdt),
	STEP(ROLE_PARENT, "set the schemata of resctrl", plan_has_rdt,
		parent_set_rdt, NULL),

	STEP(ROLE_PARENT, "raise the hard limits", plan_raises_limits,
		parent_raise_limits, NULL),
	STEP(ROLE_PARENT, "start the child", plan_takes_general_road,
		parent_start_child, parent_end_child),
	STEP(ROLE_PARENT, "start init", plan_takes_short_road,
		parent_start_init, parent_end_init),

	/*
	 * systemd makes no scope without a process.  The child is it, as long as it is nobody else,
	 * in a user namespace or by its name in another pid namespace; and init is born there.
	 */
	STEP(ROLE_PARENT, "have systemd make the cgroup", plan_has_unit,
		parent_start_unit, parent_stop_unit),
	STEP(ROLE_PARENT, "set the device rules", plan_has_unit,
		parent_allow_devices, NULL),
	SEND_BY(ROLE_PARENT, UNIT_MADE, plan_has_unit, parent_send_birthplace),
	WAIT_BY(ROLE_CHILD, UNIT_MADE, plan_has_unit, child_take_birthplace),

	/* With the host's ids, and while /proc/self is still ours: see child_hide(). */
	STEP(ROLE_CHILD, "set the oom score", plan_scores_by_child,
		child_set_oom_score, NULL),
	/* Nobody in a namespace that is joined may trace us or open our descriptors (CVE-2016-9962). */
	STEP(ROLE_CHILD, "become undumpable", NULL,
		child_hide, NULL),
	STEP(ROLE_CHILD, "join namespaces", plan_joins,
		child_join, NULL),

	/* The user namespace before the others, which are to belong to it; maps before becoming root. */
	STEP(ROLE_CHILD, "make the user namespace", plan_new_user,
		child_unshare_user, NULL),
	SEND(ROLE_CHILD, WANT_IDMAP, plan_maps_ids),
	WAIT(ROLE_PARENT, WANT_IDMAP, plan_maps_ids),
	STEP(ROLE_PARENT, "set the oom score", plan_scores_by_parent,
		parent_set_oom_score, NULL),
	STEP(ROLE_PARENT, "write the id maps", plan_maps_ids,
		parent_write_id_maps, NULL),
	SEND(ROLE_PARENT, IDMAP_DONE, plan_maps_ids),
	WAIT(ROLE_CHILD, IDMAP_DONE, plan_maps_ids),
	STEP(ROLE_CHILD, "become root of the user namespace", plan_maps_ids,
		child_become_root, NULL),

	STEP(ROLE_CHILD, "make the other namespaces", plan_unshares,
		child_unshare, NULL),
	/* Offsets can be written only until a process is born into the time namespace. */
	SEND(ROLE_CHILD, WANT_TIME_OFFSETS, plan_new_time),
	WAIT(ROLE_PARENT, WANT_TIME_OFFSETS, plan_new_time),
	STEP(ROLE_PARENT, "write the time offsets", plan_new_time,
		parent_write_time_offsets, NULL),
	SEND(ROLE_PARENT, TIME_OFFSETS_DONE, plan_new_time),
	WAIT(ROLE_CHILD, TIME_OFFSETS_DONE, plan_new_time),

	STEP(ROLE_CHILD, "start init", plan_takes_general_road,
		child_start_init, NULL),
	SEND_BY(ROLE_CHILD, INIT_PID, plan_takes_general_road, child_send_init_pid),
	WAIT_BY(ROLE_PARENT, INIT_PID, plan_takes_general_road, parent_take_init_pid),
	STEP(ROLE_PARENT, "reap the child", plan_takes_general_road,
		parent_reap_child, parent_end_init),

	/* Hooks may hang, and their processes outlive us and init: delete is to find them. */
	STEP(ROLE_PARENT, "record init", plan_has_hooks,
		parent_record_init, NULL),

	/* Before init starts anyone who would not inherit it. */
	STEP(ROLE_PARENT, "join the group of resctrl", plan_has_rdt,
		parent_join_rdt, NULL),

	/* The cgroup before the cgroup namespace, whose root it becomes. */
	STEP(ROLE_PARENT, "join the cgroup", plan_moves_to_cgroup,
		parent_move_to_cgroup, NULL),
	SEND(ROLE_PARENT, CGROUP_DONE, plan_moves_to_cgroup),
	STEP(ROLE_INIT, "begin a session", NULL,
		init_begin, NULL),
	WAIT(ROLE_INIT, CGROUP_DONE, plan_moves_to_cgroup),
	STEP(ROLE_INIT, "make the cgroup namespace", plan_new_cgroup_namespace,
		init_unshare_cgroup, NULL),

	/* The child is gone and init is in: pids.limit 1 leaves room for init alone. */
	STEP(ROLE_PARENT, "set the limits of the cgroup", plan_has_cgroup,
		parent_limit, NULL),

	STEP(ROLE_PARENT, "hand the cgroup over", plan_delegates_cgroup,
		parent_delegate_cgroup, NULL),

	/* Before hooks look at them and sysctls name them. */
	STEP(ROLE_PARENT, "move the network devices", plan_has_net_devices,
		parent_move_net_devices, parent_return_net_devices),
	SEND(ROLE_PARENT, NET_DEVICES_DONE, plan_has_net_devices),
	WAIT(ROLE_INIT, NET_DEVICES_DONE, plan_has_net_devices),
	STEP(ROLE_INIT, "bring up loopback, set host name and domain name", NULL,
		init_name, NULL),
	STEP(ROLE_INIT, "mount the root", NULL,
		init_begin_root, NULL),
	STEP(ROLE_INIT, "mount the file systems", NULL,
		init_mount, NULL),
	/* Mounts are numbered, so these two take as many messages as there are: mount_ids.c. */
	STEP_WHOLE(ROLE_PARENT, "map the ids of mounts", plan_maps_mounts,
		parent_map_mounts, NULL),
	STEP(ROLE_INIT, "make the devices", NULL,
		init_make_devices, NULL),
	/* Before the root becomes read-only: /dev/console is made in it. */
	STEP(ROLE_INIT, "open the terminal", plan_has_terminal,
		init_open_terminal, NULL),
	SEND_BY(ROLE_INIT, CONSOLE, plan_relays_terminal, init_send_console),
	WAIT_BY(ROLE_PARENT, CONSOLE, plan_relays_terminal, parent_take_console),

	/* Hooks of the host see the mounts and may add to them; those of the container come last. */
	SEND(ROLE_INIT, WANT_HOOKS, plan_has_host_hooks),
	WAIT(ROLE_PARENT, WANT_HOOKS, plan_has_host_hooks),
	STEP_WHOLE(ROLE_PARENT, "run the prestart and createRuntime hooks", plan_has_host_hooks,
		parent_run_host_hooks, NULL),
	SEND(ROLE_PARENT, HOOKS_DONE, plan_has_host_hooks),
	WAIT(ROLE_INIT, HOOKS_DONE, plan_has_host_hooks),
	STEP_WHOLE(ROLE_INIT, "run the createContainer hooks", plan_has_container_hooks,
		init_run_container_hooks, NULL),

	STEP(ROLE_INIT, "hide paths, make read-only", NULL,
		init_finish_root, NULL),
	/* While the host's proc is there to be written through. */
	STEP(ROLE_INIT, "write the sysctls", NULL,
		init_set_settings, NULL),
	STEP(ROLE_INIT, "enter the root", NULL,
		init_enter_root, NULL),

	STEP(ROLE_INIT, "find HOME", NULL,
		init_find_home, NULL),
	STEP(ROLE_INIT, "join the keyring, set the labels", NULL,
		init_set_labels, NULL),
	STEP(ROLE_INIT, "close descriptors", NULL,
		init_close_descriptors, NULL),
	/* Before limits and filters, which may leave no timer. */
	STEP(ROLE_INIT, "limit the wait for start", plan_limits_wait,
		init_limit_wait, NULL),
	STEP(ROLE_INIT, "set the resource limits and the scheduling", NULL,
		init_set_limits, NULL),
	STEP(ROLE_INIT, "load the system call filter", plan_loads_filter_early,
		init_load_filter, NULL),
	/*
	 * At once, by write(2) alone: any other call of ours may be one that waits for the agent, and
	 * so does the read(2) of the answer, which comes when the agent is there.
	 */
	SEND_BY(ROLE_INIT, LISTENER, plan_has_agent_early, init_offer_listener),
	WAIT_BY(ROLE_INIT, LISTENER_DONE, plan_has_agent_early, init_drop_listener),
	/* Ids and capabilities last; the program is looked up with them. */
	STEP(ROLE_INIT, "drop capabilities, become the user", NULL,
		init_drop_privileges, NULL),
	STEP_WHOLE(ROLE_INIT, "enter the working directory", NULL,
		init_enter_directory, NULL),
	STEP_WHOLE(ROLE_INIT, "find the program", NULL,
		init_find_program, NULL),
	/* From here on only read, write, close, execve and exit: what any filter allows. */
	STEP(ROLE_INIT, "outlive the parent", NULL,
		init_disarm, NULL),
	STEP(ROLE_INIT, "load the system call filter", plan_loads_filter_late,
		init_load_filter, NULL),
	SEND_BY(ROLE_INIT, LISTENER, plan_has_agent_late, init_offer_listener),
	WAIT_BY(ROLE_INIT, LISTENER_DONE, plan_has_agent_late, init_drop_listener),
	WAIT_BY(ROLE_PARENT, LISTENER, plan_has_agent, parent_pass_listener),
	SEND(ROLE_PARENT, LISTENER_DONE, plan_has_agent),
	SEND(ROLE_INIT, READY, NULL),
	WAIT(ROLE_PARENT, READY, NULL),
	STEP_WHOLE(ROLE_PARENT, "compare init with the plan", plan_is_asserted,
		parent_assert_init, NULL),
	/* Nothing but init is to be started in its group any more: pids.limit 0 forbids it. */
	STEP(ROLE_PARENT, "set the last limits of the cgroup", plan_has_last_limits,
		parent_limit_last, NULL),
	STEP(ROLE_PARENT, "remove the names of device nodes", plan_has_nodes,
		parent_forget_nodes, NULL),
	STEP(ROLE_PARENT, "record the container", NULL,
		parent_record_created, NULL),
	STEP_WHOLE(ROLE_PARENT, "send the pidfd", plan_has_pidfd_socket,
		parent_send_pidfd, NULL),
	STEP_WHOLE(ROLE_PARENT, "write the pid file", NULL,
		parent_write_pid_file, parent_remove_pid_file),
	STEP_WHOLE(ROLE_PARENT, "trace init", plan_asserts_program,
		parent_trace_init, NULL),
	SEND(ROLE_PARENT, RELEASE, NULL),
	WAIT(ROLE_INIT, RELEASE, NULL),

	/* create returns here; run goes on. */
	STEP(ROLE_INIT, "wait for start", plan_is_create,
		init_wait_for_start, NULL),
	STEP_WHOLE(ROLE_INIT, "run the startContainer hooks", plan_has_start_hooks,
		init_run_start_hooks, NULL),
	STEP_WHOLE(ROLE_INIT, "execute the program", NULL,
		init_execute, NULL),
	STEP_WHOLE(ROLE_PARENT, "compare the program with the plan", plan_asserts_program,
		parent_assert_program, NULL),
	STEP_WHOLE(ROLE_PARENT, "wait for the program to be executed", plan_is_run,
		parent_await_program, NULL),
	STEP_WHOLE(ROLE_PARENT, "run the poststart hooks", plan_has_poststart_hooks,
		parent_run_poststart_hooks, NULL),
	/* When nobody waits for it, and nothing can fail any more: an error leaves nothing. */
	STEP(ROLE_PARENT, "cache the system call filter", plan_has_filter,
		parent_cache_filter, NULL),
};
/* clang-format on */

const struct step_table create_steps = { rows, COUNT_OF(rows) };
