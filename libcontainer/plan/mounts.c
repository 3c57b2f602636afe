/* Every mount, decided: kind, source, target, flags, and who opens its source. */
#include <sched.h>
#include <string.h>

#include "libcontainer/base/log.h"
#include "libcontainer/base/path.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/plan/parts.h"

struct option_words {
	struct plan_mount *mount;
	const char *ids; /* what "idmap=" or "ridmap=" was followed by, or NULL */
	char **data;
	size_t data_count;
	size_t first_data, copy_up; /* where in the list these are, to be told of */
	bool bind;
	bool has_mode;
};

static void take_own_option(struct plan_mount *mount, const char *word)
{
	if (strcmp(word, "remount") == 0)
		mount->kind = PLAN_MOUNT_REMOUNT;
	else if (strcmp(word, "tmpcopyup") == 0)
		mount->copy_up = true;
	else if (strcmp(word, "idmap") == 0)
		mount->idmap = PLAN_IDMAP;
	else if (strcmp(word, "ridmap") == 0)
		mount->idmap = PLAN_IDMAP_RECURSIVE;
	else if (strcmp(word, "copy-symlink") == 0)
		mount->copy_symlink = true;
	else if (strcmp(word, "src-nofollow") == 0)
		mount->source_nofollow = true;
	else if (strcmp(word, "dest-nofollow") == 0)
		mount->target_nofollow = true;
}

/* A later word wins over an earlier one, as with mount(8). */
static void change_flags(uint64_t *set, uint64_t *clear, const struct mount_option *option)
{
	*set = (*set & ~option->clear) | option->set;
	*clear = (*clear & ~option->set) | option->clear;
}

static void take_option(
	struct option_words *words, const struct mount_option *option, const char *word)
{
	struct plan_mount *mount = words->mount;

	switch (option->kind) {
	case MOUNT_OPTION_ATTRIBUTE:
		change_flags(&mount->attr_set, &mount->attr_clear, option);
		break;
	case MOUNT_OPTION_RECURSIVE:
		change_flags(&mount->recursive_set, &mount->recursive_clear, option);
		break;
	case MOUNT_OPTION_SUPERBLOCK:
		mount->superblock = (mount->superblock & ~(unsigned long)option->clear) |
				    (unsigned long)option->set;
		mount->superblock_clear = (mount->superblock_clear & ~(unsigned long)option->set) |
					  (unsigned long)option->clear;
		break;
	case MOUNT_OPTION_PROPAGATION:
		mount->propagation |= (unsigned long)option->set;
		break;
	case MOUNT_OPTION_BIND:
		words->bind = true;
		if (option->set)
			mount->recursive = true;
		break;
	case MOUNT_OPTION_OWN:
		take_own_option(mount, word);
		break;
	}
}

/* crun's longer form, with the maps behind it. */
static bool take_ids(struct option_words *words, const char *word)
{
	bool recursive = word[0] == 'r';
	const char *name = recursive ? word + 1 : word;

	if (strncmp(name, "idmap=", 6) != 0)
		return false;
	words->mount->idmap = recursive ? PLAN_IDMAP_RECURSIVE : PLAN_IDMAP;
	words->ids = name + 6;
	return true;
}

static void take_word(struct option_words *words, char *word, size_t index)
{
	const struct mount_option *option = names_mount_option(word);
	bool copies_up = words->mount->copy_up;

	if (option) {
		take_option(words, option, word);
		if (words->mount->copy_up && !copies_up)
			words->copy_up = index;
	} else if (word[0] && !take_ids(words, word)) {
		if (words->data_count == 0)
			words->first_data = index;
		words->data[words->data_count++] = word;
	}
}

static const char *join_data(struct planning *p, const struct option_words *words)
{
	size_t length = 1;

	if (words->data_count == 0)
		return NULL;
	for (size_t i = 0; i < words->data_count; i++)
		length += strlen(words->data[i]) + 1;

	char *data = arena_alloc(p->arena, length), *end = data;
	for (size_t i = 0; i < words->data_count; i++) {
		if (i > 0)
			*end++ = ',';
		end = stpcpy(end, words->data[i]);
	}
	return data;
}

static bool is_type(const struct plan_mount *mount, const char *type)
{
	return mount->type && strcmp(mount->type, type) == 0;
}

static void decide_kind(
	struct planning *p, struct option_words *words, const struct spec_mount *spec)
{
	struct plan_mount *mount = words->mount;
	bool bind = words->bind || (spec->type && strcmp(spec->type, "bind") == 0) ||
		    (spec->type && strcmp(spec->type, "rbind") == 0);

