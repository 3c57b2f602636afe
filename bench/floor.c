/*
 * The floor of `make bench`: the least that the kernel has to be asked for, to run /bin/true as the
 * configuration that `runc spec` prints wants it.  It makes the same cgroup with the same device
 * rules, namespaces, mounts, device nodes, masked and read-only paths, limits and capabilities in
 * the tightest way that is known here, reads no configuration, keeps no state and is no container
 * runtime: it trusts the root file system and everything else.
 *
 * usage: floor ROOTFS CGROUP2 [CGROUP1...]
 *
 * CGROUP2 and CGROUP1 are directories that it makes and removes, in the version 2 hierarchy and in
 * each of version 1.  Its exit status is that of /bin/true, or 125 where a step failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Ends the floor: a step that fails makes the measurement worthless. */
static _Noreturn void stop(const char *step, const char *subject)
{
	dprintf(STDERR_FILENO, "floor: %s '%s': errno %d\n", step, subject, errno);
	_exit(125);
}

static int must(int result, const char *step, const char *subject)
{
	if (result < 0)
		stop(step, subject);
	return result;
}

/* ---- cgroup --------------------------------------------------------------------------- */

#define INSN(code_, dst, src, off_, imm_) \
	((struct bpf_insn){ .code = (code_), \
		.dst_reg = (dst), \
		.src_reg = (src), \
		.off = (off_), \
		.imm = (imm_) })
#define LOAD(dst, field) \
	INSN(BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, \
		offsetof(struct bpf_cgroup_dev_ctx, field), 0)
#define JUMP(test, dst, imm, to) INSN(BPF_JMP | (test) | BPF_K, dst, 0, to, imm)

/* The default device rules: all mknod, and to use null, zero, full, random, urandom, tty, pts. */
static const struct bpf_insn device_rules[] = {
	/* clang-format off */
	LOAD(BPF_REG_2, access_type),
	LOAD(BPF_REG_4, major),
	LOAD(BPF_REG_5, minor),
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0),
	INSN(BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16),
	INSN(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff),
	JUMP(BPF_JEQ, BPF_REG_3, BPF_DEVCG_ACC_MKNOD, 13),
	JUMP(BPF_JNE, BPF_REG_2, BPF_DEVCG_DEV_CHAR, 10),
	JUMP(BPF_JEQ, BPF_REG_4, 136, 11),
	JUMP(BPF_JEQ, BPF_REG_4, 1, 3),
	JUMP(BPF_JNE, BPF_REG_4, 5, 7),
	JUMP(BPF_JEQ, BPF_REG_5, 0, 8),
	JUMP(BPF_JEQ, BPF_REG_5, 2, 7),
	JUMP(BPF_JEQ, BPF_REG_5, 3, 6),
	JUMP(BPF_JEQ, BPF_REG_5, 5, 5),
	JUMP(BPF_JEQ, BPF_REG_5, 7, 4),
	JUMP(BPF_JEQ, BPF_REG_5, 8, 3),
	JUMP(BPF_JEQ, BPF_REG_5, 9, 2),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	/* clang-format on */
};

/* The same rules in the words of version 1. */
static const char *const device_words[] = { "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm",
	"c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm" };

static void put(int directory, const char *file, const char *text, size_t length)
{
	int fd = must(openat(directory, file, O_WRONLY | O_CLOEXEC), "open", file);

	must((int)write(fd, text, length), "write", file);
	close(fd);
}

static int cgroup_make(const char *path)
{
	must(mkdir(path, 0755), "mkdir", path);
	return must(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path);
}

static void cgroup2_rule_devices(const char *path)
{
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)device_rules,
		.insn_cnt = COUNT_OF(device_rules),
		.license = (uintptr_t) "GPL" };
	union bpf_attr attach = { .attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI };
	int program, cgroup;

	program = must((int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load)), "load", path);
	cgroup = must(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path);
	attach.attach_bpf_fd = program;
	attach.target_fd = cgroup;
	must((int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)), "attach", path);
	close(cgroup);
	close(program);
}

