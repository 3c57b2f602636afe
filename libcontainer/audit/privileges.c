/* Capabilities, no_new_privs, system call filters and labels: what confines the program. */
#include <errno.h>
#include <inttypes.h>
#include <linux/xattr.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"

/* Of linux/capability.h, which is libcap's to include here. */
#define CAPABILITY_SETPCAP 8

enum capability_set { INHERITABLE, PERMITTED, EFFECTIVE, BOUNDING, AMBIENT, SETS };

/* As status has them. */
static const char *const set_names[SETS] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" };

const char *audit_capability_set(size_t item)
{
	return set_names[item];
}

static int append_set(uint64_t set, struct str *text)
{
	return str_printf(text, "%016" PRIx64, set);
}

static uint64_t own_set(struct audit_view *view, enum capability_set which)
{
	const char *field = view_field(view, view->own_status, set_names[which]);

	return field ? strtoull(field, NULL, 16) : 0;
}

static bool own_flag(struct audit_view *view, const char *name)
{
	const char *field = view_field(view, view->own_status, name);

	return field && strcmp(field, "0") != 0;
}

/* All that this kernel knows. */
static int all_capabilities(struct audit_view *view, uint64_t *ret_set)
{
	static const char path[] = "/proc/sys/kernel/cap_last_cap";
	auto_fclose FILE *file = fopen(path, "re");
	char line[16];

	(void)view;
	if (!file || !fgets(line, sizeof(line), file))
		return fail(errno, "read '%s'", path);
	*ret_set = UINT64_MAX >> (63 - strtoul(line, NULL, 10));
	return 0;
}

/* What init begins with: our own, or what whoever enters a user namespace gets there. */
static int begin_sets(struct audit_view *view, uint64_t sets[SETS])
{
	uint64_t all = 0;

	for (enum capability_set i = 0; i < SETS; i++)
		sets[i] = own_set(view, i);
	if (!(view->audit->plan->namespaces.have & CLONE_NEWUSER))
		return 0;
	try(all_capabilities(view, &all));
	sets[PERMITTED] = sets[EFFECTIVE] = sets[BOUNDING] = all;
	sets[INHERITABLE] = sets[AMBIENT] = 0;
	return 0;
}

/* What can be granted of the plan: the rest has been warned of.  capabilities(7). */
static void grant_sets(const struct plan_process *plan, uint64_t sets[SETS])
{
	const struct plan_capabilities *wanted = &plan->capabilities;
	/* Without CAP_SETPCAP, which goes with the id of root, what is inheritable is permitted. */
	bool free_choice = plan->uid == 0 && (sets[EFFECTIVE] >> CAPABILITY_SETPCAP & 1);
	uint64_t inheritable = wanted->inheritable;

	if (!free_choice)
		inheritable &= sets[PERMITTED];
	sets[BOUNDING] &= wanted->bounding;
	inheritable &= sets[BOUNDING] | sets[INHERITABLE];
	inheritable |= wanted->inheritable & sets[INHERITABLE];
	sets[PERMITTED] &= wanted->permitted;
	sets[EFFECTIVE] = wanted->effective & sets[PERMITTED];
	sets[INHERITABLE] = inheritable;
	sets[AMBIENT] = wanted->ambient & sets[PERMITTED] & sets[INHERITABLE];
}

/* What execve(2) makes of them for a file without rights of its own. */
static void execute_sets(const struct plan_process *plan, bool no_new_privs, uint64_t sets[SETS])
{
	uint64_t had = sets[PERMITTED];

	sets[PERMITTED] = sets[AMBIENT];
	if (plan->uid == 0) {
		sets[PERMITTED] |= sets[INHERITABLE] | sets[BOUNDING];
		if (no_new_privs)
			sets[PERMITTED] &= had;
	}
	sets[EFFECTIVE] = sets[PERMITTED];
}

