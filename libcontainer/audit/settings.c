/*
 * What the container's namespaces hold: host name, domain name, sysctls, offsets of clocks.  The
 * first three have no file in /proc/PID; the container's own proc would be a hostile one.  So a
 * process of ours enters the namespace and reads the host's, which shows whoever looks his own.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/kernel/syscall.h"

/* More than a value has; of a longer one nothing is claimed. */
#define VALUE_SIZE 4096

struct place {
	int namespace, user; /* descriptors; -EBADF: it is ours already */
	int flag;
};

/* *ret_fd stays as it is where the namespace is ours. */
static int open_namespace(const struct audit_view *view, const char *name, int *ret_fd)
{
	char path[64];

	if (view_is_ours(view, name))
		return 0;
	(void)snprintf(path, sizeof(path), "%d/ns/%s", view->pid, name);
	*ret_fd = openat(view->procfs, path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? -ENOENT : 0;
}

/*
 * Without the host's privileges, those of the user namespace allow it; and limits of a user
 * namespace are shown there alone.  Nobody in there may trace or signal us: who takes on another
 * user namespace's capabilities becomes undumpable.
 */
static int enter(const struct place *place)
{
	if (place->flag == CLONE_NEWUSER || place->namespace < 0)
		return place->user < 0 || setns(place->user, CLONE_NEWUSER) == 0 ? 0 : -errno;
	if (setns(place->namespace, place->flag) == 0)
		return 0;
	if (errno != EPERM || place->user < 0 || setns(place->user, CLONE_NEWUSER) < 0 ||
		setns(place->namespace, place->flag) < 0)
		return -EPERM;
	return 0;
}

__attribute__((noreturn)) static void read_and_end(
	const struct audit_view *view, const struct place *place, const char *path, int pipe)
{
	uninitialized char value[VALUE_SIZE];
	int r = enter(place);
	ssize_t length = r < 0 ? r : procfs_read(view->procfs, path, value, sizeof(value));

	if (length > 0 && write(pipe, value, (size_t)length) != length)
		length = -EIO;
	_exit(length < 0 ? 1 : 0);
}

/* A file of the host's proc as the container would see it.  -ENOENT: nobody may tell us. */
static int read_inside(struct audit_view *view, int flag, const char *path, const char **ret_value)
{
	const char *name = names_of(&names_namespace_files, (uint64_t)flag);
	auto_close int namespace = -EBADF, user = -EBADF;
	auto_close int in = -EBADF, out = -EBADF;
	char *value = arena_alloc(&view->arena, VALUE_SIZE);
	int pipes[2], status = 0;
	size_t length = 0;
	ssize_t got;

	if (open_namespace(view, name, &namespace) < 0 || open_namespace(view, "user", &user) < 0)
		return -ENOENT;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fail(errno, "pipe2");
	in = pipes[0];
	out = pipes[1];
	pid_t pid = fork();
	if (pid < 0)
		return fail(errno, "fork");
	if (pid == 0)
		read_and_end(view, &(struct place){ namespace, user, flag }, path, out);
	fd_close(&out);
	while ((got = read(in, value + length, VALUE_SIZE - 1 - length)) > 0)
		length += (size_t)got;
	if (waitpid(pid, &status, 0) < 0)
		return fail(errno, "wait for process %d", pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -ENOENT;
	if (length > 0 && value[length - 1] == '\n')
		length--;
	value[length] = '\0';
	*ret_value = value;
	return 0;
}

/* ---- names --------------------------------------------------------------------------------- */

/* Hooks of before may have given it another one; sysctls are written behind them. */
static int plan_name(const struct audit *audit, const char *name, struct str *text)
{
	const struct plan_hooks *hooks = audit->plan->hooks;

	if (!name || audit->plan->verb == PLAN_EXEC || hooks[PLAN_HOOK_PRESTART].count ||
		hooks[PLAN_HOOK_CREATE_RUNTIME].count || hooks[PLAN_HOOK_CREATE_CONTAINER].count)
		return 0;
	return str_printf(text, "%s", name);
}

static int find_name(struct audit_view *view, const char *path, struct str *text)
{
	const char *found;
	int r = read_inside(view, CLONE_NEWUTS, path, &found);

	return r < 0 ? r : str_append(text, found);
}

AUDIT_ROW_FUNCTION(audit_plan_hostname)
{
	(void)row;
	(void)item;
	return plan_name(view->audit, view->audit->plan->settings.hostname, text);
}

AUDIT_ROW_FUNCTION(audit_find_hostname)
{
	(void)row;
	(void)item;
	return find_name(view, "sys/kernel/hostname", text);
}

AUDIT_ROW_FUNCTION(audit_plan_domainname)
{
	(void)row;
	(void)item;
	return plan_name(view->audit, view->audit->plan->settings.domainname, text);
}

AUDIT_ROW_FUNCTION(audit_find_domainname)
{
	(void)row;
	(void)item;
	return find_name(view, "sys/kernel/domainname", text);
}

/* ---- sysctls ------------------------------------------------------------------------------- */

/* Whose: plan/settings.c lets no others through. */
static int sysctl_namespace(const char *key)
{
	if (str_starts(key, "net/"))
		return CLONE_NEWNET;
	if (str_starts(key, "user/"))
		return CLONE_NEWUSER;
	return strcmp(key, "kernel/domainname") == 0 ? CLONE_NEWUTS : CLONE_NEWIPC;
}

/*
 * What is not shown as it was written: actions, what the kernel ignores for long, times that it
 * rounds to its ticks, lists whose ranges it joins, in any order.
 */
static bool is_shown(const struct plan_setting *setting)
{
	const char *value = setting->value;
	size_t sign = strspn(value, " \t-");

	return strcmp(setting->key, "kernel/auto_msgmni") != 0 &&
	       !str_ends(setting->key, "/flush") && !str_ends(setting->key, "_ms") &&
	       !strpbrk(value + sign, ",-");
}

/* Of all devices at once: also the devices' own become that. */
static bool is_for_all(const char *key)
{
	return strcmp(key, "net/ipv4/ip_forward") == 0 || strstr(key, "/conf/all/") ||
	       strstr(key, "/conf/default/");
}

/* By one that is written behind it: the same by another name, or for all devices. */
static bool is_changed_later(const struct plan_settings *plan, size_t item)
{
	const char *key = plan->sysctls[item].key;
	bool of_device = str_starts(key, "net/ipv") && (strstr(key, "/conf/") || is_for_all(key));

	for (size_t i = item + 1; i < plan->sysctl_count; i++)
		if (strcmp(plan->sysctls[i].key, key) == 0 ||
			(of_device && is_for_all(plan->sysctls[i].key)))
			return true;
	return false;
}

AUDIT_ROW_FUNCTION(audit_plan_sysctl)
{
	const struct plan_settings *plan = &view->audit->plan->settings;

	(void)row;
	if (item >= plan->sysctl_count || !is_shown(&plan->sysctls[item]) ||
		is_changed_later(plan, item))
		return 0;
	return str_printf(text, "%s = %s", plan->sysctls[item].key, plan->sysctls[item].value);
}

/* A word is the same, or the same number: 0x10, 16. */
static bool same_word(const char *a, size_t a_length, const char *b, size_t b_length)
{
	char *a_end, *b_end;

	if (a_length == b_length && strncmp(a, b, a_length) == 0)
		return true;
	unsigned long long number = strtoull(a, &a_end, 0), other = strtoull(b, &b_end, 0);
	return a_end == a + a_length && b_end == b + b_length && number == other;
}

/* Word for word; with fewer words than a setting has the kernel leaves the others alone. */
static bool same_value(const char *planned, const char *found)
{
	static const char blanks[] = " \t\n";

	for (;;) {
		planned += strspn(planned, blanks);
		found += strspn(found, blanks);
		size_t length = strcspn(planned, blanks), other = strcspn(found, blanks);
		if (length == 0)
			return true;
		if (!same_word(planned, length, found, other))
			return false;
		planned += length;
		found += other;
	}
}

AUDIT_ROW_FUNCTION(audit_find_sysctl)
{
	const struct plan_setting *setting = &view->audit->plan->settings.sysctls[item];
	const char *found, *path = arena_printf(&view->arena, "sys/%s", setting->key);

	(void)row;
	int r = read_inside(view, sysctl_namespace(setting->key), path, &found);
	if (r < 0)
		return r;
	return str_printf(text, "%s = %s", setting->key,
		same_value(setting->value, found) ? setting->value : found);
}

/* ---- clocks -------------------------------------------------------------------------------- */

static const char *const clocks[AUDIT_CLOCKS] = { "monotonic", "boottime" };

const char *audit_clock(size_t item)
{
	return clocks[item];
}

/* Lines of "CLOCK SECONDS NANOSECONDS" with blanks between. */
static int append_offset(struct audit_view *view, pid_t pid, size_t item, struct str *text)
{
	size_t length = strlen(clocks[item]);
	const char *content, *line;

	int r = view_read(view, pid, "timens_offsets", &content);
	if (r < 0)
		return r;
	for (size_t i = 0; (line = view_line(view, content, i)); i++) {
		char *end;

		if (strncmp(line, clocks[item], length) != 0)
			continue;
		long long seconds = strtoll(line + length, &end, 10);
		return str_printf(text, "%lld s %ld ns", seconds, strtol(end, NULL, 10));
	}
	return -ENOENT;
}

/* A clock without an offset keeps that of whoever makes the namespace. */
AUDIT_ROW_FUNCTION(audit_plan_offset)
{
	const struct plan_namespaces *plan = &view->audit->plan->namespaces;

	(void)row;
	if (!(plan->create & CLONE_NEWTIME))
		return 0;
	for (size_t i = 0; i < plan->time_offset_count; i++)
		if (strcmp(plan->time_offsets[i].clock, clocks[item]) == 0)
			return str_printf(text, "%" PRId64 " s %" PRIu32 " ns",
				plan->time_offsets[i].secs, plan->time_offsets[i].nanosecs);
	int r = append_offset(view, 0, item, text);
	return r == -ENOENT ? 0 : r;
}

AUDIT_ROW_FUNCTION(audit_find_offset)
{
	(void)row;
	return append_offset(view, view->pid, item, text);
}
