#include "libcontainer/kernel/netlink.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/ioctl.h>

#include "libcontainer/base/error.h"
#include "tests/kernel/sandbox.h"

static int flags_of_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	child_check(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0);
	(void)close(fd);
	return request.ifr_flags;
}

static int child_new_network(void)
{
	if (!sandbox_enter(CLONE_NEWNET))
		return CHILD_SKIPS;
	child_check(!(flags_of_loopback() & IFF_UP));
	child_check(netlink_loopback_up() == 0);
	child_check(flags_of_loopback() & IFF_UP);
	child_check(flags_of_loopback() & IFF_LOOPBACK);
	/* It may be up already, in a namespace that was joined. */
	child_check(netlink_loopback_up() == 0);
	return 0;
}

static void test_loopback_comes_up(void **state)
{
	(void)state;
	run_in_child(child_new_network);
}

static int child_without_privileges(void)
{
	/* The network namespace is not our user namespace's. */
	if (!sandbox_enter(0))
		return CHILD_SKIPS;
	child_check(netlink_loopback_up() == -EPERM);
	child_check(strcmp(error_text(), "set 'lo' up: operation not permitted") == 0);
	return 0;
}

static void test_refusal_is_reported(void **state)
{
	(void)state;
	run_in_child(child_without_privileges);
}

/* ---- devices and addresses ---------------------------------------------------------------- */

/* Two network namespaces, we in the first, which has the devices "one" and "two". */
static bool make_networks(int *ret_here, int *ret_there)
{
	if (!sandbox_enter(CLONE_NEWNET))
		return false;
	*ret_here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	child_check(unshare(CLONE_NEWNET) == 0);
	*ret_there = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	child_check(*ret_here >= 0 && *ret_there >= 0 && setns(*ret_here, CLONE_NEWNET) == 0);
	return system("ip link add one type veth peer name two 2>/dev/null") == 0;
}

static int child_moves(void)
{
	struct netlink_link link, other;
	int here, there, ours, theirs;

	if (!make_networks(&here, &there))
		return CHILD_SKIPS;
	child_check(netlink_open(-EBADF, -EBADF, &ours) == 0);
	child_check(netlink_open(there, here, &theirs) == 0);
	/* We are where we were. */
	child_check(if_nametoindex("one") > 0);
	child_check(netlink_find(ours, "one", &link) == 0);
	child_check(link.index == (int)if_nametoindex("one") && !(link.flags & IFF_UP));
	child_check(netlink_find(theirs, "one", &other) == -ENODEV);
	child_check(netlink_find(theirs, "lo", &other) == 0);

	child_check(netlink_move(ours, link.index, there, "passing") == 0);
	child_check(netlink_find(ours, "one", &other) == -ENODEV);
	child_check(netlink_find(theirs, "passing", &link) == 0);
	child_check(netlink_rename(theirs, link.index, "lo") == -EEXIST);
	child_check(strstr(error_text(), "name the network device 'lo'") == error_text());
	child_check(netlink_rename(theirs, link.index, "net%d") == 0);
	child_check(netlink_find(theirs, "net0", &other) == 0 && other.index == link.index);
	child_check(netlink_set_up(theirs, link.index) == 0);
	child_check(netlink_find(theirs, "net0", &other) == 0 && other.flags & IFF_UP);
	/* The loopback device is the namespace's own. */
	child_check(netlink_find(ours, "lo", &link) == 0);
	child_check(netlink_move(ours, link.index, there, "passing") == -EINVAL);
	child_check(strstr(error_text(), "to another namespace: invalid") != NULL);
	return 0;
}

static void test_devices_move(void **state)
{
	(void)state;
	run_in_child(child_moves);
}

/* address, peer, broadcast: texts or NULL. */
static struct netlink_address make_address(
	int family, int prefix, const char *local, const char *peer, const char *broadcast)
{
	struct netlink_address address = {
		.family = (uint8_t)family,
		.prefix = (uint8_t)prefix,
		.size = family == AF_INET ? 4 : 16,
		.has = 1U << IFA_ADDRESS,
	};

	child_check(inet_pton(family, peer ? peer : local, address.address) == 1);
	if (peer || family == AF_INET) {
		address.has |= 1U << IFA_LOCAL;
		child_check(inet_pton(family, local, address.local) == 1);
	}
	if (broadcast) {
		address.has |= 1U << IFA_BROADCAST;
		child_check(inet_pton(family, broadcast, address.broadcast) == 1);
	}
	return address;
}

static void check_address(const struct netlink_address *got, const struct netlink_address *expected)
{
	child_check(got->family == expected->family && got->prefix == expected->prefix);
	child_check(got->has == expected->has && got->size == expected->size);
	child_check(memcmp(got->address, expected->address, got->size) == 0);
	child_check(memcmp(got->local, expected->local, got->size) == 0);
	child_check(memcmp(got->broadcast, expected->broadcast, got->size) == 0);
	child_check(got->flags & IFA_F_PERMANENT);
	child_check((got->flags & expected->flags) == expected->flags);
}

static int child_has_addresses(void)
{
	struct netlink_addresses list;
	struct netlink_link link;
	int here, there, ours;

	if (!make_networks(&here, &there))
		return CHILD_SKIPS;
	child_check(netlink_open(-EBADF, -EBADF, &ours) == 0);
	child_check(netlink_find(ours, "one", &link) == 0);
	struct netlink_address added[] = {
		make_address(AF_INET, 24, "192.0.2.1", NULL, "192.0.2.255"),
		make_address(AF_INET, 32, "198.51.100.1", "198.51.100.9", NULL),
		make_address(AF_INET6, 64, "2001:db8::1", NULL, NULL),
	};
	added[0].flags = IFA_F_NOPREFIXROUTE;
	(void)strcpy(added[0].label, "one:x");
	(void)strcpy(added[1].label, "one");
	added[2].flags = IFA_F_NODAD;
	for (size_t i = 0; i < COUNT_OF(added); i++)
		child_check(netlink_add_address(ours, link.index, &added[i]) == 0);
	child_check(netlink_add_address(ours, link.index, &added[0]) == -EEXIST);
	child_check(strstr(error_text(), "add an address") == error_text());
	/* Of no use elsewhere: for a time, of the link, another device's. */
	child_check(system("ip addr add 203.0.113.1/24 dev one valid_lft 99 preferred_lft 99 &&"
			   "ip addr add 169.254.1.1/16 scope link dev one &&"
			   "ip addr add 203.0.113.2/24 dev two") == 0);

	child_check(netlink_addresses(ours, link.index, &list) == 0);
	child_check(list.count == COUNT_OF(added));
	for (size_t i = 0; i < COUNT_OF(added); i++) {
		check_address(&list.items[i], &added[i]);
		child_check(strcmp(list.items[i].label, added[i].label) == 0);
	}
	free(list.items);
	child_check(netlink_addresses(ours, 1, &list) == 0 && list.count == 0);
	return 0;
}

static void test_addresses_are_told_and_added(void **state)
{
	(void)state;
	run_in_child(child_has_addresses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback_comes_up),
		cmocka_unit_test(test_refusal_is_reported),
		cmocka_unit_test(test_devices_move),
		cmocka_unit_test(test_addresses_are_told_and_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
