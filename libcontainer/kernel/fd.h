/* Descriptors: marking, moving and closing them, and files in memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Moves *fd above the stdio numbers where it is one of them (0 to 2 were closed by our caller). */
int fd_above_stdio(int *fd);

/* Marks all descriptors from first on close-on-exec: close_range(2), else /proc-free fallback. */
int fd_cloexec_from(unsigned int first);
/* Closes all descriptors from first on. */
int fd_close_from(unsigned int first);
int fd_set_cloexec(int fd, bool on);

/* An executable or plain memfd, falling back for kernels and sysctls that refuse its flags. */
int fd_memfd(const char *name, bool executable, int *ret_fd);
/* Seals against writing, growing, shrinking and further seals. */
int fd_seal(int fd);
bool fd_is_sealed(int fd);

/* "/proc/self/fd/N" of the host's proc: only before pivot_root, for calls that take no fd. */
#define FD_PATH_SIZE 32
const char *fd_path(int fd, char buffer[FD_PATH_SIZE]);

int fd_write_all(int fd, const void *data, size_t size);
