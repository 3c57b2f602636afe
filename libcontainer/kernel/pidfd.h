/* Processes by descriptor: a pid may be another process when it is used, a pidfd never is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* -ESRCH comes plain. */
int pidfd_make(pid_t pid, int *ret_fd);

int pidfd_signal(int pidfd, int signal);

/* Waits until the process has ended; milliseconds, -1 without limit.  0; -ETIMEDOUT, plain. */
int pidfd_await(int pidfd, int timeout);

/*
 * A descriptor of the process's own table, close-on-exec; the process is asked nothing.  Wants the
 * right to trace it: ptrace(2), PTRACE_MODE_ATTACH_REALCREDS.
 */
int pidfd_take(int pidfd, int number, int *ret_fd);

/* Reaps our own child; ret_status as wait(2) has it. */
int pidfd_reap(int pidfd, int *ret_status);

struct process_facts {
	uint64_t start_time; /* clock ticks since boot: with the pid it names a process for good */
	char state;          /* 'R', 'S', 'D', 'Z', 'X', 'T', ... of /proc/PID/stat */
	bool ending;         /* it is in exit(2), which takes its files, memory and groups first */
};

/* Reads /proc/PID/stat.  -ESRCH, plain, where there is no such process. */
int process_read_facts(pid_t pid, struct process_facts *ret_facts);

/* Seconds since a process of this start time was born. */
uint64_t process_age(uint64_t start_time);

/* Whether the signal waits for it: one that it blocks or, be it SIGKILL, that the freezer of cgroup
 * v1 lets wait. */
bool process_has_pending(pid_t pid, int signal);

/* Whether pid is still the process with this start time, and no zombie; -errno: unknown. */
int process_is_alive(pid_t pid, uint64_t start_time);
