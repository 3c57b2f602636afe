/*
 * The features document: features.md of the spec.  It says what this program can do on any host, so
 * it is made from tables and the library that is linked in, and no file is opened for it.
 */
#include <string.h>

#include "config.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"
#include "libcontainer/base/str.h"
#include "libcontainer/container.h"
#include "libcontainer/hook/run.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/plan/annotations.h"
#include "libcontainer/security/seccomp.h"
#include "oci-spec/schema.h"
#include "oci-spec/write.h"

#define SPEC_VERSION_MINIMUM "1.0.0"
#define SPEC_VERSION "1.3.0"

/* clang-format off */
#define YES { .set = true, .value = true }

/* What is in no table: whole features. */
static struct spec_features_cgroup cgroup = {
	.v1 = YES, .v2 = YES, .rdma = YES,
	.systemd = { true, WITH_SYSTEMD }, .systemd_user = { true, WITH_SYSTEMD },
};
static struct spec_features_enabled enabled = { .enabled = YES };
static struct spec_features_intel_rdt intel_rdt = {
	.enabled = YES, .schemata = YES, .monitoring = YES,
};
static struct spec_features_mount_extensions mount_extensions = { .idmap = &enabled };

/* clang-format on */

const char *container_spec_version(void)
{
	return SPEC_VERSION;
}

const char *container_seccomp_version(void)
{
	return seccomp_library_version();
}

static struct spec_strings strings_new(struct arena *arena, size_t capacity)
{
	return (struct spec_strings){
		.items = arena_new_array(arena, const char *, capacity),
		.set = true,
	};
}

static struct spec_strings list_hooks(struct arena *arena)
{
	struct spec_strings list = strings_new(arena, PLAN_HOOK_POINTS);

	for (int point = 0; point < PLAN_HOOK_POINTS; point++)
		list.items[list.count++] = plan_hook_name((enum plan_hook_point)point);
	return list;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct spec_strings list_mount_options(struct arena *arena)
{
	struct spec_strings list = strings_new(arena, names_mount_option_count);

	for (size_t i = 0; i < names_mount_option_count; i++)
		list.items[list.count++] = names_mount_options[i].name;
	qsort(list.items, list.count, sizeof(*list.items), compare_words);
	return list;
}

static struct spec_strings list_names(struct arena *arena, const struct named_values *names)
{
	struct spec_strings list = strings_new(arena, names->count);

	for (size_t i = 0; i < names->count; i++)
		list.items[list.count++] = names->items[i].name;
	return list;
}

/* Those that change what is done; the last stands for all that begin with it. */
static struct spec_strings list_annotations(struct arena *arena)
{
	struct spec_strings list = strings_new(arena, annotations_count + 1);

	for (size_t i = 0; i < annotations_count; i++)
		list.items[list.count++] = annotations_name(i);
	if (WITH_SYSTEMD)
		list.items[list.count++] = "org.systemd.property.";
	return list;
}

/* known: what libseccomp can do, where the spec has more words. */
static struct spec_strings list_words(
	struct arena *arena, const struct words *words, bool (*known)(const char *word))
{
	struct spec_strings list = strings_new(arena, words->count);

	for (size_t i = 0; i < words->count; i++) {
		if (!known || known(words->items[i]))
			list.items[list.count++] = words->items[i];
	}
	return list;
}

static struct spec_features_seccomp *describe_seccomp(struct arena *arena)
{
	struct spec_features_seccomp *seccomp = arena_new(arena, struct spec_features_seccomp);

	*seccomp = (struct spec_features_seccomp){
		.enabled = YES,
		.actions = list_words(arena, &words_seccomp_actions, seccomp_knows_action),
		.operators = list_words(arena, &words_seccomp_operators, NULL),
		.archs =
			list_words(arena, &words_seccomp_architectures, seccomp_knows_architecture),
		.known_flags = list_words(arena, &words_seccomp_flags, NULL),
		.supported_flags = list_words(arena, &words_seccomp_flags, seccomp_knows_flag),
	};
	return seccomp;
}

static struct spec_features_memory_policy *describe_memory_policy(struct arena *arena)
{
	struct spec_features_memory_policy *policy =
		arena_new(arena, struct spec_features_memory_policy);

	*policy = (struct spec_features_memory_policy){
		.modes = list_words(arena, &words_memory_modes, NULL),
		.flags = list_words(arena, &words_memory_flags, NULL),
	};
	return policy;
}

static struct spec_features_linux *describe_linux(struct arena *arena)
{
	struct spec_features_linux *linux_ = arena_new(arena, struct spec_features_linux);

	*linux_ = (struct spec_features_linux){
		.namespaces = list_names(arena, &names_namespaces),
		.capabilities = list_names(arena, &names_capabilities),
		.cgroup = &cgroup,
		.seccomp = describe_seccomp(arena),
		.apparmor = &enabled,
		.selinux = &enabled,
		.intel_rdt = &intel_rdt,
		.memory_policy = describe_memory_policy(arena),
		.mount_extensions = &mount_extensions,
		.net_devices = &enabled,
	};
	return linux_;
}

int container_features(char **ret_json)
{
	auto_arena struct arena arena = { 0 };
	auto_str struct str text = { 0 };
	struct spec_pair annotations[] = {
		{ "io.github.seccomp.libseccomp.version", seccomp_library_version() },
		{ "org.opencontainers.runc.checkpoint.enabled", "false" },
	};
	const struct spec_features features = {
		.oci_version_min = SPEC_VERSION_MINIMUM,
		.oci_version_max = SPEC_VERSION,
		.hooks = list_hooks(&arena),
		.mount_options = list_mount_options(&arena),
		.linux_ = describe_linux(&arena),
		.annotations = { annotations, COUNT_OF(annotations), true },
		.unsafe_annotations = list_annotations(&arena),
	};

	try(spec_write(spec_schema_features(), &features, true, &text));
	*ret_json = str_steal(&text);
	return *ret_json ? 0 : fail(ENOMEM, "describe the features");
}
