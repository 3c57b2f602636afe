/* A new network namespace has one device, lo, and it is down. */
#pragma once

int loopback_up(void);
