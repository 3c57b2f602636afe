#include "libcontainer/plan/print.h"

#include <stdio.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/plan.h"

static void print_strings(
	struct plan_printer *p, const char *key, const char *const *items, size_t count)
{
	if (count == 0)
		return;
	print_open(p, key, true);
	for (size_t i = 0; i < count; i++)
		print_string(p, NULL, items[i]);
	print_close(p, true);
}

static void print_paths(struct plan_printer *p, const char *key, const struct plan_paths *paths)
{
	print_strings(p, key, paths->items, paths->count);
}

static void print_namespaces(struct plan_printer *p, const struct plan_namespaces *plan)
{
	print_open(p, "namespaces", false);
	print_string(p, "road", plan->road == PLAN_ROAD_SHORT ? "short" : "general");
	print_open(p, "create", true);
	for (size_t i = 0; i < names_namespaces.count; i++) {
		if (plan->create & (int)names_namespaces.items[i].value)
			print_string(p, NULL, names_namespaces.items[i].name);
	}
	print_close(p, true);
	print_open(p, "join", true);
	for (size_t i = 0; i < plan->join_count; i++) {
		print_open(p, NULL, false);
		print_string(p, "type", plan->joins[i].name);
		print_string(p, "path", plan->joins[i].path);
		print_close(p, false);
	}
	print_close(p, true);
	for (size_t i = 0; i < plan->time_offset_count; i++)
		print_number(p, plan->time_offsets[i].clock, plan->time_offsets[i].secs);
	print_close(p, false);
}

static void print_map(struct plan_printer *p, const char *key, const struct plan_id_map *map)
{
	print_open(p, key, true);
	for (size_t i = 0; i < map->count; i++) {
		print_open(p, NULL, false);
		print_number(p, "inside", map->items[i].inside);
		print_number(p, "outside", map->items[i].outside);
		print_number(p, "count", map->items[i].count);
		print_close(p, false);
	}
	print_close(p, true);
}

static void print_users(struct plan_printer *p, const struct plan_users *plan)
{
	if (!plan->mapped)
		return;
	print_open(p, "users", false);
	print_map(p, "uids", &plan->uids);
	print_map(p, "gids", &plan->gids);
	print_string(p, "writer", plan->by_helper ? "newuidmap and newgidmap" : "parent");
	print_bool(p, "denySetgroups", plan->deny_setgroups);
	print_close(p, false);
}

/* The words of the options that these flags come from. */
static void print_flags(
	struct plan_printer *p, const char *key, enum mount_option_kind kind, uint64_t flags)
{
	if (!flags)
		return;
	print_open(p, key, true);
	for (size_t i = 0; i < names_mount_option_count; i++) {
		const struct mount_option *option = &names_mount_options[i];

		if (option->kind == kind && option->set && (flags & option->set) == option->set) {
			print_string(p, NULL, option->name);
			flags &= ~option->set;
		}
	}
	print_close(p, true);
}

static void print_mount(struct plan_printer *p, const struct plan_mount *mount)
{
	static const char *const kinds[] = { "file system", "bind", "cgroup", "remount" };
	static const char *const idmaps[] = { NULL, "of this mount", "of all below" };

	print_open(p, NULL, false);
	print_string(p, "kind", kinds[mount->kind]);
	print_string(p, "type", mount->type);
	print_string(p, "source", mount->source);
	print_string(p, "target", mount->target);
	print_flags(p, "set", MOUNT_OPTION_ATTRIBUTE, mount->attr_set);
	print_flags(p, "clear", MOUNT_OPTION_ATTRIBUTE, mount->attr_clear);
	print_flags(p, "clearUnlocked", MOUNT_OPTION_ATTRIBUTE, mount->attr_unnamed);
	print_flags(p, "setBelow", MOUNT_OPTION_RECURSIVE, mount->recursive_set);
	print_flags(p, "superblock", MOUNT_OPTION_SUPERBLOCK, mount->superblock);
	print_string(p, "propagation", names_of(&names_propagations, mount->propagation));
	print_string(p, "data", mount->data);
	print_bool(p, "recursive", mount->recursive);
	print_bool(p, "copyUp", mount->copy_up);
	print_bool(p, "readonlyLast", mount->deferred_readonly);
	print_bool(p, "sourceByParent", mount->source_by_parent);
	print_string(p, "idmap", idmaps[mount->idmap]);
	print_map(p, "uids", &mount->uids);
	print_map(p, "gids", &mount->gids);
	print_close(p, false);
}

