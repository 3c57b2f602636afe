/*
 * What the steps do, by the role that does it: the prefix says which process runs a function, and
 * each role has a file.  For the order, see create_steps.c and exec_steps.c.
 */
#pragma once

struct launch;

/* ---- parent.c ---------------------------------------------------------------------- */

int parent_make_state(struct launch *launch);
void parent_remove_state(struct launch *launch);
int parent_record_intent(struct launch *launch);
int parent_open_host(struct launch *launch);
int parent_compile_filter(struct launch *launch);
int parent_cache_filter(struct launch *launch);
int parent_keep_filter(struct launch *launch); /* for exec */
int parent_read_filter(struct launch *launch);
int parent_set_initial_cpus(struct launch *launch);
int parent_raise_limits(struct launch *launch);
int parent_check_labels(struct launch *launch);
int parent_open_namespaces(struct launch *launch);
int parent_make_fifos(struct launch *launch);
int parent_open_sources(struct launch *launch);
int parent_forget_nodes(struct launch *launch);
int parent_make_cgroup(struct launch *launch);
void parent_remove_cgroup(struct launch *launch);
int parent_allow_devices(struct launch *launch);
int parent_start_unit(struct launch *launch);
void parent_stop_unit(struct launch *launch);
int parent_send_birthplace(struct launch *launch);
int parent_set_oom_score(struct launch *launch);
int parent_write_id_maps(struct launch *launch);
int parent_write_time_offsets(struct launch *launch);
int parent_move_to_cgroup(struct launch *launch);
int parent_limit(struct launch *launch);
int parent_delegate_cgroup(struct launch *launch);
int parent_limit_first(struct launch *launch);
int parent_limit_last(struct launch *launch);
int parent_map_mounts(struct launch *launch); /* mount_ids.c */
int parent_make_rdt(struct launch *launch);
void parent_remove_rdt(struct launch *launch);
int parent_set_rdt(struct launch *launch);
int parent_join_rdt(struct launch *launch);
int parent_move_net_devices(struct launch *launch);
void parent_return_net_devices(struct launch *launch);
int parent_run_host_hooks(struct launch *launch);
int parent_take_console(struct launch *launch);
int parent_record_init(struct launch *launch);
int parent_record_created(struct launch *launch);
int parent_await_program(struct launch *launch);
int parent_run_poststart_hooks(struct launch *launch);
/* exec */
int parent_open_cgroup(struct launch *launch);

/* ---- parent_assert.c --------------------------------------------------------------- */

int parent_assert_init(struct launch *launch);
int parent_trace_init(struct launch *launch);
int parent_assert_program(struct launch *launch);

/* ---- handover.c: between our caller and the container ------------------------------- */

int parent_check_descriptors(struct launch *launch);
int parent_connect_console(struct launch *launch);
int parent_connect_pidfd(struct launch *launch);
int parent_make_notify(struct launch *launch);
int parent_open_hook_outputs(struct launch *launch);
int parent_connect_agent(struct launch *launch);
int parent_pass_listener(struct launch *launch);
int parent_send_pidfd(struct launch *launch);
int parent_write_pid_file(struct launch *launch);
void parent_remove_pid_file(struct launch *launch);

/* ---- child.c ----------------------------------------------------------------------- */

int child_take_birthplace(struct launch *launch);
int child_set_oom_score(struct launch *launch);
int child_hide(struct launch *launch);
int child_join(struct launch *launch);
int child_unshare_user(struct launch *launch);
int child_become_root(struct launch *launch);
int child_unshare(struct launch *launch);
/* exec */
int child_set_labels(struct launch *launch);
int child_enter_container(struct launch *launch);
int child_close_descriptors(struct launch *launch);

/* ---- init.c: the root and what surrounds the program ------------------------------- */

int init_begin(struct launch *launch);
int init_unshare_cgroup(struct launch *launch);
int init_name(struct launch *launch);
int init_begin_root(struct launch *launch);
int init_mount(struct launch *launch);
/* mount_ids.c: what rootfs.map_ids is. */
int init_map_mount(void *context, const struct plan_mount *mount, int fd);
int init_make_devices(struct launch *launch);
int init_open_terminal(struct launch *launch);
int init_send_console(struct launch *launch);
int init_run_container_hooks(struct launch *launch);
int init_finish_root(struct launch *launch);
int init_enter_root(struct launch *launch);
int init_open_root(struct launch *launch);

/* ---- init_process.c: the program ----------------------------------------------------- */

int init_set_settings(struct launch *launch);
int init_limit_wait(struct launch *launch);
int init_set_limits(struct launch *launch);
int init_set_labels(struct launch *launch);
int init_join_keyring(struct launch *launch); /* exec */
int init_find_home(struct launch *launch);
int init_close_descriptors(struct launch *launch);
int init_load_filter(struct launch *launch);
int init_offer_listener(struct launch *launch);
int init_drop_listener(struct launch *launch);
int init_drop_privileges(struct launch *launch);
int init_enter_directory(struct launch *launch);
int init_find_program(struct launch *launch);
int init_disarm(struct launch *launch);
int init_wait_for_start(struct launch *launch);
int init_run_start_hooks(struct launch *launch);
int init_execute(struct launch *launch);

/* ---- spawn.c: new processes ---------------------------------------------------------------- */

int parent_start_child(struct launch *launch); /* general road */
int parent_start_init(struct launch *launch);  /* short road */
int child_start_init(struct launch *launch);   /* general road */
int child_send_init_pid(struct launch *launch);
int parent_take_init_pid(struct launch *launch);
int parent_reap_child(struct launch *launch);
void parent_end_child(struct launch *launch);
void parent_end_init(struct launch *launch);
