#include "oci-spec/example.h"

#include <string.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "oci-spec/read.h"
#include "oci-spec/types.h"

/* clang-format off */

#define CAPABILITIES "['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']"

/* With ' for ", as that needs no backslash in C. */
static const char example[] =
"{"
"  'ociVersion': '1.3.0',"
"  'process': {"
"    'terminal': true,"
"    'user': { 'uid': 0, 'gid': 0 },"
"    'args': ['sh'],"
"    'env': ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],"
"    'cwd': '/',"
"    'capabilities': {"
"      'bounding': " CAPABILITIES ","
"      'effective': " CAPABILITIES ","
"      'permitted': " CAPABILITIES
"    },"
"    'rlimits': [{ 'type': 'RLIMIT_NOFILE', 'hard': 1024, 'soft': 1024 }],"
"    'noNewPrivileges': true"
"  },"
"  'root': { 'path': 'rootfs', 'readonly': true },"
"  'hostname': 'caisson',"
"  'mounts': ["
"    { 'destination': '/proc', 'type': 'proc', 'source': 'proc' },"
"    { 'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs',"
"      'options': ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },"
"    { 'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',"
"      'options': ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },"
"    { 'destination': '/dev/shm', 'type': 'tmpfs', 'source': 'shm',"
"      'options': ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] },"
"    { 'destination': '/dev/mqueue', 'type': 'mqueue', 'source': 'mqueue',"
"      'options': ['nosuid', 'noexec', 'nodev'] },"
"    { 'destination': '/sys', 'type': 'sysfs', 'source': 'sysfs',"
"      'options': ['nosuid', 'noexec', 'nodev', 'ro'] },"
"    { 'destination': '/sys/fs/cgroup', 'type': 'cgroup', 'source': 'cgroup',"
"      'options': ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] }"
"  ],"
"  'linux': {"
"    'resources': { 'devices': [{ 'allow': false, 'access': 'rwm' }] },"
"    'namespaces': ["
"      { 'type': 'pid' }, { 'type': 'network' }, { 'type': 'ipc' }, { 'type': 'uts' },"
"      { 'type': 'mount' }, { 'type': 'cgroup' }"
"    ],"
"    'maskedPaths': ["
"      '/proc/acpi', '/proc/asound', '/proc/kcore', '/proc/keys', '/proc/latency_stats',"
"      '/proc/timer_list', '/proc/timer_stats', '/proc/sched_debug', '/sys/firmware',"
"      '/proc/scsi'"
"    ],"
"    'readonlyPaths': ["
"      '/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'"
"    ]"
"  }"
"}";

/* clang-format on */

static void remove_namespace(struct spec_linux *linux_, const char *type)
{
	struct spec_namespace_list *list = &linux_->namespaces;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].type, type) != 0)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

static struct spec_id_mapping_list map_root(struct arena *arena, uint32_t id)
{
	struct spec_id_mapping *mapping = arena_new(arena, struct spec_id_mapping);

	*mapping = (struct spec_id_mapping){ .container_id = 0, .host_id = id, .size = 1 };
	return (struct spec_id_mapping_list){ mapping, 1, true };
}

/* Options with an id that a namespace of one id does not map. */
static void remove_ids(struct spec_strings *options)
{
	size_t kept = 0;

	for (size_t i = 0; i < options->count; i++)
		if (!str_starts(options->items[i], "gid=") &&
			!str_starts(options->items[i], "uid="))
			options->items[kept++] = options->items[i];
	options->count = kept;
}

/* sysfs wants a network namespace of the same owner: the host's own is bound instead. */
static void bind_sys(struct arena *arena, struct spec_mount *mount)
{
	static const char *const options[] = { "rbind", "nosuid", "noexec", "nodev", "ro" };
	const char **items = arena_new_array(arena, const char *, COUNT_OF(options));

	memcpy(items, options, sizeof(options));
	mount->type = "none";
	mount->source = "/sys";
	mount->options = (struct spec_strings){ items, COUNT_OF(options), true };
}

static void make_rootless_mounts(struct arena *arena, struct spec_mount_list *mounts)
{
	size_t kept = 0;

	for (size_t i = 0; i < mounts->count; i++) {
		struct spec_mount mount = mounts->items[i];

		/* The host's come with its /sys. */
		if (strcmp(mount.type, "cgroup") == 0)
			continue;
		if (strcmp(mount.type, "sysfs") == 0)
			bind_sys(arena, &mount);
		else
			remove_ids(&mount.options);
		mounts->items[kept++] = mount;
	}
	mounts->count = kept;
}

static void make_rootless(
	struct arena *arena, const struct example_options *options, struct spec_config *config)
{
	struct spec_linux *linux_ = config->linux_;
	struct spec_namespace_list *old = &linux_->namespaces;

	/* Nobody would connect it to anything. */
	remove_namespace(linux_, "network");
	struct spec_namespace *items =
		arena_new_array(arena, struct spec_namespace, old->count + 1);
	memcpy(items, old->items, old->count * sizeof(*items));
	items[old->count].type = "user";
	linux_->namespaces = (struct spec_namespace_list){ items, old->count + 1, true };

	linux_->uid_mappings = map_root(arena, options->uid);
	linux_->gid_mappings = map_root(arena, options->gid);
	linux_->resources = NULL;
	make_rootless_mounts(arena, &config->mounts);
}

int example_make(
	struct arena *arena, const struct example_options *options, struct spec_config **ret_config)
{
	char text[sizeof(example)];
	struct spec_config *config;

	for (size_t i = 0; i < sizeof(example); i++)
		text[i] = (char)(example[i] == '\'' ? '"' : example[i]);
	try(spec_read_config(arena, text, sizeof(example) - 1, &config));
	if (!options->cgroup_namespace)
		remove_namespace(config->linux_, "cgroup");
	if (options->rootless)
		make_rootless(arena, options, config);
	*ret_config = config;
	return 0;
}
