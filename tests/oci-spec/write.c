#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/str.h"
#include "oci-spec/read.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"
#include "oci-spec/write.h"

#define SCHEMA(name, ROWS) spec_schema_##name,
static spec_schema_of *const schemas[] = { SPEC_OBJECTS(SCHEMA) };

/* ---- an object with every property set ---------------------------------------------- */

struct filler {
	struct arena *arena;
	uint64_t next; /* each value differs from the others */
};

static void fill_object(struct filler *filler, const struct spec_schema *schema, char *object);

static const char *fill_text(struct filler *filler, const struct spec_field *field)
{
	filler->next++;
	if (field->words)
		return field->words->items[filler->next % field->words->count];
	return arena_printf(
		filler->arena, "/\"text\" %llu \xc3\xa9\n", (unsigned long long)filler->next);
}

static void fill_number(struct filler *filler, const struct spec_number *number, char *target)
{
	/* The ends of the range are the hard ones. */
	uint64_t bits = filler->next++ % 2 ? number->max : (uint64_t)number->min;

	if (bits == 0)
		bits = 1;
	if (number->maybe) {
		*(bool *)target = true;
		target += number->size;
	}
	memcpy(target, &bits, number->size); /* little endian or all ones alike */
}

static void *fill_items(struct filler *filler, const struct spec_field *field, size_t count)
{
	char *items;

	if (field->kind == SPEC_KIND_u32s) {
		uint32_t *numbers = arena_new_array(filler->arena, uint32_t, count);
		for (size_t i = 0; i < count; i++)
			numbers[i] = UINT32_MAX - (uint32_t)filler->next++;
		return numbers;
	}
	if (field->kind == SPEC_KIND_pairs) {
		struct spec_pair *pairs = arena_new_array(filler->arena, struct spec_pair, count);
		for (size_t i = 0; i < count; i++)
			pairs[i] = (struct spec_pair){ fill_text(filler, field),
				fill_text(filler, field) };
		return pairs;
	}
	if (!field->inner) {
		const char **texts = arena_new_array(filler->arena, const char *, count);
		for (size_t i = 0; i < count; i++)
			texts[i] = fill_text(filler, field);
		return texts;
	}
	items = arena_array(filler->arena, count, field->inner()->size);
	for (size_t i = 0; i < count; i++)
		fill_object(filler, field->inner(), items + i * field->inner()->size);
	return items;
}

static void fill_object(struct filler *filler, const struct spec_schema *schema, char *object)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];
		char *target = object + field->offset;

		if (spec_number_of(field->kind))
			fill_number(filler, spec_number_of(field->kind), target);
		else if (field->kind == SPEC_KIND_flag)
			*(bool *)target = true;
		else if (field->kind == SPEC_KIND_maybe_flag)
			*(struct maybe_flag *)target =
				(struct maybe_flag){ true, filler->next++ % 2 };
		else if (field->kind == SPEC_KIND_object)
			*(void **)target = fill_items(filler, field, 1);
		else if (field->kind == SPEC_KIND_key || field->kind == SPEC_KIND_string ||
			 field->kind == SPEC_KIND_word)
			*(const char **)target = fill_text(filler, field);
		else
			*(struct spec_items *)target =
				(struct spec_items){ fill_items(filler, field, 3), 3, true };
	}
}

/* ---- comparing ---------------------------------------------------------------------- */

static bool objects_equal(const struct spec_schema *schema, const char *a, const char *b);

static bool items_equal(
	const struct spec_field *field, const struct spec_items *a, const struct spec_items *b)
{
	if (a->set != b->set || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (field->kind == SPEC_KIND_u32s) {
			if (((uint32_t *)a->items)[i] != ((uint32_t *)b->items)[i])
				return false;
		} else if (field->kind == SPEC_KIND_pairs) {
			const struct spec_pair *one = a->items, *other = b->items;
			if (strcmp(one[i].key, other[i].key) != 0 ||
				strcmp(one[i].value, other[i].value) != 0)
				return false;
		} else if (field->inner) {
			size_t at = i * field->inner()->size;
			if (!objects_equal(
				    field->inner(), (char *)a->items + at, (char *)b->items + at))
				return false;
		} else if (strcmp(((char **)a->items)[i], ((char **)b->items)[i]) != 0) {
			return false;
		}
	}
	return true;
}

