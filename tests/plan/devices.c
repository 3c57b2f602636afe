/* Device nodes and device rules. */
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/plan/hosts.h"

static const struct plan_device *find(const char *path)
{
	for (size_t i = 0; i < plan.devices.count; i++)
		if (strcmp(plan.devices.items[i].path, path) == 0)
			return &plan.devices.items[i];
	return NULL;
}

static void list(struct spec_device *items, size_t count)
{
	linux_.devices = (struct spec_device_list){ items, count, true };
}

static void defaults_are_made(void **state)
{
	(void)state;
	begin_on(&host_v2);
	assert_int_equal(decide(plan_devices), 0);
	assert_true(plan.devices.make);
	assert_true(plan.devices.ptmx);
	assert_false(plan.devices.by_bind);
	assert_false(plan.devices.console);
	assert_int_equal(plan.devices.count, 6);

	const struct plan_device *device = find("/dev/random");
	assert_non_null(device);
	assert_int_equal(device->mode, S_IFCHR | 0666);
	assert_int_equal(device->number, makedev(1, 8));
	assert_true(device->is_default);
}

static void listed_replace_defaults(void **state)
{
	struct spec_device items[] = {
		{ .type = "c",
			.path = "/dev/../dev/null/",
			.major = { true, 1 },
			.minor = { true, 3 },
			.file_mode = { true, 0100600 },
			.uid = { true, 7 },
			.gid = { true, 8 } },
		{ .type = "c", .path = "/dev/ptmx", .major = { true, 5 }, .minor = { true, 2 } },
		{ .type = "p", .path = "/run/fifo" },
		{ .type = "u", .path = "/dev/raw", .major = { true, 1 }, .minor = { true, 300 } },
		{ .type = "b", .path = "/dev/sda", .major = { true, 8 }, .minor = { true, 0 } },
	};

	(void)state;
	begin_on(&host_v2);
	list(items, COUNT_OF(items));
	assert_int_equal(decide(plan_devices), 0);
	assert_int_equal(plan.devices.count, 3 + 6);

	const struct plan_device *null = find("/dev/null");
	assert_string_equal(null->place, "linux.devices[0]");
	assert_int_equal(null->mode, S_IFCHR | 0600);
	assert_int_equal(null->uid, 7);
	assert_int_equal(null->gid, 8);
	assert_false(null->is_default);
	assert_null(find("/dev/ptmx"));
	assert_int_equal(find("/run/fifo")->mode, S_IFIFO | 0666);
	assert_int_equal(find("/dev/raw")->mode, S_IFCHR | 0666);
	assert_int_equal(find("/dev/raw")->number, makedev(1, 300));
	assert_int_equal(find("/dev/sda")->mode, S_IFBLK | 0666);
}

