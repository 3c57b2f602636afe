/* Schemata, as they are asked for and as the kernel tells them. */
#include "tests/check.h"

#include "libcontainer/rdt/schemata.h"

/* As rdtgroup_schemata_show() of the kernel aligns them. */
#define PRESENT \
	"    MB:0=100;1= 70\n" \
	"    L3:0=0fffff;1=00ff00\n" \
	"L3CODE:0=1\n"

static void those_that_are_there_are_found(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		"L3:0=fffff;1=ff00",
		"L3:1=ff00\n",
		"L3:0=FFFFF",
		" L3 : 1 = 0ff00 ; 0=fffff;\n",
		"MB:0=100;1=70\nL3:0=fffff;1=ff00\n",
		"MB:1=070\n\nL3CODE:0=1",
		"L3:00=fffff",
	};
	const char *line;
	size_t length;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_true(schemata_have(PRESENT, rows[i], &line, &length));
}

static void the_first_that_differs_is_told(void **state)
{
	static const struct {
		const char *wanted, *line;
	} rows[] = {
		{ "L3:0=ffff", "L3:0=ffff" },
		{ "L3:0=fffff;1=ff0", "L3:0=fffff;1=ff0" },
		{ "L3:0=fffff;2=ff00", "L3:0=fffff;2=ff00" },
		{ "MB:0=100\nMB:0=10\n", "MB:0=10" },
		{ "L2:0=fffff", "L2:0=fffff" },
		{ "L3COD:0=1", "L3COD:0=1" },
		{ " nonsense \n", "nonsense" },
		{ "L3:0", "L3:0" },
		{ "L3:=fffff", "L3:=fffff" },
	};
	const char *line;
	size_t length;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_false(schemata_have(PRESENT, rows[i].wanted, &line, &length));
		assert_int_equal(length, strlen(rows[i].line));
		assert_memory_equal(line, rows[i].line, length);
	}
	assert_false(schemata_have("", "L3:0=1", &line, &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_are_there_are_found),
		cmocka_unit_test(the_first_that_differs_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
