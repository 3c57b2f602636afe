#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "oci-spec/json.h"

static void expect_refusal(const char *text, size_t size, const char *message)
{
	struct arena arena = { 0 };
	const struct json_value *value;

	assert_int_equal(json_parse(&arena, text, size, &value), -EINVAL);
	if (!strstr(error_text(), message))
		test_fails("wants '%s', got '%s'\n", message, error_text());
	arena_done(&arena);
}

static void values_keep_their_text(void **state)
{
	static const char text[] = " {\"a\": [null, true, false, 18446744073709551615, 1e2, \"x\"],"
				   " \"\\u0041\\n\": {}} ";
	struct arena arena = { 0 };
	const struct json_value *root;

	(void)state;
	assert_int_equal(json_parse(&arena, text, strlen(text), &root), 0);
	assert_int_equal(root->kind, JSON_OBJECT);
	assert_int_equal(root->count, 2);

	const struct json_value *value = root->first;
	assert_string_equal(value->key, "a");
	assert_int_equal(value->kind, JSON_ARRAY);
	assert_int_equal(value->count, 6);
	value = value->first;
	assert_null(value->key);
	assert_int_equal(value->kind, JSON_NULL);
	value = value->next;
	assert_true(value->kind == JSON_BOOL && value->truth);
	value = value->next;
	assert_true(value->kind == JSON_BOOL && !value->truth);
	value = value->next;
	assert_int_equal(value->kind, JSON_NUMBER);
	assert_string_equal(value->text, "18446744073709551615");
	value = value->next;
	assert_string_equal(value->text, "1e2");
	value = value->next;
	assert_int_equal(value->kind, JSON_STRING);
	assert_string_equal(value->text, "x");
	assert_null(value->next);
	assert_string_equal(root->first->next->key, "A\n");
	arena_done(&arena);
}

static void nasty_texts_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "premature EOF" },
		{ "{\n", "line 1, column 2: parse error: premature EOF" },
		{ "{} x", "line 1, column 4" },
		{ "{} {}", "trailing garbage" },
		{ "{\"a\": 1,\n \"b\": }", "line 2, column 7" },
		{ "{\"a\": 1,}", "line 1, column" },
		{ "[1,]", "line 1, column" },
		{ "// no\n{}", "line 1, column" },
		{ "{'a': 1}", "line 1, column" },
		{ "{\"a\": 01}", "line 1, column" },
		{ "{\"a\": NaN}", "line 1, column" },
		{ "\xef\xbb\xbf{}", "line 1, column" },
		{ "{\"a\": \"\xff\"}", "invalid bytes in UTF8 string" },
		/* Overlong, a surrogate, above U+10FFFF: yajl would take them. */
		{ "{\"a\": \"\xc0\xaf\"}", "invalid UTF-8 in a string" },
		{ "{\"a\": \"\xed\xa0\x80\"}", "invalid UTF-8 in a string" },
		{ "{\"\xf4\x90\x80\x80\": 1}", "invalid UTF-8 in a string" },
		{ "{\"a\": \"\\u0000\"}", "a NUL character in a string" },
		{ "{\"a\\u0000\": 1}", "a NUL character in a string" },
		{ "{\"a\": \"\x01\"}", "line 1, column" },
		{ "{\"a\": 1, \"b\": 2, \"a\": 1}", "the key \"a\" is there twice" },
		{ "{\"b\": [{\"\\u0061\": 1, \"a\": 2}]}", "the key \"a\" is there twice" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		expect_refusal(cases[i].text, strlen(cases[i].text), cases[i].message);
		assert_true(str_starts(error_text(), "invalid JSON"));
	}
	/* A NUL between values, and one in a string. */
	expect_refusal("{\0}", 3, "line 1, column 2");
	expect_refusal("{\"a\": \"x\0y\"}", 12, "line 1, column");
}

static void the_place_of_a_double_is_told(void **state)
{
	static const char text[] = "{\n  \"a\": 1,\n  \"a\": {}\n}";

	(void)state;
	expect_refusal(text, strlen(text), "line 3, column 5: the key");
}

/* Many keys are compared in another way than few. */
static void doubles_are_found_among_many(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	(void)str_append(&text, "{");
	for (int i = 0; i < 5000; i++)
		(void)str_printf(&text, "\"key%d\": %d, ", i, i);
	size_t without = text.length;
	(void)str_append(&text, "\"end\": 0}");

	struct arena arena = { 0 };
	const struct json_value *root;
	assert_int_equal(json_parse(&arena, text.text, text.length, &root), 0);
	assert_int_equal(root->count, 5001);
	arena_done(&arena);

	text.length = without;
	(void)str_append(&text, "\"key77\": 0}");
	expect_refusal(text.text, text.length, "the key \"key77\" is there twice");
}

