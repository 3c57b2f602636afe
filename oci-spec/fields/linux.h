/* Rows of linux, but for resources and seccomp.  Columns: see config.h.  Spec: config-linux.md. */
#pragma once

/* clang-format off */

#define SPEC_LINUX(ROW) \
	ROW(list,    uid_mappings,       "uidMappings",       0, id_mapping, \
		"1.0.0", "", "the caller's alone, as 0", \
		"user ids of a new user namespace; ignored with a warning when it is joined", \
		"without a user namespace; one of the two missing; overlaps; over 340") \
	ROW(list,    gid_mappings,       "gidMappings",       0, id_mapping, \
		"1.0.0", "", "the caller's alone, as 0", "group ids, likewise", "as uidMappings") \
	ROW(pairs,   sysctl,             "sysctl",            0, none, \
		"1.0.0", "", "none", "written below /proc/sys, with . or / between names", \
		"what is not of a namespace that the container has of its own") \
	ROW(object,  resources,          "resources",         0, resources, \
		"1.0.0", "", "no limits", "limits of the control group", "") \
	ROW(string,  cgroups_path,       "cgroupsPath",       0, none, \
		"1.0.0", "", "named after the id", \
		"group, absolute below each hierarchy; with systemd slice:prefix:name", \
		"/; a group with processes") \
	ROW(list,    namespaces,         "namespaces",        0, namespace, \
		"1.0.0", "", "those of caisson", "which are new, or joined", \
		"a type that is there twice") \
	ROW(list,    devices,            "devices",           0, device, \
		"1.0.0", "", "the default ones", \
		"nodes; in a user namespace bound: own ones, or the host's", \
		"an existing file that is another device") \
	ROW(map,     net_devices,        "netDevices",        0, net_device, \
		"1.3.0", "", "none", \
		"interfaces that move in, with addresses, and are never taken back", \
		"without a network namespace") \
	ROW(object,  seccomp,            "seccomp",           0, seccomp, \
		"1.0.0", "", "no filter", "system call filter", "") \
	ROW(word,    rootfs_propagation, "rootfsPropagation", 0, propagations, \
		"1.0.0", "", "rslave", "propagation of /", "private, with --no-pivot") \
	ROW(strings, masked_paths,       "maskedPaths",       0, none, \
		"1.0.0", "", "none", \
		"hidden by an empty file or directory; missing ones are left out", \
		"a relative path") \
	ROW(strings, readonly_paths,     "readonlyPaths",     0, none, \
		"1.0.0", "", "none", \
		"read-only, but what is mounted below stays as it is; missing ones are " \
		"left out", \
		"a relative path") \
	ROW(string,  mount_label,        "mountLabel",        0, none, \
		"1.0.0", "", "none", \
		"SELinux context of mounts, as an option of file systems that take it", \
		"where SELinux is off") \
	ROW(object,  intel_rdt,          "intelRdt",          0, intel_rdt, \
		"1.0.0", "4.10", "left alone", "group of resctrl", \
		"where there is no resctrl") \
	ROW(object,  memory_policy,      "memoryPolicy",      0, memory_policy, \
		"1.3.0", "", "left alone", "set_mempolicy(2)", "") \
	ROW(object,  personality,        "personality",       0, personality, \
		"1.0.2", "", "left alone", "personality(2)", "") \
	ROW(map,     time_offsets,       "timeOffsets",       0, time_offset, \
		"1.1.0", "5.6", "none", \
		"clocks of a new time namespace, by monotonic and boottime", \
		"without a new time namespace; other clocks")

#define SPEC_ID_MAPPING(ROW) \
	ROW(u32, container_id, "containerID", REQUIRED, none, \
		"1.0.0", "", "", "first id inside", "") \
	ROW(u32, host_id,      "hostID",      REQUIRED, none, \
		"1.0.0", "", "", "first id outside", "") \
	ROW(u32, size,         "size",        REQUIRED, none, \
		"1.0.0", "", "", "how many", "0; a range beyond the last id")

