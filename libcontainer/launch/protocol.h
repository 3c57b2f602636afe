/*
 * The messages between the processes that start a container: one row each.  One SOCK_SEQPACKET pair
 * per peer: a message is a packet, and end-of-file always means that the peer died.  On the short
 * road one process is child and init, and both use the one pair.
 */
#pragma once

#include <stdint.h>

/* Roles; one process may have two of them. */
enum launch_role {
	ROLE_PARENT = 1 << 0, /* stage 0: the caller, on the host */
	ROLE_CHILD = 1 << 1,  /* stage 1: joins and unshares */
	ROLE_INIT = 1 << 2,   /* stage 2: inside; becomes the program */
	ROLE_ANY = ROLE_PARENT | ROLE_CHILD | ROLE_INIT,
};

/* clang-format off */
/*      name               from         to           fds meaning */
#define LAUNCH_MESSAGES(ROW) \
	ROW(UNIT_MADE,         ROLE_PARENT, ROLE_CHILD,  1, "you are in systemd's group; init is born in this one, if any") \
	ROW(WANT_IDMAP,        ROLE_CHILD,  ROLE_PARENT, 0, "my user namespace exists; write its maps") \
	ROW(IDMAP_DONE,        ROLE_PARENT, ROLE_CHILD,  0, "maps are written") \
	ROW(WANT_TIME_OFFSETS, ROLE_CHILD,  ROLE_PARENT, 0, "my time namespace exists; write its offsets") \
	ROW(TIME_OFFSETS_DONE, ROLE_PARENT, ROLE_CHILD,  0, "offsets are written") \
	ROW(INIT_PID,          ROLE_CHILD,  ROLE_PARENT, 1, "init is this pid, as you see it, and here is its pidfd") \
	ROW(CGROUP_DONE,       ROLE_PARENT, ROLE_INIT,   0, "you are in your cgroup") \
	ROW(MOUNT_MADE,        ROLE_INIT,   ROLE_PARENT, 1, "this mount is made; map its ids") \
	ROW(MOUNT_MAPPED,      ROLE_PARENT, ROLE_INIT,   0, "its ids are mapped; attach it") \
	ROW(NET_DEVICES_DONE,  ROLE_PARENT, ROLE_INIT,   0, "your network devices are there") \
	ROW(CONSOLE,           ROLE_INIT,   ROLE_PARENT, 1, "here is the terminal's master") \
	ROW(WANT_HOOKS,        ROLE_INIT,   ROLE_PARENT, 0, "mounts are in place; run your hooks") \
	ROW(HOOKS_DONE,        ROLE_PARENT, ROLE_INIT,   0, "hooks have run") \
	ROW(LISTENER,          ROLE_INIT,   ROLE_PARENT, 0, "my filter is loaded; its listener is descriptor number code") \
	ROW(LISTENER_DONE,     ROLE_PARENT, ROLE_INIT,   0, "the agent has it") \
	ROW(READY,             ROLE_INIT,   ROLE_PARENT, 0, "everything but the program is in place") \
	ROW(RELEASE,           ROLE_PARENT, ROLE_INIT,   0, "you are on record; go on without me") \
	ROW(LOG,               ROLE_ANY,    ROLE_PARENT, 0, "print this line; code is its level") \
	ROW(FAILED,            ROLE_ANY,    ROLE_PARENT, 0, "errno and the error chain")
/* clang-format on */

enum launch_message {
#define LAUNCH_ENUM(name, from, to, fds, meaning) MSG_##name,
	LAUNCH_MESSAGES(LAUNCH_ENUM)
#undef LAUNCH_ENUM
		MSG_COUNT,
};

struct launch_message_facts {
	const char *name;
	enum launch_role from, to;
	int fds;
	const char *meaning;
};

extern const struct launch_message_facts launch_messages[MSG_COUNT];

/* What a packet begins with; the payload of `length` bytes follows. */
struct launch_header {
	uint32_t type;
	int32_t code;
	uint32_t length;
};

#define LAUNCH_PAYLOAD_MAX 4096
