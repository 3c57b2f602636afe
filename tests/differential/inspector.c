/*
 * What a container looks like to the program in it: a line for each thing, "topic: words".  It is
 * linked statically and put into the root file system as the program, so it asks the kernel and
 * nobody else.  System calls that a filter may end the process for come last.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_file(const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "re");

	if (!file) {
		printf("%s: errno %d\n", path, errno);
		return;
	}
	while (fgets(line, sizeof(line), file))
		printf("%s: %s%s", path, line, strchr(line, '\n') ? "" : "\n");
	if (ferror(file))
		printf("%s: errno %d\n", path, errno);
	(void)fclose(file);
}

static void print_files(void)
{
	static const char *const files[] = { "/proc/self/mountinfo", "/proc/self/status",
		"/proc/self/limits", "/proc/self/cgroup", "/proc/self/oom_score_adj",
		"/proc/self/attr/current", "/proc/self/attr/exec", "/proc/self/uid_map",
		"/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/timens_offsets",
		"/proc/self/coredump_filter", "/proc/self/timerslack_ns", "/proc/self/comm",
		"/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname",
		"/proc/sys/kernel/shmmax", "/proc/sys/kernel/msgmax", "/proc/sys/kernel/sem",
		"/proc/sys/fs/mqueue/msg_max", "/proc/sys/net/ipv4/ip_forward",
		"/proc/sys/net/ipv4/ip_unprivileged_port_start",
		"/proc/sys/net/ipv4/ping_group_range", "/proc/sys/net/core/somaxconn",
		"/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cpu.max",
		"/sys/fs/cgroup/cpu.weight", "/sys/fs/cgroup/cpuset.cpus", "/sys/fs/cgroup/io.max",
		"/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
		"/sys/fs/cgroup/devices/devices.list" };

	for (size_t i = 0; i < COUNT(files); i++)
		print_file(files[i]);
}

static void print_node(const char *path)
{
	struct stat status;
	char link[256] = "";

	if (lstat(path, &status) < 0) {
		printf("node %s: errno %d\n", path, errno);
		return;
	}
	if (S_ISLNK(status.st_mode) && readlink(path, link, sizeof(link) - 1) < 0)
		link[0] = '\0';
	printf("node %s: mode %o owner %u:%u device %u:%u %s\n", path, status.st_mode,
		status.st_uid, status.st_gid, major(status.st_rdev), minor(status.st_rdev), link);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of names: that of a directory is the file system's. */
static void print_directory(const char *path)
{
	char *names[512], inner[1024];
	size_t count = 0;
	DIR *stream = opendir(path);
	struct dirent *entry;

	print_node(path);
	if (!stream) {
		printf("directory %s: errno %d\n", path, errno);
		return;
	}
	while (count < COUNT(names) && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			names[count++] = strdup(entry->d_name);
	(void)closedir(stream);
	qsort(names, count, sizeof(names[0]), compare);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(inner, sizeof(inner), "%s%s%s", path,
			strcmp(path, "/") == 0 ? "" : "/", names[i]);
		print_node(inner);
	}
}

/* As seen from the path: what is mounted there, what may be done, and whether it is empty. */
static void print_mount_point(const char *path)
{
	struct statfs facts;

	if (statfs(path, &facts) < 0)
		printf("mount %s: errno %d\n", path, errno);
	else
		printf("mount %s: type %lx flags %lx\n", path, (unsigned long)facts.f_type,
			(unsigned long)facts.f_flags);
	printf("access %s: read %d write %d\n", path, access(path, R_OK) == 0,
		access(path, W_OK) == 0);
}

static void print_tree(void)
{
	static const char *const directories[] = { "/", "/dev", "/dev/pts", "/dev/shm",
		"/dev/mqueue", "/etc", "/mnt", "/run", "/run/notify", "/tmp", "/root",
		"/sys/firmware", "/proc/self/fdinfo" };
	static const char *const paths[] = { "/", "/dev", "/dev/shm", "/proc", "/proc/sys",
		"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sysrq-trigger", "/sys",
		"/sys/firmware", "/sys/fs/cgroup", "/tmp", "/mnt" };

	for (size_t i = 0; i + 1 < COUNT(directories); i++)
		print_directory(directories[i]);
	for (size_t i = 0; i < COUNT(paths); i++)
		print_mount_point(paths[i]);
}

static void print_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFD);
		struct stat status;

		if (flags < 0)
			continue;
		printf("descriptor %d: flags %x mode %x", fd, flags, fcntl(fd, F_GETFL));
		if (fstat(fd, &status) == 0)
			printf(" type %o", status.st_mode & S_IFMT);
		printf("\n");
	}
}

