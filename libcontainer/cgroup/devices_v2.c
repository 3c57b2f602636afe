/* Device rules of cgroup2: a BPF program that the kernel asks at every open(2) and mknod(2). */
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/directory.h"

/* What the registers hold all the time. */
enum {
	REPLY = BPF_REG_0,
	CONTEXT = BPF_REG_1,
	TYPE = BPF_REG_2,
	WANTED = BPF_REG_3,
	MAJOR = BPF_REG_4,
	MINOR = BPF_REG_5
};

#define ACCESS_ALL (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)

static struct bpf_insn load(unsigned int to, size_t offset)
{
	return (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W,
		.dst_reg = to,
		.src_reg = CONTEXT,
		.off = (short)offset };
}

static struct bpf_insn compute(unsigned int operation, unsigned int to, int number)
{
	return (struct bpf_insn){ .code = (unsigned char)(BPF_ALU64 | BPF_K | operation),
		.dst_reg = to & 0xf,
		.imm = number };
}

static struct bpf_insn jump_if(unsigned int test, unsigned int what, int number, size_t over)
{
	return (struct bpf_insn){ .code = (unsigned char)(BPF_JMP | BPF_K | test),
		.dst_reg = what & 0xf,
		.off = (short)over,
		.imm = number };
}

static size_t reply(struct bpf_insn *out, bool allow)
{
	out[0] = compute(BPF_MOV, REPLY, allow);
	out[1] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return 2;
}

static int access_of(const struct plan_device_rule *rule)
{
	return (rule->read ? BPF_DEVCG_ACC_READ : 0) | (rule->write ? BPF_DEVCG_ACC_WRITE : 0) |
	       (rule->make ? BPF_DEVCG_ACC_MKNOD : 0);
}

/* What a rule does with a device that it speaks of; WANTED is what no later rule has decided. */
static size_t compile_effect(const struct plan_device_rule *rule, struct bpf_insn *out)
{
	int access = access_of(rule);
	size_t count = 0;

	if (access != ACCESS_ALL && rule->allow) {
		out[count++] = compute(BPF_AND, WANTED, ACCESS_ALL & ~access);
		out[count++] = jump_if(BPF_JNE, WANTED, 0, 2);
	} else if (access != ACCESS_ALL) {
		out[count++] = jump_if(BPF_JSET, WANTED, access, 1);
		out[count++] = (struct bpf_insn){ .code = BPF_JMP | BPF_JA, .off = 2 };
	}
	return count + reply(out + count, rule->allow);
}

static size_t compile_rule(const struct plan_device_rule *rule, struct bpf_insn *out)
{
	struct bpf_insn effect[4];
	size_t size = compile_effect(rule, effect), count = 0;
	size_t tests = (rule->type != 'a') + (rule->major >= 0) + (rule->minor >= 0);

	if (rule->type != 'a')
		out[count++] = jump_if(BPF_JNE, TYPE,
			rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR,
			--tests + size);
	if (rule->major >= 0)
		out[count++] = jump_if(BPF_JNE, MAJOR, (int)rule->major, --tests + size);
	if (rule->minor >= 0)
		out[count++] = jump_if(BPF_JNE, MINOR, (int)rule->minor, --tests + size);
	memcpy(out + count, effect, size * sizeof(*out));
	return count + size;
}

static bool is_for_all(const struct plan_device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       access_of(rule) == ACCESS_ALL;
}

