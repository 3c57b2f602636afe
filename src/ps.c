#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/str.h"
#include "src/command.h"
#include "src/format.h"
#include "src/output.h"

static const char *format;

/* clang-format off */
static const struct option ps_options[] = {
	TEXT("format", 'f', "FORMAT", &format,
		"table (default) or json"),
	OPTIONS_END
};
/* clang-format on */

struct pids {
	pid_t *items;
	size_t count;
};

static int pids_write_json(const struct pids *pids, struct str *text)
{
	try(str_append(text, "["));
	for (size_t i = 0; i < pids->count; i++)
		try(str_printf(text, "%s%d", i == 0 ? "" : ",", (int)pids->items[i]));
	return str_append(text, "]\n");
}

static bool pids_have(const struct pids *pids, const char *word)
{
	for (size_t i = 0; i < pids->count; i++) {
		if (pids->items[i] == strtol(word, NULL, 10))
			return true;
	}
	return false;
}

/* ---- the host's ps(1) ----------------------------------------------------------------- */

static int read_all(int fd, struct str *text)
{
	char chunk[4096];

	for (;;) {
		ssize_t size = read(fd, chunk, sizeof(chunk));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return fail(errno, "ps: read");
		if (size == 0)
			return 0;
		try(str_append_data(text, chunk, (size_t)size));
	}
}

/* Starts ps with its standard output in a pipe, whose other end is *ret_fd. */
static int ps_start(char **arguments, pid_t *ret_pid, int *ret_fd)
{
	int ends[2];
	posix_spawn_file_actions_t actions;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(errno, "ps: pipe");
	auto_close int reader = ends[0];
	auto_close int writer = ends[1];

	int error = posix_spawn_file_actions_init(&actions);
	if (error)
		return fail(error, "ps");
	error = posix_spawn_file_actions_adddup2(&actions, writer, STDOUT_FILENO);
	if (!error)
		error = posix_spawnp(ret_pid, arguments[0], &actions, NULL, arguments, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (error)
		return fail(error, "run 'ps'");
	*ret_fd = steal_fd(&reader);
	return 0;
}

static int ps_finish(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return fail(errno, "ps: wait");
	}
	if (status != 0)
		return refuse("ps ended with status %d", command_status(status));
	return 0;
}

static int ps_output(char **arguments, struct str *text)
{
	auto_close int fd = -EBADF;
	pid_t pid;

	try(ps_start(arguments, &pid, &fd));
	int error = read_all(fd, text);
	/* Closed first: a ps that is still writing must end. */
	fd_close(&fd);
	try(error);
	return ps_finish(pid);
}

/* ---- its lines ------------------------------------------------------------------------ */

/* The beginning of the n-th word; NULL where there are not as many. */
static const char *line_word(const char *line, size_t n)
{
	for (;;) {
		line += strspn(line, " \t");
		if (!*line)
			return NULL;
		if (n-- == 0)
			return line;
		line += strcspn(line, " \t");
	}
}

static int header_find_pid(const char *header, size_t *ret_column)
{
	const char *word;

	for (size_t column = 0; (word = line_word(header, column)); column++) {
		if (strcspn(word, " \t") == 3 && memcmp(word, "PID", 3) == 0) {
			*ret_column = column;
			return 0;
		}
	}
	return refuse("ps prints no column PID, by which the container's processes are known");
}

/* Keeps the header, and the lines of these processes. */
static int lines_filter(char *lines, const struct pids *pids, struct str *text)
{
	char *rest = lines;
	const char *line = strsep(&rest, "\n");
	size_t column = 0; /* set where it is used, which gcc cannot see */

	try(header_find_pid(line, &column));
	try(str_printf(text, "%s\n", line));
	while ((line = strsep(&rest, "\n"))) {
		const char *word = line_word(line, column);

		if (word && pids_have(pids, word))
			try(str_printf(text, "%s\n", line));
	}
	return 0;
}

static int pids_write_table(const struct pids *pids, char **words, struct str *text)
{
	auto_str struct str lines = { 0 };
	size_t count = 0;

	while (words[count])
		count++;
	auto_free char **arguments = calloc(count + 3, sizeof(*arguments));
	if (!arguments)
		return fail(ENOMEM, "ps");
	arguments[0] = (char *)"ps";
	arguments[1] = (char *)"-ef";
	if (count > 0)
		memcpy(arguments + 1, words, count * sizeof(*words));
	try(ps_output(arguments, &lines));
	return lines_filter(lines.text ? lines.text : (char[]){ "" }, pids, text);
}

static int ps_run(struct command_call *call)
{
	auto_str struct str text = { 0 };
	auto_free pid_t *items = NULL;
	struct pids pids = { 0 };
	bool json;

	try(format_is_json(format, "table", &json));
	try(container_processes(call->context, call->arguments[0], &items, &pids.count));
	pids.items = items;
	if (json)
		try(pids_write_json(&pids, &text));
	else
		try(pids_write_table(&pids, call->arguments + 1, &text));
	return output_text(text.text);
}

const struct command command_ps = {
	.name = "ps",
	.arguments = "ID [PS-OPTION...]",
	.summary = "list the processes of a container",
	.description =
		"   Runs the host's ps(1), with the option -ef or those behind ID, and prints its\n"
		"   header and the lines of the container's processes.",
	.options = ps_options,
	.order = OPTIONS_FIRST,
	.minimum = 1,
	.maximum = COMMAND_ANY_NUMBER,
	.run = ps_run,
};
