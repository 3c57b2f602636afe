/*
 * The parts of plan_make(), one file each, called in this order.  Each fills its part of the plan
 * from spec, options and facts; a later part may read what an earlier one decided.
 */
#pragma once

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/plan/plan.h"
#include "oci-spec/types.h"

struct planning {
	struct arena *arena;
	const struct spec_config *spec;
	const struct spec_process *process;   /* spec->process, or that of exec */
	const struct spec_resources *changes; /* update: spec has the result of these; else NULL */
	const struct plan_options *options;
	const struct host *host;
	struct plan *plan;
};

int plan_annotations(struct planning *p); /* annotations.c */
int plan_namespaces(struct planning *p);  /* namespaces.c: namespaces, network */
int plan_notify(struct planning *p);      /* notify.c */
void plan_notify_mount(struct planning *p, struct plan_mount *ret_mount);
int plan_rdt(struct planning *p);      /* rdt.c */
int plan_users(struct planning *p);    /* users.c */
int plan_process(struct planning *p);  /* process.c: process, settings */
int plan_security(struct planning *p); /* security.c: labels, seccomp, keyring */
bool plan_seccomp_notifies(const struct spec_seccomp *spec); /* has a rule of SCMP_ACT_NOTIFY */
int plan_mounts(struct planning *p);                         /* mounts.c: root */
int plan_devices(struct planning *p);    /* devices.c: devices, cgroup.device_rules */
int plan_hooks(struct planning *p);      /* hooks.c */
int plan_cgroup(struct planning *p);     /* cgroup.c: manager, directories */
int plan_resources(struct planning *p);  /* resources.c: cgroup.writes */
int plan_unit(struct planning *p);       /* unit.c: cgroup.unit */
int plan_delegation(struct planning *p); /* delegate.c: cgroup.delegated, owner */

/* users.c: a map of the spec's. */
struct plan_id_map plan_id_map_of(struct planning *p, const struct spec_id_mapping_list *list);

/* users.c: the id outside of the container's id; false where it is not mapped. */
bool plan_id_outside(const struct plan_id_map *map, uint32_t id, uint32_t *ret_id);

/* mount_ids.c: whether and how ids are mapped; once kind and idmap of the mount are decided. */
int plan_mount_ids(struct planning *p, const struct spec_mount *spec, struct plan_mount *mount);
/* mount_ids.c: "uids=0-1000-1;gids=0-1000-1", what follows "idmap=". */
int plan_mount_id_words(
	struct planning *p, const char *place, const char *words, struct plan_mount *mount);
