#include "libcontainer/kernel/names.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/names.h"

#include "tests/check.h"

/* The kernel's tables and the spec's words for them. */
static const struct {
	const struct named_values *values;
	const struct words *words;
} pairs[] = {
	{ &names_namespaces, &words_namespaces },
	{ &names_rlimits, &words_rlimits },
	{ &names_capabilities, &words_capabilities },
	{ &names_schedulers, &words_schedulers },
	{ &names_scheduler_flags, &words_scheduler_flags },
	{ &names_io_classes, &words_io_classes },
	{ &names_memory_modes, &words_memory_modes },
	{ &names_memory_flags, &words_memory_flags },
	{ &names_personalities, &words_personalities },
	{ &names_propagations, &words_propagations },
};

static void test_spec_and_kernel_know_the_same_words(void **state)
{
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct words *words = pairs[i].words;

		assert_int_equal(pairs[i].values->count, words->count);
		for (size_t j = 0; j < words->count; j++)
			assert_int_equal(names_find(pairs[i].values, words->items[j], &value), 0);
		for (size_t j = 0; j < pairs[i].values->count; j++)
			assert_true(words_has(words, pairs[i].values->items[j].name));
	}
}

static void test_bits_are_listed(void **state)
{
	char all[NAMES_BITS_SIZE], cut[12];

	(void)state;
	names_of_bits(&names_capabilities, UINT64_MAX, all, sizeof(all));
	assert_true(strlen(all) < sizeof(all) - 1);
	assert_non_null(strstr(all, ", CAP_CHECKPOINT_RESTORE"));
	names_of_bits(&names_capabilities, 0, all, sizeof(all));
	assert_string_equal(all, "");
	names_of_bits(&names_capabilities, 1 << CAP_CHOWN | 1 << CAP_KILL, all, sizeof(all));
	assert_string_equal(all, "CAP_CHOWN, CAP_KILL");
	names_of_bits(&names_capabilities, UINT64_MAX, cut, sizeof(cut));
	assert_string_equal(cut, "CAP_CHOWN, ");
}

static void test_names_are_unique_and_lead_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct named_values *table = pairs[i].values;

		for (size_t j = 0; j < table->count; j++)
			assert_string_equal(
				names_of(table, table->items[j].value), table->items[j].name);
	}
	assert_string_equal(names_of(&names_signals, SIGABRT), "ABRT");
	assert_null(names_of(&names_signals, 63));
}

static void test_values_are_the_kernels(void **state)
{
	uint64_t value = 77;

	(void)state;
	assert_int_equal(names_find(&names_namespaces, "mount", &value), 0);
	assert_int_equal(value, CLONE_NEWNS);
	assert_int_equal(names_find(&names_namespace_files, "mnt", &value), 0);
	assert_int_equal(value, CLONE_NEWNS);
	assert_int_equal(names_find(&names_rlimits, "RLIMIT_NOFILE", &value), 0);
	assert_int_equal(value, RLIMIT_NOFILE);
	assert_int_equal(names_find(&names_schedulers, "SCHED_OTHER", &value), 0);
	assert_int_equal(value, SCHED_OTHER);
	assert_int_equal(names_find(&names_propagations, "rslave", &value), 0);
	assert_int_equal(value, MS_SLAVE | MS_REC);
	assert_int_equal(names_find(&names_memory_modes, "MPOL_WEIGHTED_INTERLEAVE", &value), 0);
	assert_int_equal(value, 6);

	error_clear();
	assert_int_equal(names_find(&names_rlimits, "RLIMIT_nofile", &value), -ENOENT);
	assert_int_equal(value, 6);
	assert_string_equal(error_text(), "");
}

static void test_capabilities_are_in_order(void **state)
{
	(void)state;
	assert_int_equal(names_capabilities.count, CAP_CHECKPOINT_RESTORE + 1);
	for (size_t i = 0; i < names_capabilities.count; i++)
		assert_int_equal(names_capabilities.items[i].value, i);
}

static void test_all_signals_have_names(void **state)
{
	(void)state;
	for (int number = 1; number < 32; number++) {
		int parsed = 0;

		assert_non_null(names_of(&names_signals, (uint64_t)number));
		assert_int_equal(
			signal_parse(names_of(&names_signals, (uint64_t)number), &parsed), 0);
		assert_int_equal(parsed, number);
	}
}

