/*
 * Any bytes as what is kept of a container: its record, and its configuration, which exec plans
 * from.  What can be read is saved and read again, the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/plan/plan.h"
#include "libcontainer/store/record.h"
#include "oci-spec/pack.h"
#include "oci-spec/rules.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pack_again(struct arena *arena, const void *object)
{
	auto_str struct str first = { 0 }, second = { 0 };
	void *copy;

	if (spec_pack(spec_schema_config(), object, &first) < 0 ||
		spec_unpack(arena, spec_schema_config(), first.text, first.length, &copy) < 0 ||
		spec_pack(spec_schema_config(), copy, &second) < 0)
		abort();
	if (first.length != second.length ||
		(first.length > 0 && memcmp(first.text, second.text, first.length) != 0))
		abort();
}

static void plan_exec(struct arena *arena, const struct spec_config *config)
{
	static struct host_hierarchy unified[] = {
		{ .controllers = "", .mountpoint = "/sys/fs/cgroup", .own = "/", .unified = true },
	};
	static const struct host host = {
		.apparmor = true,
		.selinux = true,
		.cgroup_layout = HOST_CGROUP_V2,
		.hierarchies = unified,
		.hierarchy_count = COUNT_OF(unified),
	};
	const struct plan_options options = { .verb = PLAN_EXEC, .id = "fuzz", .bundle = "/" };
	const struct plan_input input = { config, config->process, &options, &host };
	struct plan plan;

	if (config->process && rules_check_process(config->process) == 0)
		(void)plan_make(arena, &input, &plan);
}

/* As it comes, and as the body of a whole record: few mutations keep the size that the head has. */
static void parse_record(struct arena *arena, const uint8_t *data, size_t size)
{
	auto_str struct str whole = { 0 };
	struct record record;

	if (record_parse(arena, data, size, &record) < 0 && !error_text()[0])
		abort();
	if (str_printf(&whole, "caisson record %d %zu\n", RECORD_VERSION, size) < 0 ||
		str_append_data(&whole, data, size) < 0)
		abort();
	error_clear();
	if (record_parse(arena, whole.text, whole.length, &record) < 0 && !error_text()[0])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	void *config;

	error_clear();
	parse_record(&arena, data, size);
	error_clear();
	int code = spec_unpack(&arena, spec_schema_config(), data, size, &config);
	if (code < 0 && !error_text()[0])
		abort();
	if (code == 0) {
		pack_again(&arena, config);
		plan_exec(&arena, config);
	}
	arena_done(&arena);
	return 0;
}
