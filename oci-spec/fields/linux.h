/* Rows of linux, but for resources and seccomp.  Columns: see config.h.  Spec: config-linux.md. */
#pragma once

/* clang-format off */

#define SPEC_LINUX(ROW) \
	ROW(list,    uid_mappings,       "uidMappings",       0, id_mapping) \
	ROW(list,    gid_mappings,       "gidMappings",       0, id_mapping) \
	ROW(pairs,   sysctl,             "sysctl",            0, none) \
	ROW(object,  resources,          "resources",         0, resources) \
	ROW(string,  cgroups_path,       "cgroupsPath",       0, none) \
	ROW(list,    namespaces,         "namespaces",        0, namespace) \
	ROW(list,    devices,            "devices",           0, device) \
	ROW(map,     net_devices,        "netDevices",        0, net_device) \
	ROW(object,  seccomp,            "seccomp",           0, seccomp) \
	ROW(word,    rootfs_propagation, "rootfsPropagation", 0, propagations) \
	ROW(strings, masked_paths,       "maskedPaths",       0, none) \
	ROW(strings, readonly_paths,     "readonlyPaths",     0, none) \
	ROW(string,  mount_label,        "mountLabel",        0, none) \
	ROW(object,  intel_rdt,          "intelRdt",          0, intel_rdt) \
	ROW(object,  memory_policy,      "memoryPolicy",      0, memory_policy) \
	ROW(object,  personality,        "personality",       0, personality) \
	ROW(map,     time_offsets,       "timeOffsets",       0, time_offset)

#define SPEC_ID_MAPPING(ROW) \
	ROW(u32, container_id, "containerID", REQUIRED, none) \
	ROW(u32, host_id,      "hostID",      REQUIRED, none) \
	ROW(u32, size,         "size",        REQUIRED, none)

#define SPEC_NAMESPACE(ROW) \
	ROW(word,   type, "type", REQUIRED, namespaces) \
	ROW(string, path, "path", ABSOLUTE, none)

#define SPEC_DEVICE(ROW) \
	ROW(word,      type,      "type",     REQUIRED,            device_types) \
	ROW(string,    path,      "path",     REQUIRED | ABSOLUTE, none) \
	ROW(maybe_i64, major,     "major",    0,                   none) \
	ROW(maybe_i64, minor,     "minor",    0,                   none) \
	ROW(maybe_u32, file_mode, "fileMode", 0,                   none) \
	ROW(maybe_u32, uid,       "uid",      0,                   none) \
	ROW(maybe_u32, gid,       "gid",      0,                   none)

#define SPEC_NET_DEVICE(ROW) \
	ROW(key,    key,  "",     0, none) \
	ROW(string, name, "name", 0, none)

#define SPEC_INTEL_RDT(ROW) \
	ROW(string,  clos_id,           "closID",           0, none) \
	ROW(strings, schemata,          "schemata",         0, none) \
	ROW(string,  l3_cache_schema,   "l3CacheSchema",    0, none) \
	ROW(string,  mem_bw_schema,     "memBwSchema",      0, none) \
	ROW(flag,    enable_monitoring, "enableMonitoring", 0, none)

/* Strings, not words: rules.c refuses them with the "invalid memory policy" that users know. */
#define SPEC_MEMORY_POLICY(ROW) \
	ROW(string,  mode,  "mode",  0, none) \
	ROW(string,  nodes, "nodes", 0, none) \
	ROW(strings, flags, "flags", 0, none)

#define SPEC_PERSONALITY(ROW) \
	ROW(word,    domain, "domain", REQUIRED, personalities) \
	ROW(strings, flags,  "flags",  0,        none)

#define SPEC_TIME_OFFSET(ROW) \
	ROW(key, key,      "",         0, none) \
	ROW(i64, secs,     "secs",     0, none) \
	ROW(u32, nanosecs, "nanosecs", 0, none)

/* clang-format on */
