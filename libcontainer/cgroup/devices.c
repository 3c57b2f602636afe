/* Device rules: by the v1 hierarchy of that name where there is one, else by a BPF program. */
#include <string.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/cgroup/directory.h"

int cgroup_apply_devices(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	if (!plan->devices_set)
		return 0;

	int home = directory_find(plan->directories, plan->directory_count, "devices");
	if (home < 0 || cgroup->fds[home] < 0)
		return plan->optional ? 0
				      : refuse("the container has no group that can limit devices");

	const struct plan_cgroup_directory *directory = &plan->directories[home];
	int code = directory->unified
			   ? devices_apply_v2(plan, cgroup->fds[home], !cgroup->made[home])
			   : devices_apply_v1(plan, cgroup->fds[home]);
	if (code < 0 && plan->optional && (code == -EPERM || code == -EACCES)) {
		log_debug("'%s': devices are not limited: %s", directory->path, error_text());
		error_clear();
		return 0;
	}
	return code < 0 ? error_context(code, "'%s'", directory->path) : 0;
}
