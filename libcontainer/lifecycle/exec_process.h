/* The process of exec: of a file, or of the container's own with what the command line changes. */
#pragma once

#include "libcontainer/base/arena.h"
#include "libcontainer/container.h"
#include "oci-spec/types.h"

int exec_process_make(struct arena *arena, const struct spec_process *own,
	const struct container_exec_options *options, struct spec_process **ret_process);
