/*
 * A container.h whose verbs print what they are asked for, so that the tests of the command line
 * see all that goes through it.  Ids say what happens: "missing" fails, "exit-N" ends with that
 * status, "kill-N" by that signal.
 */
#include "libcontainer/container.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"

static int verb(const struct container_context *c, const char *name, const char *id)
{
	static const char *const managers[] = { "cgroupfs", "systemd", "disabled" };
	static const char *const words[] = { "auto", "yes", "no" };

	if (strcmp(id, "missing") == 0)
		return refuse_as(ENOENT, "container \"%s\" does not exist", id);
	printf("%s id=%s root=%s%s%s %s rootless=%s\n", name, id, c->root,
		c->root_given ? " (given)" : "", c->root_private ? " (private)" : "",
		managers[c->cgroup_manager], words[c->rootless]);
	return 0;
}

static void print_text(const char *name, const char *value)
{
	if (value)
		printf(" %s=%s\n", name, value);
}

static void print_texts(const char *name, const char **values)
{
	for (; values && *values; values++)
		printf(" %s=%s\n", name, *values);
}

static void print_flag(const char *name, bool value)
{
	if (value)
		printf(" %s\n", name);
}

static void print_number(const char *name, unsigned int value)
{
	if (value)
		printf(" %s=%u\n", name, value);
}

static int status_of(const char *id)
{
	if (strncmp(id, "exit-", 5) == 0)
		return atoi(id + 5) << 8;
	return strncmp(id, "kill-", 5) == 0 ? atoi(id + 5) : 0;
}

int container_seal(char **argv)
{
	printf("sealed:");
	while (*argv)
		printf(" %s", *argv++);
	printf("\n");
	return 0;
}

static int create(const struct container_context *c, const char *name,
	const struct container_create_options *o)
{
	log_debug("debugging");
	log_warning("warning");
	try(verb(c, name, o->id));
	print_text("bundle", o->bundle);
	print_text("config", o->config);
	print_text("pid-file", o->pid_file);
	print_text("console-socket", o->console_socket);
	print_text("pidfd-socket", o->pidfd_socket);
	print_number("preserve-fds", o->preserve_fds);
	print_flag("no-pivot", o->no_pivot);
	print_flag("no-new-keyring", o->no_new_keyring);
	print_flag("no-subreaper", o->no_subreaper);
	print_flag("detach", o->detach);
	print_flag("keep", o->keep);
	print_flag("general-road", o->general_road);
	return 0;
}

int container_create(const struct container_context *c, const struct container_create_options *o)
{
	return create(c, "create", o);
}

int container_run(const struct container_context *c, const struct container_create_options *o,
	int *ret_status)
{
	try(create(c, "run", o));
	*ret_status = status_of(o->id);
	return 0;
}

int container_dry_run(const struct container_context *c, const struct container_create_options *o,
	bool run, bool json, char **ret_text)
{
	try(create(c, run ? "dry run" : "dry create", o));
	*ret_text = strdup(json ? "{}\n" : "steps\n");
	return *ret_text ? 0 : fail(ENOMEM, "dry run");
}

int container_start(const struct container_context *c, const char *id)
{
	return verb(c, "start", id);
}

int container_exec(
	const struct container_context *c, const struct container_exec_options *o, int *ret_status)
{
	static const char *const privileges[] = { NULL, "yes", "no" };

	try(verb(c, "exec", o->id));
	print_text("process", o->process);
	print_texts("arg", o->args);
	print_text("cwd", o->cwd);
	print_texts("env", o->env);
	print_text("user", o->user);
	print_texts("gid", o->additional_gids);
	print_texts("cap", o->capabilities);
	print_texts("cgroup", o->cgroups);
	print_text("apparmor", o->apparmor);
	print_text("label", o->process_label);
	print_text("no-new-privileges", privileges[o->no_new_privileges]);
	print_text("pid-file", o->pid_file);
	print_text("console-socket", o->console_socket);
	print_text("pidfd-socket", o->pidfd_socket);
	print_number("preserve-fds", o->preserve_fds);
	print_flag("tty", o->tty);
	print_flag("detach", o->detach);
	print_flag("ignore-paused", o->ignore_paused);
	*ret_status = status_of(o->id);
	return 0;
}

int container_state(const struct container_context *c, const char *id, char **ret_json)
{
	try(verb(c, "state", id));
	*ret_json = strdup("{\n  \"id\": \"a\"\n}");
	return *ret_json ? 0 : fail(ENOMEM, "state");
}

int container_kill(const struct container_context *c, const char *id, int signal, bool all)
{
	try(verb(c, "kill", id));
	printf(" signal=%d\n", signal);
	print_flag("all", all);
	return 0;
}

