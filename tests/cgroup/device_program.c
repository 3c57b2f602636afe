/* Programs for devices say what the rules say: each program is run here, on every request. */
#include <linux/bpf.h>

#include "tests/cgroup/rules.h"

/* What an instruction computes; false for one that the compiler has no use for. */
static bool compute(
	const struct bpf_insn *in, const struct bpf_cgroup_dev_ctx *context, uint64_t *r)
{
	uint64_t *to = &r[in->dst_reg], number = (uint64_t)(int64_t)in->imm;
	unsigned int word;

	switch (in->code) {
	case BPF_LDX | BPF_MEM | BPF_W:
		assert_int_equal(in->src_reg, 1);
		assert_true(in->off >= 0 && (size_t)in->off < sizeof(*context));
		memcpy(&word, (const char *)context + in->off, sizeof(word));
		*to = word;
		return true;
	case BPF_ALU64 | BPF_X | BPF_MOV:
		*to = r[in->src_reg];
		return true;
	case BPF_ALU64 | BPF_K | BPF_MOV:
		*to = number;
		return true;
	case BPF_ALU64 | BPF_K | BPF_AND:
		*to &= number;
		return true;
	case BPF_ALU64 | BPF_K | BPF_RSH:
		*to >>= number;
		return true;
	}
	return false;
}

static bool jumps(const struct bpf_insn *in, const uint64_t *r)
{
	uint64_t value = r[in->dst_reg], number = (uint64_t)(int64_t)in->imm;

	/* Forward only: the kernel refuses loops. */
	assert_true(in->off >= 0);
	switch (in->code) {
	case BPF_JMP | BPF_K | BPF_JEQ:
		return value == number;
	case BPF_JMP | BPF_K | BPF_JNE:
		return value != number;
	case BPF_JMP | BPF_K | BPF_JSET:
		return (value & number) != 0;
	case BPF_JMP | BPF_JA:
		return true;
	}
	test_fails("instruction %x\n", in->code);
	return false;
}

/* Runs what the compiler uses of BPF; anything else, or a jump out of the program, is a failure. */
static bool run(const struct bpf_insn *program, size_t size, const struct request *request)
{
	uint64_t r[11] = { 0 };
	const struct bpf_cgroup_dev_ctx context = {
		.access_type = (request->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR) |
			       ((request->access & READ ? BPF_DEVCG_ACC_READ : 0) |
				       (request->access & WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
				       (request->access & MAKE ? BPF_DEVCG_ACC_MKNOD : 0))
				       << 16,
		.major = (unsigned int)request->major,
		.minor = (unsigned int)request->minor,
	};

	for (size_t at = 0; at < size; at++) {
		const struct bpf_insn *in = &program[at];

		if (in->code == (BPF_JMP | BPF_EXIT))
			return r[0];
		if (!compute(in, &context, r) && jumps(in, r))
			at += (size_t)in->off;
	}
	test_fails("the program has no end\n");
	return false;
}

static void check(const struct plan_device_rule *rules, size_t count)
{
	struct bpf_insn program[DEVICES_PROGRAM_MAX(8)];
	struct request request;
	size_t size = devices_compile(rules, count, program);

	assert_true(size <= DEVICES_PROGRAM_MAX(count));
	for (unsigned int n = 0; make_request(n, &request); n++)
		if (run(program, size, &request) != is_allowed(rules, count, &request))
			test_fails("%zu rules, request %u\n", count, n);
}

static void all_pairs(void **state)
{
	struct plan_device_rule rules[2] = { 0 };

	(void)state;
	check(rules, 0);
	for (unsigned int a = 0; make_rule(a, &rules[0]); a++) {
		check(rules, 1);
		for (unsigned int b = 0; make_rule(b, &rules[1]); b++)
			check(rules, 2);
	}
}

static void longer_lists(void **state)
{
	struct plan_device_rule rules[8];
	uint32_t chance = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t count = 3 + (size_t)round % 6;

		for (size_t i = 0; i < count; i++) {
			chance = chance * 1664525 + 1013904223;
			(void)make_rule((chance >> 8) % RULES, &rules[i]);
			/* More numbers than one, and long runs of the same access. */
			if (rules[i].major > 0)
				rules[i].major += chance >> 30 & 1;
			if (rules[i].minor > 0)
				rules[i].minor += chance >> 29 & 1;
			if (round % 2 && i > 0) {
				rules[i].allow = rules[0].allow;
				rules[i].read = rules[0].read;
				rules[i].write = rules[0].write;
				rules[i].make = rules[0].make;
			}
		}
		check(rules, count);
	}
}

/* More than one run takes, and more than the interpreter's list of requests. */
static void hundreds_of_rules(void **state)
{
	enum { COUNT = 700 };
	static struct plan_device_rule rules[COUNT];
	static struct bpf_insn program[DEVICES_PROGRAM_MAX(COUNT)];

	(void)state;
	for (int i = 0; i < COUNT; i++)
		rules[i] = (struct plan_device_rule){ true, 'c', i % 7, i, true, true, true };
	size_t size = devices_compile(rules, COUNT, program);

	assert_true(size <= DEVICES_PROGRAM_MAX(COUNT));
	for (int i = 0; i < COUNT + 50; i++) {
		for (int major = 0; major < 8; major++) {
			const struct request request = { 'c', major, i, READ | WRITE };

			assert_int_equal(run(program, size, &request), i < COUNT && major == i % 7);
		}
	}
}

/* What a start costs: each number is asked for once. */
static void the_default_rules_are_small(void **state)
{
	static const struct plan_device_rule rules[] = {
		{ false, 'a', -1, -1, true, true, true },
		{ true, 'c', -1, -1, false, false, true },
		{ true, 'b', -1, -1, false, false, true },
		{ true, 'c', 1, 3, true, true, true },
		{ true, 'c', 1, 5, true, true, true },
		{ true, 'c', 5, 0, true, true, true },
		{ true, 'c', 136, -1, true, true, true },
		{ true, 'c', 10, 200, true, true, true },
	};
	struct bpf_insn program[DEVICES_PROGRAM_MAX(COUNT_OF(rules))];

	(void)state;
	/* 6 load, 1 asks for the type, 3 + 2 + 1 + 2 for majors, 2 allow; 4 of mknod(2), 2 deny. */
	assert_int_equal(devices_compile(rules, COUNT_OF(rules), program), 23);
}

/* The verifier refuses code that is never reached. */
static void nothing_before_a_rule_for_all(void **state)
{
	static const struct plan_device_rule rules[] = {
		{ true, 'c', 1, 3, true, true, true },
		{ false, 'a', -1, -1, true, true, true },
	};
	struct bpf_insn program[DEVICES_PROGRAM_MAX(2)];

	(void)state;
	assert_int_equal(
		devices_compile(rules, 2, program), devices_compile(rules + 1, 1, program));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pairs),
		cmocka_unit_test(longer_lists),
		cmocka_unit_test(hundreds_of_rules),
		cmocka_unit_test(the_default_rules_are_small),
		cmocka_unit_test(nothing_before_a_rule_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
