/*
 * The floor of run: makes what the steps say, executes a program in it, waits for that and removes
 * the cgroups.  What is before "clone" is done by the parent, what is after it by init, see
 * floor.h.
 *
 * usage: floor_run STEP... clone=FLAGS STEP... -- PROGRAM [ARGUMENT...]
 *
 * Its exit status is that of the program.
 */
#include "bench/floor.h"

#include <linux/futex.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int cgroup2 = -1;
static const char *cgroups[32];
static int procs[32];
static size_t cgroup_count;
static uint64_t clone_flags;
static const char *uid_map, *gid_map, *setgroups_word;
static char **init_steps;

/* ---- the parent ------------------------------------------------------------------------- */

static void keep_cgroup(const char *path, int procs_fd)
{
	if (cgroup_count == COUNT_OF(cgroups))
		stop("too many cgroups", path);
	procs[cgroup_count] = procs_fd;
	cgroups[cgroup_count++] = path;
}

static void step_cgroup2(char *value)
{
	cgroup2 = cgroup2_make(value);
	keep_cgroup(value, -1);
}

static void step_cgroup1(char *value)
{
	keep_cgroup(value, cgroup1_make(value));
}

/* PID,FLAGS: joins namespaces of that process. */
static void step_join(char *value)
{
	int pidfd =
		must(pidfd_open((pid_t)strtol(word(&value), NULL, 10), 0), "pidfd_open", "join");

	must(setns(pidfd, (int)strtol(word(&value), NULL, 16)), "setns", "join");
	close(pidfd);
}

/* UID-MAP,GID-MAP,WORD: WORD, where there is one, is for /proc/PID/setgroups. */
static void step_maps(char *value)
{
	uid_map = word(&value);
	gid_map = word(&value);
	setgroups_word = word(&value);
}

static const struct step parent_steps[] = { { "cgroup2", step_cgroup2 },
	{ "cgroup1", step_cgroup1 }, { "oom", step_oom }, { "join", step_join },
	{ "maps", step_maps }, { "filter", step_filter }, { "env", step_env }, { 0 } };

/* ---- between the two: the parent maps ids, and init waits for it ------------------------- */

static struct {
	const char *source, *target;
	uint64_t attributes;
	int mount;
} mapped[64];
static size_t mapped_count, mapped_next;
static uint32_t ready;

static void write_of(pid_t pid, const char *file, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = must(open(path, O_WRONLY | O_CLOEXEC), "open", path);
	must((int)write(fd, text, strlen(text)), "write", path);
	close(fd);
}

/* Mounts whose ids are mapped as init's are: made by the parent, who may, in the shared table. */
static void map_mounts(pid_t pid)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	char path[64];
	int user;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	user = must(open(path, O_RDONLY | O_CLOEXEC), "open", path);
	attr.userns_fd = (uint64_t)user;
	for (size_t i = 0; i < mapped_count; i++) {
		mapped[i].mount = must(open_tree(AT_FDCWD, mapped[i].source,
					       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE),
			"copy", mapped[i].source);
		attr.attr_set = MOUNT_ATTR_IDMAP | mapped[i].attributes;
		must(mount_setattr(mapped[i].mount, "", AT_EMPTY_PATH, &attr, sizeof(attr)), "map",
			mapped[i].source);
	}
	close(user);
}

static void parent_map(pid_t pid)
{
	if (setgroups_word)
		write_of(pid, "setgroups", setgroups_word);
	write_of(pid, "uid_map", uid_map);
	write_of(pid, "gid_map", gid_map);
	if (mapped_count > 0)
		map_mounts(pid);
	__atomic_store_n(&ready, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &ready, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void init_wait_for_maps(void)
{
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) == 0)
		syscall(SYS_futex, &ready, FUTEX_WAIT, 0, NULL, NULL, 0);
	step_become_root(NULL);
}

/* ---- init ------------------------------------------------------------------------------- */

