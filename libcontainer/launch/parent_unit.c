/* The parent's part with the systemd driver: the group of a container is a unit's. */
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"

/* Where systemd really has it, which may be elsewhere for a user's own. */
static int adopt(struct launch *launch)
{
	struct record *record = launch->record;

	try(cgroup_adopt(
		&launch->plan->cgroup, launch->child_pid, &launch->cgroup, &launch->unit_path));
	for (size_t i = 0; launch->unit_path && i < record->cgroup_count; i++)
		if (record->cgroups[i].unified)
			record->cgroups[i].path = launch->unit_path;
	try(cgroup_open_birthplace(&launch->plan->cgroup, &launch->cgroup, &launch->birthplace));
	/* From here on verbs know that the unit is ours. */
	record->cgroups_made = true;
	return record_save(launch->directory, record);
}

int parent_start_unit(struct launch *launch)
{
	uninitialized char text[ERROR_TEXT_SIZE];

	try(cgroup_unit_start(&launch->plan->cgroup, launch->child_pid));
	int r = adopt(launch);
	if (r < 0) {
		(void)snprintf(text, sizeof(text), "%s", error_text());
		/* In the foreground it blocks SIGTERM, and systemd would wait for it. */
		parent_end_child(launch);
		/* Not what is in the groups, of which one of v1 may turn out to be another's. */
		if (cgroup_unit_stop(&launch->plan->cgroup.unit) < 0)
			log_warning("%s", error_text());
		return error_set(r, text);
	}
	return 0;
}

void parent_stop_unit(struct launch *launch)
{
	parent_remove_cgroup(launch);
	if (cgroup_unit_stop(&launch->plan->cgroup.unit) < 0)
		log_warning("%s", error_text());
}

int parent_send_birthplace(struct launch *launch)
{
	return channel_send(&launch->child, MSG_UNIT_MADE, 0, launch->birthplace);
}
