/* What the parent does: stage 0, on the host, with the caller's privileges. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "libcontainer/mount/sources.h"
#include "libcontainer/namespace/idmap.h"
#include "libcontainer/namespace/join.h"
#include "libcontainer/namespace/time.h"
#include "libcontainer/process/affinity.h"
#include "libcontainer/process/limits.h"
#include "libcontainer/process/terminal.h"
#include "libcontainer/rdt/resctrl.h"
#include "libcontainer/security/labels.h"
#include "libcontainer/hook/run.h"
#include "libcontainer/store/directory.h"
#include "libcontainer/store/files.h"
#include "libcontainer/store/status.h"

/* ---- state ---------------------------------------------------------------------------- */

int parent_make_state(struct launch *launch)
{
	if (launch->root_private)
		try(store_keep_private(launch->root));
	return store_make(launch->root, launch->plan->id, &launch->directory);
}

void parent_remove_state(struct launch *launch)
{
	if (store_remove(launch->root, launch->plan->id, launch->directory) < 0)
		log_warning("%s", error_text());
}

int parent_record_intent(struct launch *launch)
{
	struct record *record = launch->record;
	const struct cgroup_paths paths = { record->cgroups, record->cgroup_count };
	auto_free pid_t *pids = NULL;
	size_t count = 0;

	/*
	 * Whose processes are in the cgroup, if we are killed before it is on record that it was
	 * made?  Ours, unless there are some already, and then the creation will be refused.
	 */
	try(cgroup_pids(&paths, &pids, &count));
	record->cgroups_made = count == 0;
	if (launch->plan->rdt.set)
		resctrl_look(&record->rdt);
	record->phase = RECORD_CREATING;
	try(record_save(launch->directory, launch->record));
	return record_save_config(launch->directory, launch->config);
}

int parent_record_init(struct launch *launch)
{
	struct record *record = launch->record;
	struct process_facts facts;

	try(process_read_facts(launch->init_pid, &facts), "read the facts of init");
	record->pid = launch->init_pid;
	record->start_time = facts.start_time;
	record->cgroups_made = record->cgroup_count > 0;
	return record_save(launch->directory, record);
}

int parent_record_created(struct launch *launch)
{
	launch->record->phase = RECORD_CREATED;
	launch->record->started = launch->plan->verb == PLAN_RUN;
	return parent_record_init(launch);
}

int parent_make_fifos(struct launch *launch)
{
	return store_make_fifos(launch->directory, &launch->start_fifo, &launch->report_fifo);
}

/* ---- what only the host can open ------------------------------------------------------- */

int parent_open_host(struct launch *launch)
{
	return procfs_open(&launch->procfs);
}

/* What was compiled for an earlier container: without it all is as well, but takes longer. */
static bool find_filter(struct launch *launch)
{
	auto_close int cache = -EBADF;
	int r = store_open_cache(launch->directory, &cache);

	if (r < 0 && r != -ENOENT)
		log_warning("%s", error_text());
	if (r < 0)
		error_clear();
	return r == 0 && seccomp_find_cached(cache, &launch->filter_key, &launch->filter);
}

int parent_compile_filter(struct launch *launch)
{
	const struct plan_seccomp *plan = &launch->plan->seccomp;

	seccomp_make_key(plan, &launch->filter_key);
	if (find_filter(launch))
		return seccomp_make_flags(plan, &launch->filter.flags);
	launch->filter_is_new = true;
	return seccomp_compile(plan, &launch->filter);
}

int parent_cache_filter(struct launch *launch)
{
	auto_close int cache = -EBADF;

	if (!launch->filter_is_new)
		return 0;
	if (store_make_cache(launch->directory, &cache) == 0) {
		seccomp_add_cached(cache, &launch->filter_key, &launch->filter);
	} else {
		log_debug("%s", error_text());
		error_clear();
	}
	return 0;
}

int parent_keep_filter(struct launch *launch)
{
	return seccomp_save_filter(&launch->filter, launch->directory, STORE_FILTER);
}

int parent_read_filter(struct launch *launch)
{
	return seccomp_read_filter(launch->directory, STORE_FILTER, &launch->filter);
}

int parent_set_initial_cpus(struct launch *launch)
{
	return affinity_set_initial(&launch->plan->process);
}

