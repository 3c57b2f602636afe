#include "libcontainer/base/parse.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"

/* ASCII only: what isdigit() takes depends on the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int parse_u64(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;
	bool too_large = false;

	if (!*text)
		return -EINVAL;
	/* To the end, even when it is too large already: "99999999999999999999x" is no number. */
	for (; *text; text++) {
		if (!is_digit(*text))
			return -EINVAL;
		too_large |= __builtin_mul_overflow(value, 10u, &value);
		too_large |= __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value);
	}
	if (too_large || value > max)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

int parse_i64(const char *text, int64_t *ret_value)
{
	bool negative = *text == '-';
	uint64_t magnitude;
	int code = parse_u64(text + negative, (uint64_t)INT64_MAX + negative, &magnitude);

	if (code < 0)
		return code;
	/* By way of unsigned: -INT64_MIN has no positive counterpart. */
	*ret_value = (int64_t)(negative ? 0 - magnitude : magnitude);
	return 0;
}

int parse_u32(const char *text, uint32_t *ret_value)
{
	uint64_t value;
	int code = parse_u64(text, UINT32_MAX, &value);

	if (code == 0)
		*ret_value = (uint32_t)value;
	return code;
}

/* 4294967295 is (uid_t)-1, which setresuid(2) takes for "leave it": never an id to become. */
static int parse_id(const char *text, uint32_t *ret_id)
{
	uint64_t id;
	int code = parse_u64(text, UINT32_MAX - 1, &id);

	if (code == 0)
		*ret_id = (uint32_t)id;
	return code;
}

int parse_user(const char *text, uid_t *ret_uid, gid_t *ret_gid)
{
	char uid_text[sizeof("4294967295")];
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	uint32_t uid, gid = 0;

	if (length >= sizeof(uid_text))
		return -EINVAL;
	memcpy(uid_text, text, length);
	uid_text[length] = '\0';

	int code = parse_id(uid_text, &uid);
	if (code == 0 && colon)
		code = parse_id(colon + 1, &gid);
	if (code < 0)
		return code;

	*ret_uid = uid;
	if (colon)
		*ret_gid = gid;
	return colon != NULL;
}

/* A number with an optional fraction, which becomes an integer when its unit is known. */
struct decimal {
	uint64_t whole;
	uint64_t fraction, scale; /* 0.25 is 25 / 100 */
};

/* Reads as far as digits go; returns what follows them, or NULL if none come or they are too many.
 */
static const char *decimal_read(const char *text, struct decimal *ret_decimal)
{
	struct decimal decimal = { .scale = 1 };

	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text); text++)
		if (__builtin_mul_overflow(decimal.whole, 10u, &decimal.whole) ||
			__builtin_add_overflow(
				decimal.whole, (uint64_t)(*text - '0'), &decimal.whole))
			return NULL;
	if (*text == '.') {
		if (!is_digit(*++text))
			return NULL;
		/* Nine digits are a nanosecond; what comes behind is below any unit's grain. */
		for (; is_digit(*text); text++)
			if (decimal.scale < 1000000000) {
				decimal.fraction = decimal.fraction * 10 + (uint64_t)(*text - '0');
				decimal.scale *= 10;
			}
	}
	*ret_decimal = decimal;
	return text;
}

/* In 128 bits: nothing here can overflow them, and the result is checked once. */
static int decimal_scale(const struct decimal *decimal, uint64_t unit, int64_t *ret_value)
{
	unsigned __int128 value = (unsigned __int128)decimal->whole * unit +
				  (unsigned __int128)decimal->fraction * unit / decimal->scale;

	if (value > INT64_MAX)
		return -ERANGE;
	*ret_value = (int64_t)value;
	return 0;
}

/* Longest first where one name starts another. */
static const struct {
	const char *name;
	uint64_t nanoseconds;
} time_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\u00b5s", 1000 },
	{ "\u03bcs", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
};

static const char *time_unit_read(const char *text, uint64_t *ret_nanoseconds)
{
	for (size_t i = 0; i < COUNT_OF(time_units); i++) {
		size_t length = strlen(time_units[i].name);

		if (strncmp(text, time_units[i].name, length) == 0) {
			*ret_nanoseconds = time_units[i].nanoseconds;
			return text + length;
		}
	}
	return NULL;
}

int parse_duration(const char *text, int64_t *ret_milliseconds)
{
	int64_t total = 0;

	if (!*text)
		return -EINVAL;
	while (*text) {
		struct decimal decimal;
		uint64_t unit;
		int64_t part;

		text = decimal_read(text, &decimal);
		if (text)
			text = time_unit_read(text, &unit);
		if (!text)
			return -EINVAL;
		if (decimal_scale(&decimal, unit, &part) < 0 ||
			__builtin_add_overflow(total, part, &total))
			return -ERANGE;
	}
	if (total == 0)
		return -ERANGE;
	/* Up, so that a microsecond does not become "never wait". */
	*ret_milliseconds = total / 1000000 + (total % 1000000 != 0);
	return 0;
}

int parse_size(const char *text, int64_t *ret_bytes)
{
	static const char prefixes[] = "kmgtp";
	struct decimal decimal;
	uint64_t unit = 1;

	if (strcmp(text, "-1") == 0) {
		*ret_bytes = -1;
		return 0;
	}
	text = decimal_read(text, &decimal);
	if (!text)
		return -EINVAL;

	/* "64k", "64K", "64kb" and "64KiB" are all 64 * 1024, as in docker's options. */
	const char *prefix = *text ? strchr(prefixes, *text | 0x20) : NULL;
	if (prefix) {
		unit = (uint64_t)1 << (10 * (prefix - prefixes + 1));
		text++;
		if ((*text | 0x20) == 'i' && (text[1] | 0x20) == 'b')
			text++;
	}
	if ((*text | 0x20) == 'b')
		text++;
	if (*text)
		return -EINVAL;
	return decimal_scale(&decimal, unit, ret_bytes);
}
