/*
 * Options of the program and of its commands: one table of rows says how an option is written, what
 * it takes, what it means and where its value goes; the parser and the help text both walk it.
 *
 * All of these are the same: --bundle DIR, --bundle=DIR, -bundle DIR, -b DIR, -b=DIR.  A flag may
 * be given a value by "=": --tty=false.  One-letter flags may be joined: -td.  "--" ends options.
 * --help and -h are known everywhere without a row.
 */
#pragma once

#include <stdbool.h>

#include "libcontainer/container.h"

struct str;

enum option_kind {
	OPTION_FLAG,     /* a flag */
	OPTION_MAYBE,    /* a flag of which it counts whether it was given at all */
	OPTION_TRISTATE, /* takes true, false or auto */
	OPTION_TEXT,     /* the last one given wins */
	OPTION_TEXTS,    /* may be given many times: a NULL-terminated array, NULL where never */
	OPTION_NUMBER,
};

struct option {
	const char *name;
	char letter; /* '\0': none */
	enum option_kind kind;
	const char *argument; /* what the help calls it; NULL for flags */
	const char *help;     /* NULL hides the option from people */
	union {
		bool *flag;
		enum container_tristate *tristate;
		const char **text;
		const char ***texts;
		unsigned int *number;
	} target;
};

/* Rows.  The member of the union makes the compiler check what kind of variable is the target. */
/* clang-format off */
#define FLAG(name, letter, variable, help) \
	{ name, letter, OPTION_FLAG, NULL, help, { .flag = (variable) } }
#define MAYBE(name, letter, variable, help) \
	{ name, letter, OPTION_MAYBE, NULL, help, { .tristate = (variable) } }
#define TRISTATE(name, letter, argument, variable, help) \
	{ name, letter, OPTION_TRISTATE, argument, help, { .tristate = (variable) } }
#define TEXT(name, letter, argument, variable, help) \
	{ name, letter, OPTION_TEXT, argument, help, { .text = (variable) } }
#define TEXTS(name, letter, argument, variable, help) \
	{ name, letter, OPTION_TEXTS, argument, help, { .texts = (variable) } }
#define NUMBER(name, letter, argument, variable, help) \
	{ name, letter, OPTION_NUMBER, argument, help, { .number = (variable) } }
#define OPTIONS_END { NULL, '\0', OPTION_FLAG, NULL, NULL, { .flag = NULL } }
/* clang-format on */

enum options_order {
	OPTIONS_FIRST, /* the first word that is no option ends them: it has options of its own */
	OPTIONS_ANYWHERE, /* between the other words, too, as runc and crun have it */
};

/*
 * A table of options ends with OPTIONS_END; NULL is the empty one.
 *
 * Takes the options out of words, NULL-terminated, and stores their values, which point into the
 * words.  The array is rearranged; *words is moved to what is left.  Asked for help, it stops at
 * once with *ret_help set.  -EINVAL with a chain, and *words where it was.
 */
int options_parse(
	const struct option *options, enum options_order order, char ***words, bool *ret_help);

/* Appends the help of those that are not hidden, one or two lines each, and of --help. */
int options_describe(const struct option *options, struct str *text);
