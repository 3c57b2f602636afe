/* The walk through the rows, and the comparison. */
#include "libcontainer/audit/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "libcontainer/audit/mounts.h"
#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"

#define NAME_SIZE 64

static bool allows_one(const char *planned, size_t length, const char *found)
{
	if (length > 0 && planned[length - 1] == '*')
		return strncmp(planned, found, length - 1) == 0;
	return strlen(found) == length && strncmp(planned, found, length) == 0;
}

bool audit_allows(const char *planned, const char *found)
{
	static const char or [] = " or ";

	if (planned[0] == '\0')
		return true;
	if (planned[0] == '!')
		return strcmp(planned + 1, found) != 0;
	for (const char *next; (next = strstr(planned, or)); planned = next + strlen(or))
		if (allows_one(planned, (size_t)(next - planned), found))
			return true;
	return allows_one(planned, strlen(planned), found);
}

static void name_item(const struct audit_row *row, size_t item, char name[NAME_SIZE])
{
	if (row->items == 0)
		(void)snprintf(name, NAME_SIZE, "%s", row->name);
	else if (row->label)
		(void)snprintf(name, NAME_SIZE, "%s %s", row->name, row->label(item));
	else
		(void)snprintf(name, NAME_SIZE, "%s %zu", row->name, item);
}

static size_t item_count(const struct audit_row *row)
{
	return row->items > 0 ? row->items : 1;
}

/* planned "" is no claim. */
static int compare(
	struct audit_view *view, const struct audit_row *row, size_t item, const char *planned)
{
	auto_str struct str found = { 0 };
	char name[NAME_SIZE];

	if (!planned || !*planned)
		return 0;
	name_item(row, item, name);
	int r = row->find(view, row, item, &found);
	if (r == -ENOENT) {
		log_debug("assertion: this kernel does not tell '%s'", name);
		return 0;
	}
	try(r, "assertion: read %s of process %d", name, view->pid);
	const char *text = found.text ? found.text : "";
	if (audit_allows(planned, text))
		return 0;
	if (planned[0] == '!')
		return refuse_as(EBADE, "assertion: %s: planned one other than '%s', found it",
			name, planned + 1);
	return refuse_as(EBADE, "assertion: %s: planned '%s', found '%s'", name, planned, text);
}

static int check_rows(struct audit_view *view)
{
	for (size_t i = 0; i < audit_row_count; i++) {
		const struct audit_row *row = &audit_rows[i];

		for (size_t item = 0; item < item_count(row); item++) {
			auto_str struct str planned = { 0 };

			if (!(row->moments & view->moment))
				continue;
			try(row->plan(view, row, item, &planned), "assertion: %s", row->name);
			try(compare(view, row, item, planned.text));
		}
	}
	return 0;
}

/*
 * A process that was killed meanwhile holds nothing any more, and that is no difference: who waits
 * for it learns its end.  The kernel marks it before it takes the first thing from it.
 */
static int unless_it_ends(pid_t pid, int r)
{
	struct process_facts facts;
	char words[ERROR_TEXT_SIZE];

	if (r >= 0)
		return r;
	(void)snprintf(words, sizeof(words), "%s", error_text());
	int known = process_read_facts(pid, &facts);
	if (known != -ESRCH && (known < 0 || !facts.ending))
		return error_set(r, words);
	log_debug("assertion: process %d ended meanwhile", pid);
	error_clear();
	return 0;
}

static int look_at_waiting(const struct audit *audit)
{
	struct audit_view view;

	/* What nobody would miss comes first: a mount that is writable. */
	try(audit_mounts(audit));
	try(view_open(audit, AUDIT_WAITING, audit->procfs, audit->pid, &view));
	int r = check_rows(&view);
	view_close(&view);
	return r;
}

int audit_waiting(const struct audit *audit)
{
	return unless_it_ends(audit->pid, look_at_waiting(audit));
}

/* ---- for later ---------------------------------------------------------------------------- */

/* "ROW ITEM TEXT": texts have no newline. */
static int expect_item(
	struct audit_view *view, const struct audit_row *row, size_t item, struct str *lines)
{
	auto_str struct str planned = { 0 };

	try(row->plan(view, row, item, &planned), "assertion: %s", row->name);
	if (!planned.text || !*planned.text)
		return 0;
	return str_printf(lines, "%s %zu %s\n", row->name, item, planned.text);
}

int audit_expect(const struct audit *audit, struct str *ret_lines)
{
	struct audit_view view;
	int r;

	try(view_open(audit, AUDIT_PROGRAM, audit->procfs, audit->pid, &view));
	r = str_append(ret_lines, "");
	for (size_t i = 0; i < audit_row_count && r >= 0; i++) {
		const struct audit_row *row = &audit_rows[i];

		for (size_t item = 0; item < item_count(row) && r >= 0; item++)
			if (row->moments & AUDIT_PROGRAM)
				r = expect_item(&view, row, item, ret_lines);
	}
	view_close(&view);
	return r < 0 ? r : 0;
}

/* The text of an item among the lines; NULL where there is none. */
static const char *find_expected(
	struct audit_view *view, const char *lines, const struct audit_row *row, size_t item)
{
	char key[NAME_SIZE];
	int length = snprintf(key, sizeof(key), "%s %zu ", row->name, item);
	const char *line;

	for (size_t i = 0; (line = view_line(view, lines, i)); i++)
		if (strncmp(line, key, (size_t)length) == 0)
			return line + length;
	return NULL;
}

static int look_at_program(int procfs, pid_t pid, const char *lines)
{
	struct audit_view view;
	int r = 0;

	try(view_open(NULL, AUDIT_PROGRAM, procfs, pid, &view));
	for (size_t i = 0; i < audit_row_count && r >= 0; i++) {
		const struct audit_row *row = &audit_rows[i];

		for (size_t item = 0; item < item_count(row) && r >= 0; item++)
			if (row->moments & AUDIT_PROGRAM)
				r = compare(
					&view, row, item, find_expected(&view, lines, row, item));
	}
	view_close(&view);
	return r;
}

int audit_program(int procfs, pid_t pid, const char *lines)
{
	return unless_it_ends(pid, look_at_program(procfs, pid, lines));
}
