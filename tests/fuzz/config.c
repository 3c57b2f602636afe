/*
 * Any bytes as a config.json: read, checked, planned for two hosts, and written back.  All of that
 * is pure.  What was read and written must be read again, and be written the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/plan/plan.h"
#include "oci-spec/read.h"
#include "oci-spec/rules.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"
#include "oci-spec/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct host_hierarchy unified[] = {
	{ .controllers = "", .mountpoint = "/sys/fs/cgroup", .own = "/", .unified = true },
};

static struct host_hierarchy legacy[] = {
	{ .controllers = "cpu,cpuacct", .mountpoint = "/sys/fs/cgroup/cpu", .own = "/a/b" },
	{ .controllers = "memory", .mountpoint = "/sys/fs/cgroup/memory", .own = "/a/b" },
	{ .controllers = "devices", .mountpoint = "/sys/fs/cgroup/devices", .own = "/" },
	{ .controllers = "pids", .mountpoint = "/sys/fs/cgroup/pids", .own = "/" },
	{ .controllers = "name=systemd", .mountpoint = "/sys/fs/cgroup/systemd", .own = "/" },
};

/* A privileged one of today, and one of yesterday without privileges. */
static const struct host hosts[] = {
	{ .apparmor = true,
		.selinux = true,
		.cgroup_layout = HOST_CGROUP_V2,
		.hierarchies = unified,
		.hierarchy_count = COUNT_OF(unified),
		.umask = 022 },
	{ .uid = 1000,
		.gid = 1000,
		.in_user_namespace = true,
		.cgroup_layout = HOST_CGROUP_V1,
		.hierarchies = legacy,
		.hierarchy_count = COUNT_OF(legacy),
		.umask = 077 },
};

static void plan_for_all(struct arena *arena, const struct spec_config *config)
{
	for (size_t i = 0; i < COUNT_OF(hosts); i++)
		for (int systemd = 0; systemd < 2; systemd++) {
			struct plan_options options = {
				.verb = PLAN_CREATE,
				.id = "fuzz",
				.bundle = "/bundle",
				.state = "/run/caisson/fuzz",
				.rootless = hosts[i].uid != 0,
				.cgroup_manager =
					systemd ? PLAN_CGROUP_SYSTEMD : PLAN_CGROUP_CGROUPFS,
			};
			struct plan plan = { 0 };

			struct plan_input input = { config, NULL, &options, &hosts[i] };

			if (plan_make(arena, &input, &plan) < 0)
				continue;
			options.verb = PLAN_EXEC;
			(void)plan_make(arena, &input, &plan);
		}
}

static void write_and_read(struct arena *arena, const struct spec_config *config)
{
	auto_str struct str first = { 0 }, second = { 0 };
	struct spec_config *again;

	if (spec_write(spec_schema_config(), config, true, &first) < 0)
		abort();
	if (spec_read_config(arena, first.text, first.length, &again) < 0)
		abort();
	if (spec_write(spec_schema_config(), again, true, &second) < 0)
		abort();
	if (strcmp(first.text, second.text) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct spec_config *config;

	error_clear();
	int code = spec_read_config(&arena, (const char *)data, size, &config);
	if (code == 0) {
		write_and_read(&arena, config);
		code = rules_check(config);
		if (code == 0)
			plan_for_all(&arena, config);
	}
	/* What fails says why. */
	if (code < 0 && !error_text()[0])
		abort();
	arena_done(&arena);
	return 0;
}
