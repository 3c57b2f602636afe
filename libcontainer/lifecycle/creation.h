/* What create, run and their dry run have in common: from the caller's options to a plan. */
#pragma once

#include <stdbool.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/container.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/plan/plan.h"
#include "libcontainer/store/record.h"
#include "oci-spec/types.h"

struct creation {
	struct arena arena;
	const char *bundle, *pid_file, *console_socket, *pidfd_socket, *resctrl; /* absolute */
	struct file_text config;
	struct spec_config *spec;
	struct host host;
	struct plan_options options;
	struct plan plan;
	struct record record;
	struct launch launch;
};

/* Reads, checks and plans; enters the bundle.  Nothing is changed on the machine. */
int creation_prepare(const struct container_context *c, const struct container_create_options *o,
	enum plan_verb verb, struct creation *ret_creation);

/* Starts init; on success the state directory is still locked. */
int creation_launch(const struct container_context *c, struct creation *creation);

void creation_done(struct creation *creation);

/*
 * An absolute path for one of the caller's, by its directory at the time; NULL for NULL, and for
 * "", by which programs say that an option is not set.
 */
int absolute_path(struct arena *arena, const char *path, const char **ret_path);

/* LISTEN_FDS, where LISTEN_PID says that they are ours: sd_listen_fds(3). */
unsigned int listen_fds_of_caller(void);

/* Facts of the host: its caller and, where there are labels, whether they are for anything. */
int creation_read_host(const struct spec_config *spec, const struct spec_process *process,
	struct host *ret_host);
/* The manager and the leniency that the global options ask for. */
void creation_set_context(
	const struct container_context *c, const struct host *host, struct plan_options *options);
