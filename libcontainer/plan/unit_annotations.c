/* Annotations org.systemd.property.NAME: properties that the configuration gives to the unit. */
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/str.h"
#include "libcontainer/plan/unit.h"

#define PREFIX "org.systemd.property."

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * Engines let users give annotations: none of these may take other processes into the container, or
 * the container out of its place.
 */
static const char *const banned[] = { "PIDs", "PIDFDs", "Slice", "Delegate", "Controller" };

static int check_name(const char *name)
{
	if (strlen(name) < 3)
		return refuse("annotation " PREFIX "%s: name incorrect: too short", name);
	if (name[strspn(name, LETTERS)])
		return refuse("annotation " PREFIX "%s: name incorrect: it has other characters "
			      "than letters",
			name);
	for (size_t i = 0; i < COUNT_OF(banned); i++)
		if (strcmp(name, banned[i]) == 0)
			return refuse("annotation " PREFIX "%s: is the runtime's own", name);
	return 0;
}

/* "TimeoutStopSec": seconds, for people; the bus has microseconds alone. */
static bool is_in_seconds(const char *name)
{
	size_t length = strlen(name);

	return length > 3 && str_ends(name, "Sec") && strchr(LOWER, name[length - 4]);
}

/* "1.5" as microseconds; what is below one is cut off. */
static int convert_seconds(struct arena *arena, const char *text, const char **ret_text)
{
	const char *point = strchr(text, '.');
	const char *whole = point ? arena_strndup(arena, text, (size_t)(point - text)) : text;
	uint64_t seconds, microseconds = 0, digit = 100000;

	if (parse_u64(whole, UINT64_MAX / 1000000 - 1, &seconds) < 0)
		return -EINVAL;
	for (const char *c = point ? point + 1 : ""; *c; c++, digit /= 10)
		microseconds += (uint64_t)(*c - '0') * digit;
	*ret_text =
		arena_printf(arena, "%llu", (unsigned long long)(seconds * 1000000 + microseconds));
	return 0;
}

static int add_property(struct planning *p, const char *name, const char *text)
{
	struct plan_unit_property property = { .name = name };
	const char **words = NULL;

	try(check_name(name));
	try(variant_parse(p->arena, text, &property.signature, &words),
		"annotation " PREFIX "%s=%s: value parse error", name, text);
	property.words = words;
	if (is_in_seconds(name)) {
		if (strlen(property.signature) != 1 || !strchr("ynqiuxtd", property.signature[0]) ||
			convert_seconds(p->arena, words[0], &words[0]) < 0)
			return refuse("annotation " PREFIX "%s=%s: value parse error: no number of "
				      "seconds",
				name, text);
		property.name = arena_printf(p->arena, "%.*sUSec", (int)strlen(name) - 3, name);
		property.signature = "t";
	}
	unit_add_words(p, &property);
	return 0;
}

int unit_add_annotations(struct planning *p)
{
	const struct spec_pairs *annotations = &p->spec->annotations;

	for (size_t i = 0; i < annotations->count; i++)
		if (str_starts(annotations->items[i].key, PREFIX))
			try(add_property(p, annotations->items[i].key + strlen(PREFIX),
				annotations->items[i].value));
	return 0;
}
