/* A cached filter is the fresh one, a key is of one profile, and nothing else is taken for either.
 */
#include "tests/security/filters.h"

#include <dirent.h>
#include <stdio.h>

#include "libcontainer/security/seccomp_cache.h"
#include "tests/scratch.h"

static struct seccomp_key key;

/* What engines write, small: each kind of property once. */
static struct plan_seccomp_argument arguments[] = {
	{ 0, 0x7e020000, 0, "SCMP_CMP_MASKED_EQ" },
	{ 1, 5, 0, "SCMP_CMP_NE" },
};
static const char *allowed[] = { "read", "write", "mkdir" }, *denied[] = { "clone" };
static const char *family[] = { "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" };
static struct plan_seccomp_rule rules[2];
static struct plan_seccomp plan;

static void reset_plan(void)
{
	arguments[0] = (struct plan_seccomp_argument){ 0, 0x7e020000, 0, "SCMP_CMP_MASKED_EQ" };
	rules[0] = (struct plan_seccomp_rule){
		.place = "a", .names = { allowed, 3 }, .action = "SCMP_ACT_ALLOW"
	};
	rules[1] = (struct plan_seccomp_rule){ .place = "b",
		.names = { denied, 1 },
		.action = "SCMP_ACT_ERRNO",
		.errno_set = true,
		.errno_ret = 38,
		.arguments = arguments,
		.argument_count = COUNT_OF(arguments) };
	plan = (struct plan_seccomp){ .set = true,
		.default_action = "SCMP_ACT_ERRNO",
		.architectures = { family, 3 },
		.rules = rules,
		.rule_count = COUNT_OF(rules) };
}

static int setup(void **state)
{
	reset_plan();
	seccomp_make_key(&plan, &key);
	error_clear();
	return scratch_make(state);
}

static int end(void **state)
{
	(void)teardown(NULL);
	return scratch_remove(state);
}

static int directory_of(void **state)
{
	return ((struct scratch *)*state)->dir;
}

/* The one file of the cache. */
static const char *file_of(int directory)
{
	static char name[NAME_MAX + 1];
	DIR *stream = fdopendir(openat(directory, ".", O_RDONLY | O_CLOEXEC));
	const struct dirent *entry;
	int count = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)))
		if (entry->d_name[0] != '.') {
			(void)snprintf(name, sizeof(name), "%s", entry->d_name);
			count++;
		}
	(void)closedir(stream);
	assert_int_equal(count, 1);
	return name;
}

static const char *fill(void **state)
{
	compile(&plan);
	seccomp_add_cached(directory_of(state), &key, &filter);
	return file_of(directory_of(state));
}

static bool is_found(void **state)
{
	struct seccomp_filter found = { 0 };
	bool is = seccomp_find_cached(directory_of(state), &key, &found);

	assert_int_equal(is, found.instructions != NULL);
	assert_string_equal(error_text(), "");
	seccomp_filter_done(&found);
	return is;
}

static void test_cached_is_fresh(void **state)
{
	struct seccomp_filter found = { 0 };

	assert_false(is_found(state));
	(void)fill(state);
	assert_true(seccomp_find_cached(directory_of(state), &key, &found));
	assert_int_equal(found.count, filter.count);
	assert_memory_equal(
		found.instructions, filter.instructions, filter.count * sizeof(struct sock_filter));
	/* And says what it should. */
	seccomp_filter_done(&filter);
	filter = found;
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 83), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 82), ERRNO(EPERM));
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 56), ERRNO(38));
	assert_int_equal(verdict(AUDIT_ARCH_X86_64, 9999), ERRNO(ENOSYS));
}

/* For each change of the profile: whether the key changes as well. */
static void expect_other_key(const char *what, bool other)
{
	struct seccomp_key changed;

	seccomp_make_key(&plan, &changed);
	if ((memcmp(&changed, &key, sizeof(key)) != 0) != other)
		test_fails("%s: %s\n", what, other ? "the same key" : "another key");
	reset_plan();
}

