/*
 * Each row of audit/rows.c that is looked at while init waits: a plan that is true holds, and one
 * that says anything else of it fails, and names it.
 */
#include "tests/audit/subject.h"

#include <errno.h>
#include <stdio.h>

#include "libcontainer/kernel/syscall.h"

/* ---- a fault for each row -------------------------------------------------------------------- */

static void break_uid(struct subject *s)
{
	s->plan.process.uid++;
}

static void break_gid(struct subject *s)
{
	s->plan.process.gid++;
}

static void break_groups(struct subject *s)
{
	s->groups[s->plan.process.group_count++] = 4711;
}

static struct plan_id_range range = { 0, 0, 1 };

static void break_uid_map(struct subject *s)
{
	s->plan.users = (struct plan_users){ .mapped = true, .uids = { &range, 1 } };
}

static void break_gid_map(struct subject *s)
{
	s->plan.users = (struct plan_users){ .mapped = true, .gids = { &range, 1 } };
}

static void break_setgroups(struct subject *s)
{
	s->plan.users = (struct plan_users){ .mapped = true, .deny_setgroups = true };
}

static void break_no_new_privileges(struct subject *s)
{
	s->plan.process.no_new_privileges = true;
}

static void break_filter(struct subject *s)
{
	s->audit.filtered = true;
}

static void break_umask(struct subject *s)
{
	s->plan.process.umask ^= 0100;
}

/* The plan has it also where it is our caller's, which is not ours any more. */
static void break_unchanged_umask(struct subject *s)
{
	s->plan.process.umask_unchanged = true;
	s->plan.process.umask ^= 0100;
}

static void break_limit(struct subject *s)
{
	s->limit = (struct plan_rlimit){ .resource = RLIMIT_NOFILE, .soft = 17, .hard = 18 };
	s->plan.process.rlimits = &s->limit;
	s->plan.process.rlimit_count = 1;
}

static void break_oom(struct subject *s)
{
	s->plan.process.oom_set = true;
	s->plan.process.oom_score_adj = 999;
}

static void break_policy(struct subject *s)
{
	s->plan.process.scheduler.policy = SCHED_BATCH;
}

static void break_nice(struct subject *s)
{
	s->plan.process.scheduler.nice++;
}

static void break_io_priority(struct subject *s)
{
	s->plan.process.io_priority--;
}

static void break_personality(struct subject *s)
{
	s->plan.process.personality ^= PER_LINUX32;
}

/* Cpus that are there, but not all of them; without any of them, "none". */
static void break_cpus(struct subject *s)
{
	static const unsigned long bits[PLAN_CPUS_MAX / 8 / sizeof(unsigned long)] = { 0 };

	s->plan.process.final_cpus = (struct plan_bits){ bits, sizeof(bits) };
}

static void break_memory_policy(struct subject *s)
{
	static const unsigned long bits[] = { 1 };

	s->plan.process.memory_policy = (struct plan_memory_policy){
		.name = "MPOL_INTERLEAVE", .mode = 3, .list = "0", .nodes = { bits, sizeof(bits) }
	};
}

static void break_hostname(struct subject *s)
{
	s->plan.settings.hostname = "another";
}

static void break_domainname(struct subject *s)
{
	s->plan.settings.domainname = "another";
}

static void break_sysctl(struct subject *s)
{
	s->setting.value = "4711";
}

static void break_offset(struct subject *s)
{
	s->plan.namespaces.have = s->plan.namespaces.create = CLONE_NEWTIME;
	s->plan.namespaces.time_offsets[0] =
		(struct plan_time_offset){ .clock = "boottime", .secs = 4711, .nanosecs = 7 };
	s->plan.namespaces.time_offset_count = 1;
}

static void break_new_namespace(struct subject *s)
{
	s->plan.namespaces.have = s->plan.namespaces.create = CLONE_NEWNET;
}

/* Joined is another one than it is in: any file's number does. */
static void break_joined_namespace(struct subject *s)
{
	(void)close(s->joined);
	s->joined = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	s->join = (struct plan_join){ .flag = CLONE_NEWUTS, .path = "x" };
	s->plan.namespaces.have = CLONE_NEWUTS;
	s->plan.namespaces.joins[0] = s->join;
	s->plan.namespaces.join_count = 1;
}

static void break_group(struct subject *s)
{
	s->group.subgroup = "elsewhere";
}

static void break_directory(struct subject *s)
{
	s->plan.process.cwd = "/proc";
}

static void break_descriptors(struct subject *s)
{
	s->plan.process.inherited_fds = 1;
}

/* clang-format off */
static const struct fault {
	const char *row;
	void (*make)(struct subject *subject);
} faults[] = {
	{ "Uid",             break_uid },
	{ "Gid",             break_gid },
	{ "Groups",          break_groups },
	{ "uid_map",         break_uid_map },
	{ "gid_map",         break_gid_map },
	{ "setgroups",       break_setgroups },
	{ "NoNewPrivs",      break_no_new_privileges },
	{ "Seccomp",         break_filter },
	{ "Umask",           break_umask },
	{ "Umask",           break_unchanged_umask },
	{ "rlimit",          break_limit },
	{ "oom_score_adj",   break_oom },
	{ "scheduler",       break_policy },
	{ "scheduler",       break_nice },
	{ "ioPriority",      break_io_priority },
	{ "personality",     break_personality },
	{ "cpus",            break_cpus },
	{ "memoryPolicy",    break_memory_policy },
	{ "hostname",        break_hostname },
	{ "domainname",      break_domainname },
	{ "sysctl",          break_sysctl },
	{ "timeOffsets",     break_offset },
	{ "namespace",       break_new_namespace },
	{ "namespace",       break_joined_namespace },
	{ "cgroup",          break_group },
	{ "cwd",             break_directory },
	{ "descriptors",     break_descriptors },
};
/* clang-format on */

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_true_plan(void **state)
{
	struct subject *subject = *state;

	if (audit_waiting(&subject->audit) < 0)
		test_fails("%s\n", error_text());
}

