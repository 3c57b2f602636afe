#include "libcontainer/network/loopback.h"

#include "libcontainer/base/error.h"
#include "libcontainer/kernel/netlink.h"

int loopback_up(void)
{
	try(netlink_loopback_up(), "bring the loopback device up");
	return 0;
}
