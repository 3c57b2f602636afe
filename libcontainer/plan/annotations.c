#include "libcontainer/plan/annotations.h"

#include <string.h>

#include "libcontainer/base/log.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/base/path.h"
#include "libcontainer/base/str.h"
#include "libcontainer/plan/parts.h"

#define CREATED_TIMEOUT "org.caisson.created-timeout"
#define UMASK "org.caisson.umask"

static int read_timeout(const char *name, const char *value, uint32_t *ret_seconds)
{
	if (parse_u32(value, ret_seconds) < 0 || *ret_seconds == 0)
		return refuse("annotations.%s: \"%s\": wants a number of seconds, from 1 on", name,
			value);
	return 0;
}

/* Whoever creates and does not come to starting, as it was killed, would leave a process for ever.
 */
static int take_created_timeout(struct planning *p, const char *name, const char *value)
{
	return read_timeout(name, value, &p->plan->created_timeout);
}

int annotations_created_timeout(const struct spec_pairs *annotations, uint32_t *ret_seconds)
{
	*ret_seconds = 0;
	for (size_t i = 0; i < annotations->count; i++) {
		const struct spec_pair *annotation = &annotations->items[i];

		if (strcmp(annotation->key, CREATED_TIMEOUT) == 0)
			try(read_timeout(annotation->key, annotation->value, ret_seconds));
	}
	return 0;
}

/* Images expect 022, which is the default; the specification leaves it as it is. */
static int take_umask(struct planning *p, const char *name, const char *value)
{
	if (strcmp(value, "unchanged") != 0)
		return refuse("annotations.%s: \"%s\" is not unchanged", name, value);
	p->plan->process.umask_unchanged = true;
	return 0;
}

/* As crun, relative paths are the bundle's. */
static const char *host_path(struct planning *p, const char *value)
{
	return path_clean(p->arena, p->plan->bundle, value);
}

static int need_path(const char *name, const char *value)
{
	return *value ? 0 : refuse("annotations.%s: wants a path", name);
}

static int take_output(struct planning *p, const char *name, const char *value)
{
	try(need_path(name, value));
	p->plan->hook_output = host_path(p, value);
	return 0;
}

static int take_error_output(struct planning *p, const char *name, const char *value)
{
	try(need_path(name, value));
	p->plan->hook_error_output = host_path(p, value);
	return 0;
}

/* "0" is the one way to say no. */
static int take_groups(struct planning *p, const char *name, const char *value)
{
	(void)name;
	p->plan->users.keep_groups = strcmp(value, "0") != 0;
	return 0;
}

static int take_context(struct planning *p, const char *name, const char *value)
{
	static const char *const words[] = { "context", "fscontext", "defcontext", "rootcontext" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		p->plan->root.mount_context = words[i];
		return 0;
	}
	return refuse("annotations.%s: \"%s\" is neither context nor fscontext, defcontext or "
		      "rootcontext",
		name, value);
}

/* Whoever calls us has said the same more plainly with --pidfd-socket. */
static int take_receiver(struct planning *p, const char *name, const char *value)
{
	try(need_path(name, value));
	if (!p->plan->pidfd_socket)
		p->plan->pidfd_socket = host_path(p, value);
	return 0;
}

/*
 * A virtual machine or an interpreter of WebAssembly is not had here, and a plain process instead
 * would be less confined, or no program at all.  What crun starts as a plain process, we do too:
 * the pause container of a pod, and with "wasm-smart" all that is no WebAssembly.
 */
static int take_handler(struct planning *p, const char *name, const char *value)
{
	const struct spec_pairs *all = &p->spec->annotations;
	const struct spec_process *process = p->process;
	const char *program = process && process->args.count > 0 ? process->args.items[0] : "";

	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->items[i].key, "io.kubernetes.cri.container-type") == 0 &&
			strcmp(all->items[i].value, "sandbox") == 0)
			return 0;
	}
	if (strcmp(value, "wasm-smart") == 0 && !str_ends(program, ".wasm") &&
		!str_ends(program, ".wat"))
		return 0;
	return refuse("annotations.%s: \"%s\": there are no handlers here", name, value);
}

/* Whether it can be a group is said where there is a unit: unit.c. */
static int take_subgroup(struct planning *p, const char *name, const char *value)
{
	(void)name;
	p->plan->cgroup.unit.subgroup = *value ? value : NULL;
	return 0;
}

/* clang-format off */
static const struct {
	const char *name;
	bool for_exec; /* it is about each process of the container, not about its start */
	int (*take)(struct planning *p, const char *name, const char *value);
} rows[] = {
	{ CREATED_TIMEOUT,                false, take_created_timeout },
	{ UMASK,                          true,  take_umask },
	{ "run.oci.handler",              false, take_handler },
	{ "run.oci.hooks.stderr",         false, take_error_output },
	{ "run.oci.hooks.stdout",         false, take_output },
	{ "run.oci.keep_original_groups", true,  take_groups },
	{ "run.oci.mount_context_type",   false, take_context },
	{ "run.oci.pidfd_receiver",       false, take_receiver },
	{ "run.oci.systemd.subgroup",     false, take_subgroup },
};
/* clang-format on */

const size_t annotations_count = sizeof(rows) / sizeof(rows[0]);

const char *annotations_name(size_t index)
{
	return rows[index].name;
}

static int take(struct planning *p, const struct spec_pair *annotation)
{
	for (size_t i = 0; i < annotations_count; i++) {
		if (strcmp(rows[i].name, annotation->key) != 0)
			continue;
		if (p->options->verb == PLAN_EXEC && !rows[i].for_exec)
			return 0;
		return rows[i].take(p, annotation->key, annotation->value);
	}
	if (str_starts(annotation->key, "run.oci."))
		log_debug("annotations.%s: is not known here", annotation->key);
	return 0;
}

int plan_annotations(struct planning *p)
{
	const struct spec_pairs *all = &p->spec->annotations;

	for (size_t i = 0; i < all->count; i++)
		try(take(p, &all->items[i]));
	return 0;
}
