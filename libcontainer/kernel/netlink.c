#include "libcontainer/kernel/netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

_Static_assert(NETLINK_LABEL_SIZE == IFNAMSIZ, "labels are as long as names");

int netlink_loopback_up(void)
{
	/*
	 * Device ioctls go to the namespace of the socket whatever its family.  The other flags of
	 * the loopback device are the kernel's own: what is given for them is ignored.
	 */
	auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo" };

	if (fd < 0)
		return fail(errno, "open a socket to configure 'lo'");
	request.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return fail(errno, "set 'lo' up");
	return 0;
}

int netlink_open(int there, int back, int *ret_socket)
{
	auto_close int fd = -EBADF;

	if (there >= 0 && setns(there, CLONE_NEWNET) < 0)
		return fail(errno, "enter the network namespace");
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error = errno;
	if (there >= 0 && setns(back, CLONE_NEWNET) < 0)
		return fail(errno, "come back to our own network namespace");
	if (fd < 0)
		return fail(error, "open a netlink socket");
	*ret_socket = steal_fd(&fd);
	return 0;
}

/* ---- requests ------------------------------------------------------------------------- */

/* Room for a header, a body and the few attributes that are asked with, names of IFNAMSIZ at most:
 * the plan has refused longer ones. */
#define REQUEST_SIZE 256
#define ANSWER_SIZE 32768

/* The socket is one request's at a time, so that any number tells its answers from late ones. */
struct request {
	union {
		struct nlmsghdr header;
		char bytes[REQUEST_SIZE];
	};
};

typedef void visitor(const struct nlmsghdr *answer, void *context);

static void request_begin(
	struct request *request, int type, int flags, const void *body, size_t size)
{
	static uint32_t sequence;

	memset(request, 0, sizeof(*request));
	request->header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_LENGTH((uint32_t)size),
		.nlmsg_type = (uint16_t)type,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		.nlmsg_seq = ++sequence,
	};
	memcpy(NLMSG_DATA(&request->header), body, size);
}

static void request_add(struct request *request, int type, const void *data, size_t size)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)(void *)(request->bytes + at);

	attribute->rta_type = (unsigned short)type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len = (uint32_t)(at + RTA_ALIGN(attribute->rta_len));
}

static void request_add_text(struct request *request, int type, const char *text)
{
	request_add(request, type, text, strlen(text) + 1);
}

/* 1: it was the last; a dump ends with NLMSG_DONE, anything else with an error, which may be 0. */
static int take_answer(const struct nlmsghdr *answer, visitor *visit, void *context)
{
	if (answer->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (answer->nlmsg_type == NLMSG_DONE)
		return 1;
	if (answer->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = NLMSG_DATA(answer);

		if (answer->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
			return -EBADMSG;
		return error->error < 0 ? error->error : 1;
	}
	if (visit)
		visit(answer, context);
	return 0;
}

/* One packet.  Others may write to our socket, too; only the kernel has the address 0. */
static ssize_t receive(int fd, void *buffer, size_t size)
{
	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t length = sizeof(from);
		ssize_t n =
			recvfrom(fd, buffer, size, MSG_TRUNC, (struct sockaddr *)&from, &length);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > (ssize_t)size)
			return -EMSGSIZE;
		if (n >= 0 && from.nl_pid == 0)
			return n;
	}
}

/* Sends it and takes all answers.  -errno without a chain. */
static int ask(int fd, const struct request *request, visitor *visit, void *context)
{
	uninitialized union {
		struct nlmsghdr header;
		char bytes[ANSWER_SIZE];
	} buffer;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(fd, request, request->header.nlmsg_len, MSG_NOSIGNAL, (struct sockaddr *)&kernel,
		    sizeof(kernel)) < 0)
		return -errno;
	for (;;) {
		ssize_t n = receive(fd, &buffer, sizeof(buffer));

		if (n < 0)
			return (int)n;
		size_t left = (size_t)n;
		for (struct nlmsghdr *answer = &buffer.header; NLMSG_OK(answer, left);
			answer = NLMSG_NEXT(answer, left)) {
			if (answer->nlmsg_seq != request->header.nlmsg_seq)
				continue;
			int r = take_answer(answer, visit, context);
			if (r != 0)
				return r < 0 ? r : 0;
		}
	}
}

/* ---- links ---------------------------------------------------------------------------- */

static void take_link(const struct nlmsghdr *answer, void *context)
{
	const struct ifinfomsg *body = NLMSG_DATA(answer);
	struct netlink_link *link = context;

	if (answer->nlmsg_type != RTM_NEWLINK || answer->nlmsg_len < NLMSG_LENGTH(sizeof(*body)))
		return;
	*link = (struct netlink_link){ body->ifi_index, body->ifi_flags };
}

int netlink_find(int socket, const char *name, struct netlink_link *ret_link)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	struct netlink_link link = { 0 };
	struct request request;

	request_begin(&request, RTM_GETLINK, NLM_F_ACK, &body, sizeof(body));
	request_add_text(&request, IFLA_IFNAME, name);
	int r = ask(socket, &request, take_link, &link);
	if (r == -ENODEV || (r == 0 && link.index == 0))
		return -ENODEV;
	if (r < 0)
		return fail(r, "look for the network device '%s'", name);
	*ret_link = link;
	return 0;
}

int netlink_rename(int socket, int index, const char *name)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	struct request request;

	request_begin(&request, RTM_NEWLINK, NLM_F_ACK, &body, sizeof(body));
	request_add_text(&request, IFLA_IFNAME, name);
	int r = ask(socket, &request, NULL, NULL);
	return r < 0 ? fail(r, "name the network device '%s'", name) : 0;
}

