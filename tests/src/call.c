#include "tests/src/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "src/program.h"

/* Last: its fail() takes the name of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

char call_directory[64];
char out[16384], err[16384];
pid_t call_child;

void call_read(const char *name, char *text, size_t size)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", call_directory, name);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
	text[length < 0 ? 0 : length] = '\0';
}

static void child_redirect(const char *name, int target)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0 || dup2(fd, target) < 0)
		_exit(99);
}

int call_words(const char *const *words)
{
	int count = 0;
	int status;

	while (words[count])
		count++;
	call_child = fork();
	assert_true(call_child >= 0);
	if (call_child == 0) {
		if (chdir(call_directory) < 0)
			_exit(99);
		child_redirect("out", STDOUT_FILENO);
		child_redirect("err", STDERR_FILENO);
		(void)setvbuf(stdout, NULL, _IONBF, 0);
		_exit(program_run(count, (char **)words));
	}
	assert_int_equal(waitpid(call_child, &status, 0), call_child);
	call_read("out", out, sizeof(out));
	call_read("err", err, sizeof(err));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void assert_starts(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("'%s' does not begin with '%s'", text, start);
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' has no '%s' in it", text, part);
}

int call_begin(void **state)
{
	(void)state;
	(void)unsetenv("XDG_RUNTIME_DIR");
	(void)snprintf(call_directory, sizeof(call_directory), "/tmp/caisson-program-XXXXXX");
	return mkdtemp(call_directory) ? 0 : -1;
}

int call_end(void **state)
{
	static const char *const names[] = { "out", "err", "log", "config.json", "other.json",
		"closed.log" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/%s", call_directory, names[i]);
		(void)unlink(path);
	}
	return rmdir(call_directory);
}

size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}
