#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "libcontainer/process/passwd.h"

struct row {
	const char *text;
	uid_t uid;
	const char *home; /* NULL: none */
};

/* clang-format off */
static const struct row rows[] = {
	{ "root:x:0:0:root:/root:/bin/sh\n",             0,    "/root" },
	{ "root:x:0:0:root:/root",                       0,    "/root" },
	{ "a:x:1:1::/a:\nroot:x:0:0::/root:\n",          0,    "/root" },
	{ "a:x:1:1::/first:\nb:x:1:1::/second:\n",       1,    "/first" },
	{ "a:x:1:1::/with:more:fields:than:seven\n",     1,    "/with" },
	{ "a::1:1::/:",                                  1,    "/" },
	{ "a:x:4294967294:1::/last:",              4294967294, "/last" },
	/* A user whose name is a number, CVE-2016-3697. */
	{ "1000:x:0:0:::\n",                             1000, NULL },
	{ "1000:x:0:0\n1000:x:0:0::/evil:\n",            1000, NULL },
	{ "0:x:1000:0::/mine:",                          0,    NULL },
	/* What is no number, and what would wrap around to one. */
	{ "a:x: 0:0::/x:",                               0,    NULL },
	{ "a:x:0 :0::/x:",                               0,    NULL },
	{ "a:x:+0:0::/x:",                               0,    NULL },
	{ "a:x:-0:0::/x:",                               0,    NULL },
	{ "a:x:0x0:0::/x:",                              0,    NULL },
	{ "a:x::0::/x:",                                 0,    NULL },
	{ "a:x:0:::/x:",                                 0,    NULL },
	{ "a:x:0:g::/x:",                                0,    NULL },
	{ "a:x:4294967296:0::/x:",                       0,    NULL },
	{ "a:x:18446744073709551616:0::/x:",             0,    NULL },
	{ "a:x:00000000000:0::/x:",                      0,    NULL },
	/* No id at all: (uid_t)-1. */
	{ "a:x:4294967295:0::/x:",               4294967295,   NULL },
	/* Lines that are no entries, in front of one. */
	{ "\n\n:\n::::::\n#a:x:7:7::/c:\n+a:x:7:7::/n:\n-a:x:7:7::/n:\na:x:7:7::/h:", 7, "/h" },
	{ ":x:7:7::/noname:\na:x:7:7\na:x:7:7:::\n",     7,    NULL },
	/* The first entry counts, though its home is none. */
	{ "a:x:7:7::relative:\na:x:7:7::/b:\n",          7,    NULL },
	{ "a:x:7:7:::\na:x:7:7::/b:\n",                  7,    NULL },
	{ "",                                            0,    NULL },
	{ ":",                                           0,    NULL },
	{ "a:x:0:0:gecos only",                          0,    NULL },
};
/* clang-format on */

static void finds_by_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const char *home = NULL;
		size_t length = 0;
		int code = passwd_find_home(row->text, strlen(row->text), row->uid, &home, &length);

		print_message("%s\n", row->text);
		if (!row->home) {
			assert_int_equal(code, -ENOENT);
			assert_null(home);
			continue;
		}
		assert_int_equal(code, 0);
		assert_int_equal(length, strlen(row->home));
		assert_memory_equal(home, row->home, length);
	}
}

static void keeps_to_its_size(void **state)
{
	static const char text[] = "a:x:1:1::/home/anna:/bin/sh\nb:x:2:2::/b:";
	const char *home;
	size_t length;

	(void)state;
	/* In the middle of the first home, and one byte short of the second one. */
	assert_int_equal(passwd_find_home(text, 14, 1, &home, &length), 0);
	assert_int_equal(length, 5);
	assert_int_equal(passwd_find_home(text, 14, 2, &home, &length), -ENOENT);
	assert_int_equal(passwd_find_home(text, 9, 1, &home, &length), -ENOENT);
}

static void refuses_nul(void **state)
{
	static const char text[] = "a:x:1:1::/ho\0me:\n";
	static const char other[] = "a\0:x:1:1::/home:\n";
	const char *home;
	size_t length;

	(void)state;
	assert_int_equal(passwd_find_home(text, sizeof(text) - 1, 1, &home, &length), -ENOENT);
	assert_int_equal(passwd_find_home(other, sizeof(other) - 1, 1, &home, &length), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_number),
		cmocka_unit_test(keeps_to_its_size),
		cmocka_unit_test(refuses_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
