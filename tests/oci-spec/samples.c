/*
 * tests/data/good holds configurations as engines write them, tests/data/bad those that must be
 * refused, each with the message in a file .expected beside it.
 */
#include "tests/check.h"

#include <stdio.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "oci-spec/read.h"
#include "oci-spec/rules.h"
#include "oci-spec/schema.h"
#include "oci-spec/write.h"

static struct arena arena;

static char *sample_path(const char *folder, const char *name)
{
	const char *source = getenv("srcdir"); /* set by make check */

	return arena_printf(&arena, "%s/tests/data/%s/%s", source ? source : ".", folder, name);
}

static void load(const char *path, struct str *text)
{
	auto_fclose FILE *file = fopen(path, "r");
	char chunk[4096];
	size_t size;

	if (!file)
		test_fails("no %s\n", path);
	assert_int_equal(str_append(text, ""), 0);
	while ((size = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(str_append_data(text, chunk, size), 0);
}

static int check(const struct str *text, struct spec_config **ret_config)
{
	try(spec_read_config(&arena, text->text, text->length, ret_config));
	return rules_check(*ret_config);
}

static void check_good(const char *path)
{
	auto_str struct str text = { 0 }, first = { 0 }, second = { 0 };
	struct spec_config *config;

	load(path, &text);
	if (check(&text, &config) < 0)
		test_fails("%s: %s\n", path, error_text());
	assert_int_equal(spec_write(spec_schema_config(), config, true, &first), 0);
	assert_int_equal(check(&first, &config), 0);
	assert_int_equal(spec_write(spec_schema_config(), config, true, &second), 0);
	assert_string_equal(first.text, second.text);
}

static void check_bad(const char *path)
{
	auto_str struct str text = { 0 }, expected = { 0 };
	struct spec_config *config;

	load(path, &text);
	load(arena_printf(&arena, "%.*s.expected", (int)(strlen(path) - strlen(".json")), path),
		&expected);
	assert_true(str_ends(expected.text, "\n"));
	expected.text[expected.length - 1] = '\0';
	error_clear();
	assert_int_equal(check(&text, &config), -EINVAL);
	if (strcmp(error_text(), expected.text) != 0)
		test_fails("%s: wants\n%s\ngot\n%s\n", path, expected.text, error_text());
}

/* A folder that is not found, or is empty, must not pass. */
static void check_folder(const char *folder, void (*check_sample)(const char *path), size_t least)
{
	auto_closedir DIR *dir = opendir(sample_path(folder, "."));
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!str_ends(entry->d_name, ".json"))
			continue;
		check_sample(sample_path(folder, entry->d_name));
		count++;
	}
	assert_true(count >= least);
	arena_done(&arena);
}

static void good_samples_are_taken(void **state)
{
	(void)state;
	check_folder("good", check_good, 5);
}

static void bad_samples_are_refused(void **state)
{
	(void)state;
	check_folder("bad", check_bad, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_samples_are_taken),
		cmocka_unit_test(bad_samples_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
