/*
 * Device rules as a BPF program.  The kernel verifies and translates it at every start, which costs
 * more than most of what else a start asks for, so it is made small: neighbours in the list that
 * do the same with a device are a run, whose order does not matter.  A run asks for each type and
 * each major number once, and has its effect once:
 *
 *	if TYPE is not 'c', go on behind the run
 *	if MAJOR is 136, go to the effect
 *	if MAJOR is not 1, go on with the next major
 *	if MINOR is 3, go to the effect
 *	...
 *	effect: allow, deny, or take accesses from those that are WANTED
 */
#include <limits.h>
#include <linux/bpf.h>
#include <string.h>

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

/* A jump to the effect of the run, whose place is not known yet. */
#define TO_EFFECT SHRT_MIN

/* Jumps have 16 bits; and rules are compared with each other. */
#define RUN_MAX 256

/* Neighbours in the list with the same accesses and the same answer. */
struct run {
	const struct plan_device_rule *rules;
	size_t count;
};

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

static struct bpf_insn jump_if(unsigned int test, unsigned int what, int number, int over)
{
	return (struct bpf_insn){ .code = (unsigned char)(BPF_JMP | BPF_K | test),
		.dst_reg = what & 0xf,
		.off = (short)over,
		.imm = number };
}

static struct bpf_insn jump(int over)
{
	return (struct bpf_insn){ .code = BPF_JMP | BPF_JA, .off = (short)over };
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
		out[count++] = jump(2);
	}
	return count + reply(out + count, rule->allow);
}

/* Whether the run speaks of all devices of the type. */
static bool has_all_of(const struct run *run, char type)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct plan_device_rule *rule = &run->rules[i];

		if (rule->type == type && rule->major < 0 && rule->minor < 0)
			return true;
	}
	return false;
}

static bool has_all(const struct run *run)
{
	return has_all_of(run, 'a') || (has_all_of(run, 'b') && has_all_of(run, 'c'));
}

/* Whether rule number index is one of type and major, or with major < 0 of any major. */
static bool is_alike(const struct run *run, size_t index, const struct plan_device_rule *rule)
{
	return run->rules[index].type == rule->type && run->rules[index].major == rule->major;
}

static bool is_first_of_its_major(const struct run *run, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_alike(run, i, &run->rules[index]))
			return false;
	return true;
}

/* Rules of one major, from the first on. */
static size_t test_major(const struct run *run, size_t first, struct bpf_insn *out)
{
	const struct plan_device_rule *rule = &run->rules[first];
	size_t count = rule->major >= 0; /* room for the test of the major */

	for (size_t i = first; i < run->count; i++) {
		if (!is_alike(run, i, rule))
			continue;
		if (run->rules[i].minor < 0) {
			out[0] = jump_if(BPF_JEQ, MAJOR, (int)rule->major, TO_EFFECT);
			return 1;
		}
		out[count++] = jump_if(BPF_JEQ, MINOR, (int)run->rules[i].minor, TO_EFFECT);
	}
	if (rule->major >= 0)
		out[0] = jump_if(BPF_JNE, MAJOR, (int)rule->major, (int)count - 1);
	return count;
}

static size_t test_type(const struct run *run, char type, struct bpf_insn *out)
{
	const int number = type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	const size_t begin = type != 'a'; /* room for the test of the type */
	size_t count = begin;

	if (has_all_of(run, type)) {
		out[0] = jump_if(BPF_JEQ, TYPE, number, TO_EFFECT);
		return 1;
	}
	for (size_t i = 0; i < run->count; i++)
		if (run->rules[i].type == type && is_first_of_its_major(run, i))
			count += test_major(run, i, out + count);
	if (count == begin)
		return 0;
	if (begin)
		out[0] = jump_if(BPF_JNE, TYPE, number, (int)(count - begin));
	return count;
}

/* Jumps whose places are known only now: to the effect, which follows, and over it. */
static void place_jumps(struct bpf_insn *out, size_t count, size_t effect)
{
	for (size_t i = 0; i < count; i++) {
		size_t target = i + 1 + (size_t)out[i].off;

		if (out[i].off == TO_EFFECT)
			out[i].off = (short)(count - i - 1);
		else if (target == count)
			out[i].off = (short)(count + effect - i - 1);
	}
}

static size_t compile_run(const struct run *run, struct bpf_insn *out)
{
	struct bpf_insn effect[4];
	size_t size = compile_effect(&run->rules[0], effect), count = 0;

	if (!has_all(run)) {
		for (const char *type = "acb"; *type; type++)
			count += test_type(run, *type, out + count);
		/* The last test falls into the effect, instead of jumping over a jump. */
		out[count - 1].code = BPF_JMP | BPF_K | BPF_JNE;
		out[count - 1].off = 0;
		place_jumps(out, count, size);
	}
	memcpy(out + count, effect, size * sizeof(*out));
	return count + size;
}

/* The run that ends with the last of the rules. */
static struct run last_run(const struct plan_device_rule *rules, size_t count)
{
	const struct plan_device_rule *last = &rules[count - 1], *first = last;

	while (first > rules && last - first < RUN_MAX - 1 && first[-1].allow == last->allow &&
		access_of(first - 1) == access_of(last))
		first--;
	return (struct run){ first, (size_t)(last - first) + 1 };
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
	while (count > 0) {
		struct run run = last_run(rules, count);

		size += compile_run(&run, ret + size);
		/* The kernel refuses a program with parts that are never reached. */
		if (has_all(&run) && access_of(&run.rules[0]) == ACCESS_ALL)
			return size;
		count -= run.count;
	}
	return size + reply(ret + size, false);
}