AUDIT_ROW_FUNCTION(audit_plan_capabilities)
{
	const struct plan_process *plan = &view->audit->plan->process;
	uint64_t sets[SETS];

	(void)row;
	try(begin_sets(view, sets));
	grant_sets(plan, sets);
	if (view->moment == AUDIT_PROGRAM)
		execute_sets(plan, plan->no_new_privileges || own_flag(view, "NoNewPrivs"), sets);
	return append_set(sets[item], text);
}

/* The link is followed by the kernel, to the very file: no name is looked up. */
bool audit_is_privileged_file(const struct audit_view *view)
{
	char path[FD_PATH_SIZE + 32], procfs[FD_PATH_SIZE];
	struct stat file;

	(void)snprintf(path, sizeof(path), "%s/%d/exe", fd_path(view->procfs, procfs), view->pid);
	if (stat(path, &file) < 0)
		return false;
	return (file.st_mode & (S_ISUID | S_ISGID)) || getxattr(path, XATTR_NAME_CAPS, NULL, 0) > 0;
}

AUDIT_ROW_FUNCTION(audit_find_capabilities)
{
	const char *field = view_field(view, view->status, set_names[item]);

	(void)row;
	/* Those of the file are added, whatever was planned; never to these two. */
	if (item != BOUNDING && item != INHERITABLE && view->moment == AUDIT_PROGRAM &&
		audit_is_privileged_file(view))
		return -ENOENT;
	return field ? str_append(text, field) : -ENOENT;
}

AUDIT_ROW_FUNCTION(audit_plan_no_new_privileges)
{
	bool set = view->audit->plan->process.no_new_privileges || own_flag(view, row->name);

	(void)item;
	return str_append(text, set ? "1" : "0");
}

/* SECCOMP_MODE_FILTER is 2; without a filter of ours it is as for us. */
AUDIT_ROW_FUNCTION(audit_plan_seccomp)
{
	const char *own = view_field(view, view->own_status, row->name);

	(void)item;
	if (view->audit->filtered)
		return str_append(text, "2");
	return own ? str_append(text, own) : 0;
}

AUDIT_ROW_FUNCTION(audit_plan_filters)
{
	const char *own = view_field(view, view->own_status, row->name);

	(void)item;
	if (!own)
		return 0;
	return str_printf(text, "%lu", strtoul(own, NULL, 10) + (view->audit->filtered ? 1 : 0));
}

/* ---- labels -------------------------------------------------------------------------------- */

/* Of one of SELinux "user:role:" alone is given back as it was written: types have aliases. */
static int plan_selinux(const char *label, struct str *text)
{
	const char *colon = strchr(label, ':');

	colon = colon ? strchr(colon + 1, ':') : NULL;
	if (!colon)
		return str_append(text, label);
	return str_printf(text, "%.*s*", (int)(colon + 1 - label), label);
}

AUDIT_ROW_FUNCTION(audit_plan_label)
{
	const struct plan_process *plan = &view->audit->plan->process;

	(void)row;
	(void)item;
	if (plan->apparmor_profile)
		return str_append(text, plan->apparmor_profile);
	return plan->selinux_label ? plan_selinux(plan->selinux_label, text) : 0;
}

/* AppArmor says "PROFILE (MODE)". */
AUDIT_ROW_FUNCTION(audit_find_label)
{
	const char *label;

	(void)row;
	(void)item;
	int r = view_read(view, view->pid, "attr/apparmor/current", &label);
	/* EINVAL: the kernel has AppArmor, which is off. */
	if (r == -ENOENT || r == -EINVAL) {
		error_clear();
		r = view_read(view, view->pid, "attr/current", &label);
	}
	if (r < 0)
		return r;
	size_t length = strcspn(label, "\n");
	const char *mode = strstr(label, " (");
	if (mode && (size_t)(mode - label) < length)
		length = (size_t)(mode - label);
	return str_append_data(text, label, length);
}