/* What stays as it was, SCHED_FLAG_KEEP_POLICY and SCHED_FLAG_KEEP_PARAMS, is nobody's claim. */
static void test_kept_scheduler(void **state)
{
	static const uint64_t flags[] = { 0x08, 0x10 };
	struct subject *subject = *state;

	break_policy(subject);
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		subject->plan.process.scheduler.flags = flags[i];
		if (audit_waiting(&subject->audit) < 0)
			test_fails("%s\n", error_text());
	}
}

/* The row is named, and not another. */
static void assert_refused(const struct subject *subject, const char *row)
{
	char words[64];

	error_clear();
	assert_int_equal(audit_waiting(&subject->audit), -EBADE);
	(void)snprintf(words, sizeof(words), "assertion: %s", row);
	if (strncmp(error_text(), words, strlen(words)) != 0)
		test_fails("wanted '%s', got '%s'\n", words, error_text());
	assert_non_null(strstr(error_text(), "planned "));
	assert_non_null(strstr(error_text(), "found "));
}

/* What this kernel is not built for, or does not show here: a row makes no claim then. */
static bool is_told(const struct subject *subject, const struct fault *fault)
{
	static const struct {
		void (*make)(struct subject *subject);
		const char *path;
	} needs[] = {
		{ break_memory_policy, "/proc/self/numa_maps" },
		{ break_offset, "/proc/self/timens_offsets" },
		{ break_sysctl, "/proc/sys/kernel/shmmni" },
	};

	if (fault->make == break_group)
		return subject->audit.group_count > 0;
	if (fault->make == break_cpus)
		return subject->has_cpuset;
	for (size_t i = 0; i < COUNT_OF(needs); i++)
		if (fault->make == needs[i].make && access(needs[i].path, R_OK) < 0)
			return false;
	return true;
}

static void test_faults(void **state)
{
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		struct subject *subject = *state;

		if (!is_told(subject, &faults[i]))
			continue;
		faults[i].make(subject);
		assert_refused(subject, faults[i].row);
		assert_int_equal(subject_end(state), 0);
		assert_int_equal(subject_begin(state), 0);
	}
}

/* Each of the five sets; one more and one less. */
static void test_capabilities(void **state)
{
	struct subject *s = *state;
	const struct plan_capabilities has = s->plan.process.capabilities;
	struct plan_capabilities *plan = &s->plan.process.capabilities;

	/* Nobody's to be given away: without privileges there is nothing to be planned less. */
	if (has.permitted == 0)
		skip();
	uint64_t one = has.permitted & -has.permitted;
	plan->permitted = has.permitted & ~one;
	plan->effective = plan->permitted;
	assert_refused(s, "capabilities CapPrm");
	*plan = has;
	plan->effective &= ~one;
	assert_refused(s, "capabilities CapEff");
	*plan = has;
	plan->bounding &= ~one;
	assert_refused(s, "capabilities CapBnd");
	*plan = has;
	plan->inheritable = has.permitted;
	assert_refused(s, "capabilities CapInh");
}

/* What is no file of ours is nobody's to hold. */
static void test_descriptor_of_another(void **state)
{
	struct subject *subject = *state;

	subject->audit.our_count = 0;
	assert_refused(subject, "descriptors");
	assert_non_null(strstr(error_text(), "found '0-2 10'"));
}

/* Who adds a row adds a fault. */
static void test_no_row_without_fault(void **state)
{
	/* Above; and in program.c, where each line is made untrue. */
	static const char *const others[] = { "capabilities", "Seccomp_filters", "label" };

	(void)state;
	for (size_t i = 0; i < audit_row_count; i++) {
		const char *name = audit_rows[i].name;
		bool found = false;

		for (size_t k = 0; k < COUNT_OF(faults); k++)
			found = found || strcmp(faults[k].row, name) == 0;
		for (size_t k = 0; k < COUNT_OF(others); k++)
			found = found || strcmp(others[k], name) == 0;
		if (!found)
			test_fails("no fault is made in '%s'\n", name);
	}
}

static void test_allows(void **state)
{
	(void)state;
	assert_true(audit_allows("", "x"));
	assert_true(audit_allows("x", "x"));
	assert_false(audit_allows("x", "xy"));
	assert_false(audit_allows("xy", "x"));
	assert_true(audit_allows("!x", "y"));
	assert_false(audit_allows("!x", "x"));
	assert_true(audit_allows("x or y", "x"));
	assert_true(audit_allows("x or y", "y"));
	assert_false(audit_allows("x or y", "z"));
	assert_true(audit_allows("a:b:*", "a:b:c"));
	assert_false(audit_allows("a:b:*", "a:c:b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_true_plan, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_faults, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_kept_scheduler, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_capabilities, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(
			test_descriptor_of_another, subject_begin, subject_end),
		cmocka_unit_test(test_no_row_without_fault),
		cmocka_unit_test(test_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
