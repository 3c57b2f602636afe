/*
 * systemd-scope: makes, changes and ends the unit of a container, for the runtime.  What it is told
 * and what it answers stands in libcontainer/kernel/systemd_scope.h.
 *
 * It asks systemd for no property: what it has to know comes with the reply, or with the one signal
 * that it has asked the bus for.
 */
#include "libcontainer/kernel/systemd_scope.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/kernel/monotonic.h"
#include "src/libexec/scope_properties.h"

#define DESTINATION "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

#define ERROR_UNIT_EXISTS "org.freedesktop.systemd1.UnitExists"
#define ERROR_NO_SUCH_UNIT "org.freedesktop.systemd1.NoSuchUnit"

struct request {
	const char *unit;
	bool user;
	struct property *properties;
	size_t property_count;
};

struct connection {
	sd_bus *bus;
	const struct request *request;
	int64_t end;      /* on the monotonic clock */
	char systemd[64]; /* its own name on the bus, ":1.0" */
	char job[128];    /* that is waited for: its object's path */
	char result[32];  /* "" as long as it is not known */
};

#define auto_message __attribute__((cleanup(message_done)))
#define auto_error __attribute__((cleanup(sd_bus_error_free)))

static void message_done(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

/* The one line for people. */
static int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	return -1;
}

static const char *words_of(const sd_bus_error *error, int code)
{
	return error->message ? error->message : strerror(-code);
}

static const char *options_of(const struct request *request)
{
	return request->user ? "--user " : "";
}

/* ---- the bus ---------------------------------------------------------------------------- */

static int complain_of_bus(const struct request *request, int code)
{
	if (request->user)
		return complain(
			"cannot reach the systemd of user %u: %s; log in to a session of it, or "
			"have it started by `loginctl enable-linger %u`, and set "
			"XDG_RUNTIME_DIR=/run/user/%u",
			geteuid(), strerror(-code), geteuid(), geteuid());
	if (sd_booted() <= 0)
		return complain("this host does not run systemd: use --cgroup-manager=cgroupfs");
	return complain("cannot reach systemd on the system bus: %s; have it started by `systemctl "
			"start dbus.socket`, or use --cgroup-manager=cgroupfs",
		strerror(-code));
}

/* sudo and su leave a user's services without the variables that name the bus. */
static void find_user_bus(void)
{
	char directory[64], socket[80];

	if (getenv("DBUS_SESSION_BUS_ADDRESS") || getenv("XDG_RUNTIME_DIR"))
		return;
	(void)snprintf(directory, sizeof(directory), "/run/user/%u", geteuid());
	(void)snprintf(socket, sizeof(socket), "%s/bus", directory);
	if (access(socket, W_OK) == 0)
		(void)setenv("XDG_RUNTIME_DIR", directory, 1);
}

static int connect_to_bus(struct connection *c)
{
	if (c->request->user)
		find_user_bus();
	int r = c->request->user ? sd_bus_open_user(&c->bus) : sd_bus_open_system(&c->bus);
	return r < 0 ? complain_of_bus(c->request, r) : 0;
}

static uint64_t microseconds_left(const struct connection *c)
{
	int64_t left = c->end - monotonic_milliseconds();

	/* 0 would be the library's own time. */
	return left > 0 ? (uint64_t)left * 1000 : 1;
}

/* ---- jobs ------------------------------------------------------------------------------- */

/* JobRemoved(u id, o job, s unit, s result) */
static int take_signal(sd_bus_message *message, void *context, sd_bus_error *error)
{
	struct connection *c = context;
	const char *job, *unit, *result, *sender = sd_bus_message_get_sender(message);
	uint32_t id;

	(void)error;
	if (!sd_bus_message_is_signal(message, MANAGER, "JobRemoved") || !sender ||
		strcmp(sender, c->systemd) != 0 ||
		sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) < 0)
		return 0;
	if (strcmp(job, c->job) == 0)
		(void)snprintf(c->result, sizeof(c->result), "%s", result);
	return 0;
}

/*
 * Before the call, lest the signal comes first.  The bus itself leaves other units' jobs out.  A
 * match of the library would not do: it reads no argument behind one that is no string.
 */
