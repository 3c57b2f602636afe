#include "src/globals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/path.h"

#define DEFAULT_ROOT "/run/caisson"

struct globals globals;

/* clang-format off */
const struct option globals_options[] = {
	TEXT("root", 0, "DIR", &globals.root,
		"where the containers' state is kept (default: " DEFAULT_ROOT ")"),
	TEXT("log", 0, "FILE", &globals.log,
		"append log lines to FILE, journald:NAME or syslog:NAME"),
	TEXT("log-format", 0, "FORMAT", &globals.log_format,
		"text (default) or json"),
	FLAG("debug", 0, &globals.debug,
		"log what is done, too"),
	TEXT("log-level", 0, "LEVEL", &globals.log_level,
		"error, warning (default) or debug; instead of --debug"),
	FLAG("systemd-cgroup", 0, &globals.systemd_cgroup,
		"let systemd make the cgroups"),
	TEXT("cgroup-manager", 0, "MANAGER", &globals.cgroup_manager,
		"cgroupfs (default), systemd, or disabled"),
	TRISTATE("rootless", 0, "BOOL", &globals.rootless,
		"forgive cgroups that may not be made: true, false, auto"),
	FLAG("version", 'v', &globals.version,
		"print versions"),
	OPTIONS_END
};
/* clang-format on */

/* The number of the first user namespace is fixed: PROC_USER_INIT_INO of the kernel. */
static bool user_namespace_is_first(void)
{
	struct stat status;

	/* Without them, or without /proc, this is nobody's sandbox. */
	return stat("/proc/self/ns/user", &status) < 0 || status.st_ino == 0xeffffffdU;
}

/*
 * The user's own directory, for those who can't write to /run: plain users, and root of a user
 * namespace; there, USER=root says that the namespace is a whole system with a /run of its own.
 */
static const char *user_directory(void)
{
	const char *directory = getenv("XDG_RUNTIME_DIR");
	const char *user = getenv("USER");

	if (!directory || !path_is_absolute(directory))
		return NULL;
	if (getauxval(AT_EUID) != 0)
		return directory;
	if ((user && strcmp(user, "root") == 0) || user_namespace_is_first())
		return NULL;
	return directory;
}

static int root_choose(struct arena *arena, struct container_context *context)
{
	char here[PATH_MAX] = "/";
	const char *directory;

	context->root_given = globals.root != NULL;
	if (!globals.root) {
		directory = user_directory();
		context->root = directory ? path_join(arena, directory, "caisson") : DEFAULT_ROOT;
		context->root_private = directory != NULL;
		return 0;
	}
	if (!*globals.root)
		return refuse("option --root wants a directory");
	if (!path_is_absolute(globals.root) && !getcwd(here, sizeof(here)))
		return fail(errno, "option --root: current directory");
	context->root = path_clean(arena, here, globals.root);
	if (strcmp(context->root, "/") == 0)
		return refuse("option --root must not be '/'");
	return 0;
}

static int cgroup_manager_choose(struct container_context *context)
{
	static const char *const names[] = {
		[CONTAINER_CGROUPFS] = "cgroupfs",
		[CONTAINER_SYSTEMD] = "systemd",
		[CONTAINER_CGROUP_DISABLED] = "disabled",
	};

	context->cgroup_manager = globals.systemd_cgroup ? CONTAINER_SYSTEMD : CONTAINER_CGROUPFS;
	if (!globals.cgroup_manager)
		return 0;
	for (unsigned int i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(globals.cgroup_manager, names[i]) == 0) {
			context->cgroup_manager = i;
			return 0;
		}
	}
	return refuse("option --cgroup-manager: '%s' is neither cgroupfs, systemd nor disabled",
		globals.cgroup_manager);
}

/*
 * Of the environment, and no option: so it is on in all that a test does, also where engines and
 * hooks call us.
 */
static bool asks_for_assertion(void)
{
	const char *value = getenv("CAISSON_ASSERT_START");

	return value && *value && strcmp(value, "0") != 0;
}

int globals_context(struct container_context *ret_context)
{
	static struct arena arena;
	struct container_context context = {
		.rootless = globals.rootless,
		.assert_start = asks_for_assertion(),
	};

	try(root_choose(&arena, &context));
	try(cgroup_manager_choose(&context));
	*ret_context = context;
	return 0;
}