static char *repeat(char c, size_t count)
{
	char *text = malloc(count + 1);

	assert_non_null(text);
	memset(text, c, count);
	text[count] = '\0';
	return text;
}

static void depth_has_an_end(void **state)
{
	auto_free char *bomb = repeat('[', 1000000);
	char text[2 * JSON_DEPTH_MAX + 1];
	struct arena arena = { 0 };
	const struct json_value *root;

	(void)state;
	expect_refusal(bomb, 1000000, "nested too deeply");
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	assert_int_equal(json_parse(&arena, text, sizeof(text) - 1, &root), 0);
	arena_done(&arena);
}

static void size_has_an_end(void **state)
{
	auto_free char *text = repeat(' ', JSON_SIZE_MAX + 1);
	struct arena arena = { 0 };
	const struct json_value *root;

	(void)state;
	memcpy(text, "{}", 2);
	assert_int_equal(json_parse(&arena, text, JSON_SIZE_MAX, &root), 0);
	arena_done(&arena);
	expect_refusal(text, JSON_SIZE_MAX + 1, "larger than 16777216 bytes");
}

static void the_count_has_an_end(void **state)
{
	size_t size = 2 * (JSON_VALUES_MAX + 10);
	auto_free char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	text[0] = '[';
	for (size_t i = 1; i + 1 < size; i += 2)
		memcpy(text + i, "0,", 2);
	expect_refusal(text, size - 1, "too many values");
}

/* ---- writing ------------------------------------------------------------------------ */

static void write_sample(struct json_writer *writer)
{
	json_open(writer, '{');
	json_key(writer, "list");
	json_open(writer, '[');
	json_item(writer);
	json_unsigned(writer, UINT64_MAX);
	json_item(writer);
	json_signed(writer, INT64_MIN);
	json_item(writer);
	json_bool(writer, true);
	json_close(writer, ']');
	json_key(writer, "none");
	json_open(writer, '{');
	json_close(writer, '}');
	json_key(writer, "empty");
	json_open(writer, '[');
	json_close(writer, ']');
	json_close(writer, '}');
}

static void both_shapes_are_those_of_go(void **state)
{
	auto_str struct str compact = { 0 }, indented = { 0 };
	struct json_writer one = { .out = &compact };
	struct json_writer other = { .out = &indented, .indent = true };

	(void)state;
	write_sample(&one);
	write_sample(&other);
	assert_string_equal(compact.text,
		"{\"list\":[18446744073709551615,-9223372036854775808,true],"
		"\"none\":{},\"empty\":[]}");
	assert_string_equal(indented.text, "{\n"
					   "  \"list\": [\n"
					   "    18446744073709551615,\n"
					   "    -9223372036854775808,\n"
					   "    true\n"
					   "  ],\n"
					   "  \"none\": {},\n"
					   "  \"empty\": []\n"
					   "}");
}

static void strings_are_escaped(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
		{ "\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\"" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
			"\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"" },
		/* Alone, overlong, surrogate, above U+10FFFF, cut. */
		{ "\xff", "\"\\ufffd\"" },
		{ "\x80x", "\"\\ufffdx\"" },
		{ "\xc0\x80", "\"\\ufffd\\ufffd\"" },
		{ "\xe0\x80\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_str struct str out = { 0 };
		struct json_writer writer = { .out = &out };

		json_string(&writer, cases[i].text);
		assert_string_equal(out.text, cases[i].json);
	}
}

static void quotes_are_cut(void **state)
{
	char buffer[16];

	(void)state;
	assert_string_equal(json_quote(buffer, sizeof(buffer), "a\nb"), "\"a\\nb\"");
	assert_string_equal(json_quote(buffer, sizeof(buffer), "0123456789"), "\"0123456789\"");
	assert_string_equal(
		json_quote(buffer, sizeof(buffer), "0123456789abcdef"), "\"0123456789...\"");
	assert_string_equal(
		json_quote(buffer, sizeof(buffer), "\x01\x01\x01\x01"), "\"\\u0001...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_keep_their_text),
		cmocka_unit_test(nasty_texts_are_refused),
		cmocka_unit_test(the_place_of_a_double_is_told),
		cmocka_unit_test(doubles_are_found_among_many),
		cmocka_unit_test(depth_has_an_end),
		cmocka_unit_test(size_has_an_end),
		cmocka_unit_test(the_count_has_an_end),
		cmocka_unit_test(both_shapes_are_those_of_go),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(quotes_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