	if (spec->type && strcmp(spec->type, "rbind") == 0)
		mount->recursive = true;
	if (bind) {
		if (mount->kind != PLAN_MOUNT_REMOUNT)
			mount->kind = PLAN_MOUNT_BIND;
		mount->type = NULL;
		if (mount->source)
			mount->source = path_clean(p->arena, p->plan->bundle, mount->source);
	} else if (is_type(mount, "cgroup") || is_type(mount, "cgroup2")) {
		mount->kind = PLAN_MOUNT_CGROUP;
	}
	/* A bind changes the mount alone, as in mount(8). */
	mount->reconfigure = mount->kind == PLAN_MOUNT_REMOUNT && !bind &&
			     (mount->data || mount->superblock || mount->superblock_clear);
	/* A bind there is the host's, and what hides its paths has to find it where it is named. */
	mount->strict_target = is_type(mount, "proc") || is_type(mount, "sysfs") ||
			       strcmp(mount->target, "/proc") == 0 ||
			       strcmp(mount->target, "/sys") == 0;
}

/* What runc lets a container put below /proc: each a file that lxcfs and its like provide. */
static const char *const proc_files[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/slabinfo",
	"/proc/net/dev",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/crypto/fips_enabled",
};

/*
 * A mount over proc would let an image decide what label and sysctl writes, and the container's own
 * tools, get to see (CVE-2019-16884, CVE-2019-19921).
 */
static int check_proc_target(const struct plan_mount *mount)
{
	if (!path_is_below(mount->target, "/proc"))
		return 0;
	if (strcmp(mount->target, "/proc") == 0) {
		if (is_type(mount, "proc") || mount->kind != PLAN_MOUNT_FS)
			return 0;
		return refuse("%s: %s cannot be mounted on /proc", mount->place, mount->type);
	}
	for (size_t i = 0; i < sizeof(proc_files) / sizeof(proc_files[0]); i++) {
		if (strcmp(mount->target, proc_files[i]) == 0)
			return 0;
	}
	return refuse("%s: '%s' cannot be mounted because it is inside /proc", mount->place,
		mount->target);
}

static int check_mount(const struct option_words *words)
{
	const struct plan_mount *mount = words->mount;

	if (strcmp(mount->target, "/") == 0 && mount->kind != PLAN_MOUNT_REMOUNT)
		return refuse("%s: cannot mount on top of the rootfs", mount->place);
	if (mount->kind == PLAN_MOUNT_BIND && !mount->source)
		return refuse("%s.source: is required for a bind mount", mount->place);
	if (mount->kind == PLAN_MOUNT_BIND && mount->data)
		return refuse("%s.options[%zu]: bind mounts cannot have any filesystem-specific "
			      "options applied, got \"%s\"",
			mount->place, words->first_data, mount->data);
	if (mount->kind == PLAN_MOUNT_FS && !mount->type)
		return refuse("%s.type: is required for what is no bind mount", mount->place);
	if (mount->copy_up && !is_type(mount, "tmpfs"))
		return refuse("%s.options[%zu]: tmpcopyup is for tmpfs only", mount->place,
			words->copy_up);
	return check_proc_target(mount);
}

/* What is new has nothing below. */
static void fold_recursive(struct plan_mount *mount)
{
	if (mount->kind != PLAN_MOUNT_FS && mount->kind != PLAN_MOUNT_CGROUP)
		return;
	mount->attr_set = (mount->attr_set & ~mount->recursive_clear) | mount->recursive_set;
	mount->recursive_set = mount->recursive_clear = 0;
}

/*
 * A bind with no word for its flags has those of its source; with any word, it has what the words
 * say, as with runc, which remounts it.  How times are kept stays.
 */
static void clear_unnamed(struct plan_mount *mount)
{
	const uint64_t flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			       MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;

	if (mount->kind == PLAN_MOUNT_BIND && (mount->attr_set || mount->attr_clear))
		mount->attr_unnamed = flags & ~mount->attr_set & ~mount->attr_clear;
}

/* As runc, a destination may be the host's path of a place in the root. */
static const char *inside_root(const char *root, const char *target)
{
	const char *rest;

	if (strcmp(root, "/") == 0 || !path_is_below(target, root))
		return target;
	rest = target + strlen(root);
	return rest[0] ? rest : "/";
}

