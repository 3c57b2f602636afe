/* Network devices by netdevice(7), in the network namespace of the caller. */
#pragma once

/* Sets IFF_UP on the loopback device. */
int netlink_loopback_up(void);
