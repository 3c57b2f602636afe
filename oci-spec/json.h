/*
 * JSON text to values, and values to text.  The only user of yajl.
 *
 * A document is refused that is larger or deeper than any that an engine writes, that has a key
 * twice in one object (which of the two counts, engines and runtimes would not agree upon), a NUL
 * in a string (C would cut it there), or anything behind its value.  RFC 8259.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct str;

#define JSON_SIZE_MAX ((size_t)16 * 1024 * 1024)
#define JSON_DEPTH_MAX 64
/* Bounds what a small text of many empty values may cost in memory. */
#define JSON_VALUES_MAX ((size_t)1024 * 1024)

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Packed, as a configuration has hundreds of them. */
struct json_value {
	const char *key; /* in an object, else NULL */
	union {
		/* of a string; of a number as it was written: uint64_t fits no double */
		const char *text;
		struct json_value *first; /* child of an array or object */
	};
	struct json_value *next; /* child of the same */
	uint32_t offset;         /* of the end of the key in the text, for messages */
	unsigned int count : 24; /* of the children of an array or object */
	enum json_kind kind : 7;
	bool truth : 1; /* of a JSON_BOOL */
};

/* The values are the arena's.  -EINVAL with line and column in the chain. */
int json_parse(
	struct arena *arena, const char *text, size_t size, const struct json_value **ret_value);

/* ---- writing ------------------------------------------------------------------------ */

/* Zeroed but for out and indent, it writes one document.  Errors (-ENOMEM) are kept for the end. */
struct json_writer {
	struct str *out;
	bool indent; /* two spaces a level, as Go's MarshalIndent; else no spaces at all */
	bool filled; /* there is something before us in this array or object */
	unsigned int depth;
	int code;
};

/* bracket is '[' or '{', and its counterpart. */
void json_open(struct json_writer *writer, char bracket);
void json_close(struct json_writer *writer, char bracket);
void json_key(struct json_writer *writer, const char *key);
/* In an array, json_item() goes before each value. */
void json_item(struct json_writer *writer);
/* Bytes that are no UTF-8 become U+FFFD, as Go does it. */
void json_string(struct json_writer *writer, const char *text);
void json_bool(struct json_writer *writer, bool truth);
void json_unsigned(struct json_writer *writer, uint64_t number);
void json_signed(struct json_writer *writer, int64_t number);
/* A number of hundredths in as few digits as say it: 150 is 1.5. */
void json_hundredths(struct json_writer *writer, uint64_t hundredths);
void json_null(struct json_writer *writer);

/*
 * text as a JSON string, quotes and escapes included, cut after about size bytes, for messages: no
 * text of a configuration can forge a line of a log.  Returns buffer.  size is 16 or more.
 */
const char *json_quote(char *buffer, size_t size, const char *text);
