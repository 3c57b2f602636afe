/* Writing limits. */
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/kernel/file.h"

int limit_write(const struct plan_cgroup *plan, const struct cgroup *cgroup,
	const struct plan_cgroup_write *write)
{
	int home = directory_find(plan->directories, plan->directory_count, write->controller);

	if (home < 0 || cgroup->fds[home] < 0)
		return refuse("%s: the container has no group of the controller '%s'", write->place,
			write->controller);

	int dir = cgroup->fds[home];
	int code = file_write_value(dir, write->file, write->value);
	if (code == -ENOENT && write->other_file) {
		error_clear();
		code = file_write_value(dir, write->other_file, write->other_value);
	}
	if (code == -ENOENT && write->may_be_missing) {
		error_clear();
		return 0;
	}
	if (code == -ENOENT)
		return error_context(code,
			"%s: the controller '%s' of this kernel has no such file", write->place,
			write->controller);
	return code < 0
		       ? error_context(code, "%s: '%s'", write->place, plan->directories[home].path)
		       : 0;
}

bool limit_may_wait(int code)
{
	return code == -EINVAL || code == -EBUSY;
}

bool cgroup_write_is_first(const struct plan_cgroup *plan, const struct plan_cgroup_write *write)
{
	int home;

	if (plan->unit.name || write->last || strcmp(write->controller, "memory") != 0)
		return false;
	home = directory_find(plan->directories, plan->directory_count, write->controller);
	return home >= 0 && plan->directories[home].unified;
}

int cgroup_apply_first(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < plan->write_count; i++)
		if (cgroup_write_is_first(plan, &plan->writes[i]))
			try(limit_write(plan, cgroup, &plan->writes[i]));
	return 0;
}

int cgroup_apply(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	auto_free size_t *again = NULL;
	size_t count = 0;

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_cgroup_write *write = &plan->writes[i];

		if (write->last || cgroup_write_is_first(plan, write))
			continue;
		int code = limit_write(plan, cgroup, write);
		if (code == 0)
			continue;
		if (!limit_may_wait(code))
			return code;
		if (!again)
			again = calloc(plan->write_count, sizeof(*again));
		if (!again)
			return fail(ENOMEM, "apply limits");
		again[count++] = i;
	}
	for (size_t i = 0; i < count; i++)
		try(limit_write(plan, cgroup, &plan->writes[again[i]]));
	if (count > 0)
		error_clear();
	return 0;
}

int cgroup_apply_last(const struct plan_cgroup *plan, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < plan->write_count; i++)
		if (plan->writes[i].last)
			try(limit_write(plan, cgroup, &plan->writes[i]));
	return 0;
}
