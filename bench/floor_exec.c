/*
 * The floor of exec: joins the namespaces and cgroups of a process and executes a program there,
 * with its capabilities and filter.  What is before "clone" is done by the parent, see floor.h.
 *
 * usage: floor_exec STEP... clone STEP... -- PROGRAM [ARGUMENT...]
 */
#include "bench/floor.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

static int cgroup2 = -1, pidfd;
static int procs[32];
static size_t procs_count;
static char **process_steps;

static void step_cgroup2(char *value)
{
	cgroup2 = must(open(value, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", value);
}

static void step_cgroup1(char *value)
{
	if (procs_count == COUNT_OF(procs))
		stop("too many cgroups", value);
	must(chdir(value), "enter", value);
	procs[procs_count++] = must(open("cgroup.procs", O_WRONLY | O_CLOEXEC), "open", value);
}

/* PID,FLAGS: the parent joins, so that the process is born inside. */
static void step_join(char *value)
{
	pidfd = must(pidfd_open((pid_t)strtol(word(&value), NULL, 10), 0), "pidfd_open", "join");
	must(setns(pidfd, (int)strtol(word(&value), NULL, 16)), "setns", "join");
}

/*
 * FLAGS: the process itself, since with nsdelegate nobody is born from inside a cgroup namespace
 * into a group outside.
 */
static void step_join_late(char *value)
{
	must(setns(pidfd, (int)strtol(value, NULL, 16)), "setns", "join");
}

static const struct step parent_steps[] = { { "cgroup2", step_cgroup2 },
	{ "cgroup1", step_cgroup1 }, { "oom", step_oom }, { "join", step_join },
	{ "filter", step_filter }, { "env", step_env }, { 0 } };

static const struct step process_table[] = { { "join", step_join_late },
	{ "become_root", step_become_root }, { "rlimit", step_rlimit }, { "groups", step_groups },
	{ "seccomp", step_seccomp }, { "caps", step_caps }, { "nnp", step_nnp }, { 0 } };

static void process(void *argument)
{
	(void)argument;
	for (size_t i = 0; i < procs_count; i++)
		must((int)write(procs[i], "0", 1), "join", "cgroup");
	setsid();
	join_keyring();
	execute(do_steps(process_steps, process_table, "--"));
}

int main(int argc, char **argv)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .flags = CLONE_VFORK };
	char stack[65536] __attribute__((aligned(16)));
	int status;
	long pid;

	if (argc < 4)
		stop("usage", "floor_exec STEP... clone STEP... -- PROGRAM");
	process_steps = do_steps(argv + 1, parent_steps, "clone");
	if (cgroup2 >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup2;
	}
	args.stack = (uintptr_t)stack;
	args.stack_size = sizeof(stack);
	pid = clone_here(&args, process, NULL);
	must((int)pid, "clone3", "process");
	must(waitpid((pid_t)pid, &status, 0), "wait", "process");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
