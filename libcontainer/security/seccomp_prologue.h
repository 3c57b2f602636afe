/*
 * The head of a filter: system calls newer than the newest that the profile names return ENOSYS.
 * Programs probe for new calls and fall back on ENOSYS, but give up on the EPERM that a profile's
 * default action gives to a call that its author could not know.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sock_filter;

/* The newest system call that a profile knows of one architecture. */
struct seccomp_newest {
	uint32_t architecture; /* AUDIT_ARCH_*: what the kernel reports, so x32 is x86-64 here */
	bool x32;              /* number has the x32 bit */
	uint32_t number;
};

/* Most instructions that one row becomes. */
#define SECCOMP_PROLOGUE_ROW_SIZE 8

/*
 * Writes the instructions, in front of a filter that starts behind the last one; returns how many.
 * The room is the caller's: SECCOMP_PROLOGUE_ROW_SIZE * count.
 */
size_t seccomp_prologue_write(
	const struct seccomp_newest *rows, size_t count, struct sock_filter *ret_instructions);