int netlink_move(int socket, int index, int namespace, const char *name)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	const uint32_t fd = (uint32_t) namespace;
	struct request request;

	request_begin(&request, RTM_NEWLINK, NLM_F_ACK, &body, sizeof(body));
	request_add(&request, IFLA_NET_NS_FD, &fd, sizeof(fd));
	request_add_text(&request, IFLA_IFNAME, name);
	int r = ask(socket, &request, NULL, NULL);
	return r < 0 ? fail(r, "move the network device to another namespace") : 0;
}

int netlink_set_up(int socket, int index)
{
	const struct ifinfomsg body = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct request request;

	request_begin(&request, RTM_NEWLINK, NLM_F_ACK, &body, sizeof(body));
	int r = ask(socket, &request, NULL, NULL);
	return r < 0 ? fail(r, "set the network device up") : 0;
}

/* ---- addresses ------------------------------------------------------------------------ */

/* What its owner chose; the other flags are what the kernel found out. */
#define CHOSEN_FLAGS \
	(IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | \
		IFA_F_MCAUTOJOIN)

struct collection {
	int index, code;
	struct netlink_addresses *addresses;
};

static void take_bytes(
	const struct rtattr *attribute, unsigned char *bytes, struct netlink_address *address)
{
	size_t size = RTA_PAYLOAD(attribute);

	if (size > NETLINK_ADDRESS_SIZE)
		return;
	memcpy(bytes, RTA_DATA(attribute), size);
	address->size = (uint8_t)size;
	address->has |= 1U << attribute->rta_type;
}

static void take_attribute(const struct rtattr *attribute, struct netlink_address *address)
{
	size_t size = RTA_PAYLOAD(attribute);

	switch (attribute->rta_type) {
	case IFA_ADDRESS:
		take_bytes(attribute, address->address, address);
		break;
	case IFA_LOCAL:
		take_bytes(attribute, address->local, address);
		break;
	case IFA_BROADCAST:
		take_bytes(attribute, address->broadcast, address);
		break;
	case IFA_LABEL:
		if (size <= sizeof(address->label))
			memcpy(address->label, RTA_DATA(attribute), size);
		address->label[sizeof(address->label) - 1] = '\0';
		break;
	case IFA_FLAGS:
		if (size == sizeof(address->flags))
			memcpy(&address->flags, RTA_DATA(attribute), size);
		break;
	case IFA_RT_PRIORITY:
		if (size == sizeof(address->priority))
			memcpy(&address->priority, RTA_DATA(attribute), size);
		break;
	default:
		break;
	}
}

static int append(struct netlink_addresses *list, const struct netlink_address *address)
{
	struct netlink_address *items =
		reallocarray(list->items, list->count + 1, sizeof(*list->items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	list->items[list->count++] = *address;
	return 0;
}

static void take_address(const struct nlmsghdr *answer, void *context)
{
	const struct ifaddrmsg *body = NLMSG_DATA(answer);
	struct collection *collection = context;
	size_t left = answer->nlmsg_len - NLMSG_LENGTH(sizeof(*body));

	if (answer->nlmsg_type != RTM_NEWADDR || answer->nlmsg_len < NLMSG_LENGTH(sizeof(*body)) ||
		(int)body->ifa_index != collection->index || body->ifa_scope != RT_SCOPE_UNIVERSE)
		return;
	struct netlink_address address = {
		.family = body->ifa_family,
		.prefix = body->ifa_prefixlen,
		.flags = body->ifa_flags,
	};
	for (const struct rtattr *attribute = IFA_RTA(body); RTA_OK(attribute, left);
		attribute = RTA_NEXT(attribute, left))
		take_attribute(attribute, &address);
	if (!(address.flags & IFA_F_PERMANENT) || collection->code < 0)
		return;
	collection->code = append(collection->addresses, &address);
}

/* How often a list is asked for that changes while it is told. */
#define TRIES 10

int netlink_addresses(int socket, int index, struct netlink_addresses *ret_addresses)
{
	const struct ifaddrmsg body = { .ifa_family = AF_UNSPEC };
	struct netlink_addresses addresses = { 0 };
	struct collection collection = { .index = index, .addresses = &addresses };
	struct request request;
	int r = -EINTR;

	for (int i = 0; i < TRIES && r == -EINTR; i++) {
		addresses.count = 0;
		request_begin(&request, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
		r = ask(socket, &request, take_address, &collection);
	}
	if (r == 0)
		r = collection.code;
	if (r < 0) {
		free(addresses.items);
		return fail(r, "list the addresses of the network device");
	}
	*ret_addresses = addresses;
	return 0;
}

int netlink_add_address(int socket, int index, const struct netlink_address *address)
{
	const struct ifaddrmsg body = {
		.ifa_family = address->family,
		.ifa_prefixlen = address->prefix,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = (unsigned int)index,
	};
	const uint32_t flags = address->flags & CHOSEN_FLAGS;
	struct request request;

	request_begin(
		&request, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	if (address->has & 1U << IFA_LOCAL)
		request_add(&request, IFA_LOCAL, address->local, address->size);
	if (address->has & 1U << IFA_ADDRESS)
		request_add(&request, IFA_ADDRESS, address->address, address->size);
	if (address->has & 1U << IFA_BROADCAST)
		request_add(&request, IFA_BROADCAST, address->broadcast, address->size);
	if (address->label[0])
		request_add_text(&request, IFA_LABEL, address->label);
	if (address->priority)
		request_add(
			&request, IFA_RT_PRIORITY, &address->priority, sizeof(address->priority));
	request_add(&request, IFA_FLAGS, &flags, sizeof(flags));
	int r = ask(socket, &request, NULL, NULL);
	return r < 0 ? fail(r, "add an address to the network device") : 0;
}