size_t devices_compile(const struct plan_device_rule *rules, size_t count, struct bpf_insn *ret)
{
	size_t size = 0;

	ret[size++] = load(TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	ret[size++] = load(MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	ret[size++] = load(MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	ret[size++] = (struct bpf_insn){
		.code = BPF_ALU64 | BPF_X | BPF_MOV, .dst_reg = WANTED, .src_reg = TYPE
	};
	ret[size++] = compute(BPF_RSH, WANTED, 16); /* the high half is the access */
	ret[size++] = compute(BPF_AND, TYPE, 0xffff);
	/* The last rule counts, so it is asked first. */
	while (count-- > 0) {
		size += compile_rule(&rules[count], ret + size);
		/* The kernel refuses a program with parts that are never reached. */
		if (is_for_all(&rules[count]))
			return size;
	}
	return size + reply(ret + size, false);
}

/* Always the whole union, zeroed: kernels 6.17 to 7.1 write behind a shorter one. */
static int bpf(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

/* ---- what is attached already --------------------------------------------------------- */

/* The kernel has no more for one group. */
#define ATTACHED_MAX 64

static const char program_name[BPF_OBJ_NAME_LEN] = "caisson_devices";

/* Opens the program where it is one of ours; -EBADF where it is not, or is gone. */
static int open_ours(unsigned int id)
{
	union bpf_attr attributes = { .prog_id = id };
	struct bpf_prog_info info = { 0 };
	auto_close int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attributes);

	if (fd < 0)
		return -EBADF;
	attributes = (union bpf_attr){ 0 };
	attributes.info.bpf_fd = (unsigned int)fd;
	attributes.info.info_len = sizeof(info);
	attributes.info.info = (uintptr_t)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0 ||
		memcmp(info.name, program_name, sizeof(info.name)) != 0)
		return -EBADF;
	return steal_fd(&fd);
}

/*
 * What a container of before has left on a group that is used again would go on limiting this one.
 * Programs of others stay: they can only limit more, and someone may rely on that.
 */
static size_t find_left(int dir, int fds[ATTACHED_MAX])
{
	unsigned int ids[ATTACHED_MAX];
	union bpf_attr attributes = { 0 };
	size_t count = 0;

	attributes.query.target_fd = (unsigned int)dir;
	attributes.query.attach_type = BPF_CGROUP_DEVICE;
	attributes.query.prog_ids = (uintptr_t)ids;
	attributes.query.prog_cnt = ATTACHED_MAX;
	if (bpf(BPF_PROG_QUERY, &attributes) < 0) {
		log_debug("programs of a control group are not told: errno %d", errno);
		return 0;
	}
	for (unsigned int i = 0; i < attributes.query.prog_cnt; i++) {
		fds[count] = open_ours(ids[i]);
		count += fds[count] >= 0;
	}
	return count;
}

static int detach(int dir, int program)
{
	union bpf_attr attributes = { 0 };

	attributes.target_fd = (unsigned int)dir;
	attributes.attach_bpf_fd = (unsigned int)program;
	attributes.attach_type = BPF_CGROUP_DEVICE;
	if (bpf(BPF_PROG_DETACH, &attributes) < 0 && errno != ENOENT)
		return fail(errno, "detach a former container's program for devices");
	return 0;
}

/* ---- ours ----------------------------------------------------------------------------- */

static int load_program(const struct bpf_insn *program, size_t size, int *ret_fd)
{
	union bpf_attr attributes = { 0 };

	attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attributes.insns = (uintptr_t)program;
	attributes.insn_cnt = (unsigned int)size;
	attributes.license = (uintptr_t) "GPL";
	memcpy(attributes.prog_name, program_name, sizeof(program_name));
	int fd = bpf(BPF_PROG_LOAD, &attributes); /* close-on-exec by itself */
	/* Before 5.11 programs count as locked memory. */
	if (fd < 0)
		return fail(errno, "load the program for devices%s",
			errno == EPERM ? " (RLIMIT_MEMLOCK may be too low)" : "");
	*ret_fd = fd;
	return 0;
}

static int attach(const struct plan_cgroup *plan, int dir)
{
	const struct plan_device_rule *rules = plan->device_rules;
	size_t count = plan->device_rule_count;
	union bpf_attr attributes = { 0 };
	auto_close int program = -EBADF;

	/* All is allowed: as it is without a program. */
	if (count == 1 && is_for_all(&rules[0]) && rules[0].allow)
		return 0;

	auto_free struct bpf_insn *code = calloc(DEVICES_PROGRAM_MAX(count), sizeof(*code));
	if (!code)
		return fail(ENOMEM, "compile the rules for devices");
	try(load_program(code, devices_compile(rules, count, code), &program));

	attributes.target_fd = (unsigned int)dir;
	attributes.attach_bpf_fd = (unsigned int)program;
	attributes.attach_type = BPF_CGROUP_DEVICE;
	/* Beside programs of the groups above, and those that someone adds to limit more. */
	attributes.attach_flags = BPF_F_ALLOW_MULTI;
	if (bpf(BPF_PROG_ATTACH, &attributes) < 0)
		return fail(errno, "attach the program for devices");
	return 0;
}

int devices_apply_v2(const struct plan_cgroup *plan, int dir, bool reused)
{
	int left[ATTACHED_MAX];
	size_t count = reused ? find_left(dir, left) : 0;
	int code = attach(plan, dir);

	/* Only now: the group is at no time without a program. */
	for (size_t i = 0; i < count; i++) {
		if (code == 0)
			code = detach(dir, left[i]);
		fd_close(&left[i]);
	}
	return code;
}
