#include <inttypes.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "oci-spec/json.h"
#include "oci-spec/rules_parts.h"

#define PLACE "linux.resources."

static int check_device_rules(const struct rules_subject *subject)
{
	static const char wants_number[] = "wants an integer from -1 to 4294967295";
	const struct spec_device_rule_list *rules = &subject->resources->devices;
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < rules->count; i++) {
		const struct spec_device_rule *rule = &rules->items[i];
		const char *access = rule->access ? rule->access : "";

		if (!access[0] || access[strspn(access, "rwm")] != '\0')
			return refuse(PLACE "devices[%zu].access: wants some of r, w and m, got %s",
				i, json_quote(quoted, sizeof(quoted), access));
		/* -1 is "any", as is an absent one. */
		if (rule->major.set && (rule->major.value < -1 || rule->major.value > UINT32_MAX))
			return refuse(PLACE "devices[%zu].major: %s, got %" PRId64, i, wants_number,
				rule->major.value);
		if (rule->minor.set && (rule->minor.value < -1 || rule->minor.value > UINT32_MAX))
			return refuse(PLACE "devices[%zu].minor: %s, got %" PRId64, i, wants_number,
				rule->minor.value);
	}
	return 0;
}

static int check_size(const struct maybe_i64 *size, const char *name)
{
	if (size->set && size->value < -1)
		return refuse(PLACE "memory.%s: wants bytes, or -1 for no limit, got %" PRId64,
			name, size->value);
	return 0;
}

static int check_memory(const struct rules_subject *subject)
{
	const struct spec_memory *memory = subject->resources->memory;

	if (!memory)
		return 0;
	try(check_size(&memory->limit, "limit"));
	try(check_size(&memory->reservation, "reservation"));
	try(check_size(&memory->swap, "swap"));
	if (memory->swappiness.set && memory->swappiness.value > 100)
		return refuse(PLACE
			"memory.swappiness: wants an integer from 0 to 100, got %" PRIu64,
			memory->swappiness.value);
	/* swap is memory and swap together: what is left of it behind limit goes to the kernel. */
	if (!memory->swap.set || memory->swap.value <= 0)
		return 0;
	if (!memory->limit.set || memory->limit.value <= 0)
		return refuse(PLACE "memory.swap: unable to set swap limit without memory limit");
	if (memory->swap.value < memory->limit.value)
		return refuse(PLACE "memory.swap: memory+swap limit should be >= memory limit");
	return 0;
}

static int check_cpu(const struct rules_subject *subject)
{
	const struct spec_cpu *cpu = subject->resources->cpu;

	if (!cpu)
		return 0;
	if (cpu->burst.set && cpu->quota.set && cpu->quota.value > 0 &&
		cpu->burst.value > (uint64_t)cpu->quota.value)
		return refuse(PLACE "cpu.burst: is above the quota");
	if (cpu->idle.set && cpu->idle.value != 0 && cpu->idle.value != 1)
		return refuse(PLACE "cpu.idle: wants 0 or 1, got %" PRId64, cpu->idle.value);
	return 0;
}

/* 0 is what engines write for "not set". */
static bool is_weight(const struct maybe_u16 *weight)
{
	return !weight->set || weight->value == 0 || (weight->value >= 10 && weight->value <= 1000);
}

static int check_block_io(const struct rules_subject *subject)
{
	const struct spec_block_io *io = subject->resources->block_io;
	static const char wants[] = "wants an integer from 10 to 1000";

	if (!io)
		return 0;
	if (!is_weight(&io->weight))
		return refuse(PLACE "blockIO.weight: %s, got %d", wants, io->weight.value);
	if (!is_weight(&io->leaf_weight))
		return refuse(PLACE "blockIO.leafWeight: %s, got %d", wants, io->leaf_weight.value);
	for (size_t i = 0; i < io->weight_device.count; i++) {
		const struct spec_weight_device *device = &io->weight_device.items[i];

		if (!device->weight.set && !device->leaf_weight.set)
			return refuse(PLACE
				"blockIO.weightDevice[%zu]: wants a weight or a leafWeight",
				i);
		if (!is_weight(&device->weight))
			return refuse(PLACE "blockIO.weightDevice[%zu].weight: %s, got %d", i,
				wants, device->weight.value);
		if (!is_weight(&device->leaf_weight))
			return refuse(PLACE "blockIO.weightDevice[%zu].leafWeight: %s, got %d", i,
				wants, device->leaf_weight.value);
	}
	return 0;
}

/* A page size becomes part of the name of a file. */
static bool is_page_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && text[0] != '0' && text[digits] != '\0' &&
	       strchr("KMG", text[digits]) && strcmp(text + digits + 1, "B") == 0;
}

static int check_hugepages(const struct rules_subject *subject)
{
	const struct spec_hugepage_limit_list *limits = &subject->resources->hugepage_limits;
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < limits->count; i++)
		if (!is_page_size(limits->items[i].page_size))
			return refuse(PLACE
				"hugepageLimits[%zu].pageSize: wants a size such as 2MB, got %s",
				i, json_quote(quoted, sizeof(quoted), limits->items[i].page_size));
	return 0;
}

static int check_rdma(const struct rules_subject *subject)
{
	const struct spec_rdma_list *devices = &subject->resources->rdma;
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < devices->count; i++)
		if (!devices->items[i].hca_handles.set && !devices->items[i].hca_objects.set)
			return refuse(PLACE "rdma[%s]: wants hcaHandles or hcaObjects",
				json_quote(quoted, sizeof(quoted), devices->items[i].key));
	return 0;
}

/* A key is the name of a file of the cgroup, and nothing else. */
static int check_unified(const struct rules_subject *subject)
{
	const struct spec_pairs *unified = &subject->resources->unified;
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < unified->count; i++) {
		const char *key = unified->items[i].key;

		if (!key[0] || strchr(key, '/') || strcmp(key, ".") == 0 || strcmp(key, "..") == 0)
			return refuse(PLACE "unified[%s]: wants the name of a file of a cgroup",
				json_quote(quoted, sizeof(quoted), key));
	}
	return 0;
}

static const struct rule resources_rules[] = {
	{ "device rules", check_device_rules },
	{ "memory", check_memory },
	{ "cpu", check_cpu },
	{ "block I/O", check_block_io },
	{ "hugepages", check_hugepages },
	{ "rdma", check_rdma },
	{ "unified", check_unified },
};
const struct rules rules_resources = { resources_rules, COUNT_OF(resources_rules) };