static void print_root(struct plan_printer *p, const struct plan_root *plan)
{
	static const char *const ways[] = { "pivot_root", "move and chroot", "chroot" };

	print_open(p, "root", false);
	print_string(p, "path", plan->path);
	print_string(p, "enter", ways[plan->enter]);
	print_bool(p, "readonly", plan->readonly);
	print_string(p, "hostPropagation", names_of(&names_propagations, plan->host_propagation));
	print_string(p, "propagation",
		plan->propagation ? names_of(&names_propagations, plan->propagation) : NULL);
	print_string(p, "mountLabel", plan->mount_label);
	print_open(p, "mounts", true);
	for (size_t i = 0; i < plan->mount_count; i++)
		print_mount(p, &plan->mounts[i]);
	print_close(p, true);
	print_paths(p, "masked", &plan->masked);
	print_paths(p, "readonlyPaths", &plan->readonly_paths);
	print_close(p, false);
}

static void print_devices(struct plan_printer *p, const struct plan_devices *plan)
{
	char number[32];

	print_open(p, "devices", true);
	for (size_t i = 0; i < plan->count; i++) {
		print_open(p, NULL, false);
		print_string(p, "path", plan->items[i].path);
		(void)snprintf(number, sizeof(number), "%u:%u", major(plan->items[i].number),
			minor(plan->items[i].number));
		print_string(p, "number", number);
		print_octal(p, "mode", plan->items[i].mode);
		print_bool(p, "bind", plan->by_bind);
		print_bool(p, "byParent", plan->items[i].by_parent);
		print_close(p, false);
	}
	print_close(p, true);
}

static void print_capabilities(struct plan_printer *p, const char *key, uint64_t set)
{
	print_open(p, key, true);
	for (size_t i = 0; i < names_capabilities.count; i++) {
		if (set & (UINT64_C(1) << names_capabilities.items[i].value))
			print_string(p, NULL, names_capabilities.items[i].name);
	}
	print_close(p, true);
}

static void print_identity(struct plan_printer *p, const struct plan_process *plan)
{
	print_number(p, "uid", plan->uid);
	print_number(p, "gid", plan->gid);
	if (plan->group_count > 0) {
		print_open(p, "groups", true);
		for (size_t i = 0; i < plan->group_count; i++)
			print_number(p, NULL, plan->groups[i]);
		print_close(p, true);
	}
	print_octal(p, "umask", plan->umask);
	print_capabilities(p, "bounding", plan->capabilities.bounding);
	print_capabilities(p, "effective", plan->capabilities.effective);
	print_capabilities(p, "inheritable", plan->capabilities.inheritable);
	print_capabilities(p, "permitted", plan->capabilities.permitted);
	print_capabilities(p, "ambient", plan->capabilities.ambient);
	print_bool(p, "noNewPrivileges", plan->no_new_privileges);
	print_string(p, "apparmorProfile", plan->apparmor_profile);
	print_string(p, "selinuxLabel", plan->selinux_label);
	print_string(p, "keyring", plan->keyring);
}

static void print_process(struct plan_printer *p, const struct plan_process *plan)
{
	char text[64];

	print_open(p, "process", false);
	print_strings(p, "args", plan->args, plan->arg_count);
	print_strings(p, "env", plan->env, plan->env_count);
	print_string(p, "cwd", plan->cwd);
	print_bool(p, "terminal", plan->terminal);
	print_identity(p, plan);
	for (size_t i = 0; i < plan->rlimit_count; i++) {
		(void)snprintf(text, sizeof(text), "%llu:%llu",
			(unsigned long long)plan->rlimits[i].soft,
			(unsigned long long)plan->rlimits[i].hard);
		print_string(p, plan->rlimits[i].name, text);
	}
	print_string(p, "memoryPolicy", plan->memory_policy.name);
	if (plan->memory_policy.name)
		print_number(p, "memoryPolicyMode", plan->memory_policy.mode);
	print_string(p, "memoryNodes", plan->memory_policy.list);
	if (plan->oom_set)
		print_number(p, "oomScoreAdj", plan->oom_score_adj);
	if (plan->inherited_fds)
		print_number(p, "inheritedDescriptors", plan->inherited_fds);
	print_close(p, false);
}

