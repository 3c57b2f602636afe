/* What is asked of systemd, by way of the helper program: see kernel/systemd_scope.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/cgroup/create.h"
#include "libcontainer/cgroup/directory.h"
#include "libcontainer/cgroup/unit_words.h"
#include "libcontainer/kernel/spawn.h"
#include "libcontainer/kernel/systemd_scope.h"

#define HELPER LIBEXECDIR "/" SYSTEMD_SCOPE

/* ---- arguments -------------------------------------------------------------------------- */

int unit_words_add(struct unit_words *words, const char *format, ...)
{
	auto_free char *word = NULL;
	va_list arguments;

	va_start(arguments, format);
	int length = vasprintf(&word, format, arguments);
	va_end(arguments);
	if (length < 0) {
		word = NULL;
		return -ENOMEM;
	}
	words->count++;
	return str_append_data(&words->text, word, (size_t)length + 1);
}

static int add_property(struct unit_words *words, const struct plan_unit_property *property)
{
	try(unit_words_add(words, "%s%s", property->name, property->optional ? "?" : ""));
	try(unit_words_add(words, "%s", property->signature));
	for (const char **word = property->words; *word; word++)
		try(unit_words_add(words, "%s", *word));
	return 0;
}

static int begin(struct unit_words *words, const char *verb, const struct plan_unit *unit)
{
	try(unit_words_add(words, "%s", HELPER));
	try(unit_words_add(words, "%s", verb));
	try(unit_words_add(words, "%s", unit->user ? "user" : "system"));
	return unit_words_add(words, "%s", unit->name);
}

static int add_properties(struct unit_words *words, const struct plan_unit *unit)
{
	for (size_t i = 0; i < unit->property_count; i++)
		try(add_property(words, &unit->properties[i]));
	return 0;
}

static int add_pid(struct unit_words *words, pid_t pid)
{
	try(unit_words_add(words, "PIDs"));
	try(unit_words_add(words, "au"));
	try(unit_words_add(words, "1"));
	return unit_words_add(words, "%d", pid);
}

/* ---- the program ------------------------------------------------------------------------ */

/* What names a bus, and nothing else of the caller's environment; each is malloc'ed. */
static int copy_environment(char *ret_env[4])
{
	static const char *const names[] = { "DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS",
		"XDG_RUNTIME_DIR" };
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);

		if (value && asprintf(&ret_env[count++], "%s=%s", names[i], value) < 0) {
			ret_env[--count] = NULL;
			return -ENOMEM;
		}
	}
	return 0;
}

static int execute(const char *const *args, char *const env[4])
{
	struct spawn helper = {
		.path = HELPER,
		.args = args,
		.env = (const char *const *)env,
		.timeout = SYSTEMD_SCOPE_PATIENCE,
		.output = -1,
		.error_output = -1,
	};
	int r = spawn_helper(&helper);

	if (r == -ENOENT)
		return refuse_as(r, "the systemd cgroup driver needs '%s', which is not installed",
			helper.path);
	return r;
}

static int run(const struct unit_words *words)
{
	auto_free const char **args = calloc(words->count + 1, sizeof(*args));
	const char *word = words->text.text;
	char *env[4] = { NULL };

	if (!args)
		return -ENOMEM;
	for (size_t i = 0; i < words->count; i++, word += strlen(word) + 1)
		args[i] = word;
	int r = copy_environment(env);
	if (r == 0)
		r = execute(args, env);
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	return r;
}

/* ---- verbs ------------------------------------------------------------------------------ */

static void words_done(struct unit_words *words)
{
	str_done(&words->text);
}

#define auto_words __attribute__((cleanup(words_done)))

int cgroup_unit_start(const struct plan_cgroup *plan, pid_t pid)
{
	auto_words struct unit_words words = { 0 };
	int r;

	try(create_check_planned(plan));
	r = begin(&words, "start", &plan->unit);
	if (r == 0 && !plan->unit.is_slice)
		r = add_pid(&words, pid);
	if (r == 0)
		r = unit_add_devices(plan, &words);
	/* The last ones, as the configuration's own go before the others. */
	if (r == 0)
		r = add_properties(&words, &plan->unit);
	if (r == 0)
		r = run(&words);
	return r < 0 ? error_context(r, "systemd unit '%s'", plan->unit.name) : 0;
}

int cgroup_unit_set(const struct plan_unit *unit)
{
	auto_words struct unit_words words = { 0 };
	int r = begin(&words, "set", unit);

	if (unit->property_count == 0)
		return 0;
	if (r == 0)
		r = add_properties(&words, unit);
	if (r == 0)
		r = run(&words);
	return r < 0 ? error_context(r, "systemd unit '%s'", unit->name) : 0;
}

int cgroup_unit_stop(const struct plan_unit *unit)
{
	auto_words struct unit_words words = { 0 };
	int r = begin(&words, "stop", unit);

	if (r == 0)
		r = run(&words);
	return r < 0 ? error_context(r, "systemd unit '%s'", unit->name) : 0;
}