static bool field_equal(const struct spec_field *field, const char *a, const char *b)
{
	const struct spec_number *number = spec_number_of(field->kind);

	if (number && number->maybe)
		return *(bool *)a == *(bool *)b &&
		       memcmp(a + number->size, b + number->size, number->size) == 0;
	if (number)
		return memcmp(a, b, number->size) == 0;
	switch (field->kind) {
	case SPEC_KIND_flag:
		return *(bool *)a == *(bool *)b;
	case SPEC_KIND_maybe_flag:
		return memcmp(a, b, sizeof(struct maybe_flag)) == 0;
	case SPEC_KIND_object:
		return objects_equal(field->inner(), *(char **)a, *(char **)b);
	case SPEC_KIND_key:
	case SPEC_KIND_string:
	case SPEC_KIND_word:
		return strcmp(*(char **)a, *(char **)b) == 0;
	default:
		return items_equal(field, (struct spec_items *)a, (struct spec_items *)b);
	}
}

static bool objects_equal(const struct spec_schema *schema, const char *a, const char *b)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct spec_field *field = &schema->fields[i];

		if (!field_equal(field, a + field->offset, b + field->offset)) {
			print_error("%s.%s differs\n", schema->name, field->name);
			return false;
		}
	}
	return true;
}

/* ---- tests -------------------------------------------------------------------------- */

/* The key of an object in a map is not part of the object: it is written before it. */
static void set_key(const struct spec_schema *schema, char *object)
{
	if (schema->fields[0].kind == SPEC_KIND_key)
		*(const char **)(object + schema->fields[0].offset) = "key";
}

static void every_property_survives(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(schemas); s++)
		for (int indent = 0; indent < 2; indent++) {
			const struct spec_schema *schema = schemas[s]();
			struct arena arena = { 0 };
			struct filler filler = { &arena, s + (uint64_t)indent };
			auto_str struct str text = { 0 };
			char *object = arena_alloc(&arena, schema->size);
			void *copy;

			fill_object(&filler, schema, object);
			assert_int_equal(spec_write(schema, object, indent, &text), 0);
			if (spec_read(&arena, schema, text.text, text.length, &copy) < 0)
				test_fails("%s\n%s\n", error_text(), text.text);
			set_key(schema, object);
			set_key(schema, copy);
			assert_true(objects_equal(schema, object, copy));
			arena_done(&arena);
		}
}

static void write_compact(spec_schema_of *schema, const void *object, const char *expected)
{
	auto_str struct str text = { 0 };

	assert_int_equal(spec_write(schema(), object, false, &text), 0);
	assert_string_equal(text.text, expected);
}

static void absent_is_left_out(void **state)
{
	struct spec_user user = { 0 };
	struct spec_seccomp seccomp = { .default_action = "SCMP_ACT_ALLOW" };
	struct spec_memory memory = { .limit = { true, 0 }, .disable_oom_killer = { true, false } };
	struct spec_device_rule rule = { .access = "rwm" };

	(void)state;
	/* As Go has it: no omitempty on these. */
	write_compact(spec_schema_user, &user, "{\"uid\":0,\"gid\":0}");
	write_compact(spec_schema_seccomp, &seccomp, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
	seccomp.flags.set = true;
	write_compact(spec_schema_seccomp, &seccomp,
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[]}");
	write_compact(spec_schema_memory, &memory, "{\"limit\":0,\"disableOOMKiller\":false}");
	write_compact(spec_schema_device_rule, &rule, "{\"allow\":false,\"access\":\"rwm\"}");
}

/* What `state` has to print for containerd: the pid of a stopped container is 0, the owner empty.
 */
static void the_state_is_that_of_runc(void **state)
{
	static struct spec_pair annotations[] = { { "a", "b" } };
	const struct spec_state object = {
		.oci_version = "1.3.0",
		.id = "x",
		.pid = { true, 0 },
		.status = "stopped",
		.bundle = "/b",
		.rootfs = "/b/rootfs",
		.created = "2026-01-02T03:04:05.678Z",
		.annotations = { annotations, 1, false },
		.owner = "",
	};
	auto_str struct str text = { 0 };

	(void)state;
	assert_int_equal(spec_write(spec_schema_state(), &object, true, &text), 0);
	assert_string_equal(text.text, "{\n"
				       "  \"ociVersion\": \"1.3.0\",\n"
				       "  \"id\": \"x\",\n"
				       "  \"pid\": 0,\n"
				       "  \"status\": \"stopped\",\n"
				       "  \"bundle\": \"/b\",\n"
				       "  \"rootfs\": \"/b/rootfs\",\n"
				       "  \"created\": \"2026-01-02T03:04:05.678Z\",\n"
				       "  \"annotations\": {\n"
				       "    \"a\": \"b\"\n"
				       "  },\n"
				       "  \"owner\": \"\"\n"
				       "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_property_survives),
		cmocka_unit_test(absent_is_left_out),
		cmocka_unit_test(the_state_is_that_of_runc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