static int plan_one_mount(struct planning *p, size_t index)
{
	const struct spec_mount *spec = &p->spec->mounts.items[index];
	struct plan_mount *mount = &p->plan->root.mounts[index];
	struct option_words words = { .mount = mount };

	words.data = arena_new_array(p->arena, char *, spec->options.count);
	mount->place = arena_printf(p->arena, "mounts[%zu]", index);
	mount->kind = PLAN_MOUNT_FS;
	mount->source = spec->source && spec->source[0] ? spec->source : NULL;
	mount->type = spec->type && spec->type[0] ? spec->type : NULL;
	if (spec->uid_mappings.count > 0 || spec->gid_mappings.count > 0)
		mount->idmap = PLAN_IDMAP;
	if (!path_is_absolute(spec->destination))
		log_warning("%s.destination: '%s' is relative, which is deprecated", mount->place,
			spec->destination);
	mount->target =
		inside_root(p->plan->root.path, path_clean(p->arena, "/", spec->destination));
	for (size_t i = 0; i < spec->options.count; i++)
		take_word(&words, arena_strdup(p->arena, spec->options.items[i]), i);
	mount->data = join_data(p, &words);
	decide_kind(p, &words, spec);
	fold_recursive(mount);
	clear_unnamed(mount);
	if (words.ids)
		try(plan_mount_id_words(p, mount->place, words.ids, mount));
	try(plan_mount_ids(p, spec, mount));

	/* Filled first (devices, tmpcopyup, mount points of later mounts), read-only last. */
	mount->deferred_readonly = (mount->attr_set & MOUNT_ATTR_RDONLY) &&
				   mount->kind != PLAN_MOUNT_REMOUNT &&
				   (is_type(mount, "tmpfs") || strcmp(mount->target, "/dev") == 0);
	mount->source_by_parent =
		mount->kind == PLAN_MOUNT_BIND && (p->plan->namespaces.have & CLONE_NEWUSER);
	return check_mount(&words);
}

static struct plan_paths clean_paths(struct planning *p, const struct spec_strings *list)
{
	struct plan_paths paths = { arena_new_array(p->arena, const char *, list->count), 0 };

	for (size_t i = 0; i < list->count; i++) {
		const char *path = path_clean(p->arena, "/", list->items[i]);
		bool seen = false;

		for (size_t k = 0; k < paths.count; k++)
			seen = seen || strcmp(paths.items[k], path) == 0;
		if (!seen)
			paths.items[paths.count++] = path;
	}
	return paths;
}

static int plan_propagation(struct planning *p)
{
	const char *word = p->spec->linux_->rootfs_propagation;
	struct plan_root *root = &p->plan->root;
	uint64_t flags = 0;

	root->host_propagation = MS_SLAVE | MS_REC;
	if (!word || !word[0])
		return 0;
	if (names_find(&names_propagations, word, &flags) < 0)
		return refuse("linux.rootfsPropagation: unknown value \"%s\"", word);
	/* Volumes propagate to the host only where the copies of its mounts stay its peers. */
	if (!(flags & MS_UNBINDABLE))
		root->host_propagation = (unsigned long)flags | MS_REC;
	root->propagation = (unsigned long)flags;
	if (p->options->no_pivot && (flags & MS_PRIVATE))
		return refuse(
			"linux.rootfsPropagation: \"%s\" cannot be had with --no-pivot", word);
	return 0;
}

int plan_mounts(struct planning *p)
{
	const struct spec_linux *spec = p->spec->linux_;
	struct plan_root *root = &p->plan->root;

	if (!p->spec->root)
		return refuse("root: is required");
	root->path = path_clean(p->arena, p->plan->bundle, p->spec->root->path);
	root->readonly = p->spec->root->readonly;
	root->mount_label = spec->mount_label && spec->mount_label[0] ? spec->mount_label : NULL;
	/* File systems would say that they know no such option, and some would not say anything. */
	if (root->mount_label && !p->host->selinux)
		return refuse("linux.mountLabel: selinux label is specified in config, but selinux "
			      "is disabled or not supported");
	if (!root->mount_context)
		root->mount_context = "context";
	root->cgroup_v2 = p->host->cgroup_layout == HOST_CGROUP_V2;
	if (!(p->plan->namespaces.have & CLONE_NEWNS))
		root->enter = PLAN_ENTER_CHROOT;
	else
		root->enter = p->options->no_pivot ? PLAN_ENTER_MOVE : PLAN_ENTER_PIVOT;
	try(plan_propagation(p));

	root->mounts = arena_new_array(p->arena, struct plan_mount, p->spec->mounts.count + 1);
	root->mount_count = p->spec->mounts.count;
	for (size_t i = 0; i < root->mount_count; i++)
		try(plan_one_mount(p, i));
	if (p->plan->notify_socket)
		plan_notify_mount(p, &root->mounts[root->mount_count++]);
	root->masked = clean_paths(p, &spec->masked_paths);
	root->readonly_paths = clean_paths(p, &spec->readonly_paths);
	if (root->enter == PLAN_ENTER_CHROOT &&
		(root->mount_count || root->masked.count || root->readonly_paths.count ||
			root->readonly))
		return refuse("mounts, root.readonly, linux.maskedPaths and linux.readonlyPaths: "
			      "unable to change mounts without a private MNT namespace");
	return 0;
}
