#include "libcontainer/process/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/procfs.h"

int settings_apply_names(const struct plan_settings *plan)
{
	if (plan->hostname && sethostname(plan->hostname, strlen(plan->hostname)) < 0)
		return fail(errno, "hostname: set '%s'", plan->hostname);
	if (plan->domainname && setdomainname(plan->domainname, strlen(plan->domainname)) < 0)
		return fail(errno, "domainname: set '%s'", plan->domainname);
	return 0;
}

int settings_apply_sysctls(int procfs, const struct plan_settings *plan)
{
	for (size_t i = 0; i < plan->sysctl_count; i++) {
		const struct plan_setting *setting = &plan->sysctls[i];
		uninitialized char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "sys/%s", setting->key) >= sizeof(path))
			return refuse_as(ENAMETOOLONG, "%s: the name is too long", setting->place);
		int r = procfs_write(procfs, path, setting->value);
		if (r == -ENOENT)
			r = fail(ENOENT, "write '%s' to '/proc/%s'", setting->value, path);
		try(r, "%s", setting->place);
	}
	return 0;
}
