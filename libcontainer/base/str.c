#include "libcontainer/base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 256

void str_done(struct str *str)
{
	free(str->text);
	*str = (struct str){ 0 };
}

/* Makes room for size bytes and a NUL behind what is there. */
static int reserve(struct str *str, size_t size)
{
	size_t wanted, capacity = str->capacity ? str->capacity : FIRST_CAPACITY;

	if (__builtin_add_overflow(str->length, size, &wanted) ||
		__builtin_add_overflow(wanted, 1u, &wanted) || wanted > SIZE_MAX / 2)
		return -ENOMEM;
	if (wanted <= str->capacity)
		return 0;
	while (capacity < wanted)
		capacity *= 2;

	char *text = realloc(str->text, capacity);
	if (!text)
		return -ENOMEM;
	str->text = text;
	str->capacity = capacity;
	return 0;
}

int str_append_data(struct str *str, const void *data, size_t size)
{
	int code = reserve(str, size);

	if (code < 0)
		return code;
	if (size > 0)
		memcpy(str->text + str->length, data, size);
	str->length += size;
	str->text[str->length] = '\0';
	return 0;
}

int str_append(struct str *str, const char *text)
{
	return str_append_data(str, text, strlen(text));
}

int str_printf(struct str *str, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -errno;

	int code = reserve(str, (size_t)length);
	if (code < 0)
		return code;
	va_start(arguments, format);
	(void)vsnprintf(str->text + str->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	str->length += (size_t)length;
	return 0;
}

char *str_steal(struct str *str)
{
	char *text = str->text ? str->text : strdup("");

	*str = (struct str){ 0 };
	return text;
}

bool str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && strcmp(text + length - tail, suffix) == 0;
}
