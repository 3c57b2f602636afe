#include "libcontainer/kernel/netlink.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback_comes_up),
		cmocka_unit_test(test_refusal_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
