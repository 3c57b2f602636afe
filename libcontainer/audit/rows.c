/* THE TABLE: what the kernel is asked about, and how. */
#include "libcontainer/audit/rows.h"

#include <sys/resource.h>

#include "libcontainer/base/cleanup.h"

/* clang-format off */
const struct audit_row audit_rows[] = {
	/* name             moments        planned                       found */
	{ "Uid",             AUDIT_BOTH,    audit_plan_uids,              audit_find_uids, 0, NULL },
	{ "Gid",             AUDIT_BOTH,    audit_plan_gids,              audit_find_gids, 0, NULL },
	{ "Groups",          AUDIT_BOTH,    audit_plan_groups,            audit_find_groups, 0, NULL },
	{ "uid_map",         AUDIT_WAITING, audit_plan_uid_map,           audit_find_map, 0, NULL },
	{ "gid_map",         AUDIT_WAITING, audit_plan_gid_map,           audit_find_map, 0, NULL },
	{ "setgroups",       AUDIT_WAITING, audit_plan_setgroups,         audit_find_setgroups, 0, NULL },
	{ "capabilities",    AUDIT_BOTH,    audit_plan_capabilities,      audit_find_capabilities,
		5, audit_capability_set },
	{ "NoNewPrivs",      AUDIT_BOTH,    audit_plan_no_new_privileges, audit_find_status, 0, NULL },
	{ "Seccomp",         AUDIT_BOTH,    audit_plan_seccomp,           audit_find_status, 0, NULL },
	{ "Seccomp_filters", AUDIT_BOTH,    audit_plan_filters,           audit_find_status, 0, NULL },
	{ "label",           AUDIT_PROGRAM, audit_plan_label,             audit_find_label, 0, NULL },
	{ "Umask",           AUDIT_WAITING, audit_plan_umask,             audit_find_status, 0, NULL },
	{ "rlimit",          AUDIT_WAITING, audit_plan_limit,             audit_find_limit,
		RLIM_NLIMITS, audit_limit_name },
	{ "oom_score_adj",   AUDIT_WAITING, audit_plan_oom,               audit_find_oom, 0, NULL },
	{ "scheduler",       AUDIT_WAITING, audit_plan_scheduler,         audit_find_scheduler, 0, NULL },
	{ "ioPriority",      AUDIT_WAITING, audit_plan_io_priority,       audit_find_io_priority, 0, NULL },
	{ "personality",     AUDIT_WAITING, audit_plan_personality,       audit_find_personality, 0, NULL },
	{ "cpus",            AUDIT_WAITING, audit_plan_cpus,              audit_find_cpus, 0, NULL },
	{ "memoryPolicy",    AUDIT_WAITING, audit_plan_memory_policy,     audit_find_memory_policy, 0, NULL },
	{ "timeOffsets",     AUDIT_WAITING, audit_plan_offset,            audit_find_offset,
		AUDIT_CLOCKS, audit_clock },
	{ "namespace",       AUDIT_WAITING, audit_plan_namespace,         audit_find_namespace,
		AUDIT_NAMESPACES, audit_namespace_name },
	{ "hostname",        AUDIT_WAITING, audit_plan_hostname,          audit_find_hostname, 0, NULL },
	{ "domainname",      AUDIT_WAITING, audit_plan_domainname,        audit_find_domainname, 0, NULL },
	{ "sysctl",          AUDIT_WAITING, audit_plan_sysctl,            audit_find_sysctl,
		AUDIT_SYSCTLS, NULL },
	{ "cgroup",          AUDIT_WAITING, audit_plan_cgroup,            audit_find_cgroup,
		AUDIT_GROUPS, NULL },
	{ "cwd",             AUDIT_WAITING, audit_plan_directory,         audit_find_directory, 0, NULL },
	{ "descriptors",     AUDIT_BOTH,    audit_plan_descriptors,       audit_find_descriptors, 0, NULL },
};
/* clang-format on */

const size_t audit_row_count = COUNT_OF(audit_rows);
