#include "libcontainer/lifecycle/creation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/clock.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/lifecycle/notify.h"
#include "libcontainer/mount/sources.h"
#include "libcontainer/rdt/resctrl.h"
#include "libcontainer/store/directory.h"
#include "oci-spec/json.h"
#include "oci-spec/read.h"
#include "oci-spec/rules.h"

int absolute_path(struct arena *arena, const char *path, const char **ret_path)
{
	uninitialized char directory[PATH_MAX];

	*ret_path = path && *path ? path : NULL;
	if (!*ret_path || path_is_absolute(path))
		return 0;
	if (!getcwd(directory, sizeof(directory)))
		return fail(errno, "get the current directory");
	*ret_path = path_clean(arena, directory, path);
	return 0;
}

unsigned int listen_fds_of_caller(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint32_t value;

	if (!pid || !fds || parse_u32(pid, &value) < 0 || value != (uint32_t)getpid())
		return 0;
	return parse_u32(fds, &value) < 0 || value > INT_MAX ? 0 : value;
}

/*
 * Whether the environment names a bus that is not root's own.  Root of a user namespace may be a
 * user who has mapped itself, or the root of a whole system.
 */
static bool has_user_bus(void)
{
	const char *bus = getenv("DBUS_SESSION_BUS_ADDRESS");
	const char *directory = getenv("XDG_RUNTIME_DIR");

	if (bus)
		return !strstr(bus, "/run/user/0/");
	return directory && strcmp(directory, "/run/user/0") != 0;
}

static bool has_labels(const struct spec_process *process)
{
	return process && (process->apparmor_profile || process->selinux_label);
}

int creation_read_host(const struct spec_config *spec, const struct spec_process *process,
	struct host *ret_host)
{
	try(host_read_caller(ret_host));
	if (has_labels(process) || has_labels(spec->process) ||
		(spec->linux_ && spec->linux_->mount_label))
		host_read_security(ret_host);
	return 0;
}

void creation_set_context(
	const struct container_context *c, const struct host *host, struct plan_options *options)
{
	static const enum plan_cgroup_manager managers[] = {
		[CONTAINER_CGROUPFS] = PLAN_CGROUP_CGROUPFS,
		[CONTAINER_SYSTEMD] = PLAN_CGROUP_SYSTEMD,
		[CONTAINER_CGROUP_DISABLED] = PLAN_CGROUP_DISABLED,
	};

	options->cgroup_manager = managers[c->cgroup_manager];
	options->assert_start = c->assert_start;
	options->user_systemd = host->uid != 0 || (host->in_user_namespace && has_user_bus());
	options->rootless =
		c->rootless == CONTAINER_YES ||
		(c->rootless == CONTAINER_AUTO && (host->uid != 0 || host->in_user_namespace));
}

/* The runtime works in the bundle: relative paths of the spec are meant from there. */
static int enter_bundle(struct creation *creation, const char *bundle)
{
	uninitialized char directory[PATH_MAX];

	if (bundle && chdir(bundle) < 0)
		return fail(errno, "enter the bundle '%s'", bundle);
	if (!getcwd(directory, sizeof(directory)))
		return fail(errno, "get the bundle's path");
	creation->bundle = arena_strdup(&creation->arena, directory);
	return 0;
}

static int resolve_paths(struct creation *creation, const struct container_create_options *o,
	const char **ret_config)
{
	struct arena *arena = &creation->arena;

	try(absolute_path(arena, o->config, ret_config));
	try(absolute_path(arena, o->pid_file, &creation->pid_file));
	try(absolute_path(arena, o->console_socket, &creation->console_socket));
	try(absolute_path(arena, o->pidfd_socket, &creation->pidfd_socket));
	try(absolute_path(arena, o->resctrl, &creation->resctrl));
	try(enter_bundle(creation, o->bundle));
	if (!*ret_config)
		*ret_config = "config.json";
	return 0;
}

static int read_spec(struct creation *creation, const char *path)
{
	int r = file_read(&creation->arena, AT_FDCWD, path, JSON_SIZE_MAX, &creation->config);

	if (r == -ENOENT)
		return refuse_as(ENOENT,
			"JSON specification file %s not found: no such file or "
			"directory (in the bundle '%s')",
			path, creation->bundle);
	if (r < 0)
		return r;
	try(spec_read_config(&creation->arena, creation->config.text, creation->config.size,
		    &creation->spec),
		"%s", path);
	return rules_check(creation->spec);
}

static const char *time_text(struct arena *arena)
{
	struct timespec now;
	char text[CLOCK_TEXT_SIZE];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return arena_strdup(arena, clock_text(&now, true, text));
}

/* Apart from the plan, as systemd has the last word about where they are. */
static struct plan_cgroup_directory *copy_directories(
	struct arena *arena, const struct plan_cgroup *cgroup)
{
	size_t count = cgroup->directory_count;
	struct plan_cgroup_directory *copy =
		arena_new_array(arena, struct plan_cgroup_directory, count);