static void print_settings(struct plan_printer *p, const struct plan_settings *plan)
{
	print_open(p, "settings", false);
	print_string(p, "hostname", plan->hostname);
	print_string(p, "domainname", plan->domainname);
	for (size_t i = 0; i < plan->sysctl_count; i++)
		print_string(p, plan->sysctls[i].key, plan->sysctls[i].value);
	print_close(p, false);
}

static void print_network(struct plan_printer *p, const struct plan_network *plan)
{
	if (plan->device_count == 0)
		return;
	print_open(p, "netDevices", false);
	for (size_t i = 0; i < plan->device_count; i++)
		print_string(p, plan->devices[i].name, plan->devices[i].new_name);
	print_close(p, false);
}

static void print_rdt(struct plan_printer *p, const struct plan_rdt *plan)
{
	if (!plan->set)
		return;
	print_open(p, "resctrl", false);
	print_string(p, "group", plan->group);
	print_bool(p, "make", plan->may_make);
	print_string(p, "schemata", plan->schemata);
	print_string(p, "monitor", plan->monitor);
	print_close(p, false);
}

static void print_seccomp(struct plan_printer *p, const struct plan_seccomp *plan)
{
	if (!plan->set)
		return;
	print_open(p, "seccomp", false);
	print_string(p, "defaultAction", plan->default_action);
	print_string(p, "loaded", plan->late ? "last" : "before ids and capabilities");
	print_paths(p, "architectures", &plan->architectures);
	print_paths(p, "flags", &plan->flags);
	print_number(p, "rules", (int64_t)plan->rule_count);
	print_string(p, "listener", plan->listener_path);
	print_close(p, false);
}

static void print_hooks(struct plan_printer *p, const struct plan *plan)
{
	print_open(p, "hooks", false);
	for (size_t i = 0; i < PLAN_HOOK_POINTS; i++) {
		const struct plan_hooks *hooks = &plan->hooks[i];

		if (hooks->count == 0)
			continue;
		print_open(p, plan_hook_name((enum plan_hook_point)i), true);
		for (size_t k = 0; k < hooks->count; k++)
			print_string(p, NULL, hooks->items[k].path);
		print_close(p, true);
	}
	print_close(p, false);
}

static void print_cgroup(struct plan_printer *p, const struct plan_cgroup *plan)
{
	static const char *const managers[] = { "cgroupfs", "systemd", "disabled" };

	print_open(p, "cgroup", false);
	print_string(p, "manager", managers[plan->manager]);
	print_string(p, "unit", plan->unit.name);
	print_bool(p, "optional", plan->optional);
	if (plan->delegated)
		print_number(p, "owner", plan->owner);
	print_open(p, "directories", true);
	for (size_t i = 0; i < plan->directory_count; i++)
		print_string(p, NULL, plan->directories[i].path);
	print_close(p, true);
	print_open(p, "writes", true);
	for (size_t i = 0; i < plan->write_count; i++) {
		print_open(p, NULL, false);
		print_string(p, "file", plan->writes[i].file);
		print_string(p, "value", plan->writes[i].value);
		print_string(p, "for", plan->writes[i].place);
		print_close(p, false);
	}
	print_close(p, true);
	print_number(p, "deviceRules", (int64_t)plan->device_rule_count);
	print_close(p, false);
}

void plan_print(struct plan_printer *p, const struct plan *plan)
{
	print_string(p, "id", plan->id);
	print_string(p, "bundle", plan->bundle);
	print_string(p, "pidfdSocket", plan->pidfd_socket);
	print_string(p, "notifySocket", plan->notify_socket);
	print_string(p, "hookOutput", plan->hook_output);
	print_string(p, "hookErrorOutput", plan->hook_error_output);
	print_namespaces(p, &plan->namespaces);
	print_users(p, &plan->users);
	print_root(p, &plan->root);
	print_devices(p, &plan->devices);
	print_process(p, &plan->process);
	print_settings(p, &plan->settings);
	print_network(p, &plan->network);
	print_rdt(p, &plan->rdt);
	print_seccomp(p, &plan->seccomp);
	print_hooks(p, plan);
	print_cgroup(p, &plan->cgroup);
}
