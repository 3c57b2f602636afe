#include "libcontainer/kernel/netlink.h"

#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

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
