/* Labels for the program that is executed next, and the session keyring. */
#pragma once

#include "libcontainer/plan/plan.h"

/* AppArmor: "exec PROFILE" to attr/apparmor/exec, else attr/exec, through our own procfs. */
int apparmor_apply(int procfs, const char *profile);
/* SELinux: attr/exec, and attr/keycreate for keyrings; read back and compared. */
int selinux_apply(int procfs, const char *label);
int selinux_apply_keycreate(int procfs, const char *label);
/* Asks the helper program (libselinux) whether the labels are valid; run by the parent. */
int selinux_check(const char *process_label, const char *mount_label);
/* Joins a new session keyring; lets its uid search it.  A kernel without keyrings: no error. */
int keyring_join(const char *name);