int parent_raise_limits(struct launch *launch)
{
	limits_raise(&launch->plan->process);
	return 0;
}

int parent_check_labels(struct launch *launch)
{
	const char *process_label = launch->plan->process.selinux_label;
	const char *mount_label = launch->plan->root.mount_label;

	if (!process_label && !mount_label)
		return 0;
	return selinux_check(process_label, mount_label);
}

int parent_open_namespaces(struct launch *launch)
{
	const struct plan_namespaces *plan = &launch->plan->namespaces;

	try(namespaces_open(plan, launch->joins));
	return plan->set_in ? namespaces_check_foreign(plan, launch->joins, launch->procfs) : 0;
}

int parent_open_sources(struct launch *launch)
{
	return sources_open(launch->plan, launch->directory, launch->sources);
}

/* Init has mounted them. */
int parent_forget_nodes(struct launch *launch)
{
	sources_forget(launch->plan, launch->directory);
	return 0;
}

/* ---- cgroup ---------------------------------------------------------------------------- */

/* In one's own pid namespace all end with the first; elsewhere the group is what finds them. */
static void warn_of_no_cgroup(const struct launch *launch)
{
	for (size_t i = 0; i < launch->plan->cgroup.directory_count; i++)
		if (launch->cgroup.fds[i] >= 0)
			return;
	log_warning("linux.namespaces: the container has neither a pid namespace of its own nor a "
		    "control group. Such configuration is strongly discouraged, as not all of its "
		    "processes can be found and killed");
}

int parent_make_cgroup(struct launch *launch)
{
	const struct plan *plan = launch->plan;

	try(cgroup_create(&plan->cgroup, &launch->cgroup));
	if (plan->cgroup.optional && !(plan->namespaces.create & CLONE_NEWPID))
		warn_of_no_cgroup(launch);
	return 0;
}

/* How long what was killed may take to leave its cgroup: milliseconds. */
#define END_TIMEOUT 10000

/*
 * By its descriptors: `delete --force` may have removed a container whose creation hangs, and a new
 * one may have a group of that name by now.
 */
static bool cgroup_is_ours(const struct launch *launch)
{
	for (size_t i = 0; i < launch->cgroups.count; i++) {
		struct stat opened, named;

		if (launch->cgroup.fds[i] < 0 || fstat(launch->cgroup.fds[i], &opened) < 0)
			continue;
		/* Not known is not another's: it would be left behind without a word. */
		if (stat(launch->cgroups.items[i].path, &named) < 0) {
			if (errno == ENOENT)
				return false;
			continue;
		}
		if (opened.st_ino != named.st_ino || opened.st_dev != named.st_dev)
			return false;
	}
	return true;
}

void parent_remove_cgroup(struct launch *launch)
{
	bool ours = cgroup_is_ours(launch);

	/* Where descriptors are scarce, which may be what failed, their removal needs these. */
	cgroup_close(&launch->cgroup);
	if (!ours)
		return;
	if (cgroup_kill(&launch->cgroups, END_TIMEOUT) < 0)
		log_warning("%s", error_text());
	if (cgroup_destroy(&launch->cgroups, END_TIMEOUT) < 0)
		log_warning("%s", error_text());
}

int parent_open_cgroup(struct launch *launch)
{
	return cgroup_open_for_exec(&launch->cgroups, launch->plan->cgroup.exec_groups,
		launch->record->pid, &launch->cgroup);
}

int parent_allow_devices(struct launch *launch)
{
	if (!launch->plan->cgroup.devices_set)
		return 0;
	return cgroup_apply_devices(&launch->plan->cgroup, &launch->cgroup);
}

int parent_move_to_cgroup(struct launch *launch)
{
	bool born = plan_is_born_in_cgroup(launch->plan);

	if (!born && launch->birthplace >= 0)
		try(cgroup_enter(launch->birthplace, launch->init_pid));
	return cgroup_add(&launch->plan->cgroup, &launch->cgroup, launch->init_pid,
		!born && launch->birthplace < 0);
}

int parent_limit_first(struct launch *launch)
{
	return cgroup_apply_first(&launch->plan->cgroup, &launch->cgroup);
}

int parent_limit(struct launch *launch)
{
	if (plan_has_unit(launch->plan))
		try(cgroup_enable_subgroup(&launch->plan->cgroup, &launch->cgroup));
	return cgroup_apply(&launch->plan->cgroup, &launch->cgroup);
}