#define SPEC_NAMESPACE(ROW) \
	ROW(word,   type, "type", REQUIRED, namespaces, \
		"1.0.0", "by type", "", "time needs 5.6, cgroup 4.6", "twice") \
	ROW(string, path, "path", ABSOLUTE, none, \
		"1.0.0", "", "a new one", "namespace that is joined", "one of another type")

#define SPEC_DEVICE(ROW) \
	ROW(word,      type,      "type",     REQUIRED,            device_types, \
		"1.0.0", "", "", "u is c", "") \
	ROW(string,    path,      "path",     REQUIRED | ABSOLUTE, none, \
		"1.0.0", "", "", "made with the directories above it", \
		"an existing file that is another device") \
	ROW(maybe_i64, major,     "major",    0,                   none, \
		"1.0.0", "", "refused, but for p", "of the node", "out of range") \
	ROW(maybe_i64, minor,     "minor",    0,                   none, \
		"1.0.0", "", "refused, but for p", "of the node", "out of range") \
	ROW(maybe_u32, file_mode, "fileMode", 0,                   none, \
		"1.0.0", "", "0666", "permissions; bits of a type are left out", "") \
	ROW(maybe_u32, uid,       "uid",      0,                   none, \
		"1.0.0", "", "0", "owner, an id of the container", "") \
	ROW(maybe_u32, gid,       "gid",      0,                   none, \
		"1.0.0", "", "0", "group, an id of the container", "")

#define SPEC_NET_DEVICE(ROW) \
	ROW(key,    key,  "",     0, none) \
	ROW(string, name, "name", 0, none, \
		"1.3.0", "", "that on the host", "name inside; %d is a free number", \
		"what is no name of an interface; one that is taken")

#define SPEC_INTEL_RDT(ROW) \
	ROW(string,  clos_id,           "closID",           0, none, \
		"1.0.2", "4.10", "the id of the container", \
		"directory of resctrl; / is that of all", "a path; . and ..") \
	ROW(strings, schemata,          "schemata",         0, none, \
		"1.3.0", "4.10", "none", "lines, written last", "a newline") \
	ROW(string,  l3_cache_schema,   "l3CacheSchema",    0, none, \
		"1.0.0", "4.10", "none", "written first", "") \
	ROW(string,  mem_bw_schema,     "memBwSchema",      0, none, \
		"1.0.2", "4.12", "none", "written second", \
		"what begins with other than MB:; a newline") \
	ROW(flag,    enable_monitoring, "enableMonitoring", 0, none, \
		"1.3.0", "4.14", "", "a group for monitoring, removed with the container", \
		"where there can be none")

/* Strings, not words: rules.c refuses them with the "invalid memory policy" that users know. */
#define SPEC_MEMORY_POLICY(ROW) \
	ROW(string,  mode,  "mode",  0, none, \
		"1.3.0", "6.9 for MPOL_WEIGHTED_INTERLEAVE", "refused", "mode", \
		"absent; unknown modes") \
	ROW(string,  nodes, "nodes", 0, none, \
		"1.3.0", "", "none", "list of nodes, 0-3,7", \
		"for MPOL_DEFAULT and MPOL_LOCAL; none where the mode needs some") \
	ROW(strings, flags, "flags", 0, none, \
		"1.3.0", "5.12 for MPOL_F_NUMA_BALANCING", "none", "of the mode", \
		"unknown flags; static and relative nodes at once")

#define SPEC_PERSONALITY(ROW) \
	ROW(word,    domain, "domain", REQUIRED, personalities, \
		"1.0.2", "", "", "LINUX32 shows a 32-bit machine", "") \
	ROW(strings, flags,  "flags",  0,        none, \
		"1.0.2", "", "none", "none is defined so far", "any")

#define SPEC_TIME_OFFSET(ROW) \
	ROW(key, key,      "",         0, none) \
	ROW(i64, secs,     "secs",     0, none, \
		"1.1.0", "5.6", "", "added to the clock; may be negative", "") \
	ROW(u32, nanosecs, "nanosecs", 0, none, \
		"1.1.0", "5.6", "", "added to the clock", "above 999999999")

/* clang-format on */
