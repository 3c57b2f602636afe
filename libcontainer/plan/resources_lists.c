/* Limits that are lists: one write per item.  What is one value stands in resources.c. */
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/log.h"
#include "libcontainer/plan/limits.h"
#include "libcontainer/plan/weights.h"

static int check_number(const char *place, int64_t major, int64_t minor)
{
	if (major < 0 || major > UINT32_MAX || minor < 0 || minor > UINT32_MAX)
		return refuse("%s: %lld:%lld is no device number", place, (long long)major,
			(long long)minor);
	return 0;
}

/* ---- blockIO ------------------------------------------------------------------------ */

/* clang-format off */

static const struct throttle {
	const char *place;
	size_t list;                  /* offset in spec_block_io */
	const char *file_v1, *key_v2; /* of io.max */
} throttles[] = {
	{ "throttleReadBpsDevice",   offsetof(struct spec_block_io, throttle_read_bps),
		"blkio.throttle.read_bps_device",   "rbps" },
	{ "throttleWriteBpsDevice",  offsetof(struct spec_block_io, throttle_write_bps),
		"blkio.throttle.write_bps_device",  "wbps" },
	{ "throttleReadIOPSDevice",  offsetof(struct spec_block_io, throttle_read_iops),
		"blkio.throttle.read_iops_device",  "riops" },
	{ "throttleWriteIOPSDevice", offsetof(struct spec_block_io, throttle_write_iops),
		"blkio.throttle.write_iops_device", "wiops" },
};

/* clang-format on */

static int plan_throttle(struct planning *p, const struct throttle *throttle, size_t index,
	const struct spec_throttle_device *device)
{
	struct limit_file v1 = { "blkio", throttle->file_v1, NULL }, v2 = { "io", "io.max", NULL };
	enum limit_home home = LIMIT_NOWHERE;
	const char *place =
		arena_printf(p->arena, "linux.resources.blockIO.%s[%zu]", throttle->place, index);
	const char *value;

	try(check_number(place, device->major, device->minor));
	try(limits_home(p, place, &v1, &v2, &home));
	if (home == LIMIT_V1)
		value = arena_printf(p->arena, "%lld:%lld %llu", (long long)device->major,
			(long long)device->minor, (unsigned long long)device->rate);
	else if (device->rate == 0) /* "none" for v1; cgroup2 wants the word */
		value = arena_printf(p->arena, "%lld:%lld %s=max", (long long)device->major,
			(long long)device->minor, throttle->key_v2);
	else
		value = arena_printf(p->arena, "%lld:%lld %s=%llu", (long long)device->major,
			(long long)device->minor, throttle->key_v2,
			(unsigned long long)device->rate);

	const struct limit_file *file = home == LIMIT_V1 ? &v1 : &v2;
	limits_add(p, &(struct plan_cgroup_write){ .place = place,
			      .controller = file->controller,
			      .file = file->file,
			      .value = value });
	return 0;
}

static int plan_weight_device(
	struct planning *p, const char *place, const struct spec_weight_device *device)
{
	const struct limit_file v1 = { "blkio", "blkio.bfq.weight_device", "blkio.weight_device" };
	const struct limit_file v2 = { "io", "io.bfq.weight", "io.weight" };
	enum limit_home home = LIMIT_NOWHERE;

	try(check_number(place, device->major, device->minor));
	try(limits_home(p, place, &v1, &v2, &home));

	const struct limit_file *file = home == LIMIT_V1 ? &v1 : &v2;
	const char *number = arena_printf(
		p->arena, "%lld:%lld", (long long)device->major, (long long)device->minor);
	if (device->weight.set && device->weight.value) {
		unsigned int weight = device->weight.value;
		uint64_t other = home == LIMIT_V1 ? weight : weight_of_blkio(weight);

		limits_add(p, &(struct plan_cgroup_write){ .place = place,
				      .controller = file->controller,
				      .file = file->file,
				      .value = arena_printf(p->arena, "%s %u", number, weight),
				      .other_file = file->other_file,
				      .other_value = arena_printf(p->arena, "%s %llu", number,
					      (unsigned long long)other) });
	}
	if (device->leaf_weight.set && device->leaf_weight.value) {
		if (home == LIMIT_V2)
			log_warning("%s.leafWeight is ignored: the kernel has no such limit on "
				    "cgroup2",
				place);
		else
			limits_add(p, &(struct plan_cgroup_write){ .place = place,
					      .controller = "blkio",
					      .file = "blkio.leaf_weight_device",
					      .value = arena_printf(p->arena, "%s %u", number,
						      device->leaf_weight.value) });
	}
	return 0;
}

