#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "src/command.h"
#include "src/format.h"
#include "src/output.h"

static struct {
	const char *format;
	bool quiet;
} list;

/* clang-format off */
static const struct option list_options[] = {
	TEXT("format", 'f', "FORMAT", &list.format,
		"table (default) or json"),
	FLAG("quiet", 'q', &list.quiet,
		"print ids alone, one a line"),
	OPTIONS_END
};
/* clang-format on */

#define LIST_COLUMNS 6
/* As wide as runc's: scripts cut at such columns. */
#define COLUMN_MINIMUM 12
#define COLUMN_GAP 3

struct list_row {
	const char *cells[LIST_COLUMNS];
	char pid[16];
};

/* Characters, not bytes: those that continue a character of UTF-8 don't count. */
static size_t cell_width(const char *cell)
{
	size_t width = 0;

	for (; *cell; cell++)
		width += ((unsigned char)*cell & 0xc0) != 0x80;
	return width;
}

static void row_fill(struct list_row *row, const struct container_summary *item)
{
	(void)snprintf(row->pid, sizeof(row->pid), "%d", (int)item->pid);
	row->cells[0] = item->id;
	row->cells[1] = row->pid;
	row->cells[2] = item->status;
	row->cells[3] = item->bundle;
	row->cells[4] = item->created;
	row->cells[5] = item->owner;
}

static int table_write(const struct list_row *rows, size_t count, struct str *text)
{
	size_t widths[LIST_COLUMNS] = { 0 };

	for (size_t i = 0; i < count; i++) {
		for (size_t column = 0; column < LIST_COLUMNS; column++) {
			size_t width = cell_width(rows[i].cells[column]) + COLUMN_GAP;

			if (width < COLUMN_MINIMUM)
				width = COLUMN_MINIMUM;
			if (width > widths[column])
				widths[column] = width;
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t column = 0; column < LIST_COLUMNS; column++) {
			const char *cell = rows[i].cells[column];
			bool last = column == LIST_COLUMNS - 1;
			int gap = last ? 0 : (int)(widths[column] - cell_width(cell));

			try(str_printf(text, "%s%*s", cell, gap, ""));
		}
		try(str_append(text, "\n"));
	}
	return 0;
}

static int list_table(const struct container_summary *items, size_t count, struct str *text)
{
	auto_free struct list_row *rows = calloc(count + 1, sizeof(*rows));

	if (!rows)
		return fail(ENOMEM, "list");
	rows[0] = (struct list_row){ { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" }, "" };
	for (size_t i = 0; i < count; i++)
		row_fill(&rows[i + 1], &items[i]);
	return table_write(rows, count + 1, text);
}

static int list_ids(const struct container_summary *items, size_t count, struct str *text)
{
	for (size_t i = 0; i < count; i++)
		try(str_printf(text, "%s\n", items[i].id));
	return 0;
}

static int list_json(const struct container_summary *items, size_t count, struct str *text)
{
	/* An empty list of Go's, which is what the readers of this expect. */
	if (count == 0)
		return str_append(text, "null\n");
	for (size_t i = 0; i < count; i++)
		try(str_printf(text, "%c%s", i == 0 ? '[' : ',', items[i].json));
	return str_append(text, "]\n");
}

static int list_run(struct command_call *call)
{
	auto_str struct str text = { 0 };
	struct container_summary *items;
	size_t count;
	bool json;
	int error;

	try(format_is_json(list.format, "table", &json));
	try((list.quiet ? container_list_ids : container_list)(call->context, &items, &count));
	if (list.quiet)
		error = list_ids(items, count, &text);
	else if (json)
		error = list_json(items, count, &text);
	else
		error = list_table(items, count, &text);
	container_list_free(items, count);
	try(error);
	return text.text ? output_text(text.text) : 0;
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.summary = "list the containers",
	.description = "   Those whose state is below --root.",
	.options = list_options,
	.order = OPTIONS_ANYWHERE,
	.maximum = 0,
	.run = list_run,
};