int parent_delegate_cgroup(struct launch *launch)
{
	return cgroup_delegate(&launch->plan->cgroup, &launch->cgroup);
}

int parent_limit_last(struct launch *launch)
{
	return cgroup_apply_last(&launch->plan->cgroup, &launch->cgroup);
}

/* ---- resctrl --------------------------------------------------------------------------- */

int parent_make_rdt(struct launch *launch)
{
	return resctrl_make(&launch->plan->rdt, &launch->record->rdt);
}

void parent_remove_rdt(struct launch *launch)
{
	if (resctrl_remove(&launch->record->rdt) < 0)
		log_warning("%s", error_text());
}

int parent_set_rdt(struct launch *launch)
{
	return resctrl_set(&launch->plan->rdt, &launch->record->rdt);
}

/* Whose group has been removed meanwhile, is in that of all. */
int parent_join_rdt(struct launch *launch)
{
	const struct plan_rdt_groups *groups = &launch->record->rdt;
	int r = groups->group ? resctrl_join(groups, launch->init_pid) : 0;

	if (r == -ENOENT && launch->plan->verb == PLAN_EXEC) {
		log_warning("linux.intelRdt: the container's group '%s' is gone", groups->group);
		return 0;
	}
	return r == -ENOENT ? fail(r, "linux.intelRdt: join the group '%s'", groups->group) : r;
}

/* ---- namespaces ------------------------------------------------------------------------ */

/* While init is dumpable, so that its files are ours. */
int parent_set_oom_score(struct launch *launch)
{
	return limits_set_oom(launch->procfs, launch->init_pid, &launch->plan->process);
}

static pid_t mapped_pid(const struct launch *launch)
{
	return plan_takes_general_road(launch->plan) ? launch->child_pid : launch->init_pid;
}

int parent_write_id_maps(struct launch *launch)
{
	return users_write_maps(&launch->plan->users, mapped_pid(launch));
}

int parent_write_time_offsets(struct launch *launch)
{
	return time_write_offsets(&launch->plan->namespaces, launch->child_pid);
}

int parent_move_net_devices(struct launch *launch)
{
	return network_devices_move(
		&launch->plan->network, launch->procfs, launch->init_pid, &launch->network);
}

void parent_return_net_devices(struct launch *launch)
{
	network_devices_return(&launch->network);
}

/* ---- hooks ------------------------------------------------------------------------------ */

static int run_hooks(struct launch *launch, enum plan_hook_point point, enum status status)
{
	const struct plan_hooks *hooks = &launch->plan->hooks[point];
	auto_free char *state = NULL;

	if (hooks->count == 0)
		return 0;
	launch->record->pid = launch->init_pid;
	try(status_document(launch->record, status, false, &state));
	struct hooks_setting setting = {
		.state = state,
		.directory = launch->plan->bundle,
		.output = launch->hook_output,
		.error_output = launch->hook_error_output,
	};
	mode_t ours = umask(launch->umask);
	int r = hooks_run(hooks, point, &setting);
	(void)umask(ours);
	return r;
}

int parent_run_host_hooks(struct launch *launch)
{
	try(run_hooks(launch, PLAN_HOOK_PRESTART, STATUS_CREATING));
	return run_hooks(launch, PLAN_HOOK_CREATE_RUNTIME, STATUS_CREATING);
}

int parent_run_poststart_hooks(struct launch *launch)
{
	return run_hooks(launch, PLAN_HOOK_POSTSTART, STATUS_RUNNING);
}

/* ---- the end of the start ---------------------------------------------------------------- */

int parent_take_console(struct launch *launch)
{
	try(channel_expect(&launch->init, MSG_CONSOLE, NULL, &launch->console));
	if (launch->console < 0)
		return refuse_as(EPROTO, "init sent no terminal");
	/* Before the program can write to it, or ask for its size. */
	return terminal_prepare(launch->console);
}

/* End-of-file is what a successful execve leaves, as init's end of the channel is close-on-exec. */
int parent_await_program(struct launch *launch)
{
	int r = channel_expect_end(&launch->init);

	channel_close(&launch->init);
	if (r == -EPIPE)
		return refuse_as(EPIPE, "init ended unexpectedly, before it executed the program");
	return r;
}