/*
 * Those that are asked for; but BFQ has a new weight of the group for all devices, so that an
 * update of it has to write again what single ones have of their own.
 */
static const struct spec_weight_device_list *weights_of_devices(
	const struct planning *p, const struct spec_block_io *block_io)
{
	const struct spec_block_io *whole = p->spec->linux_->resources->block_io;

	if (p->changes && whole && block_io->weight.set)
		return &whole->weight_device;
	return &block_io->weight_device;
}

static int plan_block_io(struct planning *p, const struct spec_block_io *block_io)
{
	const struct spec_weight_device_list *weights = weights_of_devices(p, block_io);

	for (size_t i = 0; i < weights->count; i++)
		try(plan_weight_device(p,
			arena_printf(p->arena, "linux.resources.blockIO.weightDevice[%zu]", i),
			&weights->items[i]));
	for (size_t t = 0; t < COUNT_OF(throttles); t++) {
		const struct spec_throttle_device_list *list =
			(const void *)((const char *)block_io + throttles[t].list);

		for (size_t i = 0; i < list->count; i++)
			try(plan_throttle(p, &throttles[t], i, &list->items[i]));
	}
	return 0;
}

/* ---- hugepageLimits, network, rdma -------------------------------------------------- */

/* "2MB": as the kernel names the files, and nothing that would make it another file's name. */
static int check_page_size(const char *place, const char *size)
{
	size_t digits = strspn(size, "0123456789");

	if (digits == 0 || !strchr("KMG", size[digits]) || !size[digits] ||
		strcmp(size + digits + 1, "B") != 0)
		return refuse(
			"%s.pageSize: '%s' is no size like '64KB', '2MB', '1GB'", place, size);
	return 0;
}

static int plan_hugepage_limit(
	struct planning *p, const char *place, const struct spec_hugepage_limit *limit)
{
	static const struct limit_file hugetlb = { "hugetlb", "", NULL };
	enum limit_home home = LIMIT_NOWHERE;

	try(check_page_size(place, limit->page_size));
	try(limits_home(p, place, &hugetlb, &hugetlb, &home));

	const char *tail = home == LIMIT_V1 ? "limit_in_bytes" : "max";
	const char *value = arena_printf(p->arena, "%llu", (unsigned long long)limit->limit);
	limits_add(p,
		&(struct plan_cgroup_write){ .place = place,
			.controller = "hugetlb",
			.value = value,
			.file = arena_printf(p->arena, "hugetlb.%s.%s", limit->page_size, tail) });
	/* Reservations count where the kernel can: else pages could be reserved without limit. */
	limits_add(p, &(struct plan_cgroup_write){ .place = place,
			      .controller = "hugetlb",
			      .value = value,
			      .may_be_missing = true,
			      .file = arena_printf(
				      p->arena, "hugetlb.%s.rsvd.%s", limit->page_size, tail) });
	return 0;
}

static int add_network(
	struct planning *p, const char *place, const struct limit_file *file, const char *value)
{
	static const struct limit_file none = { NULL, NULL, NULL };
	enum limit_home home = LIMIT_NOWHERE;

	try(limits_home(p, place, file, &none, &home));
	if (home == LIMIT_V1)
		limits_add(p, &(struct plan_cgroup_write){ .place = place,
				      .controller = file->controller,
				      .file = file->file,
				      .value = value });
	else
		log_warning("%s is ignored: the kernel has no such limit on cgroup2", place);
	return 0;
}

static int plan_network_limits(struct planning *p, const struct spec_network *network)
{
	static const struct limit_file class_file = { "net_cls", "net_cls.classid", NULL };
	static const struct limit_file priority_file = { "net_prio", "net_prio.ifpriomap", NULL };

	if (network->class_id.set && network->class_id.value)
		try(add_network(p, "linux.resources.network.classID", &class_file,
			arena_printf(p->arena, "%u", network->class_id.value)));
	for (size_t i = 0; i < network->priorities.count; i++) {
		const struct spec_interface_priority *item = &network->priorities.items[i];
		const char *place =
			arena_printf(p->arena, "linux.resources.network.priorities[%zu]", i);

		try(limits_check_word(place, item->name));
		try(add_network(p, place, &priority_file,
			arena_printf(p->arena, "%s %u", item->name, item->priority)));
	}
	return 0;
}

