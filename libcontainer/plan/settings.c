/*
 * Hostname, domainname and sysctls.  A sysctl is allowed where a namespace of the container's own
 * holds its value: anything else would be set for the whole host.
 */
#include <sched.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/str.h"
#include "libcontainer/plan/process.h"

/* __NEW_UTS_LEN of linux/utsname.h. */
#define UTS_NAME_MAX 64

struct namespaced {
	const char *key; /* all below it where it ends in a slash, else itself */
	int namespace;
	const char *name;
};

/* Registered by the kernel per namespace: ipc/ipc_sysctl.c, ipc/mq_sysctl.c, kernel/ucount.c. */
/* clang-format off */
static const struct namespaced namespaced[] = {
	{ "kernel/auto_msgmni",     CLONE_NEWIPC,  "ipc" },
	{ "kernel/msg_next_id",     CLONE_NEWIPC,  "ipc" },
	{ "kernel/msgmax",          CLONE_NEWIPC,  "ipc" },
	{ "kernel/msgmnb",          CLONE_NEWIPC,  "ipc" },
	{ "kernel/msgmni",          CLONE_NEWIPC,  "ipc" },
	{ "kernel/sem",             CLONE_NEWIPC,  "ipc" },
	{ "kernel/sem_next_id",     CLONE_NEWIPC,  "ipc" },
	{ "kernel/shm_next_id",     CLONE_NEWIPC,  "ipc" },
	{ "kernel/shm_rmid_forced", CLONE_NEWIPC,  "ipc" },
	{ "kernel/shmall",          CLONE_NEWIPC,  "ipc" },
	{ "kernel/shmmax",          CLONE_NEWIPC,  "ipc" },
	{ "kernel/shmmni",          CLONE_NEWIPC,  "ipc" },
	{ "fs/mqueue/",             CLONE_NEWIPC,  "ipc" },
	{ "net/",                   CLONE_NEWNET,  "network" },
	{ "kernel/domainname",      CLONE_NEWUTS,  "uts" },
	{ "user/",                  CLONE_NEWUSER, "user" },
};
/* clang-format on */

static const struct namespaced *find_namespaced(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(namespaced); i++) {
		const char *known = namespaced[i].key;

		if (str_ends(known, "/") ? str_starts(key, known) : strcmp(key, known) == 0)
			return &namespaced[i];
	}
	return NULL;
}

/*
 * The path below /proc/sys.  As sysctl(8): the first separator says which of the two separates; the
 * other one is then part of a name ("net/ipv4/conf/eno2.100" is "net.ipv4.conf.eno2/100").
 */
static const char *key_with_slashes(struct arena *arena, const char *name)
{
	char *key = arena_strdup(arena, name);

	if (name[strcspn(name, "./")] == '/')
		return key;
	for (char *c = key; *c; c++) {
		if (*c == '.')
			*c = '/';
		else if (*c == '/')
			*c = '.';
	}
	return key;
}

/* No component that is empty or leads elsewhere: "net/../kernel/core_pattern". */
static bool key_stays_below(const char *key)
{
	for (;;) {
		size_t length = strcspn(key, "/");

		if (length == 0 || (length == 1 && key[0] == '.') ||
			(length == 2 && key[0] == '.' && key[1] == '.'))
			return false;
		if (!key[length])
			return true;
		key += length + 1;
	}
}

static int check_sysctl(struct planning *p, const struct plan_setting *setting)
{
	const char *domainname = p->plan->settings.domainname;

	if (!key_stays_below(setting->key))
		return refuse("%s: is not the name of a sysctl", setting->place);
	if (strcmp(setting->key, "kernel/hostname") == 0)
		return refuse("%s: use hostname instead", setting->place);
	const struct namespaced *known = find_namespaced(setting->key);
	if (!known)
		return refuse("%s is not in a separate kernel namespace", setting->place);
	if (!(p->plan->namespaces.have & known->namespace))
		return refuse("%s is not in a separate kernel namespace: it needs a %s namespace",
			setting->place, known->name);
	if (strcmp(setting->key, "kernel/domainname") == 0 && domainname &&
		strcmp(setting->value, domainname) != 0)
		return refuse("%s: conflicts with domainname '%s'", setting->place, domainname);
	p->plan->namespaces.set_in |= known->namespace;
	return 0;
}

static int check_name(struct planning *p, const char *property, const char *value)
{
	if (!(p->plan->namespaces.have & CLONE_NEWUTS))
		return refuse("%s: cannot be set without a private uts namespace", property);
	if (strlen(value) > UTS_NAME_MAX)
		return refuse("%s: has more than %d bytes", property, UTS_NAME_MAX);
	p->plan->namespaces.set_in |= CLONE_NEWUTS;
	return 0;
}

/* An empty name is one that is not set, as in runc. */
static const char *name_or_null(const char *name)
{
	return name && name[0] ? name : NULL;
}

static int plan_sysctls(struct planning *p)
{
	const struct spec_linux *linux_ = p->spec->linux_;
	struct plan_settings *plan = &p->plan->settings;

	if (!linux_)
		return 0;
	const struct spec_pairs *pairs = &linux_->sysctl;
	plan->sysctls = arena_new_array(p->arena, struct plan_setting, pairs->count);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct spec_pair *pair = &pairs->items[i];
		struct plan_setting *setting = &plan->sysctls[i];

		setting->place = arena_printf(p->arena, "linux.sysctl: sysctl \"%s\"", pair->key);
		setting->key = key_with_slashes(p->arena, pair->key);
		setting->value = pair->value;
		try(check_sysctl(p, setting));
		plan->sysctl_count++;
	}
	return 0;
}

int plan_settings(struct planning *p)
{
	struct plan_settings *plan = &p->plan->settings;

	plan->hostname = name_or_null(p->spec->hostname);
	plan->domainname = name_or_null(p->spec->domainname);
	if (plan->hostname)
		try(check_name(p, "hostname", plan->hostname));
	if (plan->domainname)
		try(check_name(p, "domainname", plan->domainname));
	try(plan_sysctls(p));
	return 0;
}
