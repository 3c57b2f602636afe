#include "libcontainer/network/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"

/* A magic link: our own proc is what has it, and init is a child that nobody has reaped. */
static int open_namespace(int procfs, const char *path, int *ret_fd)
{
	*ret_fd = openat(procfs, path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? fail(errno, "open the network namespace '/proc/%s'", path) : 0;
}

static int open_both(int procfs, pid_t init, struct network_devices *devices)
{
	struct stat here, there;
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/ns/net", init);
	try(open_namespace(procfs, "self/ns/net", &devices->here));
	try(open_namespace(procfs, path, &devices->there));
	if (fstat(devices->here, &here) < 0 || fstat(devices->there, &there) < 0)
		return fail(errno, "look at the network namespaces");
	if (here.st_ino == there.st_ino && here.st_dev == there.st_dev)
		return refuse("the container's network namespace is the one that they are in");
	try(netlink_open(-EBADF, -EBADF, &devices->here_socket));
	return netlink_open(devices->there, devices->here, &devices->there_socket);
}

/*
 * An alias ("eth0:1") goes with the name.  The name alone is what the kernel takes where no label
 * is given.
 */
static void change_label(struct netlink_address *address, const char *from, const char *to)
{
	size_t length = strlen(from);
	char label[NETLINK_LABEL_SIZE];

	if (strncmp(address->label, from, length) != 0)
		return;
	const char *rest = address->label + length;
	if (*rest && *rest != ':')
		return;
	int n = *rest && *to ? snprintf(label, sizeof(label), "%s%s", to, rest) : 0;
	if (n <= 0 || (size_t)n >= sizeof(label))
		address->label[0] = '\0';
	else
		memcpy(address->label, label, sizeof(label));
}

static int add_addresses(const struct network_device *device, int socket, int index, const char *to)
{
	for (size_t i = 0; i < device->addresses.count; i++) {
		struct netlink_address address = device->addresses.items[i];

		change_label(&address, device->plan->name, to);
		try(netlink_add_address(socket, index, &address));
	}
	return 0;
}

static int find(int socket, const char *name, struct netlink_link *ret_link)
{
	int r = netlink_find(socket, name, ret_link);

	return r == -ENODEV ? fail(r, "find the network device '%s'", name) : r;
}

/*
 * In two steps, as a rename that comes with the move would take a name of "%d" twice, and the
 * device's index in the container is not known: it goes by a name that only we would give.
 */
static int move(struct network_devices *devices, struct network_device *device)
{
	const struct plan_net_device *plan = device->plan;
	int there = devices->there_socket;
	char passing[IFNAMSIZ], named[IF_NAMESIZE] = "";
	struct netlink_link link;

	try(find(devices->here_socket, plan->name, &device->link));
	try(netlink_addresses(devices->here_socket, device->link.index, &device->addresses));
	(void)snprintf(passing, sizeof(passing), "cs%x", (unsigned int)device->link.index);
	try(netlink_move(devices->here_socket, device->link.index, devices->there, passing));
	device->moved = true;
	try(find(there, passing, &link));
	device->index = link.index;
	try(netlink_rename(there, device->index, plan->new_name));
	/* A name of "%d" is no prefix of labels. */
	if (!strchr(plan->new_name, '%'))
		(void)snprintf(named, sizeof(named), "%s", plan->new_name);
	try(add_addresses(device, there, device->index, named));
	return netlink_set_up(there, device->index);
}

static int move_all(
	const struct plan_network *plan, int procfs, pid_t init, struct network_devices *devices)
{
	try(open_both(procfs, init, devices), "linux.netDevices");
	for (size_t i = 0; i < plan->device_count; i++) {
		struct network_device *device = &devices->items[i];

		device->plan = &plan->devices[i];
		devices->count++;
		try(move(devices, device), "%s", device->plan->place);
	}
	return 0;
}

static int bring_back(const struct network_devices *devices, const struct network_device *device)
{
	const char *name = device->plan->name;
	struct netlink_link link;

	try(netlink_move(devices->there_socket, device->index, devices->here, name));
	try(find(devices->here_socket, name, &link));
	try(add_addresses(device, devices->here_socket, link.index, name));
	return device->link.flags & IFF_UP ? netlink_set_up(devices->here_socket, link.index) : 0;
}

void network_devices_return(struct network_devices *devices)
{
	for (size_t i = devices->count; i > 0; i--) {
		struct network_device *device = &devices->items[i - 1];

		if (!device->moved || device->index == 0)
			continue;
		device->moved = false;
		if (bring_back(devices, device) < 0)
			log_warning("%s: the device was not brought back: %s", device->plan->place,
				error_text());
	}
}

int network_devices_move(
	const struct plan_network *plan, int procfs, pid_t init, struct network_devices *devices)
{
	devices->items = calloc(plan->device_count, sizeof(*devices->items));
	if (!devices->items)
		return fail(ENOMEM, "linux.netDevices");
	int r = move_all(plan, procfs, init, devices);
	if (r == 0)
		return 0;
	/* This is what is to be told, not what comes of it. */
	char failure[ERROR_TEXT_SIZE];
	(void)snprintf(failure, sizeof(failure), "%s", error_text());
	network_devices_return(devices);
	return error_set(r, failure);
}

void network_devices_done(struct network_devices *devices)
{
	for (size_t i = 0; devices->items && i < devices->count; i++)
		free(devices->items[i].addresses.items);
	free(devices->items);
	devices->items = NULL;
	devices->count = 0;
	fd_close(&devices->here);
	fd_close(&devices->there);
	fd_close(&devices->here_socket);
	fd_close(&devices->there_socket);
}