static int plan_rdma(struct planning *p, const struct spec_rdma *item)
{
	static const struct limit_file rdma = { "rdma", "rdma.max", NULL };
	enum limit_home home = LIMIT_NOWHERE;
	const char *place = arena_printf(p->arena, "linux.resources.rdma.%s", item->key);
	const char *value = item->key;

	try(limits_check_word("linux.resources.rdma", item->key));
	if (!item->hca_handles.set && !item->hca_objects.set)
		return refuse("%s: wants hcaHandles or hcaObjects", place);
	try(limits_home(p, place, &rdma, &rdma, &home));
	if (item->hca_handles.set)
		value = arena_printf(p->arena, "%s hca_handle=%u", value, item->hca_handles.value);
	if (item->hca_objects.set)
		value = arena_printf(p->arena, "%s hca_object=%u", value, item->hca_objects.value);
	limits_add(p,
		&(struct plan_cgroup_write){
			.place = place, .controller = "rdma", .file = "rdma.max", .value = value });
	return 0;
}

int plan_resource_lists(struct planning *p, const struct spec_resources *resources)
{
	if (resources->block_io)
		try(plan_block_io(p, resources->block_io));
	for (size_t i = 0; i < resources->hugepage_limits.count; i++)
		try(plan_hugepage_limit(p,
			arena_printf(p->arena, "linux.resources.hugepageLimits[%zu]", i),
			&resources->hugepage_limits.items[i]));
	if (resources->network)
		try(plan_network_limits(p, resources->network));
	for (size_t i = 0; i < resources->rdma.count; i++)
		try(plan_rdma(p, &resources->rdma.items[i]));
	return 0;
}

/* ---- unified ------------------------------------------------------------------------ */

/*
 * The key is a file's name: not a path out of the group, and no file that moves, kills or stops
 * processes, which limits nothing and would do it to whatever pid the value names.
 */
static int check_unified_key(const char *key)
{
	static const char *const banned[] = { "cgroup.procs", "cgroup.threads", "cgroup.kill",
		"cgroup.freeze" };

	try(limits_check_word("linux.resources.unified", key));
	if (strchr(key, '/') || strstr(key, "..") || key[0] == '.' || !strchr(key, '.'))
		return refuse("linux.resources.unified: '%s' must be a file name, without a slash, "
			      "that begins with its controller's",
			key);
	for (size_t i = 0; i < COUNT_OF(banned); i++)
		if (strcmp(key, banned[i]) == 0)
			return refuse("linux.resources.unified: '%s' is no limit", key);
	return 0;
}

/* The kernel takes one line per write: io.max and its like have one line per device. */
static void add_unified_lines(
	struct planning *p, const char *place, const char *key, const char *value)
{
	const char *dot = strchr(key, '.');
	const char *controller = arena_strndup(p->arena, key, (size_t)(dot - key));

	/* Files of the core belong to no controller. */
	if (strcmp(controller, "cgroup") == 0)
		controller = "";
	do {
		size_t length = strcspn(value, "\n");
		/* An empty write would not reach the kernel; a newline means "nothing" to it. */
		const char *line = length ? arena_strndup(p->arena, value, length) : "\n";

		limits_add(p, &(struct plan_cgroup_write){ .place = place,
				      .controller = controller,
				      .file = key,
				      .value = line });
		value += length;
		value += strspn(value, "\n");
	} while (*value);
}

int plan_unified(struct planning *p, const struct spec_resources *resources)
{
	const struct spec_pairs *unified = &resources->unified;

	if (unified->count == 0)
		return 0;
	if (p->host->cgroup_layout != HOST_CGROUP_V2)
		return refuse(
			"linux.resources.unified: invalid configuration: this host has cgroup v1");
	for (size_t i = 0; i < unified->count; i++) {
		const char *key = unified->items[i].key;

		try(check_unified_key(key));
		add_unified_lines(p, arena_printf(p->arena, "linux.resources.unified.%s", key), key,
			unified->items[i].value);
	}
	return 0;
}
