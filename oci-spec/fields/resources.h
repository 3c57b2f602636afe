/*
 * Rows of linux.resources: config.json's, and the document of update --resources.
 * Columns: see config.h.  Spec: config-linux.md, "Control groups".
 */
#pragma once

/* clang-format off */

#define SPEC_RESOURCES(ROW) \
	ROW(list,   devices,         "devices",        0, device_rule) \
	ROW(object, memory,          "memory",         0, memory) \
	ROW(object, cpu,             "cpu",            0, cpu) \
	ROW(object, pids,            "pids",           0, pids) \
	ROW(object, block_io,        "blockIO",        0, block_io) \
	ROW(list,   hugepage_limits, "hugepageLimits", 0, hugepage_limit) \
	ROW(object, network,         "network",        0, network) \
	ROW(map,    rdma,            "rdma",           0, rdma) \
	ROW(pairs,  unified,         "unified",        0, none)

#define SPEC_DEVICE_RULE(ROW) \
	ROW(flag,      allow,  "allow",  REQUIRED, none) \
	ROW(word,      type,   "type",   0,        device_rule_types) \
	ROW(maybe_i64, major,  "major",  0,        none) \
	ROW(maybe_i64, minor,  "minor",  0,        none) \
	ROW(string,    access, "access", 0,        none)

#define SPEC_MEMORY(ROW) \
	ROW(maybe_i64,  limit,               "limit",             0, none) \
	ROW(maybe_i64,  reservation,         "reservation",       0, none) \
	ROW(maybe_i64,  swap,                "swap",              0, none) \
	ROW(maybe_i64,  kernel,              "kernel",            0, none) \
	ROW(maybe_i64,  kernel_tcp,          "kernelTCP",         0, none) \
	ROW(maybe_u64,  swappiness,          "swappiness",        0, none) \
	ROW(maybe_flag, disable_oom_killer,  "disableOOMKiller",  0, none) \
	ROW(maybe_flag, use_hierarchy,       "useHierarchy",      0, none) \
	ROW(maybe_flag, check_before_update, "checkBeforeUpdate", 0, none)

#define SPEC_CPU(ROW) \
	ROW(maybe_u64, shares,           "shares",          0, none) \
	ROW(maybe_i64, quota,            "quota",           0, none) \
	ROW(maybe_u64, burst,            "burst",           0, none) \
	ROW(maybe_u64, period,           "period",          0, none) \
	ROW(maybe_i64, realtime_runtime, "realtimeRuntime", 0, none) \
	ROW(maybe_u64, realtime_period,  "realtimePeriod",  0, none) \
	ROW(string,    cpus,             "cpus",            0, none) \
	ROW(string,    mems,             "mems",            0, none) \
	ROW(maybe_i64, idle,             "idle",            0, none)

#define SPEC_PIDS(ROW) \
	ROW(maybe_i64, limit, "limit", 0, none)

#define SPEC_BLOCK_IO(ROW) \
	ROW(maybe_u16, weight,              "weight",                  0, none) \
	ROW(maybe_u16, leaf_weight,         "leafWeight",              0, none) \
	ROW(list,      weight_device,       "weightDevice",            0, weight_device) \
	ROW(list,      throttle_read_bps,   "throttleReadBpsDevice",   0, throttle_device) \
	ROW(list,      throttle_write_bps,  "throttleWriteBpsDevice",  0, throttle_device) \
	ROW(list,      throttle_read_iops,  "throttleReadIOPSDevice",  0, throttle_device) \
	ROW(list,      throttle_write_iops, "throttleWriteIOPSDevice", 0, throttle_device)

#define SPEC_WEIGHT_DEVICE(ROW) \
	ROW(i64,       major,       "major",      REQUIRED, none) \
	ROW(i64,       minor,       "minor",      REQUIRED, none) \
	ROW(maybe_u16, weight,      "weight",     0,        none) \
	ROW(maybe_u16, leaf_weight, "leafWeight", 0,        none)

#define SPEC_THROTTLE_DEVICE(ROW) \
	ROW(i64, major, "major", REQUIRED, none) \
	ROW(i64, minor, "minor", REQUIRED, none) \
	ROW(u64, rate,  "rate",  REQUIRED, none)

#define SPEC_HUGEPAGE_LIMIT(ROW) \
	ROW(string, page_size, "pageSize", REQUIRED | NONEMPTY, none) \
	ROW(u64,    limit,     "limit",    REQUIRED,            none)

#define SPEC_NETWORK(ROW) \
	ROW(maybe_u32, class_id,   "classID",    0, none) \
	ROW(list,      priorities, "priorities", 0, interface_priority)

#define SPEC_INTERFACE_PRIORITY(ROW) \
	ROW(string, name,     "name",     REQUIRED | NONEMPTY, none) \
	ROW(u32,    priority, "priority", REQUIRED,            none)

#define SPEC_RDMA(ROW) \
	ROW(key,       key,         "",           0, none) \
	ROW(maybe_u32, hca_handles, "hcaHandles", 0, none) \
	ROW(maybe_u32, hca_objects, "hcaObjects", 0, none)

/* clang-format on */
