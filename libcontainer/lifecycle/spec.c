#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "libcontainer/container.h"
#include "libcontainer/kernel/host.h"
#include "libcontainer/lifecycle/open.h"
#include "oci-spec/example.h"
#include "oci-spec/schema.h"
#include "oci-spec/types.h"
#include "oci-spec/write.h"

int container_spec(bool rootless, char **ret_json)
{
	auto_arena struct arena arena = { 0 };
	auto_str struct str text = { 0 };
	struct example_options options = {
		.rootless = rootless,
		.uid = geteuid(),
		.gid = getegid(),
	};
	struct spec_config *config;
	struct host host;

	/* As runc's: on v1 programs expect to see their cgroup where the host has it. */
	try(host_read(&arena, &host));
	(void)umask(host.umask);
	options.cgroup_namespace = host.cgroup_layout == HOST_CGROUP_V2;

	try(example_make(&arena, &options, &config));
	try(spec_write(spec_schema_config(), config, true, &text));
	*ret_json = str_steal(&text);
	return *ret_json ? 0 : fail(ENOMEM, "write the configuration");
}
