#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/str.h"
#include "oci-spec/read.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"
#include "oci-spec/write.h"
#include "tests/oci-spec/filled.h"

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
	for (size_t s = 0; s < schema_count; s++)
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
