/* Device rules of cgroup2: a BPF program that the kernel asks at every open(2) and mknod(2). */
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/directory.h"

static bool allows_all(const struct plan_device_rule *rule)
{
	return rule->allow && rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       rule->read && rule->write && rule->make;
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
	if (count == 1 && allows_all(&rules[0]))
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
