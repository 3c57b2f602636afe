/*
 * The start of a further process in a container that exists: `exec`, by the general road only.
 * From its birth init is in the container's pid namespace, and seen by its processes: it is born
 * when all that is the host's has been left behind.
 */
#include "libcontainer/base/cleanup.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"

/* clang-format off */
static const struct step rows[] = {
	STEP_WHOLE(ROLE_PARENT, "check the descriptors that are handed on", NULL,
		parent_check_descriptors, NULL),
	STEP(ROLE_PARENT, "open the host's proc", NULL,
		parent_open_host, NULL),
	STEP(ROLE_PARENT, "read the container's system call filter", plan_has_filter,
		parent_read_filter, NULL),
	STEP(ROLE_PARENT, "check the labels", NULL,
		parent_check_labels, NULL),
	STEP_WHOLE(ROLE_PARENT, "connect to the console socket", plan_has_console_socket,
		parent_connect_console, NULL),
	STEP_WHOLE(ROLE_PARENT, "connect to the pidfd socket", plan_has_pidfd_socket,
		parent_connect_pidfd, NULL),
	STEP_WHOLE(ROLE_PARENT, "connect to the seccomp agent", plan_has_agent,
		parent_connect_agent, NULL),
	STEP(ROLE_PARENT, "open the cgroup", plan_has_cgroup,
		parent_open_cgroup, NULL),

	STEP(ROLE_PARENT, "set the initial cpu affinity", plan_has_initial_cpus,
		parent_set_initial_cpus, NULL),
	STEP(ROLE_PARENT, "raise the hard limits", plan_raises_limits,
		parent_raise_limits, NULL),
	STEP(ROLE_PARENT, "start the child", NULL,
		parent_start_child, parent_end_child),

	STEP(ROLE_CHILD, "set the oom score", plan_scores_by_child,
		child_set_oom_score, NULL),
	/* Before the container's namespaces are entered: its processes must find nothing to trace. */
	STEP(ROLE_CHILD, "become undumpable", NULL,
		child_hide, NULL),
	/* By the host's proc; init inherits them. */
	STEP(ROLE_CHILD, "set the labels", NULL,
		child_set_labels, NULL),
	STEP(ROLE_CHILD, "enter the container's namespaces", NULL,
		child_enter_container, NULL),
	STEP(ROLE_CHILD, "close the host's descriptors", NULL,
		child_close_descriptors, NULL),

	STEP(ROLE_CHILD, "start the process", NULL,
		child_start_init, NULL),
	SEND_BY(ROLE_CHILD, INIT_PID, NULL, child_send_init_pid),
	WAIT_BY(ROLE_PARENT, INIT_PID, NULL, parent_take_init_pid),
	STEP(ROLE_PARENT, "reap the child", NULL,
		parent_reap_child, parent_end_init),

	STEP(ROLE_PARENT, "join the group of resctrl", plan_has_rdt,
		parent_join_rdt, NULL),
	STEP(ROLE_PARENT, "join the cgroup", plan_moves_to_cgroup,
		parent_move_to_cgroup, NULL),
	SEND(ROLE_PARENT, CGROUP_DONE, plan_moves_to_cgroup),
	STEP(ROLE_INIT, "begin a session", NULL,
		init_begin, NULL),
	WAIT(ROLE_INIT, CGROUP_DONE, plan_moves_to_cgroup),

	STEP(ROLE_INIT, "open the container's root", NULL,
		init_open_root, NULL),
	STEP(ROLE_INIT, "open the terminal", plan_has_terminal,
		init_open_terminal, NULL),
	SEND_BY(ROLE_INIT, CONSOLE, plan_relays_terminal, init_send_console),
	WAIT_BY(ROLE_PARENT, CONSOLE, plan_relays_terminal, parent_take_console),

	STEP(ROLE_INIT, "find HOME", NULL,
		init_find_home, NULL),
	STEP(ROLE_INIT, "join the keyring", NULL,
		init_join_keyring, NULL),
	STEP(ROLE_INIT, "close descriptors", NULL,
		init_close_descriptors, NULL),
	STEP(ROLE_INIT, "set the resource limits and the scheduling", NULL,
		init_set_limits, NULL),
	STEP(ROLE_INIT, "load the system call filter", plan_loads_filter_early,
		init_load_filter, NULL),
	SEND_BY(ROLE_INIT, LISTENER, plan_has_agent_early, init_offer_listener),
	WAIT_BY(ROLE_INIT, LISTENER_DONE, plan_has_agent_early, init_drop_listener),
	STEP(ROLE_INIT, "drop capabilities, become the user", NULL,
		init_drop_privileges, NULL),
	STEP_WHOLE(ROLE_INIT, "enter the working directory", NULL,
		init_enter_directory, NULL),
	STEP_WHOLE(ROLE_INIT, "find the program", NULL,
		init_find_program, NULL),
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
	STEP_WHOLE(ROLE_PARENT, "send the pidfd", plan_has_pidfd_socket,
		parent_send_pidfd, NULL),
	STEP_WHOLE(ROLE_PARENT, "write the pid file", NULL,
		parent_write_pid_file, parent_remove_pid_file),
	STEP_WHOLE(ROLE_PARENT, "trace init", plan_asserts_program,
		parent_trace_init, NULL),
	SEND(ROLE_PARENT, RELEASE, NULL),
	WAIT(ROLE_INIT, RELEASE, NULL),
	STEP_WHOLE(ROLE_INIT, "execute the program", NULL,
		init_execute, NULL),
	STEP_WHOLE(ROLE_PARENT, "compare the program with the plan", plan_asserts_program,
		parent_assert_program, NULL),
	STEP_WHOLE(ROLE_PARENT, "wait for the program to be executed", NULL,
		parent_await_program, NULL),
};
/* clang-format on */

const struct step_table exec_steps = { rows, COUNT_OF(rows) };
