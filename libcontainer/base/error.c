#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	int code;
	char text[ERROR_TEXT_SIZE];
} chain;

const char *error_name(int error, char *buffer, size_t size)
{
	/* Not strerror(): that translates, and would bring locales into a static program. */
	const char *name = strerrordesc_np(abs(error));

	if (!name) {
		(void)snprintf(buffer, size, "error %d", abs(error));
		return buffer;
	}
	(void)snprintf(buffer, size, "%s", name);
	/* Engines look for "no such process"; "RFS specific error" and its like stay. */
	if (isupper((unsigned char)buffer[0]) && !isupper((unsigned char)buffer[1]))
		buffer[0] = (char)tolower((unsigned char)buffer[0]);
	return buffer;
}

static void chain_append(const char *text)
{
	size_t used = strlen(chain.text);

	(void)snprintf(chain.text + used, sizeof(chain.text) - used, "%s", text);
}

static int chain_start(int error, const char *format, va_list arguments, int with_name)
{
	char name[128];

	chain.code = -abs(error);
	(void)vsnprintf(chain.text, sizeof(chain.text), format, arguments);
	if (with_name) {
		chain_append(": ");
		chain_append(error_name(error, name, sizeof(name)));
	}
	return chain.code;
}

int fail(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int code = chain_start(error, format, arguments, 1);
	va_end(arguments);
	return code;
}

int refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int code = chain_start(EINVAL, format, arguments, 0);
	va_end(arguments);
	return code;
}

int refuse_as(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int code = chain_start(error, format, arguments, 0);
	va_end(arguments);
	return code;
}

int error_context(int code, const char *format, ...)
{
	uninitialized char words[ERROR_TEXT_SIZE];
	va_list arguments;

	if (chain.code != code || !chain.text[0]) {
		chain.code = code;
		(void)error_name(code, chain.text, sizeof(chain.text));
	}
	if (!format[0])
		return code;

	va_start(arguments, format);
	int length = vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	if (length < 0)
		return code;

	/* What is cut off when both are long is the end of the cause: the context is the newer. */
	size_t front = strlen(words);
	size_t back = strlen(chain.text);
	if (front + 2 >= sizeof(chain.text))
		front = sizeof(chain.text) - 3;
	if (back > sizeof(chain.text) - front - 3)
		back = sizeof(chain.text) - front - 3;
	memmove(chain.text + front + 2, chain.text, back);
	memcpy(chain.text, words, front);
	memcpy(chain.text + front, ": ", 2);
	chain.text[front + 2 + back] = '\0';
	return code;
}

int error_set(int code, const char *text)
{
	chain.code = -abs(code);
	(void)snprintf(chain.text, sizeof(chain.text), "%s", text);
	return chain.code;
}

const char *error_text(void)
{
	return chain.text;
}

void error_clear(void)
{
	/* Mostly there is none, and a page that is only read needs no copy after a fork. */
	if (chain.code == 0 && !chain.text[0])
		return;
	chain.code = 0;
	chain.text[0] = '\0';
}
