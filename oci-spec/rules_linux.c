#include <inttypes.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/path.h"
#include "libcontainer/base/str.h"
#include "oci-spec/json.h"
#include "oci-spec/rules_parts.h"

/* ---- namespaces --------------------------------------------------------------------- */

const struct spec_namespace *rules_namespace(const struct spec_linux *linux_, const char *type)
{
	if (!linux_)
		return NULL;
	for (size_t i = 0; i < linux_->namespaces.count; i++)
		if (strcmp(linux_->namespaces.items[i].type, type) == 0)
			return &linux_->namespaces.items[i];
	return NULL;
}

static int check_namespaces(const struct rules_subject *subject)
{
	const struct spec_namespace_list *list = &subject->linux_->namespaces;

	for (size_t i = 0; i < list->count; i++)
		if (rules_namespace(subject->linux_, list->items[i].type) != &list->items[i])
			return refuse("linux.namespaces[%zu].type: \"%s\" is there twice", i,
				list->items[i].type);
	return 0;
}

/* ---- id mappings -------------------------------------------------------------------- */

/* UID_GID_MAP_MAX_EXTENTS of the kernel. */
#define MAPPINGS_MAX 340

static bool ranges_overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

int rules_mappings(const struct spec_id_mapping_list *list, const char *place)
{
	if (list->count > MAPPINGS_MAX)
		return refuse("%s: the kernel takes at most %d, got %zu", place, MAPPINGS_MAX,
			list->count);
	for (size_t i = 0; i < list->count; i++) {
		const struct spec_id_mapping *a = &list->items[i];

		if (a->size == 0)
			return refuse("%s[%zu].size: must not be 0", place, i);
		/* The last id, 4294967295, means "none" and cannot be mapped. */
		if (a->container_id > UINT32_MAX - a->size || a->host_id > UINT32_MAX - a->size)
			return refuse("%s[%zu]: goes beyond the last id", place, i);
		for (size_t j = 0; j < i; j++) {
			const struct spec_id_mapping *b = &list->items[j];

			if (ranges_overlap(a->container_id, a->size, b->container_id, b->size) ||
				ranges_overlap(a->host_id, a->size, b->host_id, b->size))
				return refuse("%s[%zu]: overlaps %s[%zu]", place, i, place, j);
		}
	}
	return 0;
}

static int check_user_namespace(const struct rules_subject *subject)
{
	const struct spec_namespace *user = rules_namespace(subject->linux_, "user");
	size_t uids = subject->linux_->uid_mappings.count;
	size_t gids = subject->linux_->gid_mappings.count;

	if (!user && uids > 0)
		return refuse("linux.uidMappings: needs a user namespace in linux.namespaces");
	if (!user && gids > 0)
		return refuse("linux.gidMappings: needs a user namespace in linux.namespaces");
	/* Without both, the caller's own ids are mapped. */
	if (user && !user->path && uids == 0 && gids > 0)
		return refuse("linux.uidMappings: linux.gidMappings needs it");
	if (user && !user->path && gids == 0 && uids > 0)
		return refuse("linux.gidMappings: linux.uidMappings needs it");
	/* Engines repeat the mappings of the namespace that they made. */
	if (user && user->path && uids + gids > 0)
		log_warning(
			"linux.uidMappings, linux.gidMappings: ignored, the user namespace that "
			"is joined has its own");
	return 0;
}

static int check_mappings(const struct rules_subject *subject)
{
	try(rules_mappings(&subject->linux_->uid_mappings, "linux.uidMappings"));
	return rules_mappings(&subject->linux_->gid_mappings, "linux.gidMappings");
}

/* ---- time --------------------------------------------------------------------------- */

static int check_time_offsets(const struct rules_subject *subject)
{
	const struct spec_time_offset_list *offsets = &subject->linux_->time_offsets;
	const struct spec_namespace *time = rules_namespace(subject->linux_, "time");
	char quoted[RULES_QUOTE_SIZE];

	if (offsets->count > 0 && (!time || time->path))
		return refuse("linux.timeOffsets: needs a new time namespace");
	for (size_t i = 0; i < offsets->count; i++) {
		const struct spec_time_offset *offset = &offsets->items[i];

		(void)json_quote(quoted, sizeof(quoted), offset->key);
		if (strcmp(offset->key, "monotonic") != 0 && strcmp(offset->key, "boottime") != 0)
			return refuse("linux.timeOffsets[%s]: wants monotonic or boottime", quoted);
		if (offset->nanosecs > 999999999)
			return refuse("linux.timeOffsets[%s].nanosecs: wants an integer from 0 to "
				      "999999999, got %" PRIu32,
				quoted, offset->nanosecs);
	}
	return 0;
}

