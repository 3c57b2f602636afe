/*
 * Prints docs/config.md: what caisson does with each property of config.json, from the rows of
 * oci-spec/fields/ and nothing else.  A row without words is an error.
 */
#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/names.h"
#include "oci-spec/schema.h"

/* The columns that no other program looks at; of a key, and of other documents, none. */
struct words_of_row {
	const char *since, *kernel, *absent, *does, *refused;
};

struct object {
	spec_schema_of *schema;
	const struct words_of_row *rows; /* in the order of the fields */
};

/* clang-format off */
#define WORDS_OF_ROW(kind, member, json, flags, inner, ...) { __VA_ARGS__ },
#define WORDS_OF_OBJECT(name, ROWS) \
	static const struct words_of_row name##_rows[] = { ROWS(WORDS_OF_ROW) };
SPEC_OBJECTS(WORDS_OF_OBJECT)

#define OBJECT(name, ROWS) { spec_schema_##name, name##_rows },
static const struct object objects[] = { SPEC_OBJECTS(OBJECT) };

static const struct { const char *type, *absent; } kinds[] = {
	[SPEC_KIND_flag]       = { "bool", "false" },
	[SPEC_KIND_u16]        = { "uint16", "0" },
	[SPEC_KIND_u32]        = { "uint32", "0" },
	[SPEC_KIND_u64]        = { "uint64", "0" },
	[SPEC_KIND_i32]        = { "int32", "0" },
	[SPEC_KIND_i64]        = { "int64", "0" },
	[SPEC_KIND_maybe_flag] = { "bool", "left alone" },
	[SPEC_KIND_maybe_u16]  = { "uint16", "left alone" },
	[SPEC_KIND_maybe_u32]  = { "uint32", "left alone" },
	[SPEC_KIND_maybe_u64]  = { "uint64", "left alone" },
	[SPEC_KIND_maybe_i32]  = { "int32", "left alone" },
	[SPEC_KIND_maybe_i64]  = { "int64", "left alone" },
	[SPEC_KIND_string]     = { "string", "none" },
	[SPEC_KIND_word]       = { NULL, "none" },
	[SPEC_KIND_strings]    = { "array of strings", "none" },
	[SPEC_KIND_words]      = { NULL, "none" },
	[SPEC_KIND_u32s]       = { "array of uint32", "none" },
	[SPEC_KIND_pairs]      = { "object of strings", "none" },
	[SPEC_KIND_object]     = { "object", "none" },
	[SPEC_KIND_list]       = { "array of objects", "none" },
	[SPEC_KIND_map]        = { "object of objects", "none" },
};

static const char introduction[] =
	"# The properties of config.json\n\n"
	"What caisson does with each of them. This page is made by `make docs` from the rows of\n"
	"`oci-spec/fields/`, which the reader is made from, too; `make check` compares it.\n\n"
	"- **default**: what holds where the property is absent. *required* ones may not be.\n"
	"- **since**: the version of the specification that has it first.\n"
	"- **kernel**: the Linux that it needs, where that is more than caisson itself does.\n"
	"- **refused**: what is an error, beside values of another type or out of the range of their\n"
	"  type. It is found before anything is made, if it does not depend on the host.\n\n"
	"Properties that are not here are ignored, whatever they are. A property with *not by this\n"
	"version* is refused; so are words that `caisson features` does not list. Where caisson is not what\n"
	"the specification says, [deviations.md](deviations.md) has the reason.\n";
/* clang-format on */

/* ---- where an object stands ------------------------------------------------------------- */

#define PLACES_MAX 16
#define PLACE_SIZE 96

static struct {
	char places[PLACES_MAX][PLACE_SIZE]; /* "linux.devices[]" */
	size_t count;
} found[COUNT_OF(objects)];

/* In the order in which they are come to. */
static size_t order[COUNT_OF(objects)], order_count;

static size_t index_of(const struct spec_schema *schema)
{
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		if (objects[i].schema() == schema)
			return i;
	return 0;
}

static const char *brackets_of(enum spec_kind kind)
{
	return kind == SPEC_KIND_list ? "[]" : kind == SPEC_KIND_map ? "{}" : "";
}

static int find_places(const struct spec_schema *schema, const char *place)
{
	size_t index = index_of(schema);
	char inner[PLACE_SIZE];

	if (found[index].count == PLACES_MAX)
		return fprintf(stderr, "describe: %s stands in too many places\n", schema->name);
	(void)snprintf(found[index].places[found[index].count++], PLACE_SIZE, "%s", place);
	if (found[index].count > 1)
		return 0;
	order[order_count++] = index;
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];

		if (!field->inner)
			continue;
		(void)snprintf(inner, sizeof(inner), "%s%s%s%s", place, *place ? "." : "",
			field->name, brackets_of(field->kind));
		if (find_places(field->inner(), inner) != 0)
			return 1;
	}
	return 0;
}

