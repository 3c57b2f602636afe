#include "libcontainer/plan/plan.h"

const char *plan_hook_name(enum plan_hook_point point)
{
	/* clang-format off */
	static const char *const names[PLAN_HOOK_POINTS] = {
		[PLAN_HOOK_PRESTART]         = "prestart",
		[PLAN_HOOK_CREATE_RUNTIME]   = "createRuntime",
		[PLAN_HOOK_CREATE_CONTAINER] = "createContainer",
		[PLAN_HOOK_START_CONTAINER]  = "startContainer",
		[PLAN_HOOK_POSTSTART]        = "poststart",
		[PLAN_HOOK_POSTSTOP]         = "poststop",
	};
	/* clang-format on */

	return names[point];
}
