/*
 * Our own view of proc, for labels, sysctls and attributes: a descriptor taken before anything of
 * the container is looked at, so that what an image mounts over /proc (CVE-2019-16884,
 * CVE-2025-52881) is never seen.
 */
#pragma once

#include <sys/types.h>

/* Opens the host's /proc, checked to be procfs's root; the caller closes it. */
int procfs_open(int *ret_fd);

/*
 * Opens path below it ("self/attr/exec", "sys/net/ipv4/ip_forward"), crossing no mount and no magic
 * link; a fresh private instance of proc serves where something is mounted over the path.  -ENOENT
 * comes plain.
 */
int procfs_open_file(int procfs, const char *path, int flags, int *ret_fd);

/* One write(2) of value. */
int procfs_write(int procfs, const char *path, const char *value);

/* Reads into buffer, NUL-terminated; returns the length. */
ssize_t procfs_read(int procfs, const char *path, char *buffer, size_t size);
