#include "libcontainer/namespace/time.h"

#include <inttypes.h>
#include <fcntl.h>
#include <stdio.h>

#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"

int time_write_offsets(const struct plan_namespaces *plan, pid_t pid)
{
	char path[64], text[128];

	(void)snprintf(path, sizeof(path), "/proc/%d/timens_offsets", pid);
	for (size_t i = 0; i < plan->time_offset_count; i++) {
		const struct plan_time_offset *offset = &plan->time_offsets[i];

		(void)snprintf(text, sizeof(text), "%s %" PRId64 " %" PRIu32 "\n", offset->clock,
			offset->secs, offset->nanosecs);
		try(file_write_value(AT_FDCWD, path, text), "linux.timeOffsets.%s", offset->clock);
	}
	return 0;
}
