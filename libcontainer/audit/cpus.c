/* On which cpus a process runs, and of which nodes its memory is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/file.h"

/* More cpus than any kernel is built for (CONFIG_NR_CPUS is 8192 at most), and more nodes. */
#define NUMBERS 8192
#define BITS (8 * sizeof(unsigned long))
#define WORDS (NUMBERS / BITS)
#define LIST_MAX (64U << 10)

/* ---- lists: "0-3,8" ------------------------------------------------------------------------ */

static bool has_number(const unsigned long *bits, size_t n)
{
	return n < NUMBERS && (bits[n / BITS] >> n % BITS & 1);
}

static unsigned long *read_list(struct audit_view *view, const char *list)
{
	unsigned long *bits = arena_new_array(&view->arena, unsigned long, WORDS);

	while (*list >= '0' && *list <= '9') {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (unsigned long n = first; n <= last && n < NUMBERS; n++)
			bits[n / BITS] |= 1UL << n % BITS;
		list = *end == ',' ? end + 1 : end;
	}
	return bits;
}

/* As the kernel prints them. */
static int append_list(const unsigned long *bits, struct str *text)
{
	const char *comma = "";

	for (size_t n = 0; n < NUMBERS; n++) {
		size_t first = n;

		if (!has_number(bits, n))
			continue;
		while (has_number(bits, n + 1))
			n++;
		try(str_printf(text, n > first ? "%s%zu-%zu" : "%s%zu", comma, first, n));
		comma = ",";
	}
	return *comma ? 0 : str_append(text, "none");
}

/* Those that are in the plan, too. */
static void keep_planned(unsigned long *bits, const struct plan_bits *plan)
{
	for (size_t i = 0; i < WORDS; i++)
		bits[i] &= i < plan->size / sizeof(*bits) ? plan->bits[i] : 0;
}

/* ---- cpus ---------------------------------------------------------------------------------- */

/* The file that says which cpus its cpuset has.  -ENOENT: there is none, or it is out of sight. */
static int find_cpuset(struct audit_view *view, const char **ret_file)
{
	const struct audit_mount *mount = NULL;
	struct audit_mount_table table = { 0 };
	const char *path, *text;

	int r = view_read(view, view->pid, "cpuset", &path);
	if (r < 0)
		return r;
	path = view_line(view, path, 0);
	try(view_read(view, 0, "mountinfo", &text));
	try(audit_table_make(&view->arena, arena_strdup(&view->arena, text), &table));
	for (size_t i = 0; i < table.count; i++) {
		const struct audit_mount *item = &table.items[i];
		bool old = strcmp(item->type, "cgroup") == 0 &&
			   audit_has_word(item->super_options, "cpuset");

		if (old || (!mount && strcmp(item->type, "cgroup2") == 0))
			mount = item;
	}
	if (!mount || !path || !path_is_below(path, mount->root))
		return -ENOENT;
	*ret_file = arena_printf(&view->arena, "%s/%s/%s", mount->mountpoint,
		path + strlen(mount->root),
		mount->type[6] == '2' ? "cpuset.cpus.effective" : "cpuset.effective_cpus");
	return 0;
}

/*
 * What was asked for, or else all, of what the cpuset has.  With cpus for the way into the cgroup
 * alone it is the kernel's to say.
 */
AUDIT_ROW_FUNCTION(audit_plan_cpus)
{
	const struct plan_process *plan = &view->audit->plan->process;
	struct file_text effective;
	const char *file;

	(void)row;
	(void)item;
	if (plan->initial_cpus.bits && !plan->final_cpus.bits)
		return 0;
	int r = find_cpuset(view, &file);
	if (r == 0)
		r = file_read(&view->arena, AT_FDCWD, file, LIST_MAX, &effective);
	if (r == -ENOENT)
		return 0;
	try(r);
	unsigned long *bits = read_list(view, effective.text);
	if (plan->final_cpus.bits)
		keep_planned(bits, &plan->final_cpus);
	return append_list(bits, text);
}

AUDIT_ROW_FUNCTION(audit_find_cpus)
{
	const char *field = view_field(view, view->status, "Cpus_allowed_list");

	(void)row;
	(void)item;
	return field ? str_append(text, field) : -ENOENT;
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Of linux/mempolicy.h, some of which is newer than the systems that have it. */
#define POLICY_PREFERRED 1
#define POLICY_FLAGS 0xe000
#define POLICY_STATIC 0x8000
#define POLICY_RELATIVE 0x4000

/* By their numbers, as proc has them: mpol_to_str() of the kernel. */
static const char *const policies[] = { "default", "prefer", "bind", "interleave", "local",
	"prefer (many)", "weighted interleave" };

/* The nodes are those that the cpuset has; of preferred ones the first. */
static int append_nodes(struct audit_view *view, int mode, struct str *text)
{
	const struct plan_bits *plan = &view->audit->plan->process.memory_policy.nodes;
	const char *allowed = view_field(view, view->status, "Mems_allowed_list");

	if (!plan->bits)
		return 0;
	/* Which these are is counted among those that are allowed. */
	if (!allowed || (mode & POLICY_RELATIVE))
		return str_append(text, ":*");
	unsigned long *bits = read_list(view, allowed);
	keep_planned(bits, plan);
	try(str_append(text, ":"));
	if ((mode & ~POLICY_FLAGS) != POLICY_PREFERRED)
		return append_list(bits, text);
	size_t first = 0;
	while (first < NUMBERS && !has_number(bits, first))
		first++;
	return str_printf(text, "%zu", first);
}

AUDIT_ROW_FUNCTION(audit_plan_memory_policy)
{
	const struct plan_memory_policy *plan = &view->audit->plan->process.memory_policy;
	size_t number = (size_t)(plan->mode & ~POLICY_FLAGS);
	int flags = plan->mode & POLICY_FLAGS;

	(void)row;
	(void)item;
	if (!plan->name || number >= COUNT_OF(policies))
		return 0;
	/* It is local that is preferred, then. */
	if (number == POLICY_PREFERRED && !plan->nodes.bits)
		return str_append(text, "local*");
	try(str_append(text, policies[number]));
	/* The other flag has words of its own in newer kernels. */
	if (flags && flags != POLICY_STATIC && flags != POLICY_RELATIVE)
		return str_append(text, "=*");
	if (flags)
		try(str_append(text, flags == POLICY_STATIC ? "=static" : "=relative"));
	return append_nodes(view, plan->mode, text);
}

/* Of its first mapping, which has none of its own: "ADDRESS POLICY NAME=... ...". */
AUDIT_ROW_FUNCTION(audit_find_memory_policy)
{
	const char *content, *line, *end;

	(void)row;
	(void)item;
	int r = view_read(view, view->pid, "numa_maps", &content);
	if (r < 0)
		return r;
	line = view_line(view, content, 0);
	line = line ? strchr(line, ' ') : NULL;
	if (!line)
		return -ENOENT;
	line++;
	end = line + strcspn(line, " ");
	/* Two of them have a blank. */
	if (strncmp(end, " (many)", 7) == 0 || strncmp(end, " interleave", 11) == 0)
		end += 1 + strcspn(end + 1, " ");
	return str_append_data(text, line, (size_t)(end - line));
}
