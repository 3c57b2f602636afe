#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "oci-spec/pack.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"
#include "tests/oci-spec/filled.h"

static void every_property_survives(void **state)
{
	(void)state;
	for (size_t s = 0; s < schema_count; s++) {
		const struct spec_schema *schema = schemas[s]();
		struct arena arena = { 0 };
		struct filler filler = { &arena, s };
		auto_str struct str bytes = { 0 };
		char *object = arena_alloc(&arena, schema->size);
		void *copy;

		fill_object(&filler, schema, object);
		assert_int_equal(spec_pack(schema, object, &bytes), 0);
		if (spec_unpack(&arena, schema, bytes.text, bytes.length, &copy) < 0)
			test_fails("%s: %s\n", schema->name, error_text());
		assert_true(objects_equal(schema, object, copy));
		arena_done(&arena);
	}
}

/* An absent property stays absent, and an empty list empty. */
static void absent_differs_from_empty(void **state)
{
	const struct spec_seccomp none = { .default_action = "SCMP_ACT_ALLOW" };
	struct spec_seccomp empty = none;
	struct arena arena = { 0 };
	auto_str struct str bytes = { 0 };
	void *copy;

	(void)state;
	empty.flags.set = true;
	assert_int_equal(spec_pack(spec_schema_seccomp(), &none, &bytes), 0);
	assert_int_equal(
		spec_unpack(&arena, spec_schema_seccomp(), bytes.text, bytes.length, &copy), 0);
	assert_false(((struct spec_seccomp *)copy)->flags.set);
	assert_false(((struct spec_seccomp *)copy)->default_errno_ret.set);
	assert_null(((struct spec_seccomp *)copy)->listener_path);

	bytes.length = 0;
	assert_int_equal(spec_pack(spec_schema_seccomp(), &empty, &bytes), 0);
	assert_int_equal(
		spec_unpack(&arena, spec_schema_seccomp(), bytes.text, bytes.length, &copy), 0);
	assert_true(((struct spec_seccomp *)copy)->flags.set);
	assert_int_equal(((struct spec_seccomp *)copy)->flags.count, 0);
	arena_done(&arena);
}

/* Unpacks from memory of its own size, which sanitizers guard. */
static int unpack(const struct spec_schema *schema, const char *bytes, size_t size)
{
	struct arena arena = { 0 };
	char *copy = malloc(size + (size == 0));
	void *object;

	if (size > 0)
		memcpy(copy, bytes, size);
	error_clear();
	int code = spec_unpack(&arena, schema, copy, size, &object);
	arena_done(&arena);
	free(copy);
	return code;
}

static void damage_is_refused_or_harmless(void **state)
{
	const struct spec_schema *schema = spec_schema_config();
	struct arena arena = { 0 };
	struct filler filler = { &arena, 0 };
	auto_str struct str bytes = { 0 };
	char *object = arena_alloc(&arena, schema->size);
	size_t refused = 0;

	(void)state;
	fill_object(&filler, schema, object);
	assert_int_equal(spec_pack(schema, object, &bytes), 0);
	for (size_t size = 0; size < bytes.length; size += 7) {
		int code = unpack(schema, bytes.text, size);

		/* Cut between two properties it is a smaller object. */
		assert_true(code == 0 || code == -EBADMSG);
		refused += code < 0;
	}
	assert_true(refused > bytes.length / 7 - schema->count);
	for (size_t at = 0; at < bytes.length; at += 3) {
		bytes.text[at] ^= 0x55;
		int code = unpack(schema, bytes.text, bytes.length);
		assert_true(code == 0 || code == -EBADMSG);
		if (code < 0)
			assert_true(error_text()[0]);
		bytes.text[at] ^= 0x55;
	}
	arena_done(&arena);
}

struct bad {
	const char *what, *bytes;
	size_t size;
};

#define BYTES(text) text, sizeof(text) - 1

static void each_rule_holds(void **state)
{
	static const struct bad bad[] = {
		{ "a name beyond the end", BYTES("\7path") },
		{ "no length", BYTES("\4path\1\0") },
		{ "a value beyond the end", BYTES("\4path\5\0\0\0/x\0") },
		{ "a text without its end", BYTES("\4path\2\0\0\0/x") },
		{ "an empty text", BYTES("\4path\0\0\0\0") },
		{ "a relative path", BYTES("\4path\2\0\0\0x\0") },
		{ "a required text missing", BYTES("") },
		{ "a number of another size", BYTES("\4path\3\0\0\0/x\0\7timeout\1\0\0\0\1") },
		{ "a list that is cut", BYTES("\4path\3\0\0\0/x\0\4args\2\0\0\0\5\0") },
		{ "a list with a rest", BYTES("\4path\3\0\0\0/x\0\4args\1\0\0\0\0") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (unpack(spec_schema_hook(), bad[i].bytes, bad[i].size) != -EBADMSG)
			test_fails("%s was not refused\n", bad[i].what);
	}
	/* A name that is none, but begins as one, is skipped. */
	assert_int_equal(unpack(spec_schema_hook(),
				 BYTES("\4path\3\0\0\0/x\0\11args\0more\1\0\0\0x")),
		0);
	/* The same without a fault. */
	assert_int_equal(
		unpack(spec_schema_hook(), BYTES("\4path\3\0\0\0/x\0\4args\6\0\0\0\2\0\0\0a\0")),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_property_survives),
		cmocka_unit_test(absent_differs_from_empty),
		cmocka_unit_test(damage_is_refused_or_harmless),
		cmocka_unit_test(each_rule_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
