/* Unix datagram sockets with an address: unix(7). */
#pragma once

/*
 * Connects to a SOCK_DGRAM socket: an absolute path, which may be longer than sun_path, or "@name"
 * for an abstract one, as sd_notify(3) has them.  -EAFNOSUPPORT: it is neither.
 */
int datagram_connect(const char *address, int *ret_fd);

/* Makes a socket that all may write to in the directory dir, in place of what was there. */
int datagram_bind(int dir, const char *name, int *ret_fd);
