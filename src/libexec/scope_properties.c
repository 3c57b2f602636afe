#include "src/libexec/scope_properties.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/parse.h"

#define SIGNATURE_MAX 64

/* Behind the first complete type of a signature; NULL where there is none. */
static const char *type_end(const char *signature)
{
	while (*signature == 'a')
		signature++;
	if (*signature != '(')
		return *signature && strchr("bynqiuxtdso", *signature) ? signature + 1 : NULL;
	for (signature++; signature && *signature != ')';)
		signature = type_end(signature);
	return signature ? signature + 1 : NULL;
}

/* ---- words as values, by a signature ---------------------------------------------------- */

/* One walk for both: without a message it only checks. */
struct walk {
	sd_bus_message *message;
	char **words; /* the next one */
};

static int walk_type(struct walk *walk, const char *signature);

static int append(const struct walk *walk, char type, const void *value)
{
	return walk->message ? sd_bus_message_append_basic(walk->message, type, value) : 0;
}

static int append_signed(const struct walk *walk, char type, const char *word)
{
	int64_t x;

	if (parse_i64(word, &x) < 0)
		return -EINVAL;

	int32_t i = (int32_t)x;
	int16_t n = (int16_t)x;
	if ((type == 'i' && i != x) || (type == 'n' && n != x))
		return -EINVAL;
	return append(walk, type, type == 'x' ? (void *)&x : type == 'i' ? (void *)&i : (void *)&n);
}

static int append_unsigned(const struct walk *walk, char type, const char *word)
{
	uint64_t t;

	if (parse_u64(word, UINT64_MAX, &t) < 0)
		return -EINVAL;

	uint32_t u = (uint32_t)t;
	uint16_t q = (uint16_t)t;
	uint8_t y = (uint8_t)t;
	if ((type == 'u' && u != t) || (type == 'q' && q != t) || (type == 'y' && y != t))
		return -EINVAL;
	return append(walk, type,
		type == 't'   ? (void *)&t
		: type == 'u' ? (void *)&u
		: type == 'q' ? (void *)&q
			      : (void *)&y);
}

static int append_double(const struct walk *walk, const char *word)
{
	char *end;
	double d = strtod(word, &end);

	return !*word || *end ? -EINVAL : append(walk, 'd', &d);
}

static int walk_basic(struct walk *walk, char type)
{
	const char *word = *walk->words;

	if (!word)
		return -EINVAL;
	walk->words++;
	if (strchr("nix", type))
		return append_signed(walk, type, word);
	if (strchr("yqut", type))
		return append_unsigned(walk, type, word);
	if (type == 'd')
		return append_double(walk, word);
	if (type == 'b') {
		int b = strcmp(word, "true") == 0;

		return !b && strcmp(word, "false") != 0 ? -EINVAL : append(walk, type, &b);
	}
	return append(walk, type, word);
}

static int open_container(const struct walk *walk, char type, const char *from, const char *to)
{
	char contents[SIGNATURE_MAX + 1] = "";

	if ((size_t)(to - from) > SIGNATURE_MAX)
		return -EINVAL;
	memcpy(contents, from, (size_t)(to - from));
	return walk->message ? sd_bus_message_open_container(walk->message, type, contents) : 0;
}

static int close_container(const struct walk *walk)
{
	return walk->message ? sd_bus_message_close_container(walk->message) : 0;
}

static int walk_array(struct walk *walk, const char *item)
{
	uint32_t count;
	int r;

	if (!*walk->words || parse_u32(*walk->words++, &count) < 0)
		return -EINVAL;
	r = open_container(walk, 'a', item, type_end(item));
	for (uint32_t i = 0; r >= 0 && i < count; i++)
		r = walk_type(walk, item);
	return r < 0 ? r : close_container(walk);
}

static int walk_struct(struct walk *walk, const char *first)
{
	const char *end = type_end(first - 1) - 1;
	int r = open_container(walk, 'r', first, end);

	for (; r >= 0 && first < end; first = type_end(first))
		r = walk_type(walk, first);
	return r < 0 ? r : close_container(walk);
}

/* The signature's first complete type. */
static int walk_type(struct walk *walk, const char *signature)
{
	if (*signature == 'a')
		return walk_array(walk, signature + 1);
	if (*signature == '(')
		return walk_struct(walk, signature + 1);
	return walk_basic(walk, *signature);
}

/* ---- properties ------------------------------------------------------------------------- */

static int take_property(char ***arguments, struct property *property)
{
	char **words = *arguments;
	size_t length = strlen(words[0]);
	const char *end = words[1] ? type_end(words[1]) : NULL;

	if (length < 2 || !end || *end || (size_t)(end - words[1]) > SIGNATURE_MAX)
		return -EINVAL;
	*property =
		(struct property){ .name = words[0], .signature = words[1], .words = words + 2 };
	if (words[0][length - 1] == '?') {
		property->optional = true;
		words[0][length - 1] = '\0';
	}
	struct walk walk = { NULL, property->words };
	int r = walk_type(&walk, property->signature);
	*arguments = walk.words;
	return r;
}

int properties_parse(char **arguments, struct property **ret_items, size_t *ret_count)
{
	size_t capacity = 1, count = 0;

	for (char **word = arguments; *word; word++)
		capacity++;

	struct property *items = calloc(capacity, sizeof(*items));
	if (!items)
		return -ENOMEM;
	while (*arguments) {
		int r = take_property(&arguments, &items[count++]);

		if (r >= 0)
			continue;
		free(items);
		return r;
	}
	*ret_items = items;
	*ret_count = count;
	return 0;
}

static int append_property(sd_bus_message *message, const struct property *property)
{
	struct walk walk = { message, property->words };
	int r = sd_bus_message_open_container(message, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append_basic(message, 's', property->name);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'v', property->signature);
	if (r >= 0)
		r = walk_type(&walk, property->signature);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

int properties_append(sd_bus_message *message, const struct property *items, size_t count)
{
	int r = sd_bus_message_open_container(message, 'a', "(sv)");

	for (size_t i = 0; r >= 0 && i < count; i++)
		if (!items[i].dropped)
			r = append_property(message, &items[i]);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

/* Whether the word stands in the text: "MemoryMax" is not in "StartupMemoryMax". */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
			!isalnum((unsigned char)at[length]))
			return true;
	return false;
}

bool properties_drop(struct property *items, size_t count, const sd_bus_error *error)
{
	/* "Cannot set property X, or unknown property", "Value specified in X is out of range" */
	if (!sd_bus_error_has_name(error, SD_BUS_ERROR_PROPERTY_READ_ONLY) &&
		!sd_bus_error_has_name(error, SD_BUS_ERROR_INVALID_ARGS))
		return false;
	for (size_t i = 0; i < count; i++)
		if (items[i].optional && !items[i].dropped &&
			has_word(error->message, items[i].name))
			return items[i].dropped = true;
	return false;
}
