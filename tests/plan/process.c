/* The program's part of a plan, and the settings of its namespaces. */
#include "tests/plan/hosts.h"

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>

#include "libcontainer/base/log.h"

#define ALL_NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWNS)
#define STRINGS(...) \
	{ \
		.items = (const char *[]){ __VA_ARGS__ }, \
		.count = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
		.set = true \
	}

static char warnings[1024];

static void collect_warnings(enum log_level level, const char *line, void *context)
{
	(void)context;
	if (level == LOG_LEVEL_WARNING)
		(void)snprintf(warnings + strlen(warnings), sizeof(warnings) - strlen(warnings),
			"%s\n", line);
}

static int begin(void **state)
{
	static const char *args[] = { "sh", "-c", "true" };

	(void)state;
	warnings[0] = '\0';
	(void)begin_on(&host_v2);
	process.args = (struct spec_strings){ args, 3, true };
	process.cwd = "/work";
	plan.namespaces.create = plan.namespaces.have = ALL_NAMESPACES & ~CLONE_NEWUSER;
	return 0;
}

static void assert_planned(void)
{
	assert_int_equal(decide(plan_process), 0);
	assert_string_equal(error_text(), "");
}

static void assert_refused(const char *words)
{
	plan.process = (struct plan_process){ 0 };
	plan.settings = (struct plan_settings){ 0 };
	assert_int_equal(decide(plan_process), -EINVAL);
	assert_chain(words);
	error_clear();
}

/* ---- arguments and environment ------------------------------------------------------ */

static void defaults_are_those_of_runc(void **state)
{
	(void)state;
	assert_planned();
	assert_int_equal(plan.process.arg_count, 3);
	assert_string_equal(plan.process.args[2], "true");
	assert_null(plan.process.args[3]);
	assert_string_equal(plan.process.cwd, "/work");
	assert_int_equal(plan.process.umask, 022);
	assert_true(plan.process.set_groups);
	assert_int_equal(plan.process.group_count, 0);
	assert_true(plan.process.home_missing);
	assert_non_null(plan.process.env);
	assert_null(plan.process.env[0]);
	assert_false(plan.process.oom_set);
	assert_false(plan.process.no_new_privileges);
	assert_false(plan.process.scheduler.set);
	assert_int_equal(plan.process.capabilities.bounding, 0);
	assert_string_equal(warnings, "");
}

static void arguments_are_needed(void **state)
{
	(void)state;
	process.args.count = 0;
	assert_refused("process.args: must not be empty");
	process.args.count = 1;
	process.cwd = "relative";
	assert_refused("process.cwd: must be an absolute path");
}

static void assert_env(const char *const *expected)
{
	size_t i = 0;

	for (; expected[i]; i++) {
		assert_non_null(plan.process.env[i]);
		assert_string_equal(plan.process.env[i], expected[i]);
	}
	assert_null(plan.process.env[i]);
	assert_int_equal(plan.process.env_count, i);
}

static void last_of_a_name_wins(void **state)
{
	const char *const expected[] = { "B=2", "AA=", "HOME=/h", "A=3\n=4", NULL };

	(void)state;
	process.env = (struct spec_strings)STRINGS(
		"A=1", "HOME=", "B=1", "B=2", "AA=", "HOME=/h", "A=3\n=4");
	assert_planned();
	assert_env(expected);
	assert_false(plan.process.home_missing);
}

static void an_empty_home_is_missing(void **state)
{
	const char *const expected[] = { "A=1", "HOMER=/x", NULL };

	(void)state;
	process.env = (struct spec_strings)STRINGS("HOME=/early", "A=1", "HOME=", "HOMER=/x");
	assert_planned();
	assert_env(expected);
	assert_true(plan.process.home_missing);
}

static void bad_variables_are_quoted(void **state)
{
	(void)state;
	process.env = (struct spec_strings)STRINGS("A=1", "novalue");
	assert_refused("process.env[1]: invalid environment variable: \"novalue\"");
	process.env = (struct spec_strings)STRINGS("=x");
	assert_refused("process.env[0]: invalid environment variable: \"=x\"");
	process.env = (struct spec_strings)STRINGS("");
	assert_refused("process.env[0]: invalid environment variable: \"\"");
}

