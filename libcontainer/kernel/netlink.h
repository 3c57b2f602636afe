/*
 * Network devices and their addresses: netdevice(7) and rtnetlink(7).  A socket speaks of the
 * network namespace that it was opened in, wherever its owner is.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sets IFF_UP on the loopback device of the caller's namespace. */
int netlink_loopback_up(void);

/* ---- links ---------------------------------------------------------------------------- */

struct netlink_link {
	int index;
	unsigned int flags; /* IFF_* */
};

/*
 * Opens a socket in the network namespace there, a descriptor, and comes back to that of back; for
 * both -EBADF: in the caller's own.
 */
int netlink_open(int there, int back, int *ret_socket);

/* -ENODEV, plain, where there is no device of that name. */
int netlink_find(int socket, const char *name, struct netlink_link *ret_link);

/*
 * Gives it a name that is free, or -EEXIST.  A name with "%d" becomes the first that is free.  The
 * device must be down for kernels before 6.2.
 */
int netlink_rename(int socket, int index, const char *name);
/*
 * To another network namespace, under another name (without "%d").  There it is down, has no
 * address, and perhaps another index.
 */
int netlink_move(int socket, int index, int namespace, const char *name);
int netlink_set_up(int socket, int index);

/* ---- addresses ------------------------------------------------------------------------ */

#define NETLINK_ADDRESS_SIZE 16
#define NETLINK_LABEL_SIZE 16

struct netlink_address {
	uint8_t family, prefix, size; /* AF_*; bits; bytes of each of these that is set: */
	unsigned char address[NETLINK_ADDRESS_SIZE]; /* the peer's, where local is another */
	unsigned char local[NETLINK_ADDRESS_SIZE];
	unsigned char broadcast[NETLINK_ADDRESS_SIZE];
	unsigned int has;               /* 1 << IFA_ADDRESS, ... */
	uint32_t flags, priority;       /* IFA_F_*; metric of the route */
	char label[NETLINK_LABEL_SIZE]; /* or "" */
};

struct netlink_addresses {
	struct netlink_address *items; /* malloc'ed */
	size_t count;
};

/* All that is permanent and of global scope, in the kernel's order. */
int netlink_addresses(int socket, int index, struct netlink_addresses *ret_addresses);
int netlink_add_address(int socket, int index, const struct netlink_address *address);