/* A cpuset of version 1 takes no process before it has processors and memory. */
static void cpuset_copy(int cgroup, const char *file)
{
	char up[32], text[4096];
	ssize_t length;
	int fd;

	snprintf(up, sizeof(up), "../%s", file);
	fd = must(openat(cgroup, up, O_RDONLY | O_CLOEXEC), "open", up);
	length = must((int)read(fd, text, sizeof(text)), "read", up);
	close(fd);
	put(cgroup, file, text, (size_t)length);
}

/* Makes a cgroup of version 1; returns where its processes are written to. */
static int cgroup1_make(const char *path)
{
	int cgroup = cgroup_make(path), procs;

	if (strstr(path, "/cpuset/")) {
		cpuset_copy(cgroup, "cpuset.cpus");
		cpuset_copy(cgroup, "cpuset.mems");
	}
	if (strstr(path, "/devices/")) {
		put(cgroup, "devices.deny", "a", 1);
		for (size_t i = 0; i < COUNT_OF(device_words); i++)
			put(cgroup, "devices.allow", device_words[i], strlen(device_words[i]));
	}
	procs = must(openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC), "open", path);
	close(cgroup);
	return procs;
}

/* ---- mounts --------------------------------------------------------------------------- */

struct option {
	const char *name, *value;
};

static int filesystem(const char *type, const struct option *options, unsigned int attributes)
{
	int context = must(fsopen(type, FSOPEN_CLOEXEC), "fsopen", type), mount;

	for (; options && options->name; options++)
		must(fsconfig(context, options->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			     options->name, options->value, 0),
			type, options->name);
	must(fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "create", type);
	mount = must(fsmount(context, FSMOUNT_CLOEXEC, attributes), "fsmount", type);
	close(context);
	return mount;
}

/* Attaches and forgets a mount. */
static void attach(int mount, int directory, const char *target)
{
	must(move_mount(mount, "", directory, target, MOVE_MOUNT_F_EMPTY_PATH), "attach", target);
	close(mount);
}

/* A copy of the mount at path, with attributes; -1 where there is no such path. */
static int copy(int directory, const char *path, uint64_t attributes)
{
	struct mount_attr attr = { .attr_set = attributes };
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH);
	int mount = (int)syscall(
		SYS_open_tree_attr, directory, path, flags | AT_RECURSIVE, &attr, sizeof(attr));

	if (mount >= 0 || errno == ENOENT)
		return mount;
	if (errno != ENOSYS)
		stop("copy", path);
	mount = open_tree(directory, path, flags | AT_RECURSIVE);
	if (mount >= 0 && attributes)
		must(mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)),
			"mount_setattr", path);
	if (mount < 0 && errno != ENOENT)
		stop("copy", path);
	return mount;
}