	for (size_t i = 0; i < count; i++)
		copy[i] = cgroup->directories[i];
	return copy;
}

static void fill_record(struct creation *creation)
{
	const struct plan *plan = &creation->plan;

	creation->record = (struct record){
		.id = plan->id,
		.bundle = plan->bundle,
		.rootfs = plan->root.path,
		.oci_version = plan->oci_version,
		.created = time_text(&creation->arena),
		.owner = "",
		.own_pid_namespace = plan->namespaces.create & CLONE_NEWPID,
		.namespaces = plan->namespaces.have,
		.cgroups = copy_directories(&creation->arena, &plan->cgroup),
		.cgroup_count = plan->cgroup.directory_count,
		.unit = plan->cgroup.unit.name,
		.unit_user = plan->cgroup.unit.user,
		.no_new_keyring = creation->options.no_new_keyring,
		.has_poststart = plan->hooks[PLAN_HOOK_POSTSTART].count > 0,
		.has_poststop = plan->hooks[PLAN_HOOK_POSTSTOP].count > 0,
		.annotations = creation->spec->annotations,
	};
}

static void fill_options(const struct container_context *c,
	const struct container_create_options *o, enum plan_verb verb, struct creation *creation)
{
	creation->options = (struct plan_options){
		.verb = verb,
		.id = o->id,
		.bundle = creation->bundle,
		.state = path_join(&creation->arena, c->root, o->id),
		.no_pivot = o->no_pivot,
		.no_new_keyring = o->no_new_keyring,
		.detach = verb == PLAN_CREATE || o->detach,
		.preserve_fds = o->preserve_fds,
		.listen_fds = listen_fds_of_caller(),
		.console_socket = creation->console_socket,
		.pidfd_socket = creation->pidfd_socket,
		.notify_socket = notify_address(),
		.resctrl = creation->resctrl,
		.general_road = o->general_road,
	};
	creation_set_context(c, &creation->host, &creation->options);
}

/* A terminal needs someone who holds its other end: us in the foreground, else the socket's owner.
 */
static int check_terminal(const struct creation *creation)
{
	bool terminal = creation->spec->process && creation->spec->process->terminal;
	bool detach = creation->options.detach;

	if (terminal && detach && !creation->console_socket)
		return refuse("cannot allocate tty if caisson will detach without setting console "
			      "socket");
	if (creation->console_socket && !(terminal && detach))
		return refuse("cannot use console socket if caisson will not detach or allocate "
			      "tty");
	return 0;
}

/* Looked for only where it is asked for: a host may have thousands of mounts. */
static int find_resctrl(struct creation *creation)
{
	const struct plan_rdt *plan = &creation->plan.rdt;
	const char *mountpoint = plan->mountpoint;

	if (!plan->set)
		return 0;
	if (!mountpoint)
		try(resctrl_find(&creation->arena, &mountpoint));
	resctrl_name(&creation->arena, plan, mountpoint, &creation->record.rdt);
	return 0;
}

int creation_prepare(const struct container_context *c, const struct container_create_options *o,
	enum plan_verb verb, struct creation *ret_creation)
{
	struct creation *creation = ret_creation;
	const char *config;

	(void)prctl(PR_SET_NAME, "caisson:parent");
	try(store_check_id(o->id));
	try(resolve_paths(creation, o, &config));
	try(read_spec(creation, config));
	try(creation_read_host(creation->spec, creation->spec->process, &creation->host));
	try(host_read_cgroups(&creation->arena, &creation->host));
	fill_options(c, o, verb, creation);
	try(check_terminal(creation));
	struct plan_input input = {
		.spec = creation->spec,
		.options = &creation->options,
		.host = &creation->host,
	};
	try(plan_make(&creation->arena, &input, &creation->plan));
	fill_record(creation);
	return find_resctrl(creation);
}

int creation_launch(const struct container_context *c, struct creation *creation)
{
	struct launch *launch = &creation->launch;
	size_t sources = sources_count(&creation->plan);

	launch_init(launch, &creation->plan, &create_steps);
	launch->root = c->root;
	launch->root_private = c->root_private;
	launch->record = &creation->record;
	launch->config = plan_kept(&creation->arena, creation->spec);
	launch->pid_file = creation->pid_file;
	launch->cgroups =
		(struct cgroup_paths){ creation->record.cgroups, creation->record.cgroup_count };
	launch->sources = arena_new_array(&creation->arena, int, sources);
	for (size_t i = 0; i < sources; i++)
		launch->sources[i] = -EBADF;
	/* What comes now leaves traces; from here on a lack of memory is an error like others. */
	arena_seal(&creation->arena);
	launch->umask = creation->host.umask;
	int r = launch_run(launch);
	/* Hooks of a foreground's end are to come. */
	(void)umask(creation->host.umask);
	return r;
}

void creation_done(struct creation *creation)
{
	if (creation->launch.table)
		launch_done(&creation->launch);
	arena_done(&creation->arena);
}
