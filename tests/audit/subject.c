#include "tests/audit/subject.h"

#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "libcontainer/base/path.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/kernel/procfs.h"

/* Another class than all begin with: 2, best effort, and its lowest priority. */
#define IO_PRIORITY (2 << 13 | 7)

/* The descriptor on which it waits. */
#define SUBJECT_PIPE 10

/* Of our own status, in base 16. */
static uint64_t subject_status(struct subject *subject, const char *name)
{
	struct audit_view view = { .procfs = subject->audit.procfs };
	const char *text, *field;

	assert_int_equal(view_read(&view, 0, "status", &text), 0);
	field = view_field(&view, text, name);
	assert_non_null(field);
	uint64_t value = strtoull(field, NULL, 16);
	view_close(&view);
	return value;
}

static void subject_live(int wait)
{
	const char *const args[] = { "true", NULL };
	unsigned char all_cpus[1024];
	char byte;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)syscall(SYS_ioprio_set, 1, 0, IO_PRIORITY);
	/* All that its cpuset has, not what the test was bound to. */
	memset(all_cpus, 0xff, sizeof(all_cpus));
	(void)sched_setaffinity(0, sizeof(all_cpus), (const cpu_set_t *)all_cpus);
	/* Not the test's own, nor those of whoever runs it. */
	(void)dup3(wait, SUBJECT_PIPE, O_CLOEXEC);
	for (int fd = 3; fd < SUBJECT_PIPE; fd++)
		(void)close(fd);
	(void)fd_close_from(SUBJECT_PIPE + 1);
	if (read(SUBJECT_PIPE, &byte, 1) == 1)
		(void)execve("/bin/true", (char *const *)args, environ);
	_exit(1);
}

static void subject_plan_group(struct subject *subject)
{
	static struct host host;

	assert_int_equal(host_read(&subject->arena, &host), 0);
	if (host.hierarchy_count == 0)
		return;
	const struct host_hierarchy *own = &host.hierarchies[host.hierarchy_count - 1];
	subject->group = (struct plan_cgroup_directory){
		.mountpoint = own->mountpoint,
		.path = path_join(&subject->arena, own->mountpoint, own->own),
		.controllers = own->controllers,
		.unified = own->unified,
	};
	subject->audit.groups = &subject->group;
	subject->audit.group_fds = &subject->group_fd;
	subject->audit.group_count = 1;
}

/* As it is for the test, whose namespaces it has. */
static void subject_plan_settings(struct subject *subject)
{
	struct plan_settings *plan = &subject->plan.settings;
	struct audit_view view = { .audit = &subject->audit, .procfs = subject->audit.procfs };
	auto_str struct str cpus = { 0 };

	assert_int_equal(gethostname(subject->hostname, sizeof(subject->hostname)), 0);
	assert_int_equal(getdomainname(subject->domainname, sizeof(subject->domainname)), 0);
	plan->hostname = subject->hostname[0] ? subject->hostname : NULL;
	plan->domainname = subject->domainname[0] ? subject->domainname : NULL;
	ssize_t length = procfs_read(
		subject->audit.procfs, "sys/kernel/shmmni", subject->value, sizeof(subject->value));
	subject->setting = (struct plan_setting){ "a sysctl", "kernel/shmmni", subject->value };
	plan->sysctls = &subject->setting;
	plan->sysctl_count = length > 0;
	view.pid = getpid();
	assert_int_equal(audit_plan_cpus(&view, NULL, 0, &cpus), 0);
	subject->has_cpuset = cpus.length > 0;
	view_close(&view);
}

static void subject_plan(struct subject *subject)
{
	struct plan_process *process = &subject->plan.process;
	mode_t mask = umask(022);

	(void)umask(mask);
	subject->plan.root.enter = PLAN_ENTER_CHROOT; /* mounts are another test's */
	process->uid = getuid();
	process->gid = getgid();
	process->groups = subject->groups;
	process->group_count = (size_t)getgroups(64, subject->groups);
	process->set_groups = true;
	process->umask = mask;
	process->cwd = getcwd(subject->cwd, sizeof(subject->cwd));
	process->capabilities = (struct plan_capabilities){
		.bounding = subject_status(subject, "CapBnd"),
		.effective = subject_status(subject, "CapEff"),
		.inheritable = subject_status(subject, "CapInh"),
		.permitted = subject_status(subject, "CapPrm"),
		.ambient = subject_status(subject, "CapAmb"),
	};
	process->scheduler = (struct plan_scheduler){
		.set = true,
		.policy = (uint32_t)sched_getscheduler(0),
		.nice = getpriority(PRIO_PROCESS, 0),
	};
	process->io_priority_set = true;
	process->io_priority = IO_PRIORITY;
	process->personality_set = true;
	process->personality = (unsigned long)(unsigned int)personality(0xffffffff);
	subject_plan_group(subject);
	subject_plan_settings(subject);
}

int subject_begin(void **state)
{
	struct subject *subject = calloc(1, sizeof(*subject));
	int pipe[2];

	*state = subject;
	if (!subject || pipe2(pipe, O_CLOEXEC) < 0 || procfs_open(&subject->audit.procfs) < 0)
		return -1;
	subject->joined = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	subject->audit.plan = &subject->plan;
	subject->audit.joins = &subject->joined;
	subject_plan(subject);
	pid_t pid = fork();
	if (pid == 0)
		subject_live(pipe[0]);
	(void)close(pipe[0]);
	subject->go = pipe[1];
	subject->audit.pid = pid;
	/* The end that it reads from is the same file as ours. */
	subject->audit.ours = &subject->go;
	subject->audit.our_count = 1;
	/* It has what it is to have when it waits: in read(2), on a pipe. */
	struct audit_view view = { .procfs = subject->audit.procfs };
	const char *text = "";
	for (int i = 0; i < 500 && strncmp(text, "0 ", 2) != 0; i++) {
		(void)usleep(10000);
		if (view_read(&view, pid, "syscall", &text) < 0)
			break;
	}
	view_close(&view);
	error_clear();
	return pid < 0 ? -1 : 0;
}

int subject_end(void **state)
{
	struct subject *subject = *state;

	(void)kill(subject->audit.pid, SIGKILL);
	(void)waitpid(subject->audit.pid, NULL, __WALL);
	(void)close(subject->go);
	(void)close(subject->joined);
	(void)close(subject->audit.procfs);
	arena_done(&subject->arena);
	free(subject);
	return 0;
}