static void bad_devices_are_refused(void **state)
{
	static const struct {
		struct spec_device device;
		const char *words;
	} bad[] = {
		{ { .type = "x", .path = "/dev/x" }, "linux.devices[0].type: invalid device type" },
		{ { .type = "c", .path = "/dev/x", .major = { true, 1 } },
			"wants major and minor" },
		{ { .type = "b", .path = "/dev/x", .major = { true, 1 }, .minor = { true, -1 } },
			"1:-1 is no device number" },
		{ { .type = "b", .path = "/dev/x", .major = { true, 4096 }, .minor = { true, 0 } },
			"4096:0 is no device number" },
		{ { .type = "p", .path = "/dev/.." }, "is no name of a device" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct spec_device device = bad[i].device;

		begin_on(&host_v2);
		list(&device, 1);
		assert_int_equal(decide(plan_devices), -EINVAL);
		assert_chain(bad[i].words);
	}
}

static void bound_dev_is_the_callers(void **state)
{
	const char *words[] = { "ro", "rbind" };
	struct spec_mount mount = { .destination = "/dev/", .options = { words, 2, true } };
	struct spec_device items[] = { { .type = "p", .path = "/dev/fifo" },
		{ .type = "p", .path = "/run/fifo" } };

	(void)state;
	begin_on(&host_v2);
	spec.mounts = (struct spec_mount_list){ &mount, 1, true };
	list(items, 2);
	assert_int_equal(decide(plan_devices), 0);
	assert_false(plan.devices.make);
	assert_false(plan.devices.ptmx);
	assert_int_equal(plan.devices.count, 1);
	assert_non_null(find("/run/fifo"));

	mount.options.count = 1;
	begin_on(&host_v2);
	spec.mounts = (struct spec_mount_list){ &mount, 1, true };
	assert_int_equal(decide(plan_devices), 0);
	assert_true(plan.devices.make);
}

static void user_namespaces_bind(void **state)
{
	(void)state;
	begin_on(&host_v2);
	plan.namespaces.have = CLONE_NEWUSER | CLONE_NEWNS;
	process.terminal = true;
	assert_int_equal(decide(plan_devices), 0);
	assert_true(plan.devices.by_bind);
	assert_true(plan.devices.console);
	assert_true(plan.cgroup.devices_set);

	begin_on(&host_v2);
	host.in_user_namespace = true;
	assert_int_equal(decide(plan_devices), 0);
	assert_true(plan.devices.by_bind);
	assert_false(plan.cgroup.devices_set);

	begin_on(&host_v2);
	host.uid = 1000;
	assert_int_equal(decide(plan_devices), 0);
	assert_false(plan.cgroup.devices_set);
}

/* ---- rules -------------------------------------------------------------------------- */

static void rules(struct spec_device_rule *items, size_t count)
{
	resources.devices = (struct spec_device_rule_list){ items, count, true };
}

/* As "d c 1:3 rwm", for one look. */
static const char *spell(size_t index)
{
	static char text[64];
	const struct plan_device_rule *rule = &plan.cgroup.device_rules[index];

	assert_true(index < plan.cgroup.device_rule_count);
	(void)snprintf(text, sizeof(text), "%c %c %lld:%lld %s%s%s", rule->allow ? '+' : '-',
		rule->type, (long long)rule->major, (long long)rule->minor, rule->read ? "r" : "",
		rule->write ? "w" : "", rule->make ? "m" : "");
	return text;
}

static void defaults_follow_the_rules(void **state)
{
	struct spec_device_rule items[] = {
		{ .allow = true,
			.type = "c",
			.major = { true, 9 },
			.minor = { true, 9 },
			.access = "w" },
		{ .allow = false, .access = "mwr" },
		{ .allow = true,
			.type = "b",
			.major = { true, 8 },
			.minor = { true, -1 },
			.access = "rw" },
		{ .allow = false, .type = "a", .minor = { true, 3 }, .access = "m" },
	};

	(void)state;
	begin_on(&host_v2);
	rules(items, COUNT_OF(items));
	assert_int_equal(decide(plan_devices), 0);
	/* What stands before a rule about everything is gone. */
	assert_string_equal(spell(0), "- a -1:-1 rwm");
	assert_string_equal(spell(1), "+ b 8:-1 rw");
	assert_string_equal(spell(2), "- b -1:3 m");
	assert_string_equal(spell(3), "- c -1:3 m");
	assert_string_equal(spell(4), "+ c -1:-1 m");
	assert_string_equal(spell(5), "+ b -1:-1 m");
	assert_string_equal(spell(6), "+ c 1:3 rwm");
	assert_int_equal(plan.cgroup.device_rule_count, 4 + 12);
}

static void denied_without_rules(void **state)
{
	(void)state;
	begin_on(&host_v2);
	linux_.resources = NULL;
	assert_int_equal(decide(plan_devices), 0);
	assert_string_equal(spell(0), "- a -1:-1 rwm");
	assert_int_equal(plan.cgroup.device_rule_count, 1 + 12);
	assert_true(plan.cgroup.devices_set);
}

static void allowed_all_is_one_rule(void **state)
{
	struct spec_device_rule all = { .allow = true, .type = "a", .access = "rwm" };

	(void)state;
	begin_on(&host_v2);
	rules(&all, 1);
	assert_int_equal(decide(plan_devices), 0);
	assert_int_equal(plan.cgroup.device_rule_count, 1);
	assert_string_equal(spell(0), "+ a -1:-1 rwm");
}

static void bad_rules_are_refused(void **state)
{
	static const struct {
		struct spec_device_rule rule;
		const char *words;
	} bad[] = {
		{ { .type = "c" }, "devices[0].access: device access field cannot be empty" },
		{ { .type = "c", .access = "rx" },
			"devices[0].access: invalid device access 'rx'" },
		{ { .type = "p", .access = "r" }, "devices[0].type: invalid device type 'p'" },
		{ { .type = "cb", .access = "r" }, "devices[0].type: invalid device type 'cb'" },
		{ { .major = { true, -2 }, .access = "r" }, "devices[0].major: -2 is no device" },
		{ { .minor = { true, INT64_MAX }, .access = "r" }, "devices[0].minor: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct spec_device_rule rule = bad[i].rule;

		begin_on(&host_v2);
		rules(&rule, 1);
		assert_int_equal(decide(plan_devices), -EINVAL);
		assert_chain(bad[i].words);
	}
}

/* Only where init's parent may, and knows whose they are. */
static void listed_are_made_by_the_parent(void **state)
{
	struct spec_device items[] = {
		{ .type = "b",
			.path = "/dev/b",
			.major = { true, 1 },
			.minor = { true, 5 },
			.uid = { true, 10 },
			.gid = { true, 70000 } },
		{ .type = "p", .path = "/dev/p" },
	};
	struct plan_id_range range = { 0, 100000, 65536 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		begin_on(&host_v2);
		list(items, COUNT_OF(items));
		plan.namespaces.have = i == 1 ? 0 : CLONE_NEWUSER;
		plan.users.mapped = i != 2;
		plan.users.uids = plan.users.gids = (struct plan_id_map){ &range, 1 };
		host.in_user_namespace = i == 3;
		host.uid = i == 4 ? 1000 : 0;
		assert_int_equal(decide(plan_devices), 0);
		assert_int_equal(find("/dev/b")->by_parent, i == 0);
		assert_false(find("/dev/p")->by_parent);
		assert_false(find("/dev/null")->by_parent);
		if (i == 0) {
			assert_int_equal(find("/dev/b")->host_uid, 100010);
			assert_int_equal(find("/dev/b")->host_gid, 0); /* not mapped: nobody's */
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(defaults_are_made, end_test),
		cmocka_unit_test_teardown(listed_replace_defaults, end_test),
		cmocka_unit_test_teardown(bad_devices_are_refused, end_test),
		cmocka_unit_test_teardown(bound_dev_is_the_callers, end_test),
		cmocka_unit_test_teardown(user_namespaces_bind, end_test),
		cmocka_unit_test_teardown(listed_are_made_by_the_parent, end_test),
		cmocka_unit_test_teardown(defaults_follow_the_rules, end_test),
		cmocka_unit_test_teardown(denied_without_rules, end_test),
		cmocka_unit_test_teardown(allowed_all_is_one_rule, end_test),
		cmocka_unit_test_teardown(bad_rules_are_refused, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