/* ---- a table ---------------------------------------------------------------------------- */

/* GitHub's name of a heading: lower case, with - for blanks. */
static void print_anchor(const char *heading)
{
	for (; *heading; heading++)
		if (*heading >= 'A' && *heading <= 'Z')
			putchar(*heading - 'A' + 'a');
		else if (*heading == ' ')
			putchar('-');
		else if (!strchr("/.[]{}", *heading))
			putchar(*heading);
}

static void print_link(const char *words, const char *heading)
{
	printf("[%s](#", words);
	print_anchor(heading);
	putchar(')');
}

static void print_type(const struct spec_field *field)
{
	if (field->words) {
		if (field->kind == SPEC_KIND_words)
			printf("array of ");
		print_link(field->words->what, field->words->what);
	} else if (field->inner) {
		print_link(kinds[field->kind].type, found[index_of(field->inner())].places[0]);
	} else {
		printf("%s", kinds[field->kind].type);
	}
}

static void print_absent(const struct spec_field *field, const struct words_of_row *words)
{
	if (field->flags & SPEC_REQUIRED)
		printf("*required*");
	else
		printf("%s", *words->absent ? words->absent : kinds[field->kind].absent);
}

static void print_refused(const struct spec_field *field, const struct words_of_row *words)
{
	const char *parts[] = {
		field->flags & SPEC_ABSOLUTE ? "a relative path" : "",
		field->flags & SPEC_NONEMPTY ? "an empty one" : "",
		field->words ? "other words" : "",
		words->refused,
	};
	const char *between = "";

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!*parts[i])
			continue;
		printf("%s%s", between, parts[i]);
		between = "; ";
	}
}

static void print_row(const struct spec_field *field, const struct words_of_row *words)
{
	printf("| `%s` | ", field->name);
	print_type(field);
	printf(" | ");
	print_absent(field, words);
	printf(" | %s | %s | %s | ", words->since, words->kernel, words->does);
	print_refused(field, words);
	printf(" |\n");
}

static int print_object(size_t index)
{
	const struct spec_schema *schema = objects[index].schema();
	const struct words_of_row *rows = objects[index].rows;

	/* The one that the heading names is what links lead to. */
	printf("\n## %s\n\n", *found[index].places[0] ? found[index].places[0] : "config.json");
	if (found[index].count > 1) {
		printf("And likewise");
		for (size_t i = 1; i < found[index].count; i++)
			printf("%s `%s`", i > 1 ? "," : "", found[index].places[i]);
		printf(".\n\n");
	}
	printf("| property | type | default | since | kernel | what caisson does | refused |\n");
	printf("|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < schema->count; i++) {
		if (schema->fields[i].kind == SPEC_KIND_key)
			continue;
		if (!rows[i].since || !*rows[i].since || !rows[i].refused || !*rows[i].does)
			return fprintf(stderr, "describe: %s.%s has no words in its row\n",
				schema->name, schema->fields[i].name);
		print_row(&schema->fields[i], &rows[i]);
	}
	return 0;
}

/* ---- words ------------------------------------------------------------------------------ */

static void print_words(const struct words *words)
{
	printf("\n### %s\n\n", words->what);
	for (size_t i = 0; i < words->count; i++)
		printf("%s`%s`%s", i % 4 ? " " : "", words->items[i],
			i + 1 == words->count ? "\n"
			: i % 4 == 3          ? ",\n"
					      : ",");
}

/* Each once, where it is named first. */
static void print_all_words(void)
{
	const struct words *printed[COUNT_OF(objects)];
	size_t count = 0;

	printf("\n## Words\n");
	for (size_t o = 0; o < order_count; o++) {
		const struct spec_schema *schema = objects[order[o]].schema();

		for (size_t i = 0; i < schema->count; i++) {
			const struct words *words = schema->fields[i].words;
			size_t k = 0;

			while (k < count && printed[k] != words)
				k++;
			if (!words || k < count || count == COUNT_OF(printed))
				continue;
			printed[count++] = words;
			print_words(words);
		}
	}
}

int main(void)
{
	if (find_places(spec_schema_config(), "") != 0)
		return 1;
	printf("%s", introduction);
	for (size_t i = 0; i < order_count; i++)
		if (print_object(order[i]) != 0)
			return 1;
	print_all_words();
	return fflush(stdout) != 0 || ferror(stdout);
}
