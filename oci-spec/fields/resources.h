/*
 * Rows of linux.resources: config.json's, and the document of update --resources.
 * Columns: see config.h.  Spec: config-linux.md, "Control groups".
 */
#pragma once

/* clang-format off */

#define SPEC_RESOURCES(ROW) \
	ROW(list,   devices,         "devices",        0, device_rule, \
		"1.0.0", "", "the default ones", \
		"rules in this order, behind the default ones; nothing else may be used", "") \
	ROW(object, memory,          "memory",         0, memory, \
		"1.0.0", "", "", "memory and swap", "") \
	ROW(object, cpu,             "cpu",            0, cpu, \
		"1.0.0", "", "", "processors", "") \
	ROW(object, pids,            "pids",           0, pids, \
		"1.0.0", "", "", "tasks", "") \
	ROW(object, block_io,        "blockIO",        0, block_io, \
		"1.0.0", "", "", "block devices", "") \
	ROW(list,   hugepage_limits, "hugepageLimits", 0, hugepage_limit, \
		"1.0.0", "5.6 on cgroup2", "none", \
		"limit of huge pages, and of their reservations where the kernel has it", \
		"a size that the kernel has not") \
	ROW(object, network,         "network",        0, network, \
		"1.0.0", "", "", "net_cls and net_prio of v1; warned of on cgroup2", "") \
	ROW(map,    rdma,            "rdma",           0, rdma, \
		"1.0.2", "4.11", "none", "limits by name of the device", "") \
	ROW(pairs,  unified,         "unified",        0, none, \
		"1.1.0", "4.5", "none", \
		"files of cgroup2 by name, written over what the others say", \
		"on v1; a name with /; what the kernel refuses")

#define SPEC_DEVICE_RULE(ROW) \
	ROW(flag,      allow,  "allow",  REQUIRED, none, \
		"1.0.0", "", "", "whether it may be used", "") \
	ROW(word,      type,   "type",   0,        device_rule_types, \
		"1.0.0", "", "a", "a is any", "") \
	ROW(maybe_i64, major,  "major",  0,        none, \
		"1.0.0", "", "any", "-1 is any", "out of range") \
	ROW(maybe_i64, minor,  "minor",  0,        none, \
		"1.0.0", "", "any", "-1 is any", "out of range") \
	ROW(string,    access, "access", 0,        none, \
		"1.0.0", "", "refused", "some of r, w and m", "absent; other letters")

#define SPEC_MEMORY(ROW) \
	ROW(maybe_i64,  limit,               "limit",             0, none, \
		"1.0.0", "", "no limit", "memory.max; -1 is no limit, 0 is not set", \
		"below -1") \
	ROW(maybe_i64,  reservation,         "reservation",       0, none, \
		"1.0.0", "", "none", "memory.low; v1: memory.soft_limit_in_bytes", \
		"below -1") \
	ROW(maybe_i64,  swap,                "swap",              0, none, \
		"1.0.0", "", "no limit", \
		"memory and swap together; cgroup2 gets the difference", \
		"below limit; without a limit") \
	ROW(maybe_i64,  kernel,              "kernel",            0, none, \
		"1.0.0", "", "", "ignored with a warning: no kernel has it any more", "") \
	ROW(maybe_i64,  kernel_tcp,          "kernelTCP",         0, none, \
		"1.0.0", "", "", "ignored with a warning", "") \
	ROW(maybe_u64,  swappiness,          "swappiness",        0, none, \
		"1.0.0", "", "", "v1 alone; warned of on cgroup2", "above 100") \
	ROW(maybe_flag, disable_oom_killer,  "disableOOMKiller",  0, none, \
		"1.0.0", "", "", "v1 alone; warned of on cgroup2", "") \
	ROW(maybe_flag, use_hierarchy,       "useHierarchy",      0, none, \
		"1.0.2", "", "true", "v1 alone; false is warned of on cgroup2", "") \
	ROW(maybe_flag, check_before_update, "checkBeforeUpdate", 0, none, \
		"1.1.0", "", "false", "update refuses a limit below what is used", "")

#define SPEC_CPU(ROW) \
	ROW(maybe_u64, shares,           "shares",          0, none, \
		"1.0.0", "", "as others", \
		"cpu.shares; cgroup2 gets the weight of the same rank", \
		"") \
	ROW(maybe_i64, quota,            "quota",           0, none, \
		"1.0.0", "", "no limit", "us of a period; -1 is no limit", "") \
	ROW(maybe_u64, burst,            "burst",           0, none, \
		"1.1.0", "5.14", "0", "us that may be saved up", "above the quota") \
	ROW(maybe_u64, period,           "period",          0, none, \
		"1.0.0", "", "100000", "us", "") \
	ROW(maybe_i64, realtime_runtime, "realtimeRuntime", 0, none, \
		"1.0.0", "", "", "v1 alone; warned of on cgroup2", "") \
	ROW(maybe_u64, realtime_period,  "realtimePeriod",  0, none, \
		"1.0.0", "", "", "v1 alone; warned of on cgroup2", "") \
	ROW(string,    cpus,             "cpus",            0, none, \
		"1.0.0", "", "all", "list, 0-3,7", "what is no list") \
	ROW(string,    mems,             "mems",            0, none, \
		"1.0.0", "", "all", "list, 0-3,7", "what is no list") \
	ROW(maybe_i64, idle,             "idle",            0, none, \
		"1.1.0", "5.15", "0", "1 is SCHED_IDLE for the group", "other than 0 and 1")

