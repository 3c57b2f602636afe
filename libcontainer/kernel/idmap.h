/* Writing the id maps of a user namespace: user_namespaces(7). */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct idmap_range { uint32_t inside, outside, count; };

/* Writes /proc/PID/uid_map (or gid_map, by file) with one write(2). */
int idmap_write(pid_t pid, const char *file, const struct idmap_range *ranges, size_t count);

/* Writes "deny" or "allow" to /proc/PID/setgroups. */
int idmap_setgroups(pid_t pid, const char *word);

/* Runs newuidmap or newgidmap, which must end with status 0 (a signal is a failure). */
int idmap_write_by_program(const char *program, pid_t pid, const struct idmap_range *ranges,
	size_t count);

/* Makes a user namespace that has these maps, for an id-mapped mount; returns its descriptor. */
int idmap_make_namespace(const struct idmap_range *uids, size_t uid_count,
	const struct idmap_range *gids, size_t gid_count, int *ret_fd);