static int mount_dev(void)
{
	static const struct option options[] = { { "mode", "755" }, { "size", "65536k" }, { 0 } };
	static const struct {
		const char *name;
		unsigned int major, minor;
	} nodes[] = { { "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 },
		{ "urandom", 1, 9 }, { "tty", 5, 0 } };
	static const struct {
		const char *name, *target;
	} links[] = { { "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" },
		{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
		{ "core", "/proc/kcore" }, { "ptmx", "pts/ptmx" } };
	static const char *const directories[] = { "pts", "shm", "mqueue" };
	int dev = filesystem("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME);

	for (size_t i = 0; i < COUNT_OF(directories); i++)
		must(mkdirat(dev, directories[i], 0755), "mkdir", directories[i]);
	for (size_t i = 0; i < COUNT_OF(nodes); i++)
		must(mknodat(dev, nodes[i].name, S_IFCHR | 0666,
			     makedev(nodes[i].major, nodes[i].minor)),
			"mknod", nodes[i].name);
	for (size_t i = 0; i < COUNT_OF(links); i++)
		must(symlinkat(links[i].target, dev, links[i].name), "symlink", links[i].name);
	must(move_mount(dev, "", AT_FDCWD, "dev", MOVE_MOUNT_F_EMPTY_PATH), "attach", "dev");
	return dev;
}

/* Shows the cgroups of version 1 below a tmpfs, each under the name of its hierarchy. */
static void mount_cgroups1(char *const cgroups[])
{
	static const struct option options[] = { { "mode", "755" }, { 0 } };
	const uint64_t attributes =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
	int top = filesystem("tmpfs", options, attributes & ~(uint64_t)MOUNT_ATTR_RDONLY);
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	char name[256];

	must(move_mount(top, "", AT_FDCWD, "sys/fs/cgroup", MOVE_MOUNT_F_EMPTY_PATH), "attach",
		"sys/fs/cgroup");
	for (; *cgroups; cgroups++) {
		char *end = strrchr(*cgroups, '/'), *start = end;

		while (start > *cgroups && start[-1] != '/')
			start--;
		snprintf(name, sizeof(name), "%.*s", (int)(end - start), start);
		must(mkdirat(top, name, 0755), "mkdir", name);
		attach(must(copy(AT_FDCWD, *cgroups, attributes), "copy", *cgroups), top, name);
	}
	must(mount_setattr(top, "", AT_EMPTY_PATH, &readonly, sizeof(readonly)), "mount_setattr",
		"sys/fs/cgroup");
	close(top);
}

static void mount_all(char *const cgroups1[])
{
	static const struct option pts[] = { { "newinstance", NULL }, { "ptmxmode", "0666" },
		{ "mode", "0620" }, { "gid", "5" }, { 0 } };
	static const struct option shm[] = { { "mode", "1777" }, { "size", "65536k" }, { 0 } };
	const unsigned int noexec = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	const unsigned int plain = noexec | MOUNT_ATTR_NODEV;
	int dev;

	attach(filesystem("proc", NULL, 0), AT_FDCWD, "proc");
	dev = mount_dev();
	attach(filesystem("devpts", pts, noexec), dev, "pts");
	attach(filesystem("tmpfs", shm, plain), dev, "shm");
	attach(filesystem("mqueue", NULL, plain), dev, "mqueue");
	close(dev);
	attach(filesystem("sysfs", NULL, plain | MOUNT_ATTR_RDONLY), AT_FDCWD, "sys");
	if (*cgroups1)
		mount_cgroups1(cgroups1);
	else
		attach(filesystem("cgroup2", NULL, plain | MOUNT_ATTR_RDONLY), AT_FDCWD,
			"sys/fs/cgroup");
}

/* Covers each path that exists with a copy of the mount at (directory, source). */
static void cover(const char *const *paths, int directory, const char *source)
{
	int mount = -1;

	for (; *paths; paths++) {
		if (mount < 0)
			mount = must(copy(directory, source, 0), "copy", source);
		if (move_mount(mount, "", AT_FDCWD, *paths, MOVE_MOUNT_F_EMPTY_PATH) == 0) {
			close(mount);
			mount = -1;
		} else if (errno != ENOENT) {
			stop("mask", *paths);
		}
	}
	if (mount >= 0)
		close(mount);
}

static void hide(void)
{
	static const char *const files[] = { "proc/kcore", "proc/keys", "proc/latency_stats",
		"proc/timer_list", "proc/timer_stats", "proc/sched_debug", NULL };
	static const char *const directories[] = { "proc/acpi", "proc/asound", "proc/scsi",
		"sys/firmware", NULL };
	static const char *const readonly[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys",
		"proc/sysrq-trigger" };
	static const struct option empty[] = { { "nr_blocks", "1" }, { "nr_inodes", "1" }, { 0 } };
	int mount;

	cover(files, AT_FDCWD, "dev/null");
	mount = filesystem("tmpfs", empty, MOUNT_ATTR_RDONLY);
	cover(directories, mount, "");
	close(mount);
	for (size_t i = 0; i < COUNT_OF(readonly); i++) {
		mount = copy(AT_FDCWD, readonly[i], MOUNT_ATTR_RDONLY);
		if (mount >= 0)
			attach(mount, AT_FDCWD, readonly[i]);
	}
}

/* ---- the process ---------------------------------------------------------------------- */

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "lo");

	must(ioctl(fd, SIOCSIFFLAGS, &request), "set up", "lo");
	close(fd);
}

static void drop_capabilities(void)
{
	const uint32_t kept = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = kept, .permitted = kept } };

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (cap > 31 || !(kept & 1u << cap))
			must(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0), "drop", "capability");
	must((int)syscall(SYS_capset, &header, data), "capset", "init");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "no_new_privs");
}

