#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/store/directory.h"

/* Who made it: a name only where no user database is needed for it; else as runc without one. */
static const char *owner_of(struct container *container)
{
	struct stat facts;

	if (fstat(container->directory, &facts) < 0)
		return "";
	if (facts.st_uid == 0)
		return "root";
	return arena_printf(&container->arena, "#%u", facts.st_uid);
}

static int summary_fill(struct container *container, struct container_summary *summary)
{
	struct record *record = &container->record;

	record->owner = owner_of(container);
	*summary = (struct container_summary){
		.id = strdup(container->id),
		.status = strdup(status_name(container->status)),
		.bundle = strdup(record->bundle),
		.rootfs = strdup(record->rootfs),
		.created = strdup(record->created),
		.owner = strdup(record->owner),
		.pid = container->status == STATUS_STOPPED ? 0 : record->pid,
	};
	if (!summary->id || !summary->status || !summary->bundle || !summary->rootfs ||
		!summary->created || !summary->owner)
		return fail(ENOMEM, "describe the container");
	return status_document(record, container->status, false, &summary->json);
}

static void summary_done(struct container_summary *summary)
{
	free(summary->id);
	free(summary->status);
	free(summary->bundle);
	free(summary->rootfs);
	free(summary->created);
	free(summary->owner);
	free(summary->json);
}

static int read_whole(
	const struct container_context *c, const char *id, struct container_summary *summary)
{
	auto_container struct container container = CONTAINER_NONE;

	try(container_open(c, id, STORE_UNLOCKED, &container));
	int r = summary_fill(&container, summary);
	if (r < 0) {
		summary_done(summary);
		*summary = (struct container_summary){ 0 };
	}
	return r;
}

/* Of what is no container there is no record, or none that can be read. */
static int read_id(
	const struct container_context *c, const char *id, struct container_summary *summary)
{
	auto_arena struct arena arena = { 0 };
	auto_close int directory = -EBADF;
	struct record record;

	try(store_open(c->root, id, STORE_UNLOCKED, &directory));
	try(record_load(&arena, directory, &record));
	summary->id = strdup(id);
	return summary->id ? 0 : fail(ENOMEM, "list containers");
}

void container_list_free(struct container_summary *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		summary_done(&items[i]);
	free(items);
}

static int list(const struct container_context *c,
	int (*read)(const struct container_context *, const char *, struct container_summary *),
	struct container_summary **ret_items, size_t *ret_count)
{
	auto_arena struct arena arena = { 0 };
	const char **ids = NULL;
	size_t id_count = 0, count = 0;

	int r = store_list(&arena, c->root, &ids, &id_count);
	if (r == -ENOENT && c->root_given)
		return fail(r, "open '%s'", c->root);
	if (r != -ENOENT)
		try(r);

	struct container_summary *items = calloc(id_count + 1, sizeof(*items));
	if (!items)
		return fail(ENOMEM, "list containers");
	for (size_t i = 0; i < id_count; i++) {
		r = read(c, ids[i], &items[count]);
		if (r == 0)
			count++;
		else if (r != -ENOENT) /* deleted meanwhile, or not a container yet */
			log_warning("container '%s' is left out: %s", ids[i], error_text());
	}
	error_clear();
	*ret_items = items;
	*ret_count = count;
	return 0;
}

int container_list(
	const struct container_context *c, struct container_summary **ret_items, size_t *ret_count)
{
	return list(c, read_whole, ret_items, ret_count);
}

int container_list_ids(
	const struct container_context *c, struct container_summary **ret_items, size_t *ret_count)
{
	return list(c, read_id, ret_items, ret_count);
}
