/* Hosts of each cgroup layout, for tests of what is decided about control groups. */
#pragma once

#include "tests/check.h"

#include "libcontainer/plan/parts.h"

static struct host_hierarchy hierarchies_v1[] = {
	{ "cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/us", false },
	{ "cpuset", "/sys/fs/cgroup/cpuset", "/", false },
	{ "memory", "/sys/fs/cgroup/memory", "/us/deep", false },
	{ "pids", "/sys/fs/cgroup/pids", "/us", false },
	{ "blkio", "/sys/fs/cgroup/blkio", "/us", false },
	{ "net_cls,net_prio", "/sys/fs/cgroup/net_cls,net_prio", "/us", false },
	{ "name=systemd", "/sys/fs/cgroup/systemd", "/us", false },
	{ "", "/sys/fs/cgroup/unified", "/us/scope", true },
};
static struct host_hierarchy hierarchies_v2[] = {
	{ "", "/sys/fs/cgroup", "/user.slice/session.scope", true },
};

/* Where the last one, cgroup2, has the controllers that v1 does not have. */
static const struct host host_hybrid __attribute__((unused)) = {
	.cgroup_layout = HOST_CGROUP_V1, .hierarchies = hierarchies_v1, .hierarchy_count = 8
};
static const struct host host_v1 __attribute__((unused)) = {
	.cgroup_layout = HOST_CGROUP_V1, .hierarchies = hierarchies_v1, .hierarchy_count = 7
};
static const struct host host_v2 __attribute__((unused)) = {
	.cgroup_layout = HOST_CGROUP_V2, .hierarchies = hierarchies_v2, .hierarchy_count = 1
};

/* What is decided from; a test changes what it is about. */
static struct arena arena;
static struct spec_process process;
static struct spec_resources resources;
static struct spec_linux linux_;
static struct spec_config spec;
static struct plan_options options;
static struct host host;
static struct plan plan;

static inline int begin_on(const struct host *which)
{
	arena_done(&arena);
	arena = (struct arena){ 0 };
	process = (struct spec_process){ 0 };
	resources = (struct spec_resources){ 0 };
	linux_ = (struct spec_linux){ .resources = &resources };
	spec = (struct spec_config){ .process = &process, .linux_ = &linux_ };
	options = (struct plan_options){ .verb = PLAN_CREATE, .id = "box" };
	host = *which;
	plan = (struct plan){ 0 };
	error_clear();
	return 0;
}

static inline int decide(int (*part)(struct planning *))
{
	struct planning planning = { &arena, &spec, &process, NULL, &options, &host, &plan };

	return part(&planning);
}

static inline int end_test(void **state)
{
	(void)state;
	arena_done(&arena);
	arena = (struct arena){ 0 };
	return 0;
}

#define assert_chain(words) \
	do { \
		if (!strstr(error_text(), (words))) \
			test_fails("chain '%s' lacks '%s'\n", error_text(), (words)); \
	} while (0)
