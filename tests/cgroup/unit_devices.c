/* What systemd is told of the device rules allows what they allow, or nothing is told. */
#include "libcontainer/base/cleanup.h"
#include "libcontainer/cgroup/unit_words.h"
#include "tests/cgroup/rules.h"

static const struct plan_device_rule deny_all = { false, 'a', -1, -1, true, true, true };

/* The words with blanks between them; "" where nothing is told. */
static void words_of(
	const struct plan_device_rule *rules, size_t count, bool set, struct str *ret_text)
{
	struct plan_cgroup plan = {
		.device_rules = (struct plan_device_rule *)rules,
		.device_rule_count = count,
		.devices_set = set,
	};
	struct unit_words words = { 0 };

	assert_int_equal(unit_add_devices(&plan, &words), 0);
	const char *word = words.text.text;
	for (size_t i = 0; i < words.count; i++, word += strlen(word) + 1)
		assert_int_equal(str_printf(ret_text, "%s%s", i ? " " : "", word), 0);
	str_done(&words.text);
}

#define assert_words(rules, set, expected) \
	do { \
		auto_str struct str text_ = { 0 }; \
		words_of(rules, COUNT_OF(rules), set, &text_); \
		assert_string_equal(text_.text ? text_.text : "", (expected)); \
	} while (0)

static void exceptions_are_listed(void **state)
{
	const struct plan_device_rule rules[] = {
		deny_all,
		{ true, 'c', -1, -1, false, false, true },
		{ true, 'b', 8, -1, true, false, false },
		{ true, 'c', 1, 3, true, true, true },
		{ true, 'b', 7, 1, false, true, false },
	};

	(void)state;
	assert_words(rules, true,
		"DevicePolicy s strict DeviceAllow a(ss) 4 char-* m block-8 r /dev/char/1:3 rwm "
		"/dev/block/7:1 w");
	assert_words(rules, false, "");
}

static void nothing_is_allowed(void **state)
{
	const struct plan_device_rule rules[] = { deny_all };

	(void)state;
	assert_words(rules, true, "DevicePolicy s strict DeviceAllow a(ss) 0");
}

static void what_cannot_be_said_is_left_to_us(void **state)
{
	const struct plan_device_rule all[] = { { true, 'a', -1, -1, true, true, true } };
	const struct plan_device_rule but_one[] = { all[0],
		{ false, 'c', 1, 3, true, true, true } };
	const struct plan_device_rule minor[] = { deny_all,
		{ true, 'c', -1, 3, true, true, true } };
	/* A hole in a wider rule. */
	const struct plan_device_rule hole[] = { deny_all, { true, 'c', 1, -1, true, true, true },
		{ false, 'c', 1, 3, true, true, true } };

	(void)state;
	assert_words(all, true, "");
	assert_words(but_one, true, "");
	assert_words(minor, true, "");
	assert_words(hole, true, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exceptions_are_listed),
		cmocka_unit_test(nothing_is_allowed),
		cmocka_unit_test(what_cannot_be_said_is_left_to_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
