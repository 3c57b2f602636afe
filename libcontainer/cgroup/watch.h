/*
 * Waiting for the OOM killer: by an eventfd of v1's memory controller, or inotify(7) on cgroup2's
 * memory.events.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct cgroup_paths;

struct cgroup_watch {
	int fd;  /* to be waited for with poll(2); -EBADF: nothing tells of it */
	int dir; /* of the memory controller */
	bool unified;
	uint64_t kills; /* those that are known */
};

/* Where there is no memory controller, or it has gone, there is nothing to wait for: no error. */
int cgroup_watch_open(const struct cgroup_paths *paths, struct cgroup_watch *ret_watch);

/* 1 where there was one since the last call; to be called when fd is readable, or at any time. */
int cgroup_watch_oom(struct cgroup_watch *watch);

void cgroup_watch_close(struct cgroup_watch *watch);
