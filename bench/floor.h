#pragma once
/*
 * The floors of `make bench`: the least that the kernel has to be asked for, to do what a profile
 * of bench/bench wants, in the tightest way that is known here.  They read no configuration, keep
 * no state and are no container runtimes: they trust the root file system and everything else.
 *
 * What to do comes as arguments, in the order in which it is done: "KEY=VALUE" or "KEY", a value
 * being words between commas, which are cut in place.  bench/floors.py writes them.  A step that
 * fails ends the floor with status 125, since it makes the measurement worthless.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- floor.c: steps, cgroups, the process ---------------------------------------------- */

struct step {
	const char *key;
	void (*take)(char *value);
};

/* A child that waits for us, which a step that fails ends; 0: none. */
extern pid_t ends_with_us;
_Noreturn void stop(const char *step, const char *subject);
int must(int result, const char *step, const char *subject);

/* Cuts the first word off a value; NULL where there is none left. */
char *word(char **value);

/*
 * Does the steps from argv on; returns what is behind the argument `until`, "--" ending it too.  A
 * key that no step has stops the floor.
 */
char **do_steps(char **argv, const struct step *steps, const char *until);

/* Makes a cgroup of version 2, with the default device rules, and removes it. */
int cgroup2_make(const char *path);
/* Makes a cgroup of version 1 with them; returns where its processes are written to. */
int cgroup1_make(const char *path);

/* Steps of a process that has all its privilege yet. */
void step_oom(char *value);
void step_become_root(char *value);
void step_env(char *value);
void step_groups(char *value);
void step_rlimit(char *value);
void step_caps(char *value);
void step_nnp(char *value);
/* Reads a filter, and loads what was read: files are not there any more inside. */
void step_filter(char *value);
void step_seccomp(char *value);
void join_keyring(void);
/* Executes with the environment that was given. */
_Noreturn void execute(char *const argv[]);

/* ---- floor_mounts.c: all in the root file system, which is the working directory --------- */

/* A copy of the mount at path; -1 where there is no such path. */
int mount_copy(int directory, const char *path, uint64_t attributes, uint64_t propagation);
void step_root(char *value);
void step_fs(char *value);
void step_dev(char *value);
void step_nodes(char *value);
void step_bind(char *value);
void step_rbind(char *value);
/* /dev/core, which is there where the kernel has a /proc/kcore. */
void step_core(char *value);
void step_cgroups1(char *value);
void step_maskfile(char *value);
void step_maskdir(char *value);
void step_readonly(char *value);
void step_sysctl(char *value);
void step_pivot(char *value);

/* ---- clone ------------------------------------------------------------------------------ */

/*
 * clone3 into the caller's memory: no page table is copied.  The child runs function on the stack
 * that args name; as vfork does it where args->flags have CLONE_VFORK.
 */
static inline long clone_here(struct clone_args *args, void (*function)(void *), void *argument)
{
	long result = SYS_clone3;

#ifdef __x86_64__
	args->flags |= CLONE_VM;
	__asm__ volatile(
		"syscall\n\t"
		"testq %%rax, %%rax\n\t"
		"jnz 1f\n\t"
		"xorl %%ebp, %%ebp\n\t"
		"movq %[argument], %%rdi\n\t"
		"call *%[function]\n\t"
		"hlt\n"
		"1:"
		: "+a"(result)
		: "D"(args), "S"(sizeof(*args)), [function] "r"(function), [argument] "r"(argument)
		: "rcx", "r11", "memory");
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
#else
	args->stack = args->stack_size = 0;
	result = syscall(SYS_clone3, args, sizeof(*args));
	if (result == 0)
		function(argument);
	return result;
#endif
}
