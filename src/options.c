#include "src/options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/str.h"

/* Where the meaning starts on a line of help. */
#define HELP_COLUMN 34

static const struct option help_option = { "help", 'h', OPTION_FLAG, NULL, "show this help",
	{ .flag = NULL } };

static bool option_takes_argument(const struct option *option)
{
	return option->kind != OPTION_FLAG && option->kind != OPTION_MAYBE;
}

static bool option_is_named(const struct option *option, const char *name, size_t length)
{
	if (length == 1)
		return option->letter == name[0];
	return strlen(option->name) == length && memcmp(option->name, name, length) == 0;
}

static const struct option *options_find(
	const struct option *options, const char *name, size_t length)
{
	for (; options && options->name; options++) {
		if (option_is_named(options, name, length))
			return options;
	}
	return option_is_named(&help_option, name, length) ? &help_option : NULL;
}

/* The spellings that Go's flags accept: engines written in it print their bools in such ways. */
static int bool_parse(const char *text, bool *ret_value)
{
	static const char *const spellings[2][6] = {
		{ "0", "f", "F", "false", "FALSE", "False" },
		{ "1", "t", "T", "true", "TRUE", "True" },
	};

	for (size_t value = 0; value < COUNT_OF(spellings); value++) {
		for (size_t i = 0; i < COUNT_OF(spellings[value]); i++) {
			if (strcmp(text, spellings[value][i]) == 0) {
				*ret_value = value;
				return 0;
			}
		}
	}
	return -EINVAL;
}

static int texts_append(const char ***texts, const char *text)
{
	size_t count = 0;

	while (*texts && (*texts)[count])
		count++;
	const char **grown = reallocarray(*texts, count + 2, sizeof(*grown));
	if (!grown)
		return fail(ENOMEM, "option '%s'", text);
	grown[count] = text;
	grown[count + 1] = NULL;
	*texts = grown;
	return 0;
}

static int option_store_bool(const struct option *option, const char *value)
{
	bool flag = true;

	if (value && bool_parse(value, &flag) < 0) {
		return refuse("option --%s: '%s' is neither true nor false%s", option->name, value,
			option->kind == OPTION_TRISTATE ? " nor auto" : "");
	}
	if (option->kind == OPTION_FLAG)
		*option->target.flag = flag;
	else
		*option->target.tristate = flag ? CONTAINER_YES : CONTAINER_NO;
	return 0;
}

/* value is NULL for a flag without one. */
static int option_store(const struct option *option, const char *value)
{
	uint64_t number;

	switch (option->kind) {
	case OPTION_FLAG:
	case OPTION_MAYBE:
		return option_store_bool(option, value);
	case OPTION_TRISTATE:
		if (strcmp(value, "") != 0 && strcmp(value, "auto") != 0)
			return option_store_bool(option, value);
		*option->target.tristate = CONTAINER_AUTO;
		return 0;
	case OPTION_TEXT:
		*option->target.text = value;
		return 0;
	case OPTION_TEXTS:
		return texts_append(option->target.texts, value);
	case OPTION_NUMBER:
		if (parse_u64(value, UINT_MAX, &number) < 0)
			return refuse("option --%s: '%s' is not a number", option->name, value);
		*option->target.number = (unsigned int)number;
		return 0;
	}
	return refuse("option --%s: of no kind", option->name);
}

/* "-td": all of them must be flags, so that "-tfile" stays an error. */
static int cluster_store(const struct option *options, const char *letters, bool *ret_help)
{
	for (const char *letter = letters; *letter; letter++) {
		const struct option *option = options_find(options, letter, 1);

		if (!option || option_takes_argument(option))
			return refuse("unknown option '-%s'", letters);
	}
	for (const char *letter = letters; *letter; letter++) {
		const struct option *option = options_find(options, letter, 1);

		if (option == &help_option)
			*ret_help = true;
		else
			try(option_store(option, NULL));
	}
	return 0;
}

/* Takes the option at *cursor; leaves that at the last word that belongs to it. */
static int word_take(const struct option *options, char ***cursor, bool *ret_help)
{
	const char *word = **cursor;
	size_t dashes = word[1] == '-' ? 2 : 1;
	const char *name = word + dashes;
	const char *end = strchrnul(name, '=');
	const struct option *option = options_find(options, name, (size_t)(end - name));
	const char *value = *end ? end + 1 : NULL;

	if (!option && dashes == 1 && !value)
		return cluster_store(options, name, ret_help);
	if (!option)
		return refuse("unknown option '%.*s'", (int)(end - word), word);
	if (option == &help_option) {
		*ret_help = true;
		return 0;
	}
	if (option_takes_argument(option) && !value) {
		value = (*cursor)[1];
		if (!value)
			return refuse("option --%s wants %s", option->name, option->argument);
		(*cursor)++;
	}
	return option_store(option, value);
}

int options_parse(
	const struct option *options, enum options_order order, char ***words, bool *ret_help)
{
	char **kept = *words;
	char **cursor = *words;
	bool help = false;

	for (; *cursor && !help; cursor++) {
		/* A lone dash is a word: it often means standard input. */
		if ((*cursor)[0] != '-' || (*cursor)[1] == '\0') {
			if (order == OPTIONS_FIRST)
				break;
			*kept++ = *cursor;
			continue;
		}
		if (strcmp(*cursor, "--") == 0) {
			cursor++;
			break;
		}
		try(word_take(options, &cursor, &help));
	}
	if (order == OPTIONS_FIRST) {
		*words = cursor;
	} else {
		while (*cursor)
			*kept++ = *cursor++;
		*kept = NULL;
	}
	*ret_help = help;
	return 0;
}

static int option_describe(const struct option *option, struct str *text)
{
	char left[128];
	const char *space = option->argument ? " " : "";
	const char *argument = option->argument ? option->argument : "";
	int length = snprintf(left, sizeof(left), "   --%s%s%s", option->name, space, argument);

	if (option->letter) {
		length += snprintf(left + length, sizeof(left) - (size_t)length, ", -%c%s%s",
			option->letter, space, argument);
	}
	if (length + 2 > HELP_COLUMN)
		return str_printf(text, "%s\n%*s%s\n", left, HELP_COLUMN, "", option->help);
	return str_printf(text, "%-*s%s\n", HELP_COLUMN, left, option->help);
}

int options_describe(const struct option *options, struct str *text)
{
	for (; options && options->name; options++) {
		if (options->help)
			try(option_describe(options, text));
	}
	return option_describe(&help_option, text);
}
