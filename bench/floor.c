/* What the floors have in common: floor.h. */
#include "bench/floor.h"

#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

pid_t ends_with_us;

_Noreturn void stop(const char *step, const char *subject)
{
	if (ends_with_us > 0)
		kill(ends_with_us, SIGKILL);
	dprintf(STDERR_FILENO, "floor: %s '%s': errno %d\n", step, subject, errno);
	_exit(125);
}

int must(int result, const char *step, const char *subject)
{
	if (result < 0)
		stop(step, subject);
	return result;
}

char *word(char **value)
{
	char *start = *value, *comma = start ? strchr(start, ',') : NULL;

	if (comma)
		*comma++ = '\0';
	*value = comma;
	return start;
}

char **do_steps(char **argv, const struct step *steps, const char *until)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++) {
		const struct step *step = steps;
		size_t length = strcspn(*argv, "=");

		if (strncmp(*argv, until, length) == 0 && !until[length])
			break;
		while (step->key && (strncmp(step->key, *argv, length) != 0 || step->key[length]))
			step++;
		if (!step->key)
			stop("unknown step", *argv);
		step->take(*argv + length + ((*argv)[length] == '='));
	}
	if (!*argv)
		stop("arguments without", until);
	return argv + 1;
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

int cgroup2_make(const char *path)
{
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)device_rules,
		.insn_cnt = COUNT_OF(device_rules),
		.license = (uintptr_t) "GPL" };
	union bpf_attr attach = { .attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI };
	int program, cgroup;

	must(mkdir(path, 0755), "mkdir", path);
	cgroup = must(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path);
	if (geteuid() != 0) /* who may not load programs has no rules */
		return cgroup;
	program = must((int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load)), "load", path);
	attach.attach_bpf_fd = program;
	attach.target_fd = cgroup;
	must((int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)), "attach", path);
	close(program);
	return cgroup;
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

int cgroup1_make(const char *path)
{
	int cgroup, procs;

	must(mkdir(path, 0755), "mkdir", path);
	cgroup = must(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path);
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

/* ---- the process ---------------------------------------------------------------------- */

static char *environment[64];
static size_t environment_count;
static struct sock_filter instructions[4096];
static struct sock_fprog filter = { .filter = instructions };

void step_env(char *value)
{
	if (environment_count + 1 == COUNT_OF(environment))
		stop("environment", value);
	environment[environment_count++] = value;
}

void step_oom(char *value)
{
	int fd = must(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), "open", "oom");

	must((int)write(fd, value, strlen(value)), "write", "oom_score_adj");
	close(fd);
}

/* In a user namespace: the calls themselves, as the library's would look for threads. */
void step_become_root(char *value)
{
	(void)value;
	must((int)syscall(SYS_setresgid, 0, 0, 0), "setresgid", "0");
	must((int)syscall(SYS_setresuid, 0, 0, 0), "setresuid", "0");
}

void step_groups(char *value)
{
	gid_t groups[32];
	size_t count = 0;

	for (char *group; count < COUNT_OF(groups) && value && *value && (group = word(&value));)
		groups[count++] = (gid_t)strtoul(group, NULL, 10);
	must(setgroups(count, groups), "setgroups", "");
}

void step_rlimit(char *value)
{
	int resource = (int)strtol(word(&value), NULL, 10);
	struct rlimit limit;

	limit.rlim_cur = strtoull(word(&value), NULL, 10);
	limit.rlim_max = strtoull(word(&value), NULL, 10);
	must(setrlimit((__rlimit_resource_t)resource, &limit), "setrlimit", "");
}

void step_caps(char *value)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint64_t kept = strtoull(value, NULL, 16);
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)kept, .permitted = (uint32_t)kept },
		{ .effective = (uint32_t)(kept >> 32), .permitted = (uint32_t)(kept >> 32) },
	};

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (!(kept & UINT64_C(1) << cap))
			must(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0), "drop", "capability");
	must((int)syscall(SYS_capset, &header, data), "capset", "init");
}

void step_nnp(char *value)
{
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs", value);
}

void step_filter(char *value)
{
	int fd = must(open(value, O_RDONLY | O_CLOEXEC), "open", value);
	int length = must((int)read(fd, instructions, sizeof(instructions)), "read", value);

	close(fd);
	filter.len = (unsigned short)((size_t)length / sizeof(instructions[0]));
}

void step_seccomp(char *value)
{
	must((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, strtoul(value, NULL, 10), &filter),
		"seccomp", value);
}

void join_keyring(void)
{
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "floor");
}

_Noreturn void execute(char *const argv[])
{
	execve(argv[0], argv, environment);
	stop("execute", argv[0]);
}
