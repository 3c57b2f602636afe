#include "libcontainer/process/execute.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"

int execute_enter_directory(const char *cwd)
{
	uninitialized char present[PATH_MAX];

	if (chdir(cwd) < 0) {
		if (errno == EACCES || errno == EPERM)
			return -errno;
		return fail(errno, "process.cwd: chdir to '%s'", cwd);
	}
	/*
	 * CVE-2024-21626: "/proc/self/fd/7" may be a directory of the host.  The system call
	 * itself, as getcwd(3) has fallbacks: it says "(unreachable)/..." for what our root does
	 * not contain.
	 */
	long length = syscall(SYS_getcwd, present, sizeof(present));
	if (length < 0 && errno != ENOENT)
		return fail(errno, "process.cwd: getcwd in '%s'", cwd);
	if (length < 0 || present[0] != '/')
		return refuse("process.cwd: '%s' is outside of the container's root: "
			      "possible container breakout detected",
			cwd);
	return 0;
}

/* Whether a file may be executed with the ids and capabilities that we have now. */
static int check_executable(const char *path)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return -errno;
	if (S_ISDIR(file.st_mode))
		return -EISDIR;
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
		return 0;
	/* A filter that was written before faccessat2(2) may hide it; execve(2) has the last word.
	 */
	if ((errno == ENOSYS || errno == EPERM) && (file.st_mode & 0111))
		return 0;
	return errno == EPERM || errno == ENOSYS ? -EACCES : -errno;
}

static const char *environment_find(const char **env, const char *name)
{
	size_t length = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, length) == 0 && (*env)[length] == '=')
			return *env + length + 1;
	return NULL;
}

static int find_by_path(const char *name, char *buffer, size_t size)
{
	char words[128];
	int code;

	if (strlen(name) >= size)
		return refuse_as(ENAMETOOLONG, "exec: \"%s\": file name too long", name);
	(void)strcpy(buffer, name);
	code = check_executable(buffer);
	if (code == 0)
		return 0;
	if (code == -EACCES || code == -EISDIR)
		return refuse_as(
			code, "exec: \"%s\": %s", name, error_name(code, words, sizeof(words)));
	return refuse_as(code, "exec: \"%s\": stat %s: %s", name, name,
		error_name(code, words, sizeof(words)));
}

int execute_find(const struct plan_process *plan, char *buffer, size_t size)
{
	const char *name = plan->args[0];
	const char *path = environment_find(plan->env, "PATH");
	bool denied = false;

	if (strchr(name, '/'))
		return find_by_path(name, buffer, size);
	while (path && name[0]) {
		size_t length = strcspn(path, ":");
		/* An empty element is the current directory, as for execvp(3). */
		int used = snprintf(buffer, size, "%.*s/%s", length ? (int)length : 1,
			length ? path : ".", name);

		if (used > 0 && (size_t)used < size) {
			int code = check_executable(buffer);

			if (code == 0)
				return 0;
			denied = denied || code == -EACCES;
		}
		path = path[length] ? path + length + 1 : NULL;
	}
	if (denied)
		return refuse_as(EACCES, "exec: \"%s\": permission denied", name);
	return refuse_as(ENOENT, "exec: \"%s\": executable file not found in $PATH", name);
}

int execute_program(const char *path, const struct plan_process *plan)
{
	(void)execve(path, (char *const *)plan->args, (char *const *)plan->env);
	/* Engines look for exactly these words: "exec /run.sh: no such file or directory". */
	return fail(errno, "exec %s", path);
}
