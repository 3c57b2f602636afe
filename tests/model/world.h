/*
 * The container as the machine has it: state directory, control groups, processes.  What caisson
 * says of it is one witness among these.
 */
#pragma once

#include <stdbool.h>

#include "tests/model/command.h"
#include "tests/model/model.h"

#define HIERARCHIES_MAX 32
#define WRONG_SIZE 512

struct world {
	struct runtime runtime;
	char directory[256]; /* all that the test makes, but for cgroups */
	char bundle[288], root[288], state[600], control[320];
	char id[64];
	bool own;                       /* a pid namespace of its own */
	char *cgroups[HIERARCHIES_MAX]; /* where the container's group would be */
	size_t cgroup_count;
	int control_fd; /* what the container's program reads */
	char mounts[2][1 << 16];
};

/* Makes the directories and the root file system. */
void world_make(const struct runtime *runtime, struct world *ret_world);
/* Writes the configuration of the next container. */
void world_configure(struct world *world, bool own);
/* Removes what is left, of a container too. */
void world_remove(struct world *world);

/* The pid of init, by caisson's own account; 0 where there is none. */
pid_t world_init(const struct world *world);
/* Processes in the container's groups; -1 where there is no group. */
int world_processes(const struct world *world);
/* Tells the container's program: "exit" or "fork". */
void world_tell(const struct world *world, const char *word);

/* What is not as it has to be in this state: false, with words.  Waits for nothing. */
bool world_is(struct world *world, enum model_state state, char wrong[WRONG_SIZE]);