#define OTHER(change, other) \
	do { \
		change; \
		expect_other_key(#change, other); \
	} while (0)

static void test_keys(void **state)
{
	static const char *const less[] = { "read", "write" };
	static const char *const joined[] = { "rea", "dwrite", "mkdir" };

	(void)state;
	OTHER(plan.default_action = "SCMP_ACT_ALLOW", true);
	OTHER(plan.default_errno_set = true, true);
	OTHER(plan.architectures.count--, true);
	OTHER(plan.rule_count--, true);
	OTHER(plan.listener_path = "/agent", true);
	OTHER(rules[0].action = "SCMP_ACT_LOG", true);
	OTHER(rules[0].names = ((struct plan_paths){ (const char **)less, 2 }), true);
	OTHER(rules[0].names = ((struct plan_paths){ (const char **)joined, 3 }), true);
	OTHER(rules[1].errno_set = false, true);
	OTHER(rules[1].errno_ret = 39, true);
	OTHER(rules[1].argument_count = 1, true);
	OTHER(arguments[0].index = 2, true);
	OTHER(arguments[0].value++, true);
	OTHER(arguments[0].value_two++, true);
	OTHER(arguments[0].op = "SCMP_CMP_EQ", true);
	/* These make no other program. */
	OTHER(rules[0].place = "x", false);
	OTHER(plan.late = true, false);
	OTHER(plan.flags_set = true, false);
}

static void write_file(int directory, const char *name, const char *data, size_t size)
{
	auto_close int fd = openat(directory, name, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_int_equal(write(fd, data, size), size);
}

/* Every byte, and every length. */
static void test_what_is_damaged_is_none(void **state)
{
	static char data[1 << 16];
	const char *name = fill(state);
	int directory = directory_of(state);
	auto_close int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, data, sizeof(data));

	assert_true(size > 100);
	for (size_t i = 0; i < (size_t)size; i++) {
		write_file(directory, name, data, i);
		assert_false(is_found(state));
		data[i] ^= 1;
		write_file(directory, name, data, (size_t)size);
		assert_false(is_found(state));
		data[i] ^= 1;
	}
	write_file(directory, name, data, (size_t)size + 1);
	assert_false(is_found(state));
	write_file(directory, name, data, (size_t)size);
	assert_true(is_found(state));
	/* It is made anew over what is damaged. */
	write_file(directory, name, data, 1);
	(void)fill(state);
	assert_true(is_found(state));
}

/* A file that was put in another's place has its own key in it. */
static void test_what_is_of_another_is_none(void **state)
{
	char other[NAME_MAX + 1];
	int directory = directory_of(state);

	(void)snprintf(other, sizeof(other), "%s", fill(state));
	assert_int_equal(unlinkat(directory, other, 0), 0);
	plan.default_action = "SCMP_ACT_ALLOW";
	seccomp_make_key(&plan, &key);
	const char *name = fill(state);
	assert_int_equal(renameat(directory, name, directory, other), 0);
	reset_plan();
	seccomp_make_key(&plan, &key);
	assert_false(is_found(state));
}

static void test_what_others_may_write_is_none(void **state)
{
	const char *name = fill(state);
	int directory = directory_of(state);

	assert_int_equal(fchmodat(directory, name, 0620, 0), 0);
	assert_false(is_found(state));
	assert_int_equal(fchmodat(directory, name, 0602, 0), 0);
	assert_false(is_found(state));
	assert_int_equal(fchmodat(directory, name, 0600, 0), 0);
	assert_true(is_found(state));
	assert_int_equal(fchmod(directory, 0770), 0);
	assert_false(is_found(state));
	assert_int_equal(fchmod(directory, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(fchownat(directory, name, 1, 0, 0), 0);
		assert_false(is_found(state));
		assert_int_equal(fchownat(directory, name, 0, 0, 0), 0);
		assert_int_equal(fchown(directory, 1, 0), 0);
		assert_false(is_found(state));
		assert_int_equal(fchown(directory, 0, 0), 0);
	}
	assert_true(is_found(state));
	assert_int_equal(renameat(directory, name, directory, ".real"), 0);
	assert_int_equal(symlinkat(".real", directory, name), 0);
	assert_false(is_found(state));
	assert_int_equal(unlinkat(directory, name, 0), 0);
	assert_int_equal(mkfifoat(directory, name, 0600), 0);
	assert_false(is_found(state));
}

/* Nothing is put where others write, either. */
static void test_nothing_is_added_for_others(void **state)
{
	int directory = directory_of(state);

	compile(&plan);
	assert_int_equal(fchmod(directory, 0702), 0);
	seccomp_add_cached(directory, &key, &filter);
	assert_string_equal(error_text(), "");
	assert_int_equal(fchmod(directory, 0700), 0);
	assert_false(is_found(state));
}

static void test_full(void **state)
{
	char name[32];
	int directory = directory_of(state);

	for (int i = 0; i < 63; i++) {
		(void)snprintf(name, sizeof(name), "leftover.%d", i);
		assert_int_equal(mknodat(directory, name, S_IFREG | 0600, 0), 0);
	}
	compile(&plan);
	seccomp_add_cached(directory, &key, &filter);
	assert_true(is_found(state));
	assert_int_equal(faccessat(directory, "leftover.0", F_OK, 0), 0);
	plan.default_action = "SCMP_ACT_ALLOW";
	seccomp_make_key(&plan, &key);
	(void)fill(state);
	assert_true(is_found(state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cached_is_fresh),
		TEST(test_keys),
		TEST(test_what_is_damaged_is_none),
		TEST(test_what_is_of_another_is_none),
		TEST(test_what_others_may_write_is_none),
		TEST(test_nothing_is_added_for_others),
		TEST(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
