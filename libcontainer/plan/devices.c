/* Device nodes to make.  What a container may do with devices stands in device_rules.c. */
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/path.h"
#include "libcontainer/plan/device_rules.h"
#include "libcontainer/plan/parts.h"

/* clang-format off */

/* Spec: config-linux.md, "Default Devices"; the console and /dev/ptmx are no nodes. */
static const struct { const char *path; unsigned int major, minor; } defaults[] = {
	{ "/dev/null",    1, 3 },
	{ "/dev/zero",    1, 5 },
	{ "/dev/full",    1, 7 },
	{ "/dev/random",  1, 8 },
	{ "/dev/urandom", 1, 9 },
	{ "/dev/tty",     5, 0 },
};

/* clang-format on */

/* A bind mount of the caller's over /dev: what is in it is the caller's, too. */
static bool is_bind(const struct spec_mount *mount)
{
	if (mount->type && strcmp(mount->type, "bind") == 0)
		return true;
	for (size_t i = 0; i < mount->options.count; i++)
		if (strcmp(mount->options.items[i], "bind") == 0 ||
			strcmp(mount->options.items[i], "rbind") == 0)
			return true;
	return false;
}

static bool dev_is_bound(const struct planning *p)
{
	for (size_t i = 0; i < p->spec->mounts.count; i++) {
		const struct spec_mount *mount = &p->spec->mounts.items[i];

		if (is_bind(mount) &&
			strcmp(path_clean(p->arena, "/", mount->destination), "/dev") == 0)
			return true;
	}
	return false;
}

/* u is c without a buffer; makedev(3) could say more than the kernel's dev_t can. */
static int take_type(
	const char *place, const struct spec_device *device, mode_t *ret_type, dev_t *ret_number)
{
	const int64_t major = device->major.value, minor = device->minor.value;

	*ret_number = 0;
	if (strcmp(device->type, "p") == 0) {
		*ret_type = S_IFIFO;
		return 0;
	}
	if (strcmp(device->type, "b") == 0)
		*ret_type = S_IFBLK;
	else if (strcmp(device->type, "c") == 0 || strcmp(device->type, "u") == 0)
		*ret_type = S_IFCHR;
	else
		return refuse("%s.type: invalid device type '%s'", place, device->type);
	if (!device->major.set || !device->minor.set)
		return refuse("%s: wants major and minor", place);
	if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff)
		return refuse("%s: %lld:%lld is no device number", place, (long long)major,
			(long long)minor);
	*ret_number = makedev((unsigned int)major, (unsigned int)minor);
	return 0;
}

static int take_device(struct planning *p, size_t index, struct plan_device *ret_device)
{
	const struct spec_device *device = &p->spec->linux_->devices.items[index];
	const char *place = arena_printf(p->arena, "linux.devices[%zu]", index);
	mode_t type = 0, permissions = 0666;
	dev_t number = 0;

	try(take_type(place, device, &type, &number));
	/* Spec: bits of fileMode that are no permissions have no meaning. */
	if (device->file_mode.set)
		permissions = device->file_mode.value & 07777;
	*ret_device = (struct plan_device){
		.place = place,
		.path = path_clean(p->arena, "/", device->path),
		.mode = type | permissions,
		.number = number,
		.uid = device->uid.set ? device->uid.value : 0,
		.gid = device->gid.set ? device->gid.value : 0,
	};
	if (strcmp(ret_device->path, "/") == 0)
		return refuse("%s.path: '%s' is no name of a device", place, device->path);
	return 0;
}

/*
 * Init can't make nodes in a user namespace, but its parent can, with the owner and mode that the
 * spec wants, where it is root on the host and the maps are known.
 */
static void plan_parent(struct planning *p, struct plan_device *device)
{
	const struct plan_users *users = &p->plan->users;

	device->by_parent = p->plan->devices.by_bind && !p->host->in_user_namespace &&
			    p->host->uid == 0 && users->mapped && !S_ISFIFO(device->mode);
	if (!device->by_parent)
		return;
	if (!plan_id_outside(&users->uids, device->uid, &device->host_uid))
		log_warning("%s.uid: %u is not mapped: the device will be nobody's", device->place,
			device->uid);
	if (!plan_id_outside(&users->gids, device->gid, &device->host_gid))
		log_warning("%s.gid: %u is not mapped: the device will be nobody's", device->place,
			device->gid);
}

static bool is_listed(const struct plan_devices *devices, const char *path)
{
	for (size_t i = 0; i < devices->count; i++)
		if (strcmp(devices->items[i].path, path) == 0)
			return true;
	return false;
}

/* Nodes that are listed; then the defaults that are not. */
static int plan_nodes(struct planning *p)
{
	struct plan_devices *devices = &p->plan->devices;
	size_t listed = p->spec->linux_ ? p->spec->linux_->devices.count : 0;

	devices->items = arena_new_array(p->arena, struct plan_device, listed + COUNT_OF(defaults));
	for (size_t i = 0; i < listed; i++) {
		struct plan_device device;

		try(take_device(p, i, &device));
		if (!devices->make && path_is_below(device.path, "/dev"))
			continue;
		/* Always the link to pts/ptmx: a node would open the host's devpts. */
		if (strcmp(device.path, "/dev/ptmx") == 0)
			continue;
		plan_parent(p, &device);
		devices->items[devices->count++] = device;
	}
	for (size_t i = 0; devices->make && i < COUNT_OF(defaults); i++) {
		if (is_listed(devices, defaults[i].path))
			continue;
		devices->items[devices->count++] = (struct plan_device){
			.place = "default device",
			.path = defaults[i].path,
			.mode = S_IFCHR | 0666,
			.number = makedev(defaults[i].major, defaults[i].minor),
			.is_default = true,
		};
	}
	return 0;
}

int plan_devices(struct planning *p)
{
	struct plan_devices *devices = &p->plan->devices;

	devices->make = !dev_is_bound(p);
	devices->by_bind =
		p->host->in_user_namespace || (p->plan->namespaces.have & CLONE_NEWUSER) != 0;
	devices->ptmx = devices->make;
	devices->console = p->process && p->process->terminal;
	try(plan_nodes(p));
	return plan_device_rules(p);
}
