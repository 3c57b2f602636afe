/*
 * legacy [CALLS=ERROR] PROGRAM [ARGUMENT...]: executes the program under a filter that takes calls
 * away.  CALLS is "all", the kernel's newer mount calls and openat2(2), or "openat2" alone; ERROR
 * is ENOSYS, as they are where the kernel is older, or EPERM, as an old engine's profile denies
 * them. By default: all=ENOSYS.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned int missing[] = {
	SYS_open_tree,
	SYS_move_mount,
	SYS_fsopen,
	SYS_fsconfig,
	SYS_fsmount,
	SYS_fspick,
	SYS_mount_setattr,
	SYS_openat2,
};

static const unsigned int walked[] = { SYS_openat2 };

static const struct choice {
	const char *name;
	const unsigned int *calls;
	size_t count;
	int error;
} choices[] = {
	{ "all=ENOSYS", missing, COUNT(missing), ENOSYS },
	{ "all=EPERM", missing, COUNT(missing), EPERM },
	{ "openat2=ENOSYS", walked, COUNT(walked), ENOSYS },
	{ "openat2=EPERM", walked, COUNT(walked), EPERM },
};

static const struct choice *choice_named(const char *name)
{
	for (size_t i = 0; i < COUNT(choices); i++)
		if (strcmp(choices[i].name, name) == 0)
			return &choices[i];
	return NULL;
}

static int load_filter(const struct choice *choice)
{
	struct sock_filter filter[2 + 2 * COUNT(missing)];
	struct sock_fprog program = { .filter = filter };
	unsigned int result = SECCOMP_RET_ERRNO | (unsigned int)choice->error;
	unsigned short n = 0;

	filter[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < choice->count; i++) {
		filter[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, choice->calls[i], 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, result);
	}
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	const struct choice *choice = argc > 1 ? choice_named(argv[1]) : NULL;
	char **program = argv + (choice ? 2 : 1);

	if (!*program || (!choice && strchr(*program, '='))) {
		fprintf(stderr, "usage: legacy [all|openat2=ENOSYS|EPERM] PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	if (load_filter(choice ? choice : &choices[0]) < 0) {
		fprintf(stderr, "legacy: load the filter: %s\n", strerror(errno));
		return 1;
	}
	execvp(*program, program);
	fprintf(stderr, "legacy: execute '%s': %s\n", *program, strerror(errno));
	return 1;
}