int container_signal(const char *word, int *ret_signal)
{
	if (strcmp(word, "SIGTERM") != 0 && strcmp(word, "9") != 0)
		return refuse("unknown signal \"%s\"", word);
	*ret_signal = strcmp(word, "9") == 0 ? 9 : 15;
	return 0;
}

int container_delete(const struct container_context *c, const char *id, bool force)
{
	try(verb(c, "delete", id));
	print_flag("force", force);
	return 0;
}

/* Two containers below a root whose name ends in "two", else none. */
int container_list(
	const struct container_context *c, struct container_summary **ret_items, size_t *ret_count)
{
	static struct container_summary items[] = {
		{ (char *)"a", (char *)"stopped", (char *)"/b", (char *)"/b/rootfs",
			(char *)"2026-01-31T12:00:00Z", (char *)"root", (char *)"{\"id\":\"a\"}",
			0 },
		{ (char *)"longer-than-twelve", (char *)"running", (char *)"/b\xc3\xbcndel",
			(char *)"/r", (char *)"2026-01-31T12:00:00.123456789Z", (char *)"",
			(char *)"{\"id\":\"b\"}", 4711 },
	};
	size_t length = strlen(c->root);

	*ret_items = items;
	*ret_count = length > 3 && strcmp(c->root + length - 3, "two") == 0 ? 2 : 0;
	return 0;
}

int container_list_ids(
	const struct container_context *c, struct container_summary **ret_items, size_t *ret_count)
{
	static struct container_summary items[] = {
		{ .id = (char *)"a" },
		{ .id = (char *)"longer-than-twelve" },
	};
	struct container_summary *all;

	*ret_items = items;
	return container_list(c, &all, ret_count);
}

void container_list_free(struct container_summary *items, size_t count)
{
	(void)items;
	(void)count;
}

/* This process and its parent; none for "empty". */
int container_processes(
	const struct container_context *c, const char *id, pid_t **ret_pids, size_t *ret_count)
{
	if (strcmp(id, "missing") == 0)
		return verb(c, "ps", id);
	pid_t *pids = calloc(2, sizeof(*pids));
	if (!pids)
		return fail(ENOMEM, "ps");
	pids[0] = getpid();
	pids[1] = getppid();
	*ret_pids = pids;
	*ret_count = strcmp(id, "empty") == 0 ? 0 : 2;
	return 0;
}

int container_pause(const struct container_context *c, const char *id)
{
	return verb(c, "pause", id);
}

int container_resume(const struct container_context *c, const char *id)
{
	return verb(c, "resume", id);
}

int container_update(const struct container_context *c, const struct container_update_options *o)
{
	try(verb(c, "update", o->id));
	print_text("resources", o->resources);
	print_text("blkio-weight", o->blkio_weight);
	print_text("cpu-period", o->cpu_period);
	print_text("cpu-quota", o->cpu_quota);
	print_text("cpu-burst", o->cpu_burst);
	print_text("cpu-share", o->cpu_share);
	print_text("cpu-rt-period", o->cpu_rt_period);
	print_text("cpu-rt-runtime", o->cpu_rt_runtime);
	print_text("cpu-idle", o->cpu_idle);
	print_text("cpuset-cpus", o->cpuset_cpus);
	print_text("cpuset-mems", o->cpuset_mems);
	print_text("memory", o->memory);
	print_text("memory-reservation", o->memory_reservation);
	print_text("memory-swap", o->memory_swap);
	print_text("kernel-memory", o->kernel_memory);
	print_text("kernel-memory-tcp", o->kernel_memory_tcp);
	print_text("pids-limit", o->pids_limit);
	print_text("l3-cache-schema", o->l3_cache_schema);
	print_text("mem-bw-schema", o->mem_bw_schema);
	return 0;
}

int container_events(const struct container_context *c, const struct container_events_options *o)
{
	try(verb(c, "events", o->id));
	printf(" interval=%lld\n", (long long)o->interval);
	print_flag("stats", o->stats);
	(void)fflush(stdout);
	return o->emit("{}", o->context);
}

int container_features(char **ret_json)
{
	*ret_json = strdup("{ \"features\": 1 }");
	return *ret_json ? 0 : fail(ENOMEM, "features");
}

int container_spec(bool rootless, char **ret_json)
{
	*ret_json = strdup(rootless ? "{ \"rootless\": 1 }" : "{ \"spec\": 1 }");
	return *ret_json ? 0 : fail(ENOMEM, "spec");
}

const char *container_spec_version(void)
{
	return "1.3.0";
}

const char *container_seccomp_version(void)
{
	return "2.5.4";
}