static void test_signal_words(void **state)
{
	static const struct {
		const char *word;
		int number;
	} good[] = {
		{ "9", 9 },
		{ "1", 1 },
		{ "64", 64 },
		{ "09", 9 },
		{ "KILL", 9 },
		{ "SIGKILL", 9 },
		{ "sigterm", 15 },
		{ "Term", 15 },
		{ "IOT", 6 },
		{ "RTMIN", 34 },
		{ "SIGRTMIN", 34 },
		{ "rtmin+3", 37 },
		{ "RTMIN+30", 64 },
		{ "RTMAX", 64 },
		{ "sigrtmax-1", 63 },
		{ "RTMAX-30", 34 },
	};
	static const char *const bad[] = {
		"",
		"0",
		"65",
		"-9",
		"+9",
		" 9",
		"9 ",
		"0x9",
		"999",
		"SIG",
		"SIGSIGKILL",
		"SIG9",
		"KILLED",
		"RTMIN+",
		"RTMIN+31",
		"RTMIN-1",
		"RTMAX+1",
		"RTMAX-31",
		"RTMIN+-1",
		"RTMIN3",
		"RTMID",
	};
	int number;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(signal_parse(good[i].word, &number), 0);
		assert_int_equal(number, good[i].number);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(signal_parse(bad[i], &number), -EINVAL);
	(void)signal_parse("x", &number);
	assert_string_equal(error_text(), "unknown signal \"x\"");
}

static void test_mount_options_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < names_mount_option_count; i++)
		assert_ptr_equal(
			names_mount_option(names_mount_options[i].name), &names_mount_options[i]);
	assert_null(names_mount_option("size=5"));
	assert_null(names_mount_option("acl"));
	assert_null(names_mount_option(""));
}

/* clang-format off */

/* The spec's own list: an option of it that nobody knows would go to the file system as data. */
static const char *const options_of_the_spec[] = {
	"async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "iversion",
	"lazytime", "loud", "mand", "noatime", "nodev", "nodiratime", "noexec", "noiversion",
	"nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow",
	"private", "ratime", "rbind", "rdev", "rdiratime", "relatime", "remount", "rexec",
	"rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime",
	"rnosuid", "rnosymfollow", "ro", "rprivate", "rrelatime", "rro", "rrw", "rshared",
	"rslave", "rstrictatime", "rsuid", "rsymfollow", "runbindable", "rw", "shared",
	"silent", "slave", "strictatime", "suid", "symfollow", "sync", "tmpcopyup",
	"unbindable", "idmap", "ridmap",
};

/* clang-format on */

static void test_mount_options_of_the_spec(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(options_of_the_spec); i++)
		assert_non_null(names_mount_option(options_of_the_spec[i]));
}

static void test_mount_options_mean(void **state)
{
	(void)state;
	const struct mount_option *option = names_mount_option("rro");
	assert_int_equal(option->kind, MOUNT_OPTION_RECURSIVE);
	assert_int_equal(option->set, MOUNT_ATTR_RDONLY);

	option = names_mount_option("rw");
	assert_int_equal(option->kind, MOUNT_OPTION_ATTRIBUTE);
	assert_int_equal(option->set, 0);
	assert_int_equal(option->clear, MOUNT_ATTR_RDONLY);

	/* relatime is the value 0 of its field, so that it can only clear. */
	option = names_mount_option("relatime");
	assert_int_equal(option->set, 0);
	assert_int_equal(option->clear, MOUNT_ATTR__ATIME);

	assert_int_equal(names_mount_option("rbind")->kind, MOUNT_OPTION_BIND);
	assert_int_equal(names_mount_option("rbind")->set, 1);
	assert_int_equal(names_mount_option("bind")->set, 0);
	assert_int_equal(names_mount_option("sync")->kind, MOUNT_OPTION_SUPERBLOCK);
}

static void test_propagations_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < names_propagations.count; i++) {
		const struct named_value *row = &names_propagations.items[i];
		const struct mount_option *option = names_mount_option(row->name);

		assert_non_null(option);
		assert_int_equal(option->kind, MOUNT_OPTION_PROPAGATION);
		assert_int_equal(option->set, row->value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec_and_kernel_know_the_same_words),
		cmocka_unit_test(test_names_are_unique_and_lead_back),
		cmocka_unit_test(test_bits_are_listed),
		cmocka_unit_test(test_values_are_the_kernels),
		cmocka_unit_test(test_capabilities_are_in_order),
		cmocka_unit_test(test_all_signals_have_names),
		cmocka_unit_test(test_signal_words),
		cmocka_unit_test(test_mount_options_are_unique),
		cmocka_unit_test(test_mount_options_of_the_spec),
		cmocka_unit_test(test_mount_options_mean),
		cmocka_unit_test(test_propagations_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