static int watch_jobs(struct connection *c)
{
	char match[512];
	int size = snprintf(match, sizeof(match),
		"type='signal',sender='" DESTINATION "',path='" PATH "',interface='" MANAGER
		"',member='JobRemoved',arg2='%s'",
		c->request->unit);

	if (size < 0 || (size_t)size >= sizeof(match) || strchr(c->request->unit, '\''))
		return complain("'%s' is no name of a unit", c->request->unit);
	int r = sd_bus_add_filter(c->bus, NULL, take_signal, c);
	if (r >= 0)
		r = sd_bus_call_method_async(c->bus, NULL, "org.freedesktop.DBus",
			"/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", NULL, NULL,
			"s", match);
	return r < 0 ? complain_of_bus(c->request, r) : 0;
}

static int take_job(struct connection *c, sd_bus_message *reply)
{
	const char *job, *sender = sd_bus_message_get_sender(reply);
	int r = sd_bus_message_read(reply, "o", &job);

	if (r < 0 || !sender)
		return complain("systemd's answer about '%s' is not understood: %s",
			c->request->unit, strerror(r < 0 ? -r : EBADMSG));
	(void)snprintf(c->systemd, sizeof(c->systemd), "%s", sender);
	(void)snprintf(c->job, sizeof(c->job), "%s", job);
	return 0;
}

/* 1 where the job has ended, 0 where the time has. */
static int await_job(struct connection *c)
{
	for (;;) {
		int r = sd_bus_process(c->bus, NULL);

		if (c->result[0])
			return 1;
		if (r == 0 && monotonic_milliseconds() >= c->end)
			return 0;
		if (r == 0)
			r = sd_bus_wait(c->bus, microseconds_left(c));
		if (r < 0 && r != -EINTR)
			return complain("lost systemd while it worked on '%s': %s",
				c->request->unit, strerror(-r));
	}
}

static int complain_of_job(const struct connection *c)
{
	const struct request *request = c->request;

	return complain("systemd could not make '%s': the job's result is '%s'; see `systemctl "
			"%sstatus %s` and `journalctl %s-u %s`",
		request->unit, c->result, options_of(request), request->unit, options_of(request),
		request->unit);
}

/* ---- calls ------------------------------------------------------------------------------ */

static int call_with_unit(struct connection *c, const char *method, const char *types,
	sd_bus_error *error, sd_bus_message **ret_reply)
{
	auto_message sd_bus_message *message = NULL;
	int r = sd_bus_message_new_method_call(
		c->bus, &message, DESTINATION, PATH, MANAGER, method);

	if (r >= 0)
		r = sd_bus_message_append(message, types, c->request->unit, "replace");
	return r < 0 ? r : sd_bus_call(c->bus, message, microseconds_left(c), error, ret_reply);
}

/* What failed stays until someone has looked at it, and keeps the name. */
static void reset_failed(struct connection *c)
{
	auto_error sd_bus_error error = SD_BUS_ERROR_NULL;

	(void)call_with_unit(c, "ResetFailedUnit", "s", &error, NULL); /* mostly it is not failed */
}

