#include "tests/check.h"

#include "libcontainer/base/names.h"

/* A word that is there twice would hide a typing error. */
static void words_are_unique(void **state)
{
	static const struct words *const tables[] = {
		&words_namespaces,
		&words_rlimits,
		&words_schedulers,
		&words_scheduler_flags,
		&words_io_classes,
		&words_memory_modes,
		&words_memory_flags,
		&words_personalities,
		&words_propagations,
		&words_device_types,
		&words_device_rule_types,
		&words_seccomp_actions,
		&words_seccomp_architectures,
		&words_seccomp_flags,
		&words_seccomp_operators,
		&words_capabilities,
	};

	(void)state;
	for (size_t t = 0; t < COUNT_OF(tables); t++) {
		assert_true(tables[t]->what[0]);
		assert_true(tables[t]->count > 0);
		for (size_t i = 0; i < tables[t]->count; i++)
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(tables[t]->items[i], tables[t]->items[j]);
	}
}

static void words_are_found_whole(void **state)
{
	(void)state;
	assert_true(words_has(&words_namespaces, "pid"));
	assert_true(words_has(&words_namespaces, "time"));
	assert_false(words_has(&words_namespaces, "pi"));
	assert_false(words_has(&words_namespaces, "pids"));
	assert_false(words_has(&words_namespaces, "PID"));
	assert_false(words_has(&words_namespaces, ""));
}

static void capabilities_are_numbered(void **state)
{
	(void)state;
	/* As linux/capability.h numbers them. */
	assert_int_equal(words_capabilities.count, 41);
	assert_string_equal(words_capabilities.items[0], "CAP_CHOWN");
	assert_string_equal(words_capabilities.items[21], "CAP_SYS_ADMIN");
	assert_string_equal(words_capabilities.items[40], "CAP_CHECKPOINT_RESTORE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_unique),
		cmocka_unit_test(words_are_found_whole),
		cmocka_unit_test(capabilities_are_numbered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
