/* A classic BPF machine for filters: what the kernel would say to a system call. */
#pragma once

#include <assert.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t bpf_load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert(offset % 4 == 0 && offset + sizeof(word) <= sizeof(*data));
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static inline int bpf_test(unsigned short code, uint32_t accumulator, uint32_t value)
{
	switch (code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		return accumulator == value;
	case BPF_JMP | BPF_JGT | BPF_K:
		return accumulator > value;
	case BPF_JMP | BPF_JGE | BPF_K:
		return accumulator >= value;
	case BPF_JMP | BPF_JSET | BPF_K:
		return (accumulator & value) != 0;
	}
	assert(!"an instruction that filters don't have");
	return 0;
}

/* Runs program to its return; leaving it on the way is an assertion. */
static inline uint32_t bpf_run(
	const struct sock_filter *program, size_t count, const struct seccomp_data *data)
{
	uint32_t accumulator = 0;

	for (size_t at = 0; at < count; at++) {
		const struct sock_filter *now = &program[at];

		if (now->code == (BPF_LD | BPF_W | BPF_ABS))
			accumulator = bpf_load(data, now->k);
		else if (now->code == (BPF_ALU | BPF_AND | BPF_K))
			accumulator &= now->k;
		else if (now->code == (BPF_RET | BPF_K))
			return now->k;
		else if (now->code == (BPF_JMP | BPF_JA))
			at += now->k;
		else
			at += bpf_test(now->code, accumulator, now->k) ? now->jt : now->jf;
	}
	assert(!"the end of the program without a return");
	return 0;
}