/* As in a cluster with thousands of services; each name twice. */
static void large_environments_keep_their_order(void **state)
{
	enum { NAMES = 20000 };
	static const char *items[NAMES * 2];
	static char texts[NAMES * 2][24];

	(void)state;
	for (int i = 0; i < NAMES * 2; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "NAME_%d=%d", i % NAMES, i / NAMES);
		items[i] = texts[i];
	}
	process.env = (struct spec_strings){ items, NAMES * 2, true };
	assert_planned();
	assert_int_equal(plan.process.env_count, NAMES);
	for (int i = 0; i < NAMES; i++)
		assert_ptr_equal(plan.process.env[i], texts[NAMES + i]);
	assert_null(plan.process.env[NAMES]);
}

static void sockets_are_announced(void **state)
{
	const char *const expected[] = { "A=1", "LISTEN_FDS=2", "LISTEN_PID=1", NULL };

	(void)state;
	process.env = (struct spec_strings)STRINGS("LISTEN_FDS=9", "A=1", "LISTEN_PID=77");
	options.listen_fds = 2;
	options.preserve_fds = 3;
	assert_planned();
	assert_env(expected);
	assert_int_equal(plan.process.listen_fds, 2);
	assert_int_equal(plan.process.inherited_fds, 5);
	options.preserve_fds = UINT32_MAX;
	assert_refused("too many descriptors to preserve");
}

/* ---- ids ---------------------------------------------------------------------------- */

static void user_is_taken_over(void **state)
{
	uint32_t gids[] = { 5, 6, 5 };
	struct spec_user user = {
		.uid = 7, .gid = 8, .umask = { true, 0 }, .additional_gids = { gids, 3, true }
	};

	(void)state;
	process.user = &user;
	assert_planned();
	assert_int_equal(plan.process.uid, 7);
	assert_int_equal(plan.process.gid, 8);
	assert_int_equal(plan.process.umask, 0);
	assert_true(plan.process.set_groups);
	assert_int_equal(plan.process.group_count, 3);
	assert_int_equal(plan.process.groups[1], 6);
	user.uid = UINT32_MAX;
	assert_refused("process.user.uid: 4294967295 is not an id");
}

static void the_umask_of_the_caller_is_asked_for(void **state)
{
	struct spec_user user = { .umask = { true, 027 } };

	(void)state;
	host.umask = 077;
	assert_planned();
	assert_int_equal(plan.process.umask, 022);
	plan.process = (struct plan_process){ .umask_unchanged = true };
	assert_planned();
	assert_int_equal(plan.process.umask, 077);
	/* The configuration's is before it. */
	process.user = &user;
	plan.process = (struct plan_process){ .umask_unchanged = true };
	assert_planned();
	assert_int_equal(plan.process.umask, 027);
}

static void ids_must_be_mapped(void **state)
{
	struct plan_id_range ids[] = { { 0, 1000, 1 }, { 10, 2000, 5 } };
	uint32_t gids[] = { 14, 15 };
	struct spec_user user = { .uid = 14, .gid = 0, .additional_gids = { gids, 1, true } };

	(void)state;
	process.user = &user;
	plan.users.mapped = true;
	plan.users.uids = plan.users.gids = (struct plan_id_map){ ids, 2 };
	assert_planned();
	user.additional_gids.count = 2;
	assert_refused("process.user.additionalGids[1]: 15 is not mapped");
	user.gid = 9;
	assert_refused("process.user.gid: 9 is not mapped");
	user.uid = 1;
	assert_refused("process.user.uid: 1 is not mapped");
}

static void rootless_sets_no_groups(void **state)
{
	uint32_t gids[] = { 0 };
	struct spec_user user = { .additional_gids = { gids, 1, true } };

	(void)state;
	plan.users.deny_setgroups = true;
	assert_planned();
	assert_false(plan.process.set_groups);
	process.user = &user;
	assert_refused("process.user.additionalGids: cannot set any additional groups");
}

