/*
 * Values as GVariant text: https://docs.gtk.org/glib/gvariant-text-format.html, but for variants in
 * variants, maybes and dictionaries, which no property of a unit has.
 */
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/plan/unit.h"

#define DIGITS "0123456789"
#define DEPTH_MAX 8

struct scanner {
	struct arena *arena;
	const char *rest;
	const char **words;
	size_t count, capacity;
	int depth;
};

/* clang-format off */
static const struct { const char *word, *signature; int64_t min; uint64_t max; } types[] = {
	{ "boolean",    "b", 0,         1 },
	{ "byte",       "y", 0,         UINT8_MAX },
	{ "int16",      "n", INT16_MIN, INT16_MAX },
	{ "uint16",     "q", 0,         UINT16_MAX },
	{ "int32",      "i", INT32_MIN, INT32_MAX },
	{ "uint32",     "u", 0,         UINT32_MAX },
	{ "int64",      "x", INT64_MIN, INT64_MAX },
	{ "uint64",     "t", 0,         UINT64_MAX },
	{ "double",     "d", 0,         0 },
	{ "string",     "s", 0,         0 },
	{ "objectpath", "o", 0,         0 },
};
/* clang-format on */

static int take_value(struct scanner *s, const char *expected, const char **ret_signature);

static void skip_blanks(struct scanner *s)
{
	s->rest += strspn(s->rest, " \t\n");
}

static void add_word(struct scanner *s, const char *word)
{
	if (s->count == s->capacity) {
		size_t capacity = s->capacity ? s->capacity * 2 : 8;
		const char **words = arena_new_array(s->arena, const char *, capacity + 1);

		if (s->count)
			memcpy(words, s->words, s->count * sizeof(*words));
		s->words = words;
		s->capacity = capacity;
	}
	s->words[s->count++] = word;
}

/* Takes the expected type where the value can be of it; without one, the usual type stays. */
static int choose(const char *expected, const char *possible, const char **ret_signature)
{
	if (!expected)
		return 0;
	if (!strchr(possible, expected[0]))
		return refuse("is of another type than '%s'", expected);
	*ret_signature = expected;
	return 0;
}

/* ---- basic types ------------------------------------------------------------------------ */

static int take_text(struct scanner *s, const char *expected, const char **ret_signature)
{
	static const char escapes[] = "abfnrtv\\'\"", meant[] = "\a\b\f\n\r\t\v\\'\"";
	const char quote = *s->rest++;
	char *text = arena_alloc(s->arena, strlen(s->rest) + 1);
	size_t length = 0;

	*ret_signature = "s";
	try(choose(expected, "so", ret_signature));
	for (; *s->rest != quote; s->rest++) {
		if (*s->rest == '\\') {
			const char *escape = s->rest[1] ? strchr(escapes, s->rest[1]) : NULL;

			if (!escape)
				return refuse("has an escape that is not known");
			text[length++] = meant[escape - escapes];
			s->rest++;
		} else if (*s->rest) {
			text[length++] = *s->rest;
		} else {
			return refuse("has a string without an end");
		}
	}
	s->rest++;
	add_word(s, text);
	return 0;
}

static int check_range(char signature, const char *number)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		int64_t negative;
		uint64_t value;

		if (types[i].signature[0] != signature)
			continue;
		if (*number == '-' && parse_i64(number, &negative) == 0 && negative >= types[i].min)
			return 0;
		if (*number != '-' && parse_u64(number, types[i].max, &value) == 0)
			return 0;
	}
	return refuse("'%s' is out of the range of its type", number);
}

/* Hexadecimal numbers become decimal ones. */
static const char *number_text(struct scanner *s, size_t length)
{
	const char *text = arena_strndup(s->arena, s->rest, length);

	if (strncmp(text, "0x", 2) != 0 || length == 2 || length > 18)
		return text;
	return arena_printf(s->arena, "%llu", strtoull(text + 2, NULL, 16));
}

static int take_number(struct scanner *s, const char *expected, const char **ret_signature)
{
	size_t sign = *s->rest == '-';
	size_t length = sign + strspn(s->rest + sign, DIGITS);
	bool fraction = false;

	if (strncmp(s->rest, "0x", 2) == 0)
		length = 2 + strspn(s->rest + 2, DIGITS "abcdefABCDEF");
	else if (s->rest[length] == '.' && strspn(s->rest + length + 1, DIGITS) > 0) {
		length += 1 + strspn(s->rest + length + 1, DIGITS);
		fraction = true;
	}
	const char *text = number_text(s, length);
	s->rest += length;
	if (strchr("abcdefghijklmnopqrstuvwxyz.+-_", *s->rest) && *s->rest)
		return refuse("'%s%c...' is no number", text, *s->rest);

	*ret_signature = fraction ? "d" : "i";
	try(choose(expected, fraction ? "d" : "ynqiuxtd", ret_signature));
	if (**ret_signature != 'd')
		try(check_range(**ret_signature, text));
	add_word(s, text);
	return 0;
}

