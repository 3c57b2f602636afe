#include "libcontainer/base/arena.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

static int done(void **state)
{
	arena_done(*state);
	return 0;
}

static struct arena shared;

static void test_memory_is_zeroed_and_aligned(void **state)
{
	static const char zeroes[40];
	struct arena *arena = *state = &shared;

	for (size_t size = 0; size <= sizeof(zeroes); size++) {
		char *memory = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		assert_memory_equal(memory, zeroes, size);
		memset(memory, 0xff, size);
	}
}

static void test_pieces_do_not_overlap(void **state)
{
	enum { PIECES = 500, SIZE = 300 };
	struct arena *arena = *state = &shared;
	unsigned char *pieces[PIECES];

	for (int i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(arena, SIZE);
		memset(pieces[i], i & 0xff, SIZE);
	}
	for (int i = 0; i < PIECES; i++)
		for (int j = 0; j < SIZE; j++)
			assert_int_equal(pieces[i][j], i & 0xff);
}

/* What was not needed is there for the next, zeroed again. */
static void test_the_rest_is_given_back(void **state)
{
	struct arena *arena = *state = &shared;
	char *text = arena_alloc(arena, 4000);

	memset(text, 'x', 4000);
	arena_trim(arena, text, 5);
	char *next = arena_alloc(arena, 64);
	assert_true(next >= text + 5 && next < text + 64);
	assert_int_equal(next[0], 0);
	assert_int_equal(next[63], 0);
	assert_memory_equal(text, "xxxxx", 5);
}

/* Only one can have the block that is there from the beginning. */
static void test_arenas_do_not_share(void **state)
{
	struct arena *arena = *state = &shared, other = { 0 };
	char *first = arena_alloc(arena, 100), *second = arena_alloc(&other, 100);

	memset(first, 1, 100);
	memset(second, 2, 100);
	assert_int_equal(first[99], 1);
	arena_done(arena);
	char *third = arena_alloc(arena, 100);
	assert_int_equal(third[0], 0);
	memset(third, 3, 100);
	assert_int_equal(second[99], 2);
	arena_done(&other);
}

static void test_nothing_and_much(void **state)
{
	struct arena *arena = *state = &shared;

	/* The very first request, of nothing: still no NULL. */
	assert_non_null(arena_alloc(arena, 0));
	assert_non_null(arena_new_array(arena, int, 0));
	char *large = arena_alloc(arena, 1000000);
	large[999999] = 1;
	assert_int_equal(large[0], 0);
}

static void test_texts(void **state)
{
	struct arena *arena = *state = &shared;
	char source[] = "abc";

	char *copy = arena_strdup(arena, source);
	source[0] = 'x';
	assert_string_equal(copy, "abc");
	assert_string_equal(arena_strndup(arena, "abcdef", 2), "ab");
	assert_string_equal(arena_strndup(arena, "", 0), "");
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 5), "a-5");
}

static void test_done_empties_it(void **state)
{
	struct arena *arena = *state = &shared;

	(void)arena_alloc(arena, 1);
	arena_done(arena);
	assert_null(arena->block);
	assert_non_null(arena_alloc(arena, 1));
}

/* Runs body in a child without stderr; returns the status. */
static int status_of(void (*body)(struct arena *arena))
{
	struct arena arena = { 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		body(&arena);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void overflow(struct arena *arena)
{
	volatile size_t count = SIZE_MAX / 4;

	(void)arena_array(arena, count, 8);
}

static void endless(struct arena *arena)
{
	volatile size_t size = SIZE_MAX;

	(void)arena_alloc(arena, size);
}

static void sealed(struct arena *arena)
{
	(void)arena_alloc(arena, 1);
	arena_seal(arena);
	(void)arena_alloc(arena, 1);
}

static void test_impossible_requests_end_the_program(void **state)
{
	*state = &shared;
	int status = status_of(overflow);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	status = status_of(endless);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	status = status_of(sealed);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_memory_is_zeroed_and_aligned, done),
		cmocka_unit_test_teardown(test_pieces_do_not_overlap, done),
		cmocka_unit_test_teardown(test_the_rest_is_given_back, done),
		cmocka_unit_test_teardown(test_arenas_do_not_share, done),
		cmocka_unit_test_teardown(test_nothing_and_much, done),
		cmocka_unit_test_teardown(test_texts, done),
		cmocka_unit_test_teardown(test_done_empties_it, done),
		cmocka_unit_test_teardown(test_impossible_requests_end_the_program, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