/* Init: runs in the memory of the parent, who sleeps until it executes or exits. */
static __attribute__((noinline)) _Noreturn void init(
	const char *rootfs, const int *procs, char *const cgroups1[])
{
	static char program[] = "/bin/true", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char term[] = "TERM=xterm";
	char *const argv[] = { program, NULL }, *const envp[] = { path, term, NULL };
	struct mount_attr slave = { .propagation = MS_SLAVE };
	struct rlimit nofile = { 1024, 1024 };
	int root;

	for (size_t i = 0; cgroups1[i]; i++)
		must((int)write(procs[i], "0", 1), "join", cgroups1[i]);
	if (!*cgroups1)
		must((int)syscall(SYS_unshare, CLONE_NEWCGROUP), "unshare", "cgroup");
	setsid();
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "floor");
	loopback_up();
	must(mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &slave, sizeof(slave)), "slave", "/");
	root = must(copy(AT_FDCWD, rootfs, MOUNT_ATTR_RDONLY), "copy", rootfs);
	must(move_mount(root, "", AT_FDCWD, rootfs, MOVE_MOUNT_F_EMPTY_PATH), "attach", rootfs);
	must(fchdir(root), "enter", rootfs);
	umask(0);
	mount_all(cgroups1);
	hide();
	must((int)syscall(SYS_pivot_root, ".", "."), "pivot_root", rootfs);
	must(umount2(".", MNT_DETACH), "leave", "/");
	must(chdir("/"), "enter", "/");
	umask(022);
	must(sethostname("runc", 4), "sethostname", "runc");
	must(setrlimit(RLIMIT_NOFILE, &nofile), "setrlimit", "RLIMIT_NOFILE");
	must(setgroups(0, NULL), "setgroups", "0");
	drop_capabilities();
	execve(argv[0], argv, envp);
	stop("execute", argv[0]);
}

/*
 * clone3 as vfork does it: no page table is copied.  The child runs on in this very stack frame, so
 * the call may not be made by a function that returns in the child.
 */
static inline __attribute__((always_inline)) long clone_here(struct clone_args *args)
{
#ifdef __x86_64__
	long result = SYS_clone3;

	args->flags |= CLONE_VM | CLONE_VFORK;
	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(args), "S"(sizeof(*args))
			 : "rcx", "r11", "memory");
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
#else
	return syscall(SYS_clone3, args, sizeof(*args));
#endif
}

int main(int argc, char **argv)
{
	int procs[32], cgroup2, status;
	struct clone_args args = { .exit_signal = SIGCHLD };
	long pid;

	if (argc < 3 || (size_t)argc > 3 + COUNT_OF(procs))
		stop("usage", "floor ROOTFS CGROUP2 [CGROUP1...]");
	cgroup2 = cgroup_make(argv[2]);
	for (int i = 3; i < argc; i++)
		procs[i - 3] = cgroup1_make(argv[i]);
	if (argc == 3)
		cgroup2_rule_devices(argv[2]);

	args.flags = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS |
		     CLONE_INTO_CGROUP;
	args.cgroup = (uint64_t)cgroup2;
	pid = clone_here(&args);
	if (pid == 0)
		init(argv[1], procs, argv + 3);
	must((int)pid, "clone3", argv[2]);

	must(waitpid((pid_t)pid, &status, 0), "wait", "init");
	for (int i = 2; i < argc; i++)
		must(rmdir(argv[i]), "rmdir", argv[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
