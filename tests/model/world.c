#include "tests/model/world.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deaf to SIGTERM, never alone, and does what it is told. */
#define PROGRAM \
	"trap '' TERM; sleep 100000 & exec 3<>/control; " \
	"while read -r line <&3; do case $line in exit) exit 3;; fork) sleep 100000 & ;; esac; " \
	"done"

static bool say(char wrong[WRONG_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool say(char wrong[WRONG_SIZE], const char *format, ...)
{
	va_list values;

	va_start(values, format);
	(void)vsnprintf(wrong, WRONG_SIZE, format, values);
	va_end(values);
	return false;
}

/* The number of bytes, or -1; what doesn't fit is left out. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while (used + 1 < size && (got = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	(void)close(fd);
	text[used] = '\0';
	return got < 0 ? -1 : (ssize_t)used;
}

static bool exists(const char *directory, const char *name)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

/* ---- making ----------------------------------------------------------------------------- */

static void find_cgroups(struct world *world)
{
	static char text[1 << 16];
	char *rest = text, *line;

	if (read_file("/proc/self/mountinfo", text, sizeof(text)) < 0)
		die("read the mount table");
	while ((line = strsep(&rest, "\n"))) {
		const char *type = strstr(line, " - cgroup");
		char place[256];

		if (!type || world->cgroup_count == HIERARCHIES_MAX)
			continue;
		if (sscanf(line, "%*s %*s %*s %*s %255s", place) != 1)
			continue;
		if (asprintf(&world->cgroups[world->cgroup_count], "%s/%s", place, world->id) < 0)
			die("memory");
		world->cgroup_count++;
	}
	if (world->cgroup_count == 0)
		die("no control groups are mounted");
}

static void run_tool(const char *command)
{
	if (system(command) != 0)
		die("'%s' failed", command);
}

void world_make(const struct runtime *runtime, struct world *ret_world)
{
	struct world *world = ret_world;
	char command[1024];

	*world = (struct world){ .runtime = *runtime, .control_fd = -1 };
	(void)snprintf(world->id, sizeof(world->id), "caisson-model-%d", getpid());
	(void)snprintf(world->directory, sizeof(world->directory), "%s/%s.XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", world->id);
	if (!mkdtemp(world->directory))
		die("make '%s'", world->directory);
	(void)snprintf(world->bundle, sizeof(world->bundle), "%s/bundle", world->directory);
	(void)snprintf(world->root, sizeof(world->root), "%s/state", world->directory);
	(void)snprintf(world->state, sizeof(world->state), "%s/%s", world->root, world->id);
	(void)snprintf(world->control, sizeof(world->control), "%s/rootfs/control", world->bundle);
	world->runtime.root = world->root;
	(void)snprintf(command, sizeof(command),
		"mkdir -p '%s' && cd '%s' && mkdir -p rootfs/bin rootfs/proc rootfs/dev && "
		"cp \"$(command -v busybox)\" rootfs/bin/sh && ln -s sh rootfs/bin/sleep",
		world->root, world->bundle);
	if (mkdir(world->bundle, 0755) < 0)
		die("make '%s'", world->bundle);
	run_tool(command);
	find_cgroups(world);
	(void)read_file("/proc/self/mountinfo", world->mounts[0], sizeof(world->mounts[0]));
}

void world_configure(struct world *world, bool own)
{
	char path[512];
	FILE *file;

	world->own = own;
	(void)snprintf(path, sizeof(path), "%s/config.json", world->bundle);
	file = fopen(path, "we");
	if (!file)
		die("write '%s'", path);
	(void)fprintf(file,
		"{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"},\n"
		"\"process\": {\"cwd\": \"/\", \"env\": [\"PATH=/bin\"],\n"
		"\"args\": [\"sh\", \"-c\", \"" PROGRAM "\"]},\n"
		"\"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\"}],\n"
		"\"linux\": {\"cgroupsPath\": \"/%s\", \"namespaces\":\n"
		"[{\"type\": \"mount\"}, {\"type\": \"ipc\"}, {\"type\": \"uts\"}%s]}}\n",
		world->id, own ? ", {\"type\": \"pid\"}" : "");
	if (fclose(file) != 0)
		die("write '%s'", path);

	/* A new one, so that no word for a former container is left in it. */
	if (world->control_fd >= 0)
		(void)close(world->control_fd);
	(void)unlink(world->control);
	if (mkfifo(world->control, 0600) < 0)
		die("make '%s'", world->control);
	world->control_fd = open(world->control, O_RDWR | O_CLOEXEC);
	if (world->control_fd < 0)
		die("open '%s'", world->control);
}

void world_remove(struct world *world)
{
	static struct command command;
	char remove[1024];

	command_begin(&world->runtime, (const char *[]){ "delete", "--force", world->id, NULL },
		&command);
	(void)command_end(&world->runtime, &command);
	(void)close(world->control_fd);
	for (size_t i = 0; i < world->cgroup_count; i++)
		free(world->cgroups[i]);
	(void)snprintf(remove, sizeof(remove), "rm -rf '%s'", world->directory);
	run_tool(remove);
}

/* ---- looking ---------------------------------------------------------------------------- */

static const char *ask(const struct world *world, const char *verb)
{
	static struct command command;
	bool json = strcmp(verb, "list") == 0;

	command_begin(&world->runtime,
		json ? (const char *[]){ "list", "--format", "json", NULL }
		     : (const char *[]){ verb, world->id, NULL },
		&command);
	if (!command_end(&world->runtime, &command))
		return "(hangs)";
	return command.result.status == 0 ? command.result.output : command.result.error;
}

pid_t world_init(const struct world *world)
{
	const char *at = strstr(ask(world, "state"), "\"pid\": ");

	return at ? atoi(at + strlen("\"pid\": ")) : 0;
}

static int count_lines(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

int world_processes(const struct world *world)
{
	static char text[1 << 14];
	int count = -1;

	for (size_t i = 0; i < world->cgroup_count; i++) {
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/cgroup.procs", world->cgroups[i]);
		if (read_file(path, text, sizeof(text)) < 0)
			continue;
		int lines = count_lines(text);
		if (lines > count)
			count = lines;
	}
	return count;
}

void world_tell(const struct world *world, const char *word)
{
	if (dprintf(world->control_fd, "%s\n", word) < 0)
		die("tell the container to %s", word);
}

static bool is_frozen(const struct world *world)
{
	static const char *const files[] = { "freezer.state", "cgroup.freeze" };
	char path[512], text[32];

	for (size_t kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < world->cgroup_count; i++) {
			(void)snprintf(path, sizeof(path), "%s/%s", world->cgroups[i], files[kind]);
			if (read_file(path, text, sizeof(text)) > 0)
				return text[0] == (kind == 0 ? 'F' : '1');
		}
	}
	return false;
}

/* Live children of the nurse that are not in the container's groups: something was left behind. */
static pid_t stray(const struct world *world)
{
	static char children[1 << 14];
	char path[64], *rest = children, *word;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", getppid(), getppid());
	if (read_file(path, children, sizeof(children)) < 0)
		die("read '%s'", path);
	while ((word = strsep(&rest, " "))) {
		char text[4096];

		if (*word == '\0' || atoi(word) == getpid())
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/stat", word);
		if (read_file(path, text, sizeof(text)) < 0 || strstr(text, ") Z "))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/cgroup", word);
		if (read_file(path, text, sizeof(text)) < 0)
			continue;
		if (!strstr(text, world->id))
			return atoi(word);
	}
	return 0;
}

/* ---- judging ---------------------------------------------------------------------------- */

static bool is_gone(const struct world *world, char wrong[WRONG_SIZE])
{
	for (size_t i = 0; i < world->cgroup_count; i++) {
		if (access(world->cgroups[i], F_OK) == 0)
			return say(wrong, "'%s' is left", world->cgroups[i]);
	}
	if (access(world->state, F_OK) == 0)
		return say(wrong, "'%s' is left", world->state);
	return true;
}

static bool are_processes_right(
	const struct world *world, enum model_state state, char wrong[WRONG_SIZE])
{
	int count = world_processes(world);
	/* A paused program may not have come to making its child. */
	int least = state == STOPPED ? 0 : state == RUNNING ? 2 : 1;

	if (count < 0)
		return say(wrong, "its control group is gone");
	if (count < least || (state == STOPPED && count > 0))
		return say(wrong, "%d processes, expected are %d", count, least);
	if (is_frozen(world) != (state == PAUSED || state == HELD) && state != STOPPED &&
		state != ORPHANS)
		return say(wrong, "frozen: %s", is_frozen(world) ? "yes" : "no");
	return true;
}

static bool is_init_right(const struct world *world, enum model_state state, char wrong[WRONG_SIZE])
{
	bool alive = state != STOPPED && state != ORPHANS,
	     created = state == CREATED || state == HELD;
	char path[64], text[4096];
	pid_t pid = world_init(world);

	if (!alive)
		return pid == 0 ? true : say(wrong, "its pid is %d", pid);
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (pid <= 0 || read_file(path, text, sizeof(text)) < 0 || strstr(text, ") Z "))
		return say(wrong, "its process %d is gone", pid);
	if (created != (strstr(text, "(caisson:init)") != NULL))
		return say(wrong, "its init is '%.40s'", text);
	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (read_file(path, text, sizeof(text)) < 0 || !strstr(text, world->id))
		return say(wrong, "its init is in other groups");
	if (created != exists(world->state, "start.fifo"))
		return say(wrong, "start.fifo: %s", created ? "missing" : "left");
	return true;
}

/* What is said by `verb` is what the table has for it. */
static bool says_right(const struct world *world, enum model_verb verb, enum model_state state,
	char wrong[WRONG_SIZE])
{
	struct model_cell cell = model_cell(verb, state, world->own);
	const char *words = ask(world, model_verb_names[verb]);

	if (!cell.words || strstr(words, cell.words))
		return true;
	return say(wrong, "%s says: %.200s", model_verb_names[verb], words);
}

bool world_is(struct world *world, enum model_state state, char wrong[WRONG_SIZE])
{
	bool right = says_right(world, STATE, state, wrong) &&
		     says_right(world, LIST, state, wrong) &&
		     (state == GONE ? is_gone(world, wrong)
				    : are_processes_right(world, state, wrong) &&
					      is_init_right(world, state, wrong));

	if (!right)
		return false;
	pid_t pid = stray(world);
	if (pid > 0)
		return say(wrong, "process %d is left", pid);
	(void)read_file("/proc/self/mountinfo", world->mounts[1], sizeof(world->mounts[1]));
	if (strcmp(world->mounts[0], world->mounts[1]) != 0)
		return say(wrong, "the mount table has changed");
	return true;
}