/* The parent has taken it apart already, see collect_mapped(). */
static void step_idmap(char *value)
{
	(void)value;
	must(move_mount(mapped[mapped_next].mount, "", AT_FDCWD, mapped[mapped_next].target,
		     MOVE_MOUNT_F_EMPTY_PATH),
		"attach", mapped[mapped_next].target);
	close(mapped[mapped_next++].mount);
}

/* What takes its owner or its root from the process that makes it, as that is by then. */
static void step_unshare(char *value)
{
	must((int)syscall(SYS_unshare, strtoul(value, NULL, 16)), "unshare", value);
}

static void step_loopback(char *value)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "lo");

	must(ioctl(fd, SIOCSIFFLAGS, &request), "set up", value);
	close(fd);
}

static void step_hostname(char *value)
{
	must(sethostname(value, strlen(value)), "sethostname", value);
}

/* clang-format off */
static const struct step init_table[] = {
	{ "unshare", step_unshare },
	{ "loopback", step_loopback },
	{ "root", step_root },
	{ "fs", step_fs },
	{ "dev", step_dev },
	{ "nodes", step_nodes },
	{ "core", step_core },
	{ "bind", step_bind },
	{ "rbind", step_rbind },
	{ "idmap", step_idmap },
	{ "cgroups1", step_cgroups1 },
	{ "sysctl", step_sysctl },
	{ "maskfile", step_maskfile },
	{ "maskdir", step_maskdir },
	{ "readonly", step_readonly },
	{ "pivot", step_pivot },
	{ "hostname", step_hostname },
	{ "rlimit", step_rlimit },
	{ "groups", step_groups },
	{ "seccomp", step_seccomp },
	{ "caps", step_caps },
	{ "nnp", step_nnp },
	{ 0 },
};
/* clang-format on */

static void init(void *argument)
{
	(void)argument;
	for (size_t i = 0; i < cgroup_count; i++)
		if (procs[i] >= 0)
			must((int)write(procs[i], "0", 1), "join", cgroups[i]);
	if (uid_map)
		init_wait_for_maps();
	setsid();
	join_keyring();
	execute(do_steps(init_steps, init_table, "--"));
}

/* SOURCE,TARGET,ATTRIBUTES of all steps "idmap". */
static void collect_mapped(void)
{
	for (char **step = init_steps; *step && strcmp(*step, "--") != 0; step++) {
		char *value = *step + strlen("idmap=");

		if (strncmp(*step, "idmap=", strlen("idmap=")) != 0)
			continue;
		if (mapped_count == COUNT_OF(mapped))
			stop("too many", *step);
		mapped[mapped_count].source = word(&value);
		mapped[mapped_count].target = word(&value);
		mapped[mapped_count++].attributes = strtoull(word(&value), NULL, 16);
	}
}

int main(int argc, char **argv)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	char stack[65536] __attribute__((aligned(16)));
	char **rest;
	int status;
	long pid;

	if (argc < 4)
		stop("usage", "floor_run STEP... clone=FLAGS STEP... -- PROGRAM");
	rest = do_steps(argv + 1, parent_steps, "clone");
	init_steps = rest;
	clone_flags = strtoull(strchr(rest[-1], '=') + 1, NULL, 16);
	collect_mapped();

#ifndef __x86_64__
	if (uid_map) /* the two would not share memory, see clone_here() */
		stop("only on x86-64", "maps");
#endif
	args.flags = clone_flags | (uid_map ? CLONE_FILES : CLONE_VFORK);
	if (cgroup2 >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup2;
	}
	args.stack = (uintptr_t)stack;
	args.stack_size = sizeof(stack);
	pid = clone_here(&args, init, NULL);
	must((int)pid, "clone3", "init");
	if (uid_map) {
		ends_with_us = (pid_t)pid;
		parent_map((pid_t)pid);
	}

	must(waitpid((pid_t)pid, &status, 0), "wait", "init");
	for (size_t i = 0; i < cgroup_count; i++)
		must(rmdir(cgroups[i]), "rmdir", cgroups[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
