/* GVariant text as a signature and words. */
#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/plan/unit.h"

/* "SIGNATURE|WORD|WORD" */
static const char *parse(struct arena *arena, const char *text)
{
	const char *signature, **words;

	if (variant_parse(arena, text, &signature, &words) < 0)
		return NULL;
	for (; *words; words++)
		signature = arena_printf(arena, "%s|%s", signature, *words);
	return signature;
}

static void good_values(void **state)
{
	static const struct {
		const char *text, *result;
	} rows[] = {
		{ "true", "b|true" },
		{ " false ", "b|false" },
		{ "boolean true", "b|true" },
		{ "5", "i|5" },
		{ "-5", "i|-5" },
		{ "0x1f", "i|31" },
		{ "1.5", "d|1.5" },
		{ "double 2", "d|2" },
		{ "byte 255", "y|255" },
		{ "int16 -32768", "n|-32768" },
		{ "uint16 65535", "q|65535" },
		{ "int32 2147483647", "i|2147483647" },
		{ "uint32 4294967295", "u|4294967295" },
		{ "int64 -9223372036854775808", "x|-9223372036854775808" },
		{ "uint64 18446744073709551615", "t|18446744073709551615" },
		{ "uint64 0xffffffffffffffff", "t|18446744073709551615" },
		{ "'a b'", "s|a b" },
		{ "\"it's\"", "s|it's" },
		{ "'it\\'s\\n\\\\'", "s|it's\n\\" },
		{ "''", "s|" },
		{ "objectpath '/a'", "o|/a" },
		{ "['a', 'b']", "as|2|a|b" },
		{ "[1, 2,3]", "ai|3|1|2|3" },
		{ "[byte 1, 2]", "ay|2|1|2" },
		{ "@as []", "as|0" },
		{ "@ay [1, 0x10]", "ay|2|1|16" },
		{ "@t 5", "t|5" },
		{ "('a', uint64 1)", "(st)|a|1" },
		{ "[('/dev/null', 'rw'), ('char-*', 'm')]", "a(ss)|2|/dev/null|rw|char-*|m" },
		{ "@a(st) [('/dev/sda', 100)]", "a(st)|1|/dev/sda|100" },
		{ "[[1], [2, 3]]", "aai|2|1|1|2|2|3" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		const char *result = parse(&arena, rows[i].text);

		if (!result || strcmp(result, rows[i].result) != 0)
			test_fails("'%s' is '%s', not '%s'\n", rows[i].text,
				result ? result : error_text(), rows[i].result);
		arena_done(&arena);
	}
}

static void bad_values(void **state)
{
	static const char *const texts[] = { "", " ", "word", "'open", "\"open'", "'a\\", "'\\q'",
		"[", "[1", "[1,", "[1 2]", "[]", "(", "()", "('a'", "@as", "@as [1]", "@as 'x'",
		"@zz []", "@a []", "@(s []", "@s 5", "[1, 'a']", "[1, true]", "1 2", "'a' 'b'", "-",
		"1.", "0x", "12x", "--5", "byte 256", "byte -1", "int16 32768", "uint16 -1",
		"2147483648", "uint32 4294967296", "int64 9223372036854775808",
		"uint64 18446744073709551616", "uint64 0x1ffffffffffffffff", "uint64 'a'",
		"string 5", "uint32 true", "uint32", "<1>", "{'a': 1}", "just 1",
		"[[[[[[[[[1]]]]]]]]]", "@(ss) ('a',)", "@(ss) ('a', 'b', 'c')" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct arena arena = { 0 };
		const char *result = parse(&arena, texts[i]);

		if (result)
			test_fails("'%s' is '%s'\n", texts[i], result);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values),
		cmocka_unit_test(bad_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