/* ---- words: true, false, or a type in front of a value ------------------------------------ */

static int take_typed(
	struct scanner *s, const char *signature, const char *expected, const char **ret_signature)
{
	if (expected && strcmp(expected, signature) != 0)
		return refuse("is of another type than '%s'", expected);
	return take_value(s, signature, ret_signature);
}

static int take_word(struct scanner *s, const char *expected, const char **ret_signature)
{
	size_t length = strspn(s->rest, DIGITS "abcdefghijklmnopqrstuvwxyz");
	const char *word = arena_strndup(s->arena, s->rest, length);

	s->rest += length;
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
		*ret_signature = "b";
		try(choose(expected, "b", ret_signature));
		add_word(s, word);
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (strcmp(types[i].word, word) == 0)
			return take_typed(s, types[i].signature, expected, ret_signature);
	return refuse("'%s' is neither a value nor a type", length ? word : s->rest);
}

/* ---- containers ------------------------------------------------------------------------- */

/* Behind the first complete type of a signature; NULL where there is none. */
static const char *skip_type(const char *signature)
{
	while (*signature == 'a')
		signature++;
	if (*signature != '(')
		return *signature && strchr("bynqiuxtdso", *signature) ? signature + 1 : NULL;
	for (signature++; signature && *signature != ')';)
		signature = skip_type(signature);
	return signature ? signature + 1 : NULL;
}

/* "@as []" */
static int take_annotated(struct scanner *s, const char *expected, const char **ret_signature)
{
	size_t length = strcspn(++s->rest, " \t");
	const char *signature = arena_strndup(s->arena, s->rest, length);
	const char *end = length < 64 ? skip_type(signature) : NULL;

	if (!end || *end)
		return refuse("'%s' is no type that is known", signature);
	s->rest += length;
	return take_typed(s, signature, expected, ret_signature);
}

static int take_array(struct scanner *s, const char *expected, const char **ret_signature)
{
	const char *item = expected ? expected + 1 : NULL;
	size_t number = s->count, items = 0;

	if (expected && expected[0] != 'a')
		return refuse("is of another type than '%s'", expected);
	s->rest++;
	add_word(s, "");
	for (skip_blanks(s); *s->rest != ']'; skip_blanks(s)) {
		if (items++ > 0 && *s->rest++ != ',')
			return refuse("has an array without an end");
		try(take_value(s, item, &item));
	}
	s->rest++;
	if (!item)
		return refuse("has an empty array without its type, as in \"@as []\"");
	s->words[number] = arena_printf(s->arena, "%zu", items);
	*ret_signature = arena_printf(s->arena, "a%s", item);
	return 0;
}

static int take_tuple(struct scanner *s, const char *expected, const char **ret_signature)
{
	const char *signature = "(", *wanted = expected ? expected + 1 : NULL;
	size_t items = 0;

	if (expected && expected[0] != '(')
		return refuse("is of another type than '%s'", expected);
	s->rest++;
	for (skip_blanks(s); *s->rest != ')'; skip_blanks(s)) {
		const char *item = NULL, *end = wanted ? skip_type(wanted) : NULL;

		if (items++ > 0 && *s->rest++ != ',')
			return refuse("has a tuple without an end");
		if (wanted && !end)
			return refuse("has a tuple with more items than '%s'", expected);
		if (wanted)
			item = arena_strndup(s->arena, wanted, (size_t)(end - wanted));
		try(take_value(s, item, &item));
		signature = arena_printf(s->arena, "%s%s", signature, item);
		wanted = end;
	}
	s->rest++;
	if (items == 0 || (wanted && *wanted != ')'))
		return refuse("has a tuple with too few items");
	*ret_signature = arena_printf(s->arena, "%s)", signature);
	return 0;
}

static int take_value(struct scanner *s, const char *expected, const char **ret_signature)
{
	int r;

	if (++s->depth > DEPTH_MAX)
		return refuse("is more than %d levels deep", DEPTH_MAX);
	skip_blanks(s);
	if (*s->rest == '\'' || *s->rest == '"')
		r = take_text(s, expected, ret_signature);
	else if (*s->rest && strchr(DIGITS "-", *s->rest))
		r = take_number(s, expected, ret_signature);
	else if (*s->rest == '[')
		r = take_array(s, expected, ret_signature);
	else if (*s->rest == '(')
		r = take_tuple(s, expected, ret_signature);
	else if (*s->rest == '@')
		r = take_annotated(s, expected, ret_signature);
	else
		r = take_word(s, expected, ret_signature);
	s->depth--;
	return r;
}

int variant_parse(
	struct arena *arena, const char *text, const char **ret_signature, const char ***ret_words)
{
	struct scanner s = { .arena = arena, .rest = text };
	const char *signature;

	try(take_value(&s, NULL, &signature));
	skip_blanks(&s);
	if (*s.rest)
		return refuse("has '%s' behind its end", s.rest);
	s.words[s.count] = NULL;
	*ret_signature = signature;
	*ret_words = s.words;
	return 0;
}
