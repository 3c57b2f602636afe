#include "libcontainer/kernel/mountinfo.h"

#include <errno.h>
#include <stdio.h>

#include "libcontainer/base/cleanup.h"
#include "tests/check.h"

struct seen {
	size_t count, stop_at;
	struct mountinfo_entry entries[8];
};

static int see(const struct mountinfo_entry *entry, void *context)
{
	struct seen *seen = context;

	seen->entries[seen->count++] = *entry;
	return seen->count == seen->stop_at ? 42 : 0;
}

static void test_fields(void **state)
{
	char text[] =
		"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root "
		"rw,errors=continue\n"
		"37 35 0:5 / /dev rw - devtmpfs dev rw,mode=755\n"
		"38 35 0:6 / /a rw shared:3 master:1 - tmpfs t rw\n"
		"39 35 0:6 / /b rw unbindable - tmpfs t rw";
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(mountinfo_walk(text, see, &seen), 0);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.entries[0].id, 36);
	assert_int_equal(seen.entries[0].parent, 35);
	assert_true(seen.entries[0].slave);
	assert_false(seen.entries[0].shared || seen.entries[0].unbindable);
	assert_string_equal(seen.entries[0].root, "/mnt1");
	assert_string_equal(seen.entries[0].mountpoint, "/mnt2");
	assert_string_equal(seen.entries[0].options, "rw,noatime");
	assert_string_equal(seen.entries[0].type, "ext3");
	assert_string_equal(seen.entries[0].source, "/dev/root");
	assert_string_equal(seen.entries[0].super_options, "rw,errors=continue");
	/* No optional field, and no end of the line. */
	assert_string_equal(seen.entries[1].mountpoint, "/dev");
	assert_string_equal(seen.entries[1].super_options, "rw,mode=755");
	assert_false(seen.entries[1].slave || seen.entries[1].shared || seen.entries[1].unbindable);
	assert_true(seen.entries[2].slave && seen.entries[2].shared);
	assert_true(seen.entries[3].unbindable);
}

static void test_odd_bytes(void **state)
{
	char text[] = "1 2 0:1 /a\\040b /c\\134d\\011e\\012f rw - t s\\040t rw\n"
		      "1 2 0:1 /\\04 /\\999 rw - fuse.x  rw,a=-\n";
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(mountinfo_walk(text, see, &seen), 0);
	assert_string_equal(seen.entries[0].root, "/a b");
	assert_string_equal(seen.entries[0].mountpoint, "/c\\d\te\nf");
	assert_string_equal(seen.entries[0].source, "s t");
	/* What is no escape stays; a source may be empty. */
	assert_string_equal(seen.entries[1].root, "/\\04");
	assert_string_equal(seen.entries[1].mountpoint, "/\\999");
	assert_string_equal(seen.entries[1].source, "");
	assert_string_equal(seen.entries[1].super_options, "rw,a=-");
}

static void test_visitor_stops_it(void **state)
{
	char text[] = "1 2 0:1 / /a rw - t s rw\n1 2 0:1 / /b rw - t s rw\n";
	struct seen seen = { .stop_at = 1 };

	(void)state;
	assert_int_equal(mountinfo_walk(text, see, &seen), 42);
	assert_int_equal(seen.count, 1);
}

static void test_malformed_lines(void **state)
{
	static const char *const lines[] = {
		"x",
		"\n",
		"1 2 0:1 / /a rw",
		"1 2 0:1 / /a rw shared:1",
		"1 2 0:1 / /a rw -",
		"1 2 0:1 / /a rw - t",
		"1 2 0:1 / /a rw - t s",
		"1 2 0:1 / /a - t s rw",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct seen seen = { 0 };

		(void)snprintf(text, sizeof(text), "%s", lines[i]);
		assert_int_equal(mountinfo_walk(text, see, &seen), -EBADMSG);
		assert_int_equal(seen.count, 0);
	}
	text[0] = '\0';
	assert_int_equal(mountinfo_walk(text, see, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_odd_bytes),
		cmocka_unit_test(test_visitor_stops_it),
		cmocka_unit_test(test_malformed_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
