#include "libcontainer/process/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/procfs.h"

/* The spec's numbers are the kernel's: 2^64 - 1 is no limit. */
_Static_assert(sizeof(rlim_t) == sizeof(uint64_t) && RLIM_INFINITY == UINT64_MAX,
	"rlimits are passed on unchanged");

void limits_raise(const struct plan_process *plan)
{
	for (size_t i = 0; i < plan->rlimit_count; i++) {
		const struct plan_rlimit *limit = &plan->rlimits[i];
		__rlimit_resource_t resource = (__rlimit_resource_t)limit->resource;
		struct rlimit present;

		if (getrlimit(resource, &present) < 0 || present.rlim_max >= limit->hard)
			continue;
		present.rlim_max = limit->hard;
		/* What can't be raised is told by who sets it. */
		if (setrlimit(resource, &present) < 0)
			log_debug("%s: the hard limit can't be raised: errno %d", limit->place,
				errno);
	}
}

int limits_set(const struct plan_process *plan)
{
	for (size_t i = 0; i < plan->rlimit_count; i++) {
		const struct plan_rlimit *limit = &plan->rlimits[i];
		/* The names that glibc takes for its own enum are plain numbers here. */
		__rlimit_resource_t resource = (__rlimit_resource_t)limit->resource;
		struct rlimit wanted = { limit->soft, limit->hard }, present = { 0, 0 };

		if (setrlimit(resource, &wanted) == 0)
			continue;
		int error = errno;
		(void)getrlimit(resource, &present); /* it is for the message only */
		return fail(error,
			"%s: set %s to %" PRIu64 ":%" PRIu64 " (hard limit is %" PRIu64 ")",
			limit->place, limit->name, limit->soft, limit->hard,
			(uint64_t)present.rlim_max);
	}
	return 0;
}

int limits_set_oom(int procfs, pid_t pid, const struct plan_process *plan)
{
	char value[16], path[32] = "self/oom_score_adj";

	if (!plan->oom_set)
		return 0;
	if (pid > 0)
		(void)snprintf(path, sizeof(path), "%d/oom_score_adj", pid);
	(void)snprintf(value, sizeof(value), "%d", plan->oom_score_adj);
	int code = procfs_write(procfs, path, value);

	/*
	 * Only a lowering can be refused, and only without CAP_SYS_RESOURCE in the initial user
	 * namespace.  Engines ask for what their own score is, whoever they are: runc goes on too.
	 */
	if (code == -EACCES || code == -EPERM) {
		log_warning("process.oomScoreAdj: not set to %d, as that needs CAP_SYS_RESOURCE",
			plan->oom_score_adj);
		error_clear();
		return 0;
	}
	try(code, "process.oomScoreAdj: set to %d", plan->oom_score_adj);
	return 0;
}
