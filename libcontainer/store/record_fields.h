/*
 * Rows of the record.  Columns: see oci-spec/fields/config.h.  Names are part of the file's form:
 * they and what they mean stay, or RECORD_VERSION grows.
 */
#pragma once

/* clang-format off */

#define RECORD_ROWS(ROW) \
	ROW(string, id,                "id",              REQUIRED | NONEMPTY, none) \
	ROW(string, bundle,            "bundle",          REQUIRED | ABSOLUTE, none) \
	ROW(string, rootfs,            "rootfs",          REQUIRED | ABSOLUTE, none) \
	ROW(string, oci_version,       "ociVersion",      REQUIRED,            none) \
	ROW(string, created,           "created",         REQUIRED,            none) \
	ROW(string, owner,             "owner",           0,                   none) \
	ROW(word,   phase,             "phase",           REQUIRED,            record_phases) \
	ROW(u32,    pid,               "pid",             0,                   none) \
	ROW(u64,    start_time,        "startTime",       0,                   none) \
	ROW(flag,   started,           "started",         0,                   none) \
	ROW(flag,   own_pid_namespace, "ownPidNamespace", 0,                   none) \
	ROW(u32,    namespaces,        "namespaces",      0,                   none) \
	ROW(list,   cgroups,           "cgroups",         0,                   record_cgroup) \
	ROW(flag,   cgroups_made,      "cgroupsMade",     0,                   none) \
	ROW(string, unit,              "unit",            0,                   none) \
	ROW(flag,   unit_user,         "unitUser",        0,                   none) \
	ROW(string, rdt_mountpoint,    "rdtMountpoint",   ABSOLUTE,            none) \
	ROW(string, rdt_group,         "rdtGroup",        ABSOLUTE,            none) \
	ROW(string, rdt_monitor,       "rdtMonitor",      ABSOLUTE,            none) \
	ROW(flag,   rdt_group_made,    "rdtGroupMade",    0,                   none) \
	ROW(flag,   rdt_monitor_made,  "rdtMonitorMade",  0,                   none) \
	ROW(flag,   no_new_keyring,    "noNewKeyring",    0,                   none) \
	ROW(flag,   has_poststart,     "hasPoststart",    0,                   none) \
	ROW(flag,   has_poststop,      "hasPoststop",     0,                   none) \
	ROW(pairs,  annotations,       "annotations",     0,                   none)

#define RECORD_CGROUP(ROW) \
	ROW(string, mountpoint,        "mountpoint",      REQUIRED | ABSOLUTE, none) \
	ROW(string, path,              "path",            REQUIRED | ABSOLUTE, none) \
	ROW(string, controllers,       "controllers",     0,                   none) \
	ROW(flag,   unified,           "unified",         0,                   none) \
	ROW(string, subgroup,          "subgroup",        0,                   none)

/* clang-format on */
