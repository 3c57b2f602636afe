#include "tests/check.h"

#include "libcontainer/base/names.h"
#include "oci-spec/schema.h"

#define SCHEMA(name, ROWS) spec_schema_##name,
static spec_schema_of *const schemas[] = { SPEC_OBJECTS(SCHEMA) };

static void names_are_unique(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(schemas); s++) {
		const struct spec_schema *schema = schemas[s]();

		assert_true(schema->count > 0);
		for (size_t i = 0; i < schema->count; i++)
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(
					schema->fields[i].name, schema->fields[j].name);
	}
}

static size_t size_of(const struct spec_field *field)
{
	const struct spec_number *number = spec_number_of(field->kind);

	if (number)
		return number->maybe ? 2 * number->size : number->size;
	switch (field->kind) {
	case SPEC_KIND_flag:
		return sizeof(bool);
	case SPEC_KIND_maybe_flag:
		return 2 * sizeof(bool);
	case SPEC_KIND_key:
	case SPEC_KIND_string:
	case SPEC_KIND_word:
	case SPEC_KIND_object:
		return sizeof(void *);
	default:
		return sizeof(struct spec_items);
	}
}

/* Each member has its own bytes, inside the struct. */
static void members_do_not_overlap(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(schemas); s++) {
		const struct spec_schema *schema = schemas[s]();
		size_t end = 0;

		for (size_t i = 0; i < schema->count; i++) {
			assert_true(schema->fields[i].offset >= end);
			end = schema->fields[i].offset + size_of(&schema->fields[i]);
		}
		assert_true(end <= schema->size);
	}
}

static void inner_fits_the_kind(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(schemas); s++) {
		const struct spec_schema *schema = schemas[s]();

		for (size_t i = 0; i < schema->count; i++) {
			const struct spec_field *field = &schema->fields[i];
			enum spec_kind kind = field->kind;
			bool has_inner = kind == SPEC_KIND_object || kind == SPEC_KIND_list ||
					 kind == SPEC_KIND_map;
			bool has_words = kind == SPEC_KIND_word || kind == SPEC_KIND_words;

			assert_int_equal(field->inner != NULL, has_inner);
			assert_int_equal(field->words != NULL, has_words);
			/* The key stands first, and in what maps are of alone. */
			assert_true(kind != SPEC_KIND_key || i == 0);
			if (kind == SPEC_KIND_map)
				assert_int_equal(field->inner()->fields[0].kind, SPEC_KIND_key);
		}
	}
}

static void numbers_have_their_ranges(void **state)
{
	(void)state;
	assert_null(spec_number_of(SPEC_KIND_flag));
	assert_null(spec_number_of(SPEC_KIND_string));
	assert_null(spec_number_of(SPEC_KIND_map));
	assert_true(spec_number_of(SPEC_KIND_u16)->max == 65535);
	assert_true(spec_number_of(SPEC_KIND_maybe_i32)->min == INT32_MIN);
	assert_true(spec_number_of(SPEC_KIND_u64)->max == UINT64_MAX);
	assert_false(spec_number_of(SPEC_KIND_i64)->maybe);
	assert_true(spec_number_of(SPEC_KIND_maybe_i64)->maybe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(members_do_not_overlap),
		cmocka_unit_test(inner_fits_the_kind),
		cmocka_unit_test(numbers_have_their_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
