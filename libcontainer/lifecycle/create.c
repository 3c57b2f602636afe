/* create: everything but the program. */
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/lifecycle/creation.h"
#include "libcontainer/launch/sealed_exe.h"
#include "libcontainer/store/directory.h"

int container_seal(char **argv)
{
	return sealed_exe_enter(argv);
}

int container_create(const struct container_context *c, const struct container_create_options *o)
{
	struct creation creation = { 0 };
	int r = creation_prepare(c, o, PLAN_CREATE, &creation);

	if (r == 0)
		r = creation_launch(c, &creation);
	if (r == 0)
		store_unlock(creation.launch.directory);
	creation_done(&creation);
	return r;
}
