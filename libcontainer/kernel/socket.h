/* Unix sockets: pairs, connecting, and messages that carry descriptors. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* SOCK_SEQPACKET, close-on-exec. */
int socket_pair(int ret_fds[2]);

/* One message, with count descriptors (at most 4). */
int socket_send(int fd, const void *data, size_t size, const int *fds, size_t count);

/*
 * All of the data to a stream, with one descriptor that comes with its first byte.  The other side
 * is waited for, this long (seconds) at each part: -EAGAIN.
 */
int socket_send_all(int stream, const char *data, size_t size, int fd, int patience);

/*
 * One message: returns its size, 0 at end-of-file.  Up to *count descriptors go to ret_fds,
 * close-on-exec, and *count becomes their number.  Where there are more, or the data was cut,
 * nothing is kept and -EBADMSG is returned.
 */
ssize_t socket_receive(int fd, void *data, size_t size, int *ret_fds, size_t *count);

/*
 * Connects to a SOCK_STREAM socket at path, which may be longer than sun_path.  The other side is
 * not waited for, neither here (-EAGAIN: it accepts nobody) nor when something is sent later: the
 * descriptor is non-blocking.
 */
int socket_connect(const char *path, int *ret_fd);
