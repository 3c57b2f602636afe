/*
 * The list of all objects that the rows describe: OBJECT(name, ROWS).  An object stands below those
 * that it contains, as lists of it are made of its struct.
 */
#pragma once

#include "oci-spec/fields/config.h"
#include "oci-spec/fields/features.h"
#include "oci-spec/fields/linux.h"
#include "oci-spec/fields/process.h"
#include "oci-spec/fields/resources.h"
#include "oci-spec/fields/seccomp.h"
#include "oci-spec/fields/state.h"

/* clang-format off */

#define SPEC_OBJECTS(OBJECT) \
	OBJECT(id_mapping,                SPEC_ID_MAPPING) \
	OBJECT(root,                      SPEC_ROOT) \
	OBJECT(mount,                     SPEC_MOUNT) \
	OBJECT(hook,                      SPEC_HOOK) \
	OBJECT(hooks,                     SPEC_HOOKS) \
	OBJECT(console_size,              SPEC_CONSOLE_SIZE) \
	OBJECT(user,                      SPEC_USER) \
	OBJECT(capabilities,              SPEC_CAPABILITIES) \
	OBJECT(rlimit,                    SPEC_RLIMIT) \
	OBJECT(scheduler,                 SPEC_SCHEDULER) \
	OBJECT(io_priority,               SPEC_IO_PRIORITY) \
	OBJECT(exec_cpu_affinity,         SPEC_EXEC_CPU_AFFINITY) \
	OBJECT(process,                   SPEC_PROCESS) \
	OBJECT(namespace,                 SPEC_NAMESPACE) \
	OBJECT(device,                    SPEC_DEVICE) \
	OBJECT(net_device,                SPEC_NET_DEVICE) \
	OBJECT(device_rule,               SPEC_DEVICE_RULE) \
	OBJECT(memory,                    SPEC_MEMORY) \
	OBJECT(cpu,                       SPEC_CPU) \
	OBJECT(pids,                      SPEC_PIDS) \
	OBJECT(weight_device,             SPEC_WEIGHT_DEVICE) \
	OBJECT(throttle_device,           SPEC_THROTTLE_DEVICE) \
	OBJECT(block_io,                  SPEC_BLOCK_IO) \
	OBJECT(hugepage_limit,            SPEC_HUGEPAGE_LIMIT) \
	OBJECT(interface_priority,        SPEC_INTERFACE_PRIORITY) \
	OBJECT(network,                   SPEC_NETWORK) \
	OBJECT(rdma,                      SPEC_RDMA) \
	OBJECT(resources,                 SPEC_RESOURCES) \
	OBJECT(seccomp_argument,          SPEC_SECCOMP_ARGUMENT) \
	OBJECT(seccomp_rule,              SPEC_SECCOMP_RULE) \
	OBJECT(seccomp,                   SPEC_SECCOMP) \
	OBJECT(intel_rdt,                 SPEC_INTEL_RDT) \
	OBJECT(memory_policy,             SPEC_MEMORY_POLICY) \
	OBJECT(personality,               SPEC_PERSONALITY) \
	OBJECT(time_offset,               SPEC_TIME_OFFSET) \
	OBJECT(linux,                     SPEC_LINUX) \
	OBJECT(config,                    SPEC_CONFIG) \
	OBJECT(state,                     SPEC_STATE) \
	OBJECT(process_state,             SPEC_PROCESS_STATE) \
	OBJECT(features_cgroup,           SPEC_FEATURES_CGROUP) \
	OBJECT(features_seccomp,          SPEC_FEATURES_SECCOMP) \
	OBJECT(features_enabled,          SPEC_FEATURES_ENABLED) \
	OBJECT(features_intel_rdt,        SPEC_FEATURES_INTEL_RDT) \
	OBJECT(features_memory_policy,    SPEC_FEATURES_MEMORY_POLICY) \
	OBJECT(features_mount_extensions, SPEC_FEATURES_MOUNT_EXTENSIONS) \
	OBJECT(features_linux,            SPEC_FEATURES_LINUX) \
	OBJECT(features,                  SPEC_FEATURES)

/* clang-format on */