static void print_namespaces(void)
{
	static const char *const names[] = { "cgroup", "ipc", "mnt", "net", "pid",
		"pid_for_children", "time", "time_for_children", "user", "uts" };
	char path[64], link[64];

	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		ssize_t length = readlink(path, link, sizeof(link) - 1);

		link[length < 0 ? 0 : length] = '\0';
		printf("namespace %s: %s\n", names[i], link);
	}
}

static void print_process(char **argv)
{
	struct utsname names;
	struct timespec slice = { 0 };
	char cwd[4096];
	mode_t mask = umask(0);

	(void)umask(mask);
	for (; *argv; argv++)
		printf("argument: %s\n", *argv);
	for (char **word = environ; *word; word++)
		printf("environment: %s\n", *word);
	printf("umask: %o\ncwd: %s\n", mask, getcwd(cwd, sizeof(cwd)) ? cwd : "none");
	printf("pid %d parent %d group leader %d session leader %d\n", getpid(), getppid(),
		getpgrp() == getpid(), getsid(0) == getpid());
	if (uname(&names) == 0)
		printf("uname: %s %s\n", names.nodename, names.machine);
	printf("personality: %x\n", (unsigned int)personality(0xffffffff));
	printf("dumpable %d death signal %d subreaper %d keep %d securebits %x\n",
		prctl(PR_GET_DUMPABLE), prctl(PR_GET_PDEATHSIG, &mask) == 0 ? (int)mask : -1,
		prctl(PR_GET_CHILD_SUBREAPER, &mask) == 0 ? (int)mask : -1, prctl(PR_GET_KEEPCAPS),
		prctl(PR_GET_SECUREBITS));
	(void)sched_rr_get_interval(0, &slice);
	printf("scheduler %d nice %d io priority %ld\n", sched_getscheduler(0),
		getpriority(PRIO_PROCESS, 0), syscall(SYS_ioprio_get, 1, 0));
	for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
		struct rlimit limit = { 0 };

		(void)getrlimit(resource, &limit);
		printf("limit %d: %llx %llx\n", resource, (unsigned long long)limit.rlim_cur,
			(unsigned long long)limit.rlim_max);
	}
}

static void print_memory_policy(void)
{
	unsigned long nodes[16] = { 0 };
	int mode = -1;
	long r = syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0UL);

	printf("memory policy: %ld %d %lx\n", r, mode, nodes[0]);
}

/* Names of those of another than the first would be the serial numbers of keyrings. */
static void print_keyring(void)
{
	char text[256] = "";

	(void)syscall(
		SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof(text) - 1);
	printf("keyring: %s\n", text);
}

static void print_network(void)
{
	static const char *const names[] = { "lo", "eth0" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (size_t i = 0; i < COUNT(names); i++) {
		struct ifreq request = { 0 };

		(void)strncpy(request.ifr_name, names[i], IFNAMSIZ - 1);
		int r = ioctl(fd, SIOCGIFFLAGS, &request);
		printf("device %s: %x\n", names[i], r < 0 ? 0U : (unsigned short)request.ifr_flags);
	}
	if (fd >= 0)
		(void)close(fd);
}

/* Without effect where they are let through: what comes back tells what the filter says. */
static void probe_calls(void)
{
	static const long calls[] = { SYS_mkdir, SYS_chown, SYS_chmod, SYS_link, SYS_unlink,
		SYS_mount, SYS_umount2, SYS_keyctl, SYS_bpf, SYS_userfaultfd, SYS_perf_event_open,
		SYS_init_module, SYS_open_by_handle_at, SYS_openat2, SYS_clone3, SYS_unshare,
		SYS_setns, SYS_ptrace, SYS_quotactl, SYS_swapon, SYS_acct, SYS_syslog,
		SYS_process_vm_readv, SYS_io_uring_setup, SYS_move_pages, 1000 };

	for (size_t i = 0; i < COUNT(calls); i++) {
		printf("call %ld:", calls[i]);
		(void)fflush(stdout);
		long r = syscall(calls[i], -1L, -1L, -1L, -1L, -1L, -1L);
		printf(" %ld %d\n", r, r < 0 ? errno : 0);
		(void)fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	print_process(argv);
	print_descriptors();
	print_memory_policy();
	(void)fflush(stdout);
	print_namespaces();
	print_files();
	(void)fflush(stdout);
	print_tree();
	(void)fflush(stdout);
	print_network();
	print_keyring();
	(void)fflush(stdout);
	probe_calls();
	printf("end\n");
	return 0;
}
