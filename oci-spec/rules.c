#include "oci-spec/rules.h"

#include <stdio.h>
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "oci-spec/json.h"
#include "oci-spec/rules_parts.h"

/* ---- ociVersion: SemVer 2.0.0 ------------------------------------------------------- */

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Steps over a number without leading zeros; NULL where there is none. */
static const char *skip_number(const char *text)
{
	size_t length = strspn(text, DIGITS);

	if (length == 0 || (length > 1 && text[0] == '0'))
		return NULL;
	return text + length;
}

/* Steps over identifiers with dots between them: "rc.1". */
static const char *skip_identifiers(const char *text)
{
	for (;;) {
		size_t length = strspn(text, DIGITS LETTERS "-");

		if (length == 0)
			return NULL;
		text += length;
		if (*text != '.')
			return text;
		text++;
	}
}

/* MAJOR.MINOR.PATCH[-IDENTIFIERS][+IDENTIFIERS] */
static bool is_semver(const char *text)
{
	for (int i = 0; i < 3; i++) {
		text = skip_number(text);
		if (!text)
			return false;
		if (i < 2 && *text++ != '.')
			return false;
	}
	if (*text == '-')
		text = skip_identifiers(text + 1);
	if (text && *text == '+')
		text = skip_identifiers(text + 1);
	return text && !*text;
}

static int check_version(const struct rules_subject *subject)
{
	const char *version = subject->config->oci_version;
	char quoted[RULES_QUOTE_SIZE];

	(void)json_quote(quoted, sizeof(quoted), version);
	if (!is_semver(version))
		return refuse("ociVersion: wants a version such as \"1.3.0\", got %s", quoted);
	if (strncmp(version, "1.", 2) != 0)
		return refuse("ociVersion: wants version 1 of the specification, got %s", quoted);
	/* SemVer: a newer minor version only adds, and what it adds may be ignored. */
	if (version[2] > '3' || version[3] != '.')
		log_debug("ociVersion: %s is newer than 1.3", quoted);
	return 0;
}

/* ---- what must be there ------------------------------------------------------------- */

static int check_process_present(const struct rules_subject *subject)
{
	/* The spec lets create do without, but start then has to fail; runc and we fail early. */
	if (!subject->config->process)
		return refuse("process: process property must not be empty");
	return 0;
}

static int check_root_present(const struct rules_subject *subject)
{
	if (!subject->config->root)
		return refuse("root: must be specified");
	return 0;
}

/* ---- host names --------------------------------------------------------------------- */

/* __NEW_UTS_LEN of the kernel. */
#define UTS_NAME_MAX 64

static int check_uts_name(const struct rules_subject *subject, const char *place, const char *name)
{
	if (!name)
		return 0;
	/* Without one it would rename the host. */
	if (!rules_namespace(subject->linux_, "uts"))
		return refuse("%s: needs a uts namespace in linux.namespaces", place);
	if (strlen(name) > UTS_NAME_MAX)
		return refuse("%s: is longer than %d bytes", place, UTS_NAME_MAX);
	return 0;
}

static int check_hostname(const struct rules_subject *subject)
{
	return check_uts_name(subject, "hostname", subject->config->hostname);
}

static int check_domainname(const struct rules_subject *subject)
{
	return check_uts_name(subject, "domainname", subject->config->domainname);
}

/* ---- mounts, hooks, annotations ----------------------------------------------------- */

static int check_mount_mappings(const struct rules_subject *subject)
{
	const struct spec_mount_list *mounts = &subject->config->mounts;
	char place[64];

	for (size_t i = 0; i < mounts->count; i++) {
		const struct spec_mount *mount = &mounts->items[i];

		if (mount->uid_mappings.count + mount->gid_mappings.count == 0)
			continue;
		if (mount->uid_mappings.count == 0 || mount->gid_mappings.count == 0)
			return refuse(
				"mounts[%zu]: uidMappings and gidMappings need each other", i);
		(void)snprintf(place, sizeof(place), "mounts[%zu].uidMappings", i);
		try(rules_mappings(&mount->uid_mappings, place));
		(void)snprintf(place, sizeof(place), "mounts[%zu].gidMappings", i);
		try(rules_mappings(&mount->gid_mappings, place));
	}
	return 0;
}

static int check_timeouts(const struct spec_hook_list *hooks, const char *name)
{
	for (size_t i = 0; i < hooks->count; i++) {
		const struct maybe_i64 *timeout = &hooks->items[i].timeout;

		if (timeout->set && timeout->value <= 0)
			return refuse("hooks.%s[%zu].timeout: wants more than 0, got %lld", name, i,
				(long long)timeout->value);
	}
	return 0;
}

static int check_hook_timeouts(const struct rules_subject *subject)
{
	const struct spec_hooks *hooks = subject->config->hooks;

	if (!hooks)
		return 0;
	try(check_timeouts(&hooks->prestart, "prestart"));
	try(check_timeouts(&hooks->create_runtime, "createRuntime"));
	try(check_timeouts(&hooks->create_container, "createContainer"));
	try(check_timeouts(&hooks->start_container, "startContainer"));
	try(check_timeouts(&hooks->poststart, "poststart"));
	return check_timeouts(&hooks->poststop, "poststop");
}

static int check_annotations(const struct rules_subject *subject)
{
	const struct spec_pairs *annotations = &subject->config->annotations;

	for (size_t i = 0; i < annotations->count; i++)
		if (!annotations->items[i].key[0])
			return refuse("annotations: a key must not be empty");
	return 0;
}

static const struct rule config_rules[] = {
	{ "version", check_version },
	{ "process present", check_process_present },
	{ "root present", check_root_present },
	{ "hostname", check_hostname },
	{ "domainname", check_domainname },
	{ "mount mappings", check_mount_mappings },
	{ "hook timeouts", check_hook_timeouts },
	{ "annotation keys", check_annotations },
};
const struct rules rules_config = { config_rules, COUNT_OF(config_rules) };

/* ---- all ---------------------------------------------------------------------------- */

static int check_all(
	const struct rules *rules, const struct rules_subject *subject, const void *about)
{
	if (!about)
		return 0;
	for (size_t i = 0; i < rules->count; i++) {
		int code = rules->items[i].check(subject);

		if (code < 0) {
			log_debug("the configuration breaks the rule '%s'", rules->items[i].name);
			return code;
		}
	}
	return 0;
}

int rules_check(const struct spec_config *config)
{
	struct rules_subject subject = { .config = config, .process = config->process };

	subject.linux_ = config->linux_;
	if (config->linux_) {
		subject.resources = config->linux_->resources;
		subject.seccomp = config->linux_->seccomp;
	}
	try(check_all(&rules_config, &subject, config));
	try(check_all(&rules_process, &subject, subject.process));
	try(check_all(&rules_linux, &subject, subject.linux_));
	try(check_all(&rules_resources, &subject, subject.resources));
	return check_all(&rules_seccomp, &subject, subject.seccomp);
}

int rules_check_process(const struct spec_process *process)
{
	struct rules_subject subject = { .process = process };

	return check_all(&rules_process, &subject, process);
}

int rules_check_resources(const struct spec_resources *resources)
{
	struct rules_subject subject = { .resources = resources };

	return check_all(&rules_resources, &subject, resources);
}