static int call_start(struct connection *c, sd_bus_error *error, sd_bus_message **ret_reply)
{
	const struct request *request = c->request;
	auto_message sd_bus_message *message = NULL;
	int r = sd_bus_message_new_method_call(
		c->bus, &message, DESTINATION, PATH, MANAGER, "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(message, "ss", request->unit, "replace");
	if (r >= 0)
		r = properties_append(message, request->properties, request->property_count);
	if (r >= 0)
		r = sd_bus_message_append(message, "a(sa(sv))", 0);
	return r < 0 ? r : sd_bus_call(c->bus, message, microseconds_left(c), error, ret_reply);
}

static int call_set(struct connection *c, sd_bus_error *error, sd_bus_message **ret_reply)
{
	const struct request *request = c->request;
	auto_message sd_bus_message *message = NULL;
	int r = sd_bus_message_new_method_call(
		c->bus, &message, DESTINATION, PATH, MANAGER, "SetUnitProperties");

	if (r >= 0)
		r = sd_bus_message_append(message, "sb", request->unit, 1);
	if (r >= 0)
		r = properties_append(message, request->properties, request->property_count);
	return r < 0 ? r : sd_bus_call(c->bus, message, microseconds_left(c), error, ret_reply);
}

/*
 * Calls until it is neither refused for a property that can be left out nor, once, for what is left
 * of an earlier unit.
 */
static int call_until_taken(struct connection *c,
	int (*call)(struct connection *, sd_bus_error *, sd_bus_message **),
	sd_bus_message **ret_reply)
{
	const struct request *request = c->request;

	for (bool reset = false;;) {
		auto_error sd_bus_error error = SD_BUS_ERROR_NULL;
		int r = call(c, &error, ret_reply);

		if (r >= 0)
			return 0;
		if (!sd_bus_error_is_set(&error) || r == -ENOTCONN)
			return complain_of_bus(request, r);
		if (properties_drop(request->properties, request->property_count, &error))
			continue;
		if (!reset && sd_bus_error_has_name(&error, ERROR_UNIT_EXISTS)) {
			reset_failed(c);
			reset = true;
			continue;
		}
		return complain("systemd refuses '%s': %s", request->unit, words_of(&error, r));
	}
}

/* ---- verbs ------------------------------------------------------------------------------ */

static int start(struct connection *c)
{
	auto_message sd_bus_message *reply = NULL;

	if (watch_jobs(c) < 0 || call_until_taken(c, call_start, &reply) < 0 ||
		take_job(c, reply) < 0)
		return -1;
	int r = await_job(c);
	if (r < 0 || strcmp(c->result, "done") == 0)
		return r;

	/* A job that comes to its end later would leave a unit that nobody knows of. */
	c->end += 1000;
	if (r == 0)
		(void)call_with_unit(c, "StopUnit", "ss", NULL, NULL); /* the error stands anyway */
	reset_failed(c);
	if (r > 0)
		return complain_of_job(c);
	return complain("systemd has not made '%s' within %d seconds", c->request->unit,
		SYSTEMD_SCOPE_DEADLINE / 1000);
}

static int set(struct connection *c)
{
	auto_message sd_bus_message *reply = NULL;

	return call_until_taken(c, call_set, &reply);
}

static int stop(struct connection *c)
{
	auto_message sd_bus_message *reply = NULL;
	auto_error sd_bus_error error = SD_BUS_ERROR_NULL;

	if (watch_jobs(c) < 0)
		return -1;
	int r = call_with_unit(c, "StopUnit", "ss", &error, &reply);
	/* Without processes a scope ends by itself. */
	if (r < 0 && sd_bus_error_has_name(&error, ERROR_NO_SUCH_UNIT))
		return 0;
	if (r < 0 && !sd_bus_error_is_set(&error))
		return complain_of_bus(c->request, r);
	if (r < 0)
		return complain(
			"systemd does not stop '%s': %s", c->request->unit, words_of(&error, r));
	if (take_job(c, reply) < 0)
		return -1;
	r = await_job(c);
	if (r == 0)
		return complain("systemd has not stopped '%s' within %d seconds", c->request->unit,
			SYSTEMD_SCOPE_DEADLINE / 1000);
	if (r > 0)
		reset_failed(c);
	return r;
}

static const struct verb {
	const char *name;
	bool has_properties;
	int (*run)(struct connection *c);
} verbs[] = {
	{ "start", true, start },
	{ "set", true, set },
	{ "stop", false, stop },
};

static int read_request(char **arguments, const struct verb **ret_verb, struct request *ret_request)
{
	if (!arguments[0] || !arguments[1] || !arguments[2] || !arguments[2][0])
		return -EINVAL;
	*ret_request =
		(struct request){ .unit = arguments[2], .user = strcmp(arguments[1], "user") == 0 };
	if (!ret_request->user && strcmp(arguments[1], "system") != 0)
		return -EINVAL;
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		if (strcmp(verbs[i].name, arguments[0]) != 0)
			continue;
		*ret_verb = &verbs[i];
		if (!verbs[i].has_properties)
			return arguments[3] ? -EINVAL : 0;
		return properties_parse(
			arguments + 3, &ret_request->properties, &ret_request->property_count);
	}
	return -EINVAL;
}

int main(int argc, char *argv[])
{
	const struct verb *verb;
	struct request request;
	struct connection c = { .request = &request };

	if (argc < 1 || read_request(argv + 1, &verb, &request) < 0) {
		(void)complain(
			"usage: systemd-scope start|set|stop system|user UNIT [PROPERTY...]");
		return 2;
	}
	c.end = monotonic_milliseconds() + SYSTEMD_SCOPE_DEADLINE;
	int r = connect_to_bus(&c);
	if (r >= 0)
		r = verb->run(&c);
	sd_bus_flush_close_unref(c.bus);
	free(request.properties);
	return r < 0 ? 1 : 0;
}