/* ---- devices ------------------------------------------------------------------------ */

static int check_devices(const struct rules_subject *subject)
{
	static const char wants_number[] = "wants an integer from 0 to 4294967295";
	const struct spec_device_list *devices = &subject->linux_->devices;

	for (size_t i = 0; i < devices->count; i++) {
		const struct spec_device *device = &devices->items[i];

		if (strcmp(device->type, "p") == 0)
			continue; /* a FIFO has no numbers */
		if (!device->major.set)
			return refuse("linux.devices[%zu].major: is required", i);
		if (!device->minor.set)
			return refuse("linux.devices[%zu].minor: is required", i);
		if (device->major.value < 0 || device->major.value > UINT32_MAX)
			return refuse("linux.devices[%zu].major: %s, got %" PRId64, i, wants_number,
				device->major.value);
		if (device->minor.value < 0 || device->minor.value > UINT32_MAX)
			return refuse("linux.devices[%zu].minor: %s, got %" PRId64, i, wants_number,
				device->minor.value);
	}
	return 0;
}

/* IFNAMSIZ, its NUL apart. */
#define INTERFACE_NAME_MAX 15

/* As dev_valid_name() of the kernel. */
static bool is_interface_name(const char *name)
{
	if (!name[0] || strlen(name) > INTERFACE_NAME_MAX || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return false;
	return name[strcspn(name, "/: \f\n\r\t\v")] == '\0';
}

/* The kernel numbers it: alloc_netdev() knows of no other use of '%'. */
static bool is_interface_template(const char *name)
{
	const char *percent = strchr(name, '%');

	return percent && percent[1] == 'd' && !strchr(percent + 1, '%');
}

/* What it is called in the container. */
static const char *name_in_container(const struct spec_net_device *device)
{
	return device->name ? device->name : device->key;
}

static int check_net_device(const struct spec_net_device_list *devices, size_t index)
{
	const struct spec_net_device *device = &devices->items[index];
	const char *name = name_in_container(device);
	char quoted[RULES_QUOTE_SIZE];

	(void)json_quote(quoted, sizeof(quoted), device->key);
	if (!is_interface_name(device->key) || strchr(device->key, '%'))
		return refuse("linux.netDevices[%s]: no name of an interface", quoted);
	if (!is_interface_name(name))
		return refuse("linux.netDevices[%s].name: no name of an interface", quoted);
	if (is_interface_template(name))
		return 0;
	if (strchr(name, '%'))
		return refuse("linux.netDevices[%s].name: wants one %%d at most, and no other %%",
			quoted);
	for (size_t i = 0; i < index; i++) {
		if (strcmp(name_in_container(&devices->items[i]), name) == 0)
			return refuse(
				"linux.netDevices[%s].name: another one is to have it", quoted);
	}
	return 0;
}

static int check_net_devices(const struct rules_subject *subject)
{
	const struct spec_net_device_list *devices = &subject->linux_->net_devices;

	if (devices->count > 0 && !rules_namespace(subject->linux_, "network"))
		return refuse("linux.netDevices: needs a network namespace in linux.namespaces");
	for (size_t i = 0; i < devices->count; i++)
		try(check_net_device(devices, i));
	return 0;
}

/* ---- paths -------------------------------------------------------------------------- */

static int check_absolute(const struct spec_strings *paths, const char *place)
{
	char quoted[RULES_QUOTE_SIZE];

	for (size_t i = 0; i < paths->count; i++)
		if (!path_is_absolute(paths->items[i]))
			return refuse("%s[%zu]: wants an absolute path, got %s", place, i,
				json_quote(quoted, sizeof(quoted), paths->items[i]));
	return 0;
}

static int check_paths(const struct rules_subject *subject)
{
	try(check_absolute(&subject->linux_->masked_paths, "linux.maskedPaths"));
	return check_absolute(&subject->linux_->readonly_paths, "linux.readonlyPaths");
}

/* ---- the rest ----------------------------------------------------------------------- */

static int check_personality(const struct rules_subject *subject)
{
	const struct spec_personality *personality = subject->linux_->personality;

	char quoted[RULES_QUOTE_SIZE];

	/* "Currently no flag values are supported", and what is not supported must be an error. */
	if (personality && personality->flags.count > 0)
		return refuse("linux.personality.flags[0]: unknown flag %s",
			json_quote(quoted, sizeof(quoted), personality->flags.items[0]));
	return 0;
}

/* As set_mempolicy(2) has it: it would say EINVAL to all of these, and not why. */
static int check_memory_nodes(const struct spec_memory_policy *policy)
{
	bool has_nodes = policy->nodes && policy->nodes[0];
	bool wants_none = strcmp(policy->mode, "MPOL_DEFAULT") == 0 ||
			  strcmp(policy->mode, "MPOL_LOCAL") == 0;
	bool wants_some = !wants_none && strcmp(policy->mode, "MPOL_PREFERRED") != 0;

	if (wants_none && has_nodes)
		return refuse(
			"linux.memoryPolicy.nodes: invalid memory policy nodes: %s takes none",
			policy->mode);
	if (wants_some && !has_nodes)
		return refuse(
			"linux.memoryPolicy.nodes: invalid memory policy nodes: %s needs some",
			policy->mode);
	return 0;
}

static bool has_flag(const struct spec_memory_policy *policy, const char *flag)
{
	for (size_t i = 0; i < policy->flags.count; i++)
		if (strcmp(policy->flags.items[i], flag) == 0)
			return true;
	return false;
}

static int check_memory_policy(const struct rules_subject *subject)
{
	const struct spec_memory_policy *policy = subject->linux_->memory_policy;
	char quoted[RULES_QUOTE_SIZE];

	if (!policy)
		return 0;
	if (!policy->mode)
		return refuse("linux.memoryPolicy.mode: invalid memory policy mode: is required");
	if (!words_has(&words_memory_modes, policy->mode))
		return refuse(
			"linux.memoryPolicy.mode: invalid memory policy mode: unknown mode %s",
			json_quote(quoted, sizeof(quoted), policy->mode));
	for (size_t i = 0; i < policy->flags.count; i++)
		if (!words_has(&words_memory_flags, policy->flags.items[i]))
			return refuse("linux.memoryPolicy.flags[%zu]: invalid memory policy flag: "
				      "unknown flag %s",
				i, json_quote(quoted, sizeof(quoted), policy->flags.items[i]));
	if (has_flag(policy, "MPOL_F_STATIC_NODES") && has_flag(policy, "MPOL_F_RELATIVE_NODES"))
		return refuse("linux.memoryPolicy.flags: invalid memory policy flag: "
			      "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
	return check_memory_nodes(policy);
}

/* closID names a directory of resctrl; a newline in a schema would begin another one. */
static int check_intel_rdt(const struct rules_subject *subject)
{
	const struct spec_intel_rdt *rdt = subject->linux_->intel_rdt;
	char quoted[RULES_QUOTE_SIZE];

	if (!rdt)
		return 0;
	/* "/" alone is the group of all. */
	if (rdt->clos_id && strcmp(rdt->clos_id, "/") != 0 &&
		(strchr(rdt->clos_id, '/') || strcmp(rdt->clos_id, ".") == 0 ||
			strcmp(rdt->clos_id, "..") == 0))
		return refuse("linux.intelRdt.closID: wants the name of one directory, got %s",
			json_quote(quoted, sizeof(quoted), rdt->clos_id));
	if (rdt->mem_bw_schema &&
		(!str_starts(rdt->mem_bw_schema, "MB:") || strchr(rdt->mem_bw_schema, '\n')))
		return refuse(
			"linux.intelRdt.memBwSchema: wants one line that begins with \"MB:\"");
	for (size_t i = 0; i < rdt->schemata.count; i++)
		if (strchr(rdt->schemata.items[i], '\n'))
			return refuse("linux.intelRdt.schemata[%zu]: has a newline", i);
	return 0;
}

static const struct rule linux_rules[] = {
	{ "namespaces", check_namespaces },
	{ "user namespace", check_user_namespace },
	{ "id mappings", check_mappings },
	{ "time offsets", check_time_offsets },
	{ "devices", check_devices },
	{ "network devices", check_net_devices },
	{ "masked and readonly paths", check_paths },
	{ "personality", check_personality },
	{ "memory policy", check_memory_policy },
	{ "Intel RDT", check_intel_rdt },
};
const struct rules rules_linux = { linux_rules, COUNT_OF(linux_rules) };
