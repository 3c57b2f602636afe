#include "tests/process/child.h"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>

#include "libcontainer/base/log.h"
#include "libcontainer/process/identity.h"
#include "tests/scratch.h"

static unsigned int warnings;

static void count_warnings(enum log_level level, const char *line, void *context)
{
	(void)line;
	(void)context;
	warnings += level == LOG_LEVEL_WARNING;
}

static void assert_home(int root, uid_t uid, const char *expected)
{
	char buffer[256] = "";

	assert_int_equal(identity_find_home(root, uid, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, expected);
	assert_string_equal(error_text(), "");
}

static void home_is_that_of_the_image(void **state)
{
	const struct scratch *scratch = *state;

	scratch_directory(scratch, "etc");
	scratch_file(scratch, "etc/passwd",
		"root:x:0:0::/root:\n1000:x:0:0::/evil:\nu:x:7:7::/u:", 0644);
	assert_home(scratch->dir, 0, "HOME=/root");
	assert_home(scratch->dir, 7, "HOME=/u");
	assert_home(scratch->dir, 1000, "HOME=/");
}

static void home_without_passwd_is_the_root(void **state)
{
	const struct scratch *scratch = *state;

	warnings = 0;
	assert_home(scratch->dir, 0, "HOME=/");
	scratch_directory(scratch, "etc");
	assert_home(scratch->dir, 0, "HOME=/");
	assert_int_equal(warnings, 0);
}

/* A FIFO would block, a device act, a link lead to the host's own file. */
static void home_is_never_read_from_what_is_no_file(void **state)
{
	const struct scratch *scratch = *state;

	scratch_directory(scratch, "etc");
	assert_int_equal(mkfifoat(scratch->dir, "etc/passwd", 0644), 0);
	warnings = 0;
	assert_home(scratch->dir, 0, "HOME=/");
	assert_int_equal(warnings, 1);
	assert_int_equal(unlinkat(scratch->dir, "etc/passwd", 0), 0);
	scratch_directory(scratch, "etc/passwd");
	assert_home(scratch->dir, 0, "HOME=/");
	assert_int_equal(unlinkat(scratch->dir, "etc/passwd", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/etc/../../../../etc/passwd", scratch->dir, "etc/passwd"), 0);
	assert_home(scratch->dir, 0, "HOME=/");
}

static void home_in_a_link_stays_inside(void **state)
{
	const struct scratch *scratch = *state;

	scratch_directory(scratch, "etc");
	scratch_directory(scratch, "usr");
	scratch_file(scratch, "usr/passwd", "root:x:0:0::/inside:\n", 0644);
	assert_int_equal(symlinkat("/usr/passwd", scratch->dir, "etc/passwd"), 0);
	assert_home(scratch->dir, 0, "HOME=/inside");
}

static void home_beyond_the_limit_is_not_seen(void **state)
{
	const struct scratch *scratch = *state;
	static char text[1024 * 1024 + 100];
	size_t limit = 1024 * 1024;

	/* One entry stands across the limit: "/home/anna" must not become "/home/ann". */
	memset(text, '#', sizeof(text) - 1);
	memcpy(text, "first:x:1:1::/first:\n", 21);
	text[limit - 22] = '\n';
	strcpy(text + limit - 21, "anna:x:2:2::/home/annabel:\nlate:x:3:3::/late:\n");
	scratch_directory(scratch, "etc");
	scratch_file(scratch, "etc/passwd", text, 0644);
	warnings = 0;
	assert_home(scratch->dir, 1, "HOME=/first");
	assert_home(scratch->dir, 2, "HOME=/");
	assert_home(scratch->dir, 3, "HOME=/");
	assert_int_equal(warnings, 3);
}

static void home_must_fit(void **state)
{
	const struct scratch *scratch = *state;
	char buffer[sizeof("HOME=/1234")];

	scratch_directory(scratch, "etc");
	scratch_file(scratch, "etc/passwd", "a:x:1:1::/1234:\nb:x:2:2::/12345:\n", 0644);
	assert_int_equal(identity_find_home(scratch->dir, 1, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "HOME=/1234");
	assert_int_equal(
		identity_find_home(scratch->dir, 2, buffer, sizeof(buffer)), -ENAMETOOLONG);
	error_clear();
}

static void set_own_ids(void *context)
{
	const struct plan_process plan = { .uid = geteuid(), .gid = getegid(), .umask = 027 };

	(void)context;
	child_check(identity_set(&plan) == 0);
	child_check(umask(022) == 027);
	child_check(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 0);
}

static void ids_and_umask_are_set(void **state)
{
	(void)state;
	child_run(set_own_ids, NULL);
}

/* A user namespace without maps: every id but the overflow one has no mapping. */
static void set_unmapped_ids(void *context)
{
	gid_t group = 7;
	struct plan_process plan = { .uid = 4321, .gid = 1234, .groups = &group };

	(void)context;
	identity_drop_groups();
	if (unshare(CLONE_NEWUSER) < 0)
		_exit(CHILD_SKIP);
	child_check(identity_set(&plan) == -EINVAL);
	child_check(strcmp(error_text(), "set the group id to 1234: it has no mapping in the user "
					 "namespace") == 0);
	/* With none left and none wanted it goes on to the next id, else not. */
	plan.set_groups = true;
	if (getgroups(0, NULL) == 0)
		child_check(identity_set(&plan) == -EINVAL);
	plan.group_count = 1;
	child_check(identity_set(&plan) == -EPERM);
	child_check(strstr(error_text(), "set the additional groups: ") != NULL);
}

static void ids_without_a_mapping_are_named(void **state)
{
	(void)state;
	child_run(set_unmapped_ids, NULL);
}

/* As root: nothing of the caller's ids is left, and the capabilities are. */
static void set_other_ids(void *context)
{
	gid_t groups[] = { 7, 8, 7 }, present[8];
	const struct plan_process plan = {
		.uid = 4321, .gid = 1234, .groups = groups, .group_count = 3, .set_groups = true
	};
	uid_t real, effective, saved;

	(void)context;
	if (geteuid() != 0 || setgroups(0, NULL) < 0)
		_exit(CHILD_SKIP);
	child_check(identity_set(&plan) == 0);
	child_check(getresuid(&real, &effective, &saved) == 0);
	child_check(real == 4321 && effective == 4321 && saved == 4321);
	child_check(getresgid(&real, &effective, &saved) == 0);
	child_check(real == 1234 && effective == 1234 && saved == 1234);
	child_check(getgroups(8, present) == 3);
	/* Permitted is kept, effective is not: capabilities_apply() raises it. */
	child_check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0) == 0);
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	unsigned long long permitted = 0, effective_caps = 1;
	while (status && fgets(line, sizeof(line), status)) {
		(void)sscanf(line, "CapPrm: %llx", &permitted);
		(void)sscanf(line, "CapEff: %llx", &effective_caps);
	}
	child_check(permitted != 0 && effective_caps == 0);
}

static void all_ids_change_and_capabilities_stay(void **state)
{
	(void)state;
	child_run(set_other_ids, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(home_is_that_of_the_image),
		scratch_test(home_without_passwd_is_the_root),
		scratch_test(home_is_never_read_from_what_is_no_file),
		scratch_test(home_in_a_link_stays_inside),
		scratch_test(home_beyond_the_limit_is_not_seen),
		scratch_test(home_must_fit),
		cmocka_unit_test(ids_and_umask_are_set),
		cmocka_unit_test(ids_without_a_mapping_are_named),
		cmocka_unit_test(all_ids_change_and_capabilities_stay),
	};

	log_set_sink(count_warnings, NULL, LOG_LEVEL_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
