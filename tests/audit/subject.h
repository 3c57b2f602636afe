/*
 * Who is looked at: a child of the test that waits, and a plan that says of it what is true.  A
 * test makes one thing of the plan untrue.
 */
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/kernel/procfs.h"
#include "tests/check.h"

struct subject {
	struct arena arena;
	struct plan plan;
	struct audit audit;
	struct plan_cgroup_directory group;
	int group_fd;
	struct plan_rlimit limit;
	struct plan_scheduler scheduler;
	struct plan_join join;
	struct plan_setting setting;
	char hostname[65], domainname[65], value[64];
	bool has_cpuset;
	int joined;
	gid_t groups[64];
	char cwd[4096];
	int go; /* what the child waits for */
};

/* As setup and teardown. */
int subject_begin(void **state);
int subject_end(void **state);
