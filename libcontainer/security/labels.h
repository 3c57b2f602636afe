/* Labels for the program that is executed next, and the session keyring. */
#pragma once

#include "libcontainer/plan/plan.h"

/* AppArmor: "exec PROFILE" to attr/apparmor/exec, else attr/exec, through our own procfs. */
int apparmor_apply(int procfs, const char *profile);
/*
 * SELinux: attr/exec, and attr/keycreate for keyrings; read back, so that a label that went nowhere
 * is an error.  selinux_apply_keycreate() with "" ends its effect: it is for one keyring.
 */
int selinux_apply(int procfs, const char *label);
int selinux_apply_keycreate(int procfs, const char *label);
/*
 * Asks the helper program (libselinux) whether the labels are valid; run by the parent.  NULL or ""
 * is no label, and without any the helper isn't run.  Where it is not installed, the kernel's own
 * check of each label has to do.
 */
int selinux_check(const char *process_label, const char *mount_label);
/*
 * Joins the session keyring of this name, made where there is none; lets its uid search it, so
 * that exec can join it too.  A kernel (or sandbox around us) without keyrings: no error.
 */
int keyring_join(const char *name);
