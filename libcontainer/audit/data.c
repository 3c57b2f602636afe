/*
 * The options of file systems, as far as mountinfo shows what was asked for: tmpfs(5), and devpts
 * and proc of Documentation/filesystems.  One that is not shown has its default.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/str.h"

#define VALUE_SIZE 64

struct option;
/* Makes of the value of the plan the one that is shown; false: nobody can tell. */
typedef bool (*show_function)(const struct audit_claim *claim, const struct option *option,
	const char *value, char shown[VALUE_SIZE]);

struct option {
	const char *type, *key;
	show_function show;
	const char *absent; /* what is not shown; NULL: all is */
	bool remountable;
};

/* memparse() of the kernel, without an end that it does not know: a part of the memory. */
static bool parse_bytes(const char *value, unsigned long long *ret_bytes)
{
	static const char units[] = "kmgtpe";
	char *end;
	unsigned long long bytes = strtoull(value, &end, 0);
	const char *unit = *end ? strchr(units, *end | 0x20) : NULL;

	if (end == value || (*end && (!unit || end[1])))
		return false;
	*ret_bytes = unit ? bytes << 10 * (unit - units + 1) : bytes;
	return true;
}

/* Half of the memory's pages, which is also how many files there may be. */
static unsigned long long default_pages(void)
{
	struct sysinfo facts;

	return sysinfo(&facts) < 0 ? 0
				   : facts.totalram * (unsigned long long)facts.mem_unit /
					     (unsigned long long)sysconf(_SC_PAGESIZE) / 2;
}

/* In whole pages; the default is not shown, which is "" here. */
static bool show_size(const struct audit_claim *claim, const struct option *option,
	const char *value, char shown[VALUE_SIZE])
{
	unsigned long long page = (unsigned long long)sysconf(_SC_PAGESIZE), bytes;

	(void)claim;
	(void)option;
	if (!parse_bytes(value, &bytes))
		return false;
	unsigned long long pages = bytes / page + (bytes % page != 0);
	if (pages == default_pages())
		return (shown[0] = '\0') == '\0';
	(void)snprintf(shown, VALUE_SIZE, "%lluk", pages * (page / 1024));
	return true;
}

static bool show_count(const struct audit_claim *claim, const struct option *option,
	const char *value, char shown[VALUE_SIZE])
{
	unsigned long long count;

	(void)claim;
	(void)option;
	if (!parse_bytes(value, &count))
		return false;
	if (count == default_pages())
		return (shown[0] = '\0') == '\0';
	(void)snprintf(shown, VALUE_SIZE, "%llu", count);
	return true;
}

static bool show_mode(const struct audit_claim *claim, const struct option *option,
	const char *value, char shown[VALUE_SIZE])
{
	unsigned long mask = strcmp(option->key, "ptmxmode") == 0 ? 0777 : 07777;

	(void)claim;
	(void)snprintf(shown, VALUE_SIZE, "%03lo", strtoul(value, NULL, 8) & mask);
	return true;
}

/* As the host counts, which is not what was written in a user namespace. */
static bool show_id(const struct audit_claim *claim, const struct option *option, const char *value,
	char shown[VALUE_SIZE])
{
	const struct plan_id_map *map = option->key[0] == 'u' ? claim->uids : claim->gids;
	unsigned long id = strtoul(value, NULL, 0);

	for (size_t i = 0; map && i < map->count; i++) {
		const struct plan_id_range *range = &map->items[i];

		if (id < range->inside || id - range->inside >= range->count)
			continue;
		(void)snprintf(shown, VALUE_SIZE, "%lu", range->outside + (id - range->inside));
		return true;
	}
	return false;
}

static bool show_hidepid(const struct audit_claim *claim, const struct option *option,
	const char *value, char shown[VALUE_SIZE])
{
	static const char *const words[] = { "off", "noaccess", "invisible", NULL, "ptraceable" };

	(void)claim;
	(void)option;
	unsigned long number = strtoul(value, NULL, 10);
	if (value[0] >= '0' && value[0] <= '9')
		value = number < COUNT_OF(words) && words[number] ? words[number] : value;
	(void)snprintf(shown, VALUE_SIZE, "%s", value);
	return true;
}

static bool show_word(const struct audit_claim *claim, const struct option *option,
	const char *value, char shown[VALUE_SIZE])
{
	(void)claim;
	(void)option;
	(void)snprintf(shown, VALUE_SIZE, "%s", value);
	return true;
}

/* clang-format off */
static const struct option options[] = {
	/* type     key          shown         absent  by a remount, too */
	{ "tmpfs",  "size",      show_size,    "",     true },
	{ "tmpfs",  "nr_inodes", show_count,   "",     true },
	{ "tmpfs",  "mode",      show_mode,    "1777", false },
	{ "tmpfs",  "uid",       show_id,      "0",    false },
	{ "tmpfs",  "gid",       show_id,      "0",    false },
	{ "devpts", "mode",      show_mode,    NULL,   true },
	{ "devpts", "ptmxmode",  show_mode,    NULL,   true },
	{ "devpts", "uid",       show_id,      NULL,   true },
	{ "devpts", "gid",       show_id,      NULL,   true },
	{ "proc",   "hidepid",   show_hidepid, "off",  true },
	{ "proc",   "subset",    show_word,    NULL,   true },
	{ "proc",   "gid",       show_id,      "0",    true },
};
/* clang-format on */

/* The last "KEY=VALUE" of a list; false: there is none. */
static bool find_value(const char *list, const char *key, char value[VALUE_SIZE])
{
	size_t length = strlen(key);
	bool found = false;

	for (; list && *list; list += strspn(list, ",")) {
		size_t size = strcspn(list, ",");

		if (size > length && strncmp(list, key, length) == 0 && list[length] == '=') {
			(void)snprintf(value, VALUE_SIZE, "%.*s", (int)(size - length - 1),
				list + length + 1);
			found = true;
		}
		list += size;
	}
	return found;
}

/* Its number of blocks says what its size says, and the last word counts. */
static bool is_said_otherwise(const struct audit_claim *claim, const struct option *option)
{
	char ignored[VALUE_SIZE];

	return option->show == show_size &&
	       (find_value(claim->data, "nr_blocks", ignored) ||
		       find_value(claim->remount_data, "nr_blocks", ignored));
}

/* Before 5.8 hidepid was a number to the kernel. */
static bool is_shown_as(
	const struct option *option, const char *found, const char *value, const char *wanted)
{
	return strcmp(found, wanted) == 0 ||
	       (option->show == show_hidepid && strcmp(found, value) == 0);
}

bool audit_data_differs(const struct audit_claim *claim, const struct audit_mount *mount,
	char planned[AUDIT_WORDS_SIZE])
{
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		const struct option *option = &options[i];
		char value[VALUE_SIZE], wanted[VALUE_SIZE], found[VALUE_SIZE];

		if (strcmp(option->type, mount->type) != 0 ||
			!((option->remountable &&
				  find_value(claim->remount_data, option->key, value)) ||
				find_value(claim->data, option->key, value)) ||
			is_said_otherwise(claim, option) ||
			!option->show(claim, option, value, wanted))
			continue;
		if (find_value(mount->super_options, option->key, found)
				? is_shown_as(option, found, value, wanted)
				: option->absent && strcmp(wanted, option->absent) == 0)
			continue;
		(void)snprintf(planned, AUDIT_WORDS_SIZE, "%s=%s", option->key,
			wanted[0] ? wanted : value);
		return true;
	}
	return false;
}
