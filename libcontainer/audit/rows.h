/* Private to audit/: what is looked at, as rows; audit.c walks them. */
#pragma once

#include "libcontainer/audit/audit.h"
#include "libcontainer/base/arena.h"
#include "libcontainer/base/str.h"

enum audit_moment {
	AUDIT_WAITING = 1 << 0, /* init waits to be released */
	AUDIT_PROGRAM = 1 << 1, /* the program was executed, and has not run yet */
	AUDIT_BOTH = AUDIT_WAITING | AUDIT_PROGRAM,
};

/* What the rows look at. */
struct audit_view {
	const struct audit *audit; /* NULL where nothing but what is found is asked for */
	enum audit_moment moment;
	int procfs;
	pid_t pid;
	const char *status, *own_status; /* /proc/PID/status, and ours */
	struct arena arena;
};

struct audit_row {
	const char *name; /* with more than one item, in front of the item's own */
	unsigned int moments;
	/*
	 * Appends what was planned: a text; "!TEXT", anything but that; "TEXT or TEXT"; "TEXT*",
	 * what begins so; nothing at all where the plan makes no claim.
	 */
	int (*plan)(struct audit_view *view, const struct audit_row *row, size_t item,
		struct str *text);
	/* Appends what the kernel says.  -ENOENT, plain: it does not say. */
	int (*find)(struct audit_view *view, const struct audit_row *row, size_t item,
		struct str *text);
	size_t items;                      /* 0: one, without a name of its own */
	const char *(*label)(size_t item); /* NULL: its number */
};

extern const struct audit_row audit_rows[];
extern const size_t audit_row_count;

int view_open(const struct audit *audit, enum audit_moment moment, int procfs, pid_t pid,
	struct audit_view *ret_view);
void view_close(struct audit_view *view);
/* All of /proc/PID/NAME, in the view's arena; pid 0 is ours.  -ENOENT, -EACCES: plain. */
int view_read(struct audit_view *view, pid_t pid, const char *name, const char **ret_text);
/* What "KEY:" is followed by in a text of such lines, in the arena; NULL: there is no such line. */
const char *view_field(struct audit_view *view, const char *text, const char *key);
/* The n-th line, from 0 on, in the arena; NULL behind the last. */
const char *view_line(struct audit_view *view, const char *text, size_t n);
/* Whether it is in the same namespace as we are, by its name in /proc/PID/ns. */
bool view_is_ours(const struct audit_view *view, const char *name);

/* audit.c: whether planned, as above, allows found. */
bool audit_allows(const char *planned, const char *found);

#define AUDIT_ROW_FUNCTION(name) \
	int name(struct audit_view *view, const struct audit_row *row, size_t item, \
		struct str *text)

AUDIT_ROW_FUNCTION(audit_find_status); /* status.c: the field that has the row's name */

/* identity.c */
AUDIT_ROW_FUNCTION(audit_plan_uids);
AUDIT_ROW_FUNCTION(audit_find_uids);
AUDIT_ROW_FUNCTION(audit_plan_gids);
AUDIT_ROW_FUNCTION(audit_find_gids);
AUDIT_ROW_FUNCTION(audit_plan_groups);
AUDIT_ROW_FUNCTION(audit_find_groups);
AUDIT_ROW_FUNCTION(audit_plan_uid_map);
AUDIT_ROW_FUNCTION(audit_plan_gid_map);
AUDIT_ROW_FUNCTION(audit_find_map);
AUDIT_ROW_FUNCTION(audit_plan_setgroups);
AUDIT_ROW_FUNCTION(audit_find_setgroups);

/* privileges.c */
AUDIT_ROW_FUNCTION(audit_plan_capabilities);
AUDIT_ROW_FUNCTION(audit_find_capabilities);
const char *audit_capability_set(size_t item);
AUDIT_ROW_FUNCTION(audit_plan_no_new_privileges);
AUDIT_ROW_FUNCTION(audit_plan_seccomp);
AUDIT_ROW_FUNCTION(audit_plan_filters);
AUDIT_ROW_FUNCTION(audit_plan_label);
AUDIT_ROW_FUNCTION(audit_find_label);
/* Whether what pid executes has rights of its own: set-user-id, set-group-id, capabilities. */
bool audit_is_privileged_file(const struct audit_view *view);

/* process.c */
AUDIT_ROW_FUNCTION(audit_plan_umask);
AUDIT_ROW_FUNCTION(audit_plan_limit);
AUDIT_ROW_FUNCTION(audit_find_limit);
const char *audit_limit_name(size_t item);
AUDIT_ROW_FUNCTION(audit_plan_oom);
AUDIT_ROW_FUNCTION(audit_find_oom);
AUDIT_ROW_FUNCTION(audit_plan_scheduler);
AUDIT_ROW_FUNCTION(audit_find_scheduler);
AUDIT_ROW_FUNCTION(audit_plan_io_priority);
AUDIT_ROW_FUNCTION(audit_find_io_priority);
AUDIT_ROW_FUNCTION(audit_plan_personality);
AUDIT_ROW_FUNCTION(audit_find_personality);

/* places.c */
#define AUDIT_NAMESPACES 8
AUDIT_ROW_FUNCTION(audit_plan_namespace);
AUDIT_ROW_FUNCTION(audit_find_namespace);
const char *audit_namespace_name(size_t item);
#define AUDIT_GROUPS 32 /* CGROUP_DIRECTORIES_MAX of cgroup/manager.h */
AUDIT_ROW_FUNCTION(audit_plan_cgroup);
AUDIT_ROW_FUNCTION(audit_find_cgroup);
AUDIT_ROW_FUNCTION(audit_plan_directory);
AUDIT_ROW_FUNCTION(audit_find_directory);
AUDIT_ROW_FUNCTION(audit_plan_descriptors);
AUDIT_ROW_FUNCTION(audit_find_descriptors);

/* settings.c */
AUDIT_ROW_FUNCTION(audit_plan_hostname);
AUDIT_ROW_FUNCTION(audit_find_hostname);
AUDIT_ROW_FUNCTION(audit_plan_domainname);
AUDIT_ROW_FUNCTION(audit_find_domainname);
#define AUDIT_SYSCTLS 64
AUDIT_ROW_FUNCTION(audit_plan_sysctl);
AUDIT_ROW_FUNCTION(audit_find_sysctl);
#define AUDIT_CLOCKS 2
AUDIT_ROW_FUNCTION(audit_plan_offset);
AUDIT_ROW_FUNCTION(audit_find_offset);
const char *audit_clock(size_t item);

/* cpus.c */
AUDIT_ROW_FUNCTION(audit_plan_cpus);
AUDIT_ROW_FUNCTION(audit_find_cpus);
AUDIT_ROW_FUNCTION(audit_plan_memory_policy);
AUDIT_ROW_FUNCTION(audit_find_memory_policy);
