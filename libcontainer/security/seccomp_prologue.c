#include "libcontainer/security/seccomp_prologue.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* x32 calls come with the architecture of x86-64 and this bit in their number. */
#define X32_BIT 0x40000000U

#define LOAD(field) \
	(struct sock_filter) \
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP(test, value, yes, no) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), (yes), (no))
#define RETURN_ENOSYS (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)

static bool is_s390(uint32_t architecture)
{
	return architecture == AUDIT_ARCH_S390 || architecture == AUDIT_ARCH_S390X;
}

/*
 * One row's section: where architecture or ABI are others it is left at its end, which is the next
 * section; a new call returns ENOSYS; the last instruction, whose distance is not known yet, leads
 * an old call into the filter.
 */
static size_t section_write(const struct seccomp_newest *row, struct sock_filter *section)
{
	bool abis = row->architecture == AUDIT_ARCH_X86_64;
	bool multiplexed = is_s390(row->architecture);
	/* Instructions from behind the test of the ABI to the end of the section. */
	unsigned char rest = multiplexed ? 5 : 3;
	size_t count = 0;

	section[count++] = LOAD(arch);
	section[count++] =
		JUMP(BPF_JEQ, row->architecture, 0, (unsigned char)(1 + (abis ? 1 : 0) + rest));
	section[count++] = LOAD(nr);
	if (abis)
		section[count++] =
			JUMP(BPF_JSET, X32_BIT, row->x32 ? 0 : rest, row->x32 ? rest : 0);
	if (multiplexed) {
		/* There a number that the kernel does not know arrives as 0, which is the long gone
		 * setup(2). */
		section[count++] = JUMP(BPF_JEQ, 0, 0, 1);
		section[count++] = RETURN_ENOSYS;
	}
	section[count++] = JUMP(BPF_JGT, row->number, 0, 1);
	section[count++] = RETURN_ENOSYS;
	section[count++] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0);
	return count;
}

size_t seccomp_prologue_write(
	const struct seccomp_newest *rows, size_t count, struct sock_filter *ret_instructions)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += section_write(&rows[i], ret_instructions + size);
	for (size_t i = 0; i < size; i++)
		if (ret_instructions[i].code == (BPF_JMP | BPF_JA))
			ret_instructions[i].k = (uint32_t)(size - i - 1);
	return size;
}
