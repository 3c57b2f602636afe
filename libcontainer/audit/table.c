/* The mount table as a list, with the attributes as bits. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/mountinfo.h"

/* In the order of mountinfo, which has no word for strictatime. */
static const struct {
	const char *word;
	uint64_t attribute;
} words[] = {
	{ "ro", MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW },
	{ "idmapped", MOUNT_ATTR_IDMAP },
};

bool audit_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; *list; list += strspn(list, ",")) {
		size_t size = strcspn(list, ",");

		if (size == length && strncmp(list, word, length) == 0)
			return true;
		list += size;
	}
	return false;
}

static uint64_t parse_attributes(const char *options)
{
	uint64_t attributes = 0;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (audit_has_word(options, words[i].word))
			attributes |= words[i].attribute;
	if (!(attributes & MOUNT_ATTR_NOATIME) && !audit_has_word(options, "relatime"))
		attributes |= MOUNT_ATTR_STRICTATIME;
	return attributes;
}

const char *audit_attribute_words(uint64_t attributes, char text[AUDIT_WORDS_SIZE])
{
	size_t used = (size_t)snprintf(
		text, AUDIT_WORDS_SIZE, "%s", attributes & MOUNT_ATTR_RDONLY ? "ro" : "rw");

	for (size_t i = 1; i < COUNT_OF(words); i++)
		if (attributes & words[i].attribute)
			used += (size_t)snprintf(
				text + used, AUDIT_WORDS_SIZE - used, ",%s", words[i].word);
	if (!(attributes & MOUNT_ATTR_NOATIME))
		(void)snprintf(text + used, AUDIT_WORDS_SIZE - used, ",%s",
			attributes & MOUNT_ATTR_STRICTATIME ? "strictatime" : "relatime");
	return text;
}

struct filling {
	struct arena *arena;
	struct audit_mount_table table;
	size_t room;
};

static int add(const struct mountinfo_entry *entry, void *context)
{
	struct filling *filling = context;
	struct audit_mount_table *table = &filling->table;

	if (table->count == filling->room) {
		filling->room = 2 * filling->room + 64;
		struct audit_mount *more =
			arena_new_array(filling->arena, struct audit_mount, filling->room);

		if (table->count > 0)
			memcpy(more, table->items, table->count * sizeof(*more));
		table->items = more;
	}
	table->items[table->count++] = (struct audit_mount){
		.id = (uint64_t)entry->id,
		.parent = (uint64_t)entry->parent,
		.root = entry->root,
		.mountpoint = entry->mountpoint,
		.type = entry->type,
		.super_options = entry->super_options,
		.attributes = parse_attributes(entry->options),
		.shared = entry->shared,
		.slave = entry->slave,
		.unbindable = entry->unbindable,
	};
	return 0;
}

int audit_table_make(struct arena *arena, char *text, struct audit_mount_table *ret_table)
{
	struct filling filling = { .arena = arena };

	try(mountinfo_walk(text, add, &filling));
	*ret_table = filling.table;
	return 0;
}

struct audit_mount *audit_table_find(const struct audit_mount_table *table, uint64_t id)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->items[i].id == id)
			return &table->items[i];
	return NULL;
}

struct audit_mount *audit_table_at(const struct audit_mount_table *table, const char *mountpoint)
{
	for (size_t i = table->count; i-- > 0;)
		if (strcmp(table->items[i].mountpoint, mountpoint) == 0)
			return &table->items[i];
	return NULL;
}
