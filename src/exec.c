#include "libcontainer/base/error.h"
#include "src/command.h"

static struct container_exec_options exec;

/* clang-format off */
static const struct option exec_options[] = {
	TEXT("process", 'p', "FILE", &exec.process,
		"process to run, as JSON; instead of a command"),
	TEXT("cwd", 0, "DIR", &exec.cwd,
		"current directory of the command"),
	TEXTS("env", 'e', "NAME=VALUE", &exec.env,
		"one more environment variable"),
	FLAG("tty", 't', &exec.tty,
		"give the command a terminal"),
	TEXT("user", 'u', "UID[:GID]", &exec.user,
		"ids of the command"),
	TEXTS("additional-gids", 'g', "GID", &exec.additional_gids,
		"one more group"),
	TEXTS("cap", 'c', "CAPABILITY", &exec.capabilities,
		"one more capability"),
	MAYBE("no-new-privs", 0, &exec.no_new_privileges,
		"no privileges are gained by running a program"),
	TEXTS("cgroup", 0, "[CONTROLLER,...:]PATH", &exec.cgroups,
		"group of the command, below the container's"),
	TEXT("apparmor", 0, "PROFILE", &exec.apparmor,
		"AppArmor profile of the command"),
	TEXT("process-label", 0, "LABEL", &exec.process_label,
		"SELinux label of the command"),
	FLAG("detach", 'd', &exec.detach,
		"return once the command runs"),
	TEXT("pid-file", 0, "FILE", &exec.pid_file,
		"file that gets the pid of the command"),
	TEXT("console-socket", 0, "SOCKET", &exec.console_socket,
		"unix socket that gets the terminal"),
	TEXT("pidfd-socket", 0, "SOCKET", &exec.pidfd_socket,
		"unix socket that gets a descriptor of the process"),
	NUMBER("preserve-fds", 0, "N", &exec.preserve_fds,
		"hand on N more descriptors, from 3 on"),
	FLAG("ignore-paused", 0, &exec.ignore_paused,
		"start even in a paused container, to run on resume"),
	FLAG("no-subreaper", 0, &exec.no_subreaper, NULL),
	OPTIONS_END
};
/* clang-format on */

static int exec_check(char **arguments)
{
	if (!exec.process && !arguments[1])
		return refuse("caisson: \"exec\" requires a minimum of 2 argument(s)");
	if (exec.process && arguments[1])
		return refuse("exec: both a command and --process are given");
	return 0;
}

static int exec_run(struct command_call *call)
{
	int wait_status = 0;

	exec.id = call->arguments[0];
	exec.args = (const char **)call->arguments + 1;
	try(container_exec(call->context, &exec, &wait_status));
	call->status = command_status(wait_status);
	return 0;
}

const struct command command_exec = {
	.name = "exec",
	.arguments = "ID COMMAND [ARGUMENT...]",
	.summary = "run a command in a container",
	.description =
		"   Runs one more process in a container that is created or running, waits for "
		"its\n"
		"   end and exits with its status, or 128 and the number of the signal that ended\n"
		"   it.  A failure of caisson itself is 255.  Options end at ID: what follows is\n"
		"   the command's.",
	.options = exec_options,
	.order = OPTIONS_FIRST,
	.minimum = 1,
	.maximum = COMMAND_ANY_NUMBER,
	.check = exec_check,
	.sealed = true,
	.failure = 255,
	.run = exec_run,
};
