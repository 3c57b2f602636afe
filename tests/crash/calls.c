/* Which system calls are not made to fail, and why. */
#include "tests/crash/trace.h"

#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

/* clang-format off */
static const struct {
	int number;
	const char *reason;
} cannot_fail[] = {
	{ SYS_exit_group,      "does not return" },
	{ SYS_exit,            "does not return" },
	{ SYS_rt_sigreturn,    "its result is another call's" },
	{ SYS_set_tid_address, "returns the thread's id, which the C library keeps without a look" },
	{ SYS_getuid,          "has no error" },
	{ SYS_geteuid,         "has no error" },
	{ SYS_getgid,          "has no error" },
	{ SYS_getegid,         "has no error" },
	{ SYS_getpid,          "has no error" },
	{ SYS_getppid,         "has no error" },
	{ SYS_gettid,          "has no error" },
	{ SYS_umask,           "has no error" },
	{ SYS_brk,             "returns an address, and malloc(3) turns to mmap(2)" },
#ifdef SYS_arch_prctl
	{ SYS_arch_prctl,      "the thread's register, without which the C library aborts" },
#endif
	{ SYS_mprotect,        "the C library's own at its start: it ends with status 127" },
};
/* clang-format on */

bool call_cannot_fail(int number)
{
	for (size_t i = 0; i < sizeof(cannot_fail) / sizeof(*cannot_fail); i++) {
		if (cannot_fail[i].number == number)
			return true;
	}
	return false;
}

/* A descriptor is gone also where close(2) fails: it must not be closed twice. */
bool call_is_done_anyway(int number)
{
	return number == SYS_close;
}

const char *call_name(int number)
{
	static char text[32];
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	if (name)
		(void)snprintf(text, sizeof(text), "%s", name);
	else
		(void)snprintf(text, sizeof(text), "call %d", number);
	free(name);
	return text;
}
