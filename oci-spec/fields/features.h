/* Rows of the document that `features` prints.  Columns: see config.h.  Spec: features.md. */
#pragma once

/* clang-format off */

#define SPEC_FEATURES(ROW) \
	ROW(string,  oci_version_min, "ociVersionMin", REQUIRED, none) \
	ROW(string,  oci_version_max, "ociVersionMax", REQUIRED, none) \
	ROW(strings, hooks,           "hooks",         0,        none) \
	ROW(strings, mount_options,   "mountOptions",  0,        none) \
	ROW(object,  linux_,          "linux",         0,        features_linux) \
	ROW(pairs,   annotations,     "annotations",   0,        none) \
	ROW(strings, unsafe_annotations, "potentiallyUnsafeConfigAnnotations", 0, none)

#define SPEC_FEATURES_LINUX(ROW) \
	ROW(strings, namespaces,       "namespaces",      0, none) \
	ROW(strings, capabilities,     "capabilities",    0, none) \
	ROW(object,  cgroup,           "cgroup",          0, features_cgroup) \
	ROW(object,  seccomp,          "seccomp",         0, features_seccomp) \
	ROW(object,  apparmor,         "apparmor",        0, features_enabled) \
	ROW(object,  selinux,          "selinux",         0, features_enabled) \
	ROW(object,  intel_rdt,        "intelRdt",        0, features_intel_rdt) \
	ROW(object,  memory_policy,    "memoryPolicy",    0, features_memory_policy) \
	ROW(object,  mount_extensions, "mountExtensions", 0, features_mount_extensions) \
	ROW(object,  net_devices,      "netDevices",      0, features_enabled)

#define SPEC_FEATURES_CGROUP(ROW) \
	ROW(maybe_flag, v1,           "v1",          0, none) \
	ROW(maybe_flag, v2,           "v2",          0, none) \
	ROW(maybe_flag, systemd,      "systemd",     0, none) \
	ROW(maybe_flag, systemd_user, "systemdUser", 0, none) \
	ROW(maybe_flag, rdma,         "rdma",        0, none)

#define SPEC_FEATURES_SECCOMP(ROW) \
	ROW(maybe_flag, enabled,         "enabled",        0, none) \
	ROW(strings,    actions,         "actions",        0, none) \
	ROW(strings,    operators,       "operators",      0, none) \
	ROW(strings,    archs,           "archs",          0, none) \
	ROW(strings,    known_flags,     "knownFlags",     0, none) \
	ROW(strings,    supported_flags, "supportedFlags", 0, none)

#define SPEC_FEATURES_ENABLED(ROW) \
	ROW(maybe_flag, enabled, "enabled", 0, none)

#define SPEC_FEATURES_INTEL_RDT(ROW) \
	ROW(maybe_flag, enabled,    "enabled",    0, none) \
	ROW(maybe_flag, schemata,   "schemata",   0, none) \
	ROW(maybe_flag, monitoring, "monitoring", 0, none)

#define SPEC_FEATURES_MEMORY_POLICY(ROW) \
	ROW(strings, modes, "modes", 0, none) \
	ROW(strings, flags, "flags", 0, none)

#define SPEC_FEATURES_MOUNT_EXTENSIONS(ROW) \
	ROW(object, idmap, "idmap", 0, features_enabled)

/* clang-format on */
