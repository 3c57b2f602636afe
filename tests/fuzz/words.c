/*
 * Any bytes for the small parsers: the first one says for which.  A number that is read is written
 * the same again, and a line of mountinfo has all of its fields inside of the text.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/mountinfo.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/process/notify_socket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* Zeros in front may go; nothing else is another text of the same number. */
static void demand_same(const char *text, const char *again)
{
	while (text[0] == '0' && text[1] != '\0' && text[1] != ':')
		text++;
	demand(strcmp(text, again) == 0);
}

static void read_numbers(const char *text)
{
	char again[64];
	uint64_t number;
	int64_t signed_number;

	if (parse_u64(text, UINT64_MAX, &number) == 0) {
		(void)snprintf(again, sizeof(again), "%" PRIu64, number);
		demand_same(text, again);
	}
	if (parse_u64(text, 65535, &number) == 0)
		demand(number <= 65535);
	if (parse_i64(text, &signed_number) == 0 && signed_number < 0) {
		(void)snprintf(again, sizeof(again), "%" PRId64, signed_number);
		demand(text[0] == '-');
		demand_same(text + 1, again + 1);
	}
}

static void read_user(const char *text)
{
	uid_t uid = UINT32_MAX;
	gid_t gid = UINT32_MAX;
	int r = parse_user(text, &uid, &gid);

	demand(r <= 1);
	demand((r < 0) == (uid == UINT32_MAX));
	demand((r == 1) == (gid != UINT32_MAX));
	demand(r < 0 || (strchr(text, ':') != NULL) == (r == 1));
}

static void read_amounts(const char *text)
{
	int64_t amount;

	if (parse_duration(text, &amount) == 0)
		demand(amount > 0);
	if (parse_size(text, &amount) == 0)
		demand(amount >= -1 && (amount != -1 || strcmp(text, "-1") == 0));
}

static void read_signal(const char *text)
{
	int number = 0;

	error_clear();
	if (signal_parse(text, &number) == 0)
		demand(number >= 1 && number <= 64);
	else
		demand(strncmp(error_text(), "unknown signal", 14) == 0);
}

static void clean_path(const char *text)
{
	struct arena arena = { 0 };
	const char *clean = path_clean(&arena, "/base", text);

	demand(clean[0] == '/' && !strstr(clean, "//") && !strstr(clean, "/../"));
	demand(strcmp(path_clean(&arena, "/", clean), clean) == 0);
	demand(path_is_below(path_join(&arena, clean, "x"), clean));
	arena_done(&arena);
}

struct bounds {
	const char *from, *to;
};

static int check_entry(const struct mountinfo_entry *entry, void *context)
{
	const struct bounds *bounds = context;
	const char *const fields[] = { entry->root, entry->mountpoint, entry->options, entry->type,
		entry->source, entry->super_options };

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		demand(fields[i] >= bounds->from && fields[i] + strlen(fields[i]) <= bounds->to);
	return 0;
}

static void read_mountinfo(char *text, size_t size)
{
	struct bounds bounds = { text, text + size };

	error_clear();
	if (mountinfo_walk(text, check_entry, &bounds) < 0)
		demand(strncmp(error_text(), "mountinfo: line ", 16) == 0);
}

/* A line that is that and no more: found the slow way. */
static void read_notification(const char *text, size_t size)
{
	static const char line[] = "\nREADY=1\n";
	auto_free char *copy = malloc(size + 2);

	demand(copy);
	copy[0] = '\n';
	memcpy(copy + 1, text, size);
	copy[size + 1] = '\n';
	demand(notify_is_ready(text, size) ==
		(memmem(copy, size + 2, line, sizeof(line) - 1) != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	uint8_t which = data[0] % 7;
	/* Exactly as large, so that a byte too far is seen. */
	auto_free char *text = malloc(size);

	demand(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (which == 0)
		read_numbers(text);
	else if (which == 1)
		read_user(text);
	else if (which == 2)
		read_amounts(text);
	else if (which == 3)
		read_signal(text);
	else if (which == 4)
		clean_path(text);
	else if (which == 5)
		read_mountinfo(text, size - 1);
	else
		read_notification(text, size - 1);
	return 0;
}