static void joined_namespaces_are_asked_what_they_allow(void **state)
{
	struct plan_id_range one[] = { { 0, 1000, 1 } }, many[] = { { 0, 1000, 100 } };
	const struct {
		uid_t host_uid;
		bool nested;
		struct plan_id_map gids;
		bool set_groups, may_stay;
	} rows[] = {
		{ 0, false, { one, 1 }, true, false },
		{ 1000, false, { one, 1 }, false, false },
		{ 1000, false, { many, 1 }, true, false },
		/* Not known: what our caller's groups open would be open to the container. */
		{ 1000, false, { NULL, 0 }, true, true },
		{ 0, true, { many, 1 }, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		(void)begin(NULL);
		plan.namespaces.have |= CLONE_NEWUSER;
		plan.users.gids = rows[i].gids;
		host.uid = rows[i].host_uid;
		host.in_user_namespace = rows[i].nested;
		assert_planned();
		assert_int_equal(plan.process.set_groups, rows[i].set_groups);
		assert_int_equal(plan.process.groups_may_stay, rows[i].may_stay);
	}
}

/* ---- capabilities ------------------------------------------------------------------- */

static void capabilities_become_masks(void **state)
{
	struct spec_capabilities capabilities = {
		.bounding =
			STRINGS("CAP_CHOWN", "CAP_KILL", "CAP_NO_SUCH", "CAP_CHECKPOINT_RESTORE"),
		.effective = STRINGS("CAP_KILL"),
		.permitted = STRINGS("CAP_KILL", "CAP_CHOWN"),
		.inheritable = STRINGS("CAP_KILL", "CAP_SETUID"),
		.ambient = STRINGS("CAP_KILL", "CAP_CHOWN", "CAP_SETUID"),
	};

	(void)state;
	process.capabilities = &capabilities;
	assert_planned();
	assert_int_equal(plan.process.capabilities.bounding, 1 << 0 | 1 << 5 | UINT64_C(1) << 40);
	assert_int_equal(plan.process.capabilities.effective, 1 << 5);
	assert_int_equal(plan.process.capabilities.permitted, 1 << 5 | 1 << 0);
	assert_int_equal(plan.process.capabilities.inheritable, 1 << 5 | 1 << 7);
	assert_int_equal(plan.process.capabilities.ambient, 1 << 5);
	assert_string_equal(warnings,
		"process.capabilities.bounding[2]: unknown capability \"CAP_NO_SUCH\" is left out\n"
		"process.capabilities.ambient: left out, as not both permitted and inheritable: "
		"CAP_CHOWN, CAP_SETUID\n");
}

/* ---- limits, terminal ---------------------------------------------------------- */

static void rlimits_have_places(void **state)
{
	struct spec_rlimit items[] = {
		{ .type = "RLIMIT_CORE", .hard = UINT64_MAX, .soft = 0 },
		{ .type = "RLIMIT_NOFILE", .hard = 20, .soft = 20 },
	};

	(void)state;
	process.rlimits = (struct spec_rlimit_list){ items, 2, true };
	assert_planned();
	assert_int_equal(plan.process.rlimit_count, 2);
	assert_int_equal(plan.process.rlimits[0].resource, RLIMIT_CORE);
	assert_true(plan.process.rlimits[0].hard == UINT64_MAX);
	assert_string_equal(plan.process.rlimits[1].place, "process.rlimits[1]");
	assert_string_equal(plan.process.rlimits[1].name, "RLIMIT_NOFILE");
	items[1].soft = 21;
	assert_refused("process.rlimits[1]: the soft limit of RLIMIT_NOFILE, 21, is above the hard "
		       "one, 20");
	items[1].type = "RLIMIT_X";
	assert_refused("process.rlimits[1]: unknown type \"RLIMIT_X\"");
}

static void oom_score_is_ranged(void **state)
{
	(void)state;
	process.oom_score_adj = (struct maybe_i32){ true, -1000 };
	assert_planned();
	assert_true(plan.process.oom_set);
	assert_int_equal(plan.process.oom_score_adj, -1000);
	process.oom_score_adj.value = 1001;
	assert_refused("process.oomScoreAdj: must be from -1000 to 1000, not 1001");
}

static void console_size_is_for_terminals(void **state)
{
	struct spec_console_size size = { .height = 10, .width = 65535 };

	(void)state;
	process.console_size = &size;
	assert_planned();
	assert_int_equal(plan.process.columns, 0);
	process.terminal = true;
	assert_planned();
	assert_true(plan.process.terminal);
	assert_int_equal(plan.process.rows, 10);
	assert_int_equal(plan.process.columns, 65535);
	size.height = 65536;
	assert_refused("process.consoleSize: 65536 rows, 65535 columns: at most 65535");
}

/* ---- settings ----------------------------------------------------------------------- */

static void names_need_their_namespace(void **state)
{
	char name[66];

	(void)state;
	spec.hostname = "box";
	spec.domainname = "";
	assert_planned();
	assert_string_equal(plan.settings.hostname, "box");
	assert_null(plan.settings.domainname);
	memset(name, 'x', 65);
	name[65] = '\0';
	spec.hostname = name;
	assert_refused("hostname: has more than 64 bytes");
	name[64] = '\0';
	assert_planned();
	plan.namespaces.have &= ~CLONE_NEWUTS;
	assert_refused("hostname: cannot be set without a private uts namespace");
	spec.hostname = NULL;
	spec.domainname = "x";
	assert_refused("domainname: cannot be set without a private uts namespace");
}

static void sysctls_belong_to_namespaces(void **state)
{
	const struct {
		const char *name, *key; /* key NULL: refused everywhere */
		int namespace;
	} rows[] = {
		{ "kernel.msgmax", "kernel/msgmax", CLONE_NEWIPC },
		{ "kernel.shm_rmid_forced", "kernel/shm_rmid_forced", CLONE_NEWIPC },
		{ "kernel/sem", "kernel/sem", CLONE_NEWIPC },
		{ "fs.mqueue.msg_max", "fs/mqueue/msg_max", CLONE_NEWIPC },
		{ "net.ipv4.ip_forward", "net/ipv4/ip_forward", CLONE_NEWNET },
		{ "net.ipv4.conf.eno2/100.rp_filter", "net/ipv4/conf/eno2.100/rp_filter",
			CLONE_NEWNET },
		{ "net/ipv4/conf/eno2.100/rp_filter", "net/ipv4/conf/eno2.100/rp_filter",
			CLONE_NEWNET },
		{ "kernel.domainname", "kernel/domainname", CLONE_NEWUTS },
		{ "user.max_user_namespaces", "user/max_user_namespaces", CLONE_NEWUSER },
		{ "kernel.hostname", NULL, 0 },
		{ "kernel.core_pattern", NULL, 0 },
		{ "kernel.shmmaxx", NULL, 0 },
		{ "vm.swappiness", NULL, 0 },
		{ "networking.x", NULL, 0 },
		{ "net", NULL, 0 },
		{ "", NULL, 0 },
		{ "net.", NULL, 0 },
		{ "net/../kernel/core_pattern", NULL, 0 },
		{ "net.//.kernel.core_pattern", NULL, 0 },
		{ "net/./x", NULL, 0 },
		{ "net//x", NULL, 0 },
		{ "/net/ipv4/ip_forward", NULL, 0 },
		{ "net/ipv4/", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct spec_pair pair = { rows[i].name, "1" };

		(void)begin(NULL);
		linux_.sysctl = (struct spec_pairs){ &pair, 1, true };
		plan.namespaces.have = ALL_NAMESPACES;
		print_message("%s\n", rows[i].name);
		if (!rows[i].key) {
			assert_refused("linux.sysctl: sysctl \"");
			continue;
		}
		assert_planned();
		assert_int_equal(plan.settings.sysctl_count, 1);
		assert_string_equal(plan.settings.sysctls[0].key, rows[i].key);
		assert_string_equal(plan.settings.sysctls[0].value, "1");
		assert_int_equal(plan.namespaces.set_in, rows[i].namespace);
		plan.namespaces.have &= ~rows[i].namespace;
		assert_refused("\" is not in a separate kernel namespace");
	}
}

static void domainname_has_one_source(void **state)
{
	struct spec_pair pair = { "kernel.domainname", "same" };

	(void)state;
	linux_.sysctl = (struct spec_pairs){ &pair, 1, true };
	spec.domainname = "same";
	assert_planned();
	spec.domainname = "other";
	assert_refused("sysctl \"kernel.domainname\": conflicts with domainname 'other'");
}

static void exec_sets_no_settings(void **state)
{
	struct spec_pair pair = { "vm.swappiness", "1" };

	(void)state;
	linux_.sysctl = (struct spec_pairs){ &pair, 1, true };
	spec.hostname = "box";
	options.verb = PLAN_EXEC;
	assert_planned();
	assert_null(plan.settings.hostname);
	assert_int_equal(plan.settings.sysctl_count, 0);
}

#define row(function) cmocka_unit_test_setup_teardown(function, begin, end_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(defaults_are_those_of_runc),
		row(arguments_are_needed),
		row(last_of_a_name_wins),
		row(an_empty_home_is_missing),
		row(bad_variables_are_quoted),
		row(large_environments_keep_their_order),
		row(sockets_are_announced),
		row(user_is_taken_over),
		row(the_umask_of_the_caller_is_asked_for),
		row(ids_must_be_mapped),
		row(rootless_sets_no_groups),
		row(joined_namespaces_are_asked_what_they_allow),
		row(capabilities_become_masks),
		row(rlimits_have_places),
		row(oom_score_is_ranged),
		row(console_size_is_for_terminals),
		row(names_need_their_namespace),
		row(sysctls_belong_to_namespaces),
		row(domainname_has_one_source),
		row(exec_sets_no_settings),
	};

	log_set_sink(collect_warnings, NULL, LOG_LEVEL_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
