/*
 * linux.netDevices: devices of the host become the container's, with their addresses.  They are
 * taken back only where the creation fails: what happens to them later is their owner's business.
 */
#pragma once

#include <sys/types.h>

#include "libcontainer/kernel/netlink.h"
#include "libcontainer/plan/plan.h"

struct network_device {
	const struct plan_net_device *plan;
	struct netlink_link link; /* as it was */
	struct netlink_addresses addresses;
	int index;  /* in the container, where it has been named; else 0 */
	bool moved; /* it is there, be it half done */
};

struct network_devices {
	int here, there;               /* the network namespaces */
	int here_socket, there_socket; /* which keep them alive */
	struct network_device *items;  /* malloc'ed */
	size_t count;
};

#define NETWORK_DEVICES_NONE \
	{ \
		.here = -EBADF, .there = -EBADF, .here_socket = -EBADF, .there_socket = -EBADF \
	}

/*
 * Moves all to the network namespace of init, whose pid procfs knows; devices tells also after a
 * failure what has been done.
 */
int network_devices_move(
	const struct plan_network *plan, int procfs, pid_t init, struct network_devices *devices);
/* Brings those that were moved back, as they were; what goes wrong is a warning. */
void network_devices_return(struct network_devices *devices);
void network_devices_done(struct network_devices *devices);
