/* Changing a call of a traced process: what each architecture keeps where. */
#include "tests/crash/trace.h"

#include <elf.h>
#include <err.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* A number that no call has: the kernel makes none. */
#define NO_CALL (-1)

#if defined(__x86_64__)

static void poke(pid_t pid, size_t offset, long value)
{
	/* It may have been killed meanwhile, by another of its family. */
	if (ptrace(PTRACE_POKEUSER, pid, offset, value) < 0 && errno != ESRCH)
		err(2, "change a register");
}

void inject_skip(pid_t pid)
{
	poke(pid, offsetof(struct user_regs_struct, orig_rax), NO_CALL);
}

void inject_result(pid_t pid, long value)
{
	poke(pid, offsetof(struct user_regs_struct, rax), value);
}

void inject_argument(pid_t pid, int index, unsigned long value)
{
	static const size_t offsets[] = {
		offsetof(struct user_regs_struct, rdi),
		offsetof(struct user_regs_struct, rsi),
		offsetof(struct user_regs_struct, rdx),
		offsetof(struct user_regs_struct, r10),
		offsetof(struct user_regs_struct, r8),
		offsetof(struct user_regs_struct, r9),
	};

	poke(pid, offsets[index], (long)value);
}

#elif defined(__aarch64__)

void inject_skip(pid_t pid)
{
	int number = NO_CALL;
	struct iovec data = { &number, sizeof(number) };

	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &data) < 0 && errno != ESRCH)
		err(2, "change a call");
}

static void poke(pid_t pid, int index, unsigned long value)
{
	struct user_regs_struct registers;
	struct iovec data = { &registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &data) < 0 && errno != ESRCH)
		err(2, "read the registers");
	registers.regs[index] = value;
	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &data) < 0 && errno != ESRCH)
		err(2, "change a register");
}

void inject_result(pid_t pid, long value)
{
	poke(pid, 0, (unsigned long)value);
}

void inject_argument(pid_t pid, int index, unsigned long value)
{
	poke(pid, index, value);
}

#else
#error "the crash harness does not know this architecture's registers"
#endif
