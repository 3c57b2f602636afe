#include "oci-spec/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"

/* ---- memory for yajl ---------------------------------------------------------------- */

/* yajl checks no malloc(); the arena never returns NULL.  realloc() wants the old size known. */
struct block {
	size_t size;
	max_align_t data[];
};

static void *yajl_memory(void *context, size_t size)
{
	struct block *block = arena_alloc(context, sizeof(*block) + size);

	block->size = size;
	return block->data;
}

static void *yajl_more_memory(void *context, void *old, size_t size)
{
	void *memory = yajl_memory(context, size);

	if (old) {
		size_t old_size = ((struct block *)((char *)old - sizeof(struct block)))->size;
		memcpy(memory, old, old_size < size ? old_size : size);
	}
	return memory;
}

static void yajl_forget(void *context, void *memory)
{
	/* The arena frees all at once. */
	(void)context;
	(void)memory;
}

/* ---- UTF-8 ------------------------------------------------------------------------- */

/* The length of the UTF-8 sequence that text begins with; 0 where it is none.  RFC 3629. */
static size_t utf8_length(const unsigned char *text)
{
	unsigned char lowest = 0x80, highest = 0xbf;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		length = 2;
	else if (text[0] >= 0xe0 && text[0] <= 0xef)
		length = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		length = 4;
	else
		return 0;

	/* The second byte shows overlong forms, surrogates, and what is above U+10FFFF. */
	if (text[0] == 0xe0)
		lowest = 0xa0;
	else if (text[0] == 0xed)
		highest = 0x9f;
	else if (text[0] == 0xf0)
		lowest = 0x90;
	else if (text[0] == 0xf4)
		highest = 0x8f;
	if (text[1] < lowest || text[1] > highest)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* yajl takes overlong forms and surrogates, with which one text has several spellings. */
static bool is_utf8(const char *text)
{
	while (*text) {
		size_t length = utf8_length((const unsigned char *)text);

		if (length == 0)
			return false;
		text += length;
	}
	return true;
}

_Static_assert(JSON_VALUES_MAX < 1 << 24, "as many fit json_value.count");
_Static_assert(sizeof(struct json_value) <= 32, "two of them in a cache line");

/* ---- parsing ------------------------------------------------------------------------ */

struct parser {
	struct arena *arena;
	yajl_handle handle;
	struct json_value *open[JSON_DEPTH_MAX]; /* the arrays and objects that we are in */
	struct json_value *last[JSON_DEPTH_MAX]; /* the latest child of each */
	size_t depth;
	size_t count;
	const char *key; /* of the value that comes next, and where it ends */
	size_t key_offset;
	struct json_value *root;
	const char *refusal; /* why we stopped yajl; NULL if it stopped by itself */
	size_t refusal_offset;
};

/* What a callback returns to stop the parser. */
static int stop(struct parser *parser, const char *refusal)
{
	parser->refusal = refusal;
	parser->refusal_offset = yajl_get_bytes_consumed(parser->handle);
	return 0;
}

static struct json_value *add_value(struct parser *parser, enum json_kind kind)
{
	if (parser->count == JSON_VALUES_MAX) {
		(void)stop(parser, "too many values");
		return NULL;
	}
	parser->count++;

	struct json_value *value = arena_new(parser->arena, struct json_value);
	value->kind = kind;
	value->key = steal_ptr(parser->key);
	value->offset = (uint32_t)parser->key_offset;
	if (parser->depth == 0) {
		parser->root = value;
		return value;
	}

	size_t level = parser->depth - 1;
	if (parser->last[level])
		parser->last[level]->next = value;
	else
		parser->open[level]->first = value;
	parser->last[level] = value;
	parser->open[level]->count++;
	return value;
}

/* NULL where it is no text. */
static const char *copy_text(struct parser *parser, const unsigned char *text, size_t length)
{
	if (memchr(text, '\0', length)) {
		(void)stop(parser, "a NUL character in a string");
		return NULL;
	}
	const char *copy = arena_strndup(parser->arena, (const char *)text, length);
	if (!is_utf8(copy)) {
		(void)stop(parser, "invalid UTF-8 in a string");
		return NULL;
	}
	return copy;
}

static int on_null(void *context)
{
	return add_value(context, JSON_NULL) != NULL;
}

static int on_bool(void *context, int truth)
{
	struct json_value *value = add_value(context, JSON_BOOL);

	if (value)
		value->truth = truth;
	return value != NULL;
}

static int on_number(void *context, const char *text, size_t length)
{
	struct json_value *value = add_value(context, JSON_NUMBER);

	if (value)
		value->text = arena_strndup(((struct parser *)context)->arena, text, length);
	return value != NULL;
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
	const char *copy = copy_text(context, text, length);
	struct json_value *value = copy ? add_value(context, JSON_STRING) : NULL;

	if (value)
		value->text = copy;
	return value != NULL;
}

static int on_key(void *context, const unsigned char *text, size_t length)
{
	struct parser *parser = context;

	parser->key = copy_text(parser, text, length);
	parser->key_offset = yajl_get_bytes_consumed(parser->handle);
	return parser->key != NULL;
}

static int on_open(struct parser *parser, enum json_kind kind)
{
	if (parser->depth == JSON_DEPTH_MAX)
		return stop(parser, "nested too deeply");

	struct json_value *value = add_value(parser, kind);
	if (!value)
		return 0;
	parser->open[parser->depth] = value;
	parser->last[parser->depth] = NULL;
	parser->depth++;
	return 1;
}

static int on_open_array(void *context)
{
	return on_open(context, JSON_ARRAY);
}

static int on_open_object(void *context)
{
	return on_open(context, JSON_OBJECT);
}

static int on_close_array(void *context)
{
	struct parser *parser = context;

	parser->depth--;
	return 1;
}

static int compare_keys(const void *a, const void *b)
{
	const struct json_value *const *left = a, *const *right = b;

	return strcmp((*left)->key, (*right)->key);
}

/* Compares each with each: what the objects of a config.json have is few. */
static const struct json_value *find_duplicate(const struct json_value *object)
{
	for (const struct json_value *a = object->first; a; a = a->next)
		for (const struct json_value *b = object->first; b != a; b = b->next)
			if (strcmp(a->key, b->key) == 0)
				return a;
	return NULL;
}

/* For large ones, whose pairs would be too many. */
static const struct json_value *find_duplicate_sorted(
	struct arena *arena, const struct json_value *object)
{
	const struct json_value **sorted =
		arena_new_array(arena, const struct json_value *, object->count);
	size_t count = 0;

	for (const struct json_value *child = object->first; child; child = child->next)
		sorted[count++] = child;
	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			return sorted[i];
	return NULL;
}

static int on_close_object(void *context)
{
	struct parser *parser = context;
	const struct json_value *object = parser->open[--parser->depth];
	const struct json_value *duplicate = object->count <= 32
						     ? find_duplicate(object)
						     : find_duplicate_sorted(parser->arena, object);
	char quoted[80];

	if (!duplicate)
		return 1;
	(void)stop(parser, arena_printf(parser->arena, "the key %s is there twice",
				   json_quote(quoted, sizeof(quoted), duplicate->key)));
	parser->refusal_offset = duplicate->offset;
	return 0;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_open_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_close_object,
	.yajl_start_array = on_open_array,
	.yajl_end_array = on_close_array,
};

/* offset is that of the byte behind what is wrong, as yajl counts. */
static int refuse_at(const char *text, size_t offset, const char *why)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i + 1 < offset; i++) {
		column++;
		if (text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	/* yajl's own words end in a newline. */
	return refuse("invalid JSON in line %zu, column %zu: %.*s", line, column,
		(int)strcspn(why, "\n"), why);
}

int json_parse(
	struct arena *arena, const char *text, size_t size, const struct json_value **ret_value)
{
	yajl_alloc_funcs memory = { yajl_memory, yajl_more_memory, yajl_forget, arena };
	const unsigned char *bytes = (const unsigned char *)text;
	struct parser parser = { .arena = arena };

	if (size > JSON_SIZE_MAX)
		return refuse("invalid JSON: larger than %zu bytes", JSON_SIZE_MAX);
	parser.handle = yajl_alloc(&callbacks, &memory, &parser);

	yajl_status status = yajl_parse(parser.handle, bytes, size);
	size_t offset = yajl_get_bytes_consumed(parser.handle);
	if (status == yajl_status_ok) {
		status = yajl_complete_parse(parser.handle);
		offset = size;
	}
	if (status == yajl_status_client_canceled)
		return refuse_at(text, parser.refusal_offset, parser.refusal);
	if (status != yajl_status_ok)
		return refuse_at(text, offset < size ? offset : size,
			(const char *)yajl_get_error(parser.handle, 0, bytes, size));
	*ret_value = parser.root;
	return 0;
}

/* ---- writing ------------------------------------------------------------------------ */

static void put(struct json_writer *writer, const char *data, size_t size)
{
	if (writer->code == 0)
		writer->code = str_append_data(writer->out, data, size);
}

static void put_line(struct json_writer *writer)
{
	static const char spaces[] = "                                ";

	if (!writer->indent)
		return;
	put(writer, "\n", 1);
	for (size_t left = (size_t)writer->depth * 2; left > 0;) {
		size_t part = left < sizeof(spaces) - 1 ? left : sizeof(spaces) - 1;

		put(writer, spaces, part);
		left -= part;
	}
}

void json_open(struct json_writer *writer, char bracket)
{
	put(writer, &bracket, 1);
	writer->depth++;
	writer->filled = false;
}

void json_close(struct json_writer *writer, char bracket)
{
	writer->depth--;
	if (writer->filled)
		put_line(writer);
	put(writer, &bracket, 1);
	writer->filled = true;
}

void json_item(struct json_writer *writer)
{
	if (writer->filled)
		put(writer, ",", 1);
	put_line(writer);
	writer->filled = true;
}

void json_key(struct json_writer *writer, const char *key)
{
	json_item(writer);
	json_string(writer, key);
	put(writer, ": ", writer->indent ? 2 : 1);
}

/*
 * Writes what stands for the character that text begins with into buffer, at most 6 bytes and no
 * NUL; returns the bytes written, and those of text that they stand for.
 */
static size_t escape(const char *text, char buffer[8], size_t *ret_taken)
{
	static const char named[] = "\"\"\\\\\nn\rr\tt";
	size_t length = utf8_length((const unsigned char *)text);
	unsigned char byte = (unsigned char)*text;

	*ret_taken = length > 0 ? length : 1;
	if (length == 0) {
		memcpy(buffer, "\\ufffd", 6);
		return 6;
	}
	for (size_t i = 0; i < sizeof(named) - 1; i += 2)
		if (*text == named[i]) {
			buffer[0] = '\\';
			buffer[1] = named[i + 1];
			return 2;
		}
	/* DEL too: it is for terminals what the others are. */
	if (byte < 0x20 || byte == 0x7f) {
		memcpy(buffer, "\\u00", 4);
		buffer[4] = "0123456789abcdef"[byte >> 4];
		buffer[5] = "0123456789abcdef"[byte & 15];
		return 6;
	}
	memcpy(buffer, text, length);
	return length;
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void json_string(struct json_writer *writer, const char *text)
{
	char buffer[8];

	put(writer, "\"", 1);
	while (*text) {
		size_t plain = 0, taken;

		while (is_plain(text[plain]))
			plain++;
		put(writer, text, plain);
		text += plain;
		if (!*text)
			break;
		put(writer, buffer, escape(text, buffer, &taken));
		text += taken;
	}
	put(writer, "\"", 1);
}

void json_bool(struct json_writer *writer, bool truth)
{
	put(writer, truth ? "true" : "false", truth ? 4 : 5);
}

void json_unsigned(struct json_writer *writer, uint64_t number)
{
	if (writer->code == 0)
		writer->code = str_printf(writer->out, "%" PRIu64, number);
}

void json_signed(struct json_writer *writer, int64_t number)
{
	if (writer->code == 0)
		writer->code = str_printf(writer->out, "%" PRId64, number);
}

void json_hundredths(struct json_writer *writer, uint64_t hundredths)
{
	unsigned int rest = (unsigned int)(hundredths % 100);

	json_unsigned(writer, hundredths / 100);
	if (rest == 0 || writer->code < 0)
		return;
	writer->code = rest % 10 ? str_printf(writer->out, ".%02u", rest)
				 : str_printf(writer->out, ".%u", rest / 10);
}

void json_null(struct json_writer *writer)
{
	put(writer, "null", 4);
}

const char *json_quote(char *buffer, size_t size, const char *text)
{
	static const char cut[] = "...\"";
	size_t used = 0;

	buffer[used++] = '"';
	while (*text) {
		char piece[8];
		size_t taken, length = escape(text, piece, &taken);

		/* There must be room for the mark of a cut behind whatever is written. */
		if (used + length + sizeof(cut) > size) {
			memcpy(buffer + used, cut, sizeof(cut));
			return buffer;
		}
		memcpy(buffer + used, piece, length);
		used += length;
		text += taken;
	}
	buffer[used++] = '"';
	buffer[used] = '\0';
	return buffer;
}
