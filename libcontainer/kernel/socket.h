/* Unix sockets: pairs, connecting, and messages that carry descriptors. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* SOCK_SEQPACKET, close-on-exec. */
int socket_pair(int ret_fds[2]);

/* One message, with count descriptors (at most 4). */
int socket_send(int fd, const void *data, size_t size, const int *fds, size_t count);

/*
 * One message: returns its size, 0 at end-of-file.  Up to *count descriptors go to ret_fds,
 * close-on-exec, and *count becomes their number.  Where there are more, or the data was cut,
 * nothing is kept and -EBADMSG is returned.
 */
ssize_t socket_receive(int fd, void *data, size_t size, int *ret_fds, size_t *count);

/* Connects to a SOCK_STREAM socket at path, which may be longer than sun_path. */
int socket_connect(const char *path, int *ret_fd);

/*
 * Connects to a SOCK_DGRAM socket: an absolute path, or "@name" for an abstract one, as
 * sd_notify(3) has them.
 */
int socket_connect_datagram(const char *address, int *ret_fd);

/* Makes a SOCK_DGRAM socket in the directory dir that all may write to, in place of what was there.
 */
int socket_bind_datagram(int dir, const char *name, int *ret_fd);