#define SPEC_PIDS(ROW) \
	ROW(maybe_i64, limit, "limit", 0, none, \
		"1.0.0", "4.3", "no limit", "pids.max, the last of all steps where 0 or 1; " \
		"-1 is no limit; 0 is 1 with systemd, and warned of", \
		"0 or 1 with hooks of startContainer")

#define SPEC_BLOCK_IO(ROW) \
	ROW(maybe_u16, weight,              "weight",                  0, none, \
		"1.0.0", "", "as others", \
		"io.bfq.weight, else io.weight on its scale; 0 is not set", \
		"below 10; above 1000") \
	ROW(maybe_u16, leaf_weight,         "leafWeight",              0, none, \
		"1.0.0", "", "", "v1 alone; warned of on cgroup2", "below 10; above 1000") \
	ROW(list,      weight_device,       "weightDevice",            0, weight_device, \
		"1.0.0", "", "none", "weight of single devices", \
		"where the scheduler of the device has none") \
	ROW(list,      throttle_read_bps,   "throttleReadBpsDevice",   0, throttle_device, \
		"1.0.0", "", "none", "bytes read in a second", "") \
	ROW(list,      throttle_write_bps,  "throttleWriteBpsDevice",  0, throttle_device, \
		"1.0.0", "", "none", "bytes written in a second", "") \
	ROW(list,      throttle_read_iops,  "throttleReadIOPSDevice",  0, throttle_device, \
		"1.0.0", "", "none", "operations of reading in a second", "") \
	ROW(list,      throttle_write_iops, "throttleWriteIOPSDevice", 0, throttle_device, \
		"1.0.0", "", "none", "operations of writing in a second", "")

#define SPEC_WEIGHT_DEVICE(ROW) \
	ROW(i64,       major,       "major",      REQUIRED, none, \
		"1.0.0", "", "", "of the device", "out of range") \
	ROW(i64,       minor,       "minor",      REQUIRED, none, \
		"1.0.0", "", "", "of the device", "out of range") \
	ROW(maybe_u16, weight,      "weight",     0,        none, \
		"1.0.0", "", "", "as blockIO.weight", \
		"out of its range; absent with leafWeight") \
	ROW(maybe_u16, leaf_weight, "leafWeight", 0,        none, \
		"1.0.0", "", "", "v1 alone; warned of on cgroup2", "out of its range")

#define SPEC_THROTTLE_DEVICE(ROW) \
	ROW(i64, major, "major", REQUIRED, none, \
		"1.0.0", "", "", "of the device", "out of range") \
	ROW(i64, minor, "minor", REQUIRED, none, \
		"1.0.0", "", "", "of the device", "out of range") \
	ROW(u64, rate,  "rate",  REQUIRED, none, \
		"1.0.0", "", "", "in a second; 0 is no limit", "")

#define SPEC_HUGEPAGE_LIMIT(ROW) \
	ROW(string, page_size, "pageSize", REQUIRED | NONEMPTY, none, \
		"1.0.0", "", "", "such as 2MB", \
		"other spellings; a size that the kernel has not") \
	ROW(u64,    limit,     "limit",    REQUIRED,            none, \
		"1.0.0", "", "", "bytes", "")

#define SPEC_NETWORK(ROW) \
	ROW(maybe_u32, class_id,   "classID",    0, none, \
		"1.0.0", "", "", "net_cls.classid", "") \
	ROW(list,      priorities, "priorities", 0, interface_priority, \
		"1.0.0", "", "", "net_prio.ifpriomap, a line each", "")

#define SPEC_INTERFACE_PRIORITY(ROW) \
	ROW(string, name,     "name",     REQUIRED | NONEMPTY, none, \
		"1.0.0", "", "", "interface on the host", "") \
	ROW(u32,    priority, "priority", REQUIRED,            none, \
		"1.0.0", "", "", "of its packets", "")

#define SPEC_RDMA(ROW) \
	ROW(key,       key,         "",           0, none) \
	ROW(maybe_u32, hca_handles, "hcaHandles", 0, none, \
		"1.0.2", "4.11", "no limit", "handles", "absent with hcaObjects") \
	ROW(maybe_u32, hca_objects, "hcaObjects", 0, none, \
		"1.0.2", "4.11", "no limit", "objects", "")

/* clang-format on */
