/* What a container's later verbs need of its configuration. */
#include "libcontainer/plan/parts.h"
#include "libcontainer/plan/plan.h"

struct kept {
	struct spec_config config;
	struct spec_process process;
	struct spec_linux linux_;
	struct spec_seccomp seccomp;
	struct spec_hooks hooks;
};

static void keep_linux(const struct spec_linux *spec, struct kept *kept)
{
	kept->linux_ = (struct spec_linux){
		.uid_mappings = spec->uid_mappings,
		.gid_mappings = spec->gid_mappings,
		.namespaces = spec->namespaces,
		.resources = spec->resources,
		.intel_rdt = spec->intel_rdt,
		.memory_policy = spec->memory_policy,
		.personality = spec->personality,
	};
	kept->config.linux_ = &kept->linux_;
	if (!spec->seccomp)
		return;
	/* The rules are in the compiled filter, which is kept beside. */
	kept->seccomp = *spec->seccomp;
	kept->seccomp.syscalls = (struct spec_seccomp_rule_list){ .set = true };
	if (!plan_seccomp_notifies(spec->seccomp))
		kept->seccomp.listener_path = kept->seccomp.listener_metadata = NULL;
	kept->linux_.seccomp = &kept->seccomp;
}

const struct spec_config *plan_kept(struct arena *arena, const struct spec_config *spec)
{
	struct kept *kept = arena_new(arena, struct kept);

	kept->config.oci_version = spec->oci_version;
	if (spec->process) {
		kept->process = *spec->process;
		/* exec has its own. */
		kept->process.args = (struct spec_strings){ 0 };
		kept->config.process = &kept->process;
	}
	if (spec->hooks) {
		kept->hooks.poststart = spec->hooks->poststart;
		kept->hooks.poststop = spec->hooks->poststop;
		kept->config.hooks = &kept->hooks;
	}
	if (spec->linux_)
		keep_linux(spec->linux_, kept);
	return &kept->config;
}
